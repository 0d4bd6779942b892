"""Where pages and pictures go: what may be written over, asked before the work."""

from __future__ import annotations

import os
from pathlib import Path

from samewheel.errors import UsageError

__all__ = ["refuse_other_folder", "refuse_unwritable", "resolved"]

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
