"""Options that write pages and pictures, and the calls that make them: ``--html``, ``--badge``."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from samewheel.cli.targets import resolved
from samewheel.errors import InvalidWheelError

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


@contextmanager
def kept(keep: Path | None, html: Path | None) -> Iterator[Path | None]:
    """Keep what is built where the user says, else for the time of the block if a page is to show it."""
    if keep is not None or html is None:
        yield keep
        return
    from samewheel._temporary import temporary_folder

    with temporary_folder() as folder:
        yield folder


def _write(file: Path, text: str) -> None:
    from samewheel._files import write_atomic

    write_atomic(resolved(file), text.encode())


def _excerpts(a: Path | None, b: Path | None) -> Excerpts | None:
    """Return what is shown of two wheels that were built here; None if one of them is not there."""
    from samewheel._temporary import without_places
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
