"""Options that write pages and pictures, and the calls that make them: ``--html``, ``--badge``."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from samewheel.errors import InvalidWheelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.excerpts import Excerpts
    from samewheel.explaining.diffs import Explained
    from samewheel.index import Index
    from samewheel.rebuilding import Rebuilt
    from samewheel.verifying import Verified

__all__ = [
    "badge_option",
    "html_option",
    "kept",
    "refuse_other_folder",
    "refuse_unwritable",
    "resolved",
    "site_option",
    "write_badge",
    "write_diff",
    "write_rebuilt",
    "write_site",
    "write_verified",
]

html_option = click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page for people, too: one file that needs nothing else.",
)

site_option = click.option(
    "--html",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write pages for people, too: a site of its own, which replaces the one that is there.",
)

badge_option = click.option(
    "--badge",
    metavar="FILE.svg",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the verdict as a small picture, too.",
)


MARK = b'<meta name="generator" content="samewheel '
"""What our pages have, and others have not."""

BADGE = b'aria-label="same wheel: '
"""The same of badges."""


def resolved(file: Path) -> Path:
    """Return the file itself, where ``file`` may be a link to it: what is written must not replace the link."""
    return Path(os.path.realpath(file))


def _has(file: Path, mark: bytes) -> bool:
    """Tell whether there is a plain file that begins as ours do."""
    if not file.is_file():
        return False
    try:
        with file.open("rb") as content:
            return mark in content.read(4096)
    except OSError:
        return False


def _refuse_dash(path: Path, option: str, hint: str) -> None:
    if os.fspath(path) == "-":
        cause = "What the command says goes there."
        raise UsageError(f"{option} cannot write to standard output", cause=cause, hint=hint)


def _is_there(path: Path) -> bool:
    """Tell whether anything is there: what a link of /proc leads to exists, though its name does not."""
    return path.exists() or os.path.lexists(resolved(path))


def _refuse_file(file: Path, option: str, example: str, mark: bytes) -> None:
    from samewheel._files import check_writable

    hint = f"Name a file: {option} {example}"
    _refuse_dash(file, option, hint)
    check_writable(resolved(file).parent, hint=f"Name a file in another folder with {option}.")
    if _is_there(file) and not file.is_file():
        cause = "It may be a device, a pipe or a link to itself."
        raise UsageError(f"{file} is no plain file", cause=cause, hint=hint)
    # There is nothing to lose in an empty file.
    if file.is_file() and file.stat().st_size and not _has(file, mark):
        raise UsageError(
            f"{file} is there, and samewheel has not written it",
            cause="It would be written over.",
            hint="Name another file, or remove this one.",
        )


def refuse_unwritable(html: Path | None, badge: Path | None = None) -> None:
    """Refuse before the work what cannot be written after it, and to write over what is not ours.

    Raises:
        UsageError: there is another file, or something that is no file; or both are to be one file.
        SamewheelError: nothing can be written there.
    """
    if html is not None:
        _refuse_file(html, "--html", "report.html", MARK)
    if badge is not None:
        _refuse_file(badge, "--badge", "badge.svg", BADGE)
    if html is not None and badge is not None and resolved(html) == resolved(badge):
        raise UsageError(
            f"--html and --badge are both {html}",
            cause="The badge would replace the page.",
            hint="Name two files: --html report.html --badge badge.svg",
        )


def _is_site(folder: Path) -> bool:
    """Tell whether there is nothing in a folder but pages of ours."""
    packages = folder / "packages"
    if {path.name for path in folder.iterdir()} != {"index.html", "packages"} or not packages.is_dir():
        return False
    pages = [folder / "index.html", *packages.iterdir()]
    return all(path.suffix == ".html" and _has(path, MARK) for path in pages)


def refuse_other_folder(html: Path | None) -> None:
    """Refuse before the work a folder that a site cannot replace: it holds something else than one of ours.

    Raises:
        UsageError: there is another folder, or something that is no folder.
        SamewheelError: nothing can be written there.
    """
    if html is None:
        return
    from samewheel._files import check_writable

    hint, other = "Name a folder: --html site", "Name a folder in another place with --html."
    _refuse_dash(html, "--html", hint)
    # A new folder comes into its place from beside it.
    check_writable(resolved(html).parent, hint=other)
    if _is_there(html) and not html.is_dir():
        raise UsageError(f"{html} is no folder", cause="A site is one, and would replace it.", hint=hint)
    check_writable(resolved(html), hint=other)
    if html.exists() and any(html.iterdir()) and not _is_site(html):
        raise UsageError(
            f"{html} holds other files than pages of an audit",
            cause="A site is written as a whole, and they would go.",
            hint="Name a folder that is empty, or not there yet.",
        )


@contextmanager
def kept(keep: Path | None, html: Path | None) -> Iterator[Path | None]:
    """Keep what is built where the user says, else for the time of the block if a page is to show it."""
    if keep is not None or html is None:
        yield keep
        return
    from samewheel._files import temporary_folder

    with temporary_folder() as folder:
        yield folder


def _write(file: Path, text: str) -> None:
    from samewheel._files import write_atomic

    write_atomic(resolved(file), text.encode())


def _excerpts(a: Path | None, b: Path | None) -> Excerpts | None:
    """Return what is shown of two wheels that were built here; None if one of them is not there."""
    from samewheel._files import without_places
    from samewheel.excerpts import read_excerpts

    if a is None or b is None or not a.is_file() or not b.is_file():
        return None
    # A build that could not be moved has put folders of this machine into what it made.
    return read_excerpts(a, b, masked=without_places)


def write_diff(html: Path | None, found: Explained, a: Path, b: Path) -> None:
    """Write the page of a comparison, if one is wanted."""
    if html is None:
        return
    from samewheel.comparison.evidence import find_buildinfo
    from samewheel.excerpts import read_excerpts
    from samewheel.report.html.diffed import diff_page

    one, other = find_buildinfo(a, found.a.sha256), find_buildinfo(b, found.b.sha256)
    infos = (one, other) if one is not None and other is not None else None
    try:
        excerpts = read_excerpts(a, b)
    except InvalidWheelError:
        # Of one file there is nothing to compare, whatever it contains.
        if found.differences:
            raise
        excerpts = None
    _write(html, diff_page(found, excerpts, infos))


def write_verified(html: Path | None, verified: Verified, *, against: Path | None, keep: Path | None) -> None:
    """Write the page of a verification, if one is wanted; ``keep`` is where its builds are."""
    if html is None or keep is None:
        return
    from samewheel.report.html.verified import verified_page

    report = verified.verification
    named = zip(("first", "second"), report.builds, strict=True)
    wheels: dict[str, Path | None] = {f"{name} build": keep / name / info.wheel.name for name, info in named}
    wheels["given wheel"] = against
    one, other = (wheels[name] for name in report.compared)
    _write(html, verified_page(report, _excerpts(one, other)))


def write_rebuilt(html: Path | None, rebuilt: Rebuilt, target: str, index: Index, keep: Path | None) -> None:
    """Write the page of a rebuild, if one is wanted; ``keep`` is where the best wheel is."""
    if html is None or keep is None:
        return
    from samewheel._files import sha256_of
    from samewheel.rebuilding.finding import find_release
    from samewheel.report.html.rebuilt import rebuilt_page

    # The wheels of other plans may lie there, too, and ours may have another name than the published one.
    ours = next((file for file in sorted(keep.glob("*.whl")) if sha256_of(file) == rebuilt.sha256), None)
    published = None
    if ours is not None:
        wheel = rebuilt.wheel
        published = find_release(target, index, filename=wheel.name, sha256=wheel.sha256, needed=False).wheel
    _write(html, rebuilt_page(rebuilt, _excerpts(published, ours)))


def write_site(html: Path | None, store: Path, title: str) -> None:
    """Write the site of an audit, if one is wanted."""
    if html is None:
        return
    from samewheel._files import put_folder
    from samewheel.audit.store import reading
    from samewheel.report.html.audits import site

    def fill(folder: Path) -> None:
        (folder / "packages").mkdir()
        with reading(store) as reader:
            audit = reader.find(title)
            for name, text in site(title, reader.entries(audit), lambda entry: reader.rebuilt(audit, entry)):
                (folder / name).write_text(text, "utf-8", newline="\n")

    put_folder(resolved(html), fill)


def write_badge(badge: Path | None, verified: Verified) -> None:
    """Write the verdict of a verification as a picture, if one is wanted."""
    if badge is None:
        return
    from samewheel.report.html.badges import badge_svg

    _write(badge, badge_svg(verified.verification.verdict))
