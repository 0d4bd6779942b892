"""Options that write pages and pictures, and the calls that make them: ``--html``, ``--badge``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from samewheel.explaining.diffs import Explained

__all__ = ["html_option", "write_diff"]

html_option = click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page for people, too: one file that needs nothing else.",
)


def write_diff(html: Path | None, found: Explained, a: Path, b: Path) -> None:
    """Write the page of a comparison, if one is wanted."""
    if html is None:
        return
    from samewheel._files import write_atomic
    from samewheel.comparison.evidence import find_buildinfo
    from samewheel.excerpts import read_excerpts
    from samewheel.report.html.diffed import diff_page

    one, other = find_buildinfo(a, found.a.sha256), find_buildinfo(b, found.b.sha256)
    infos = (one, other) if one is not None and other is not None else None
    write_atomic(html, diff_page(found, read_excerpts(a, b), infos).encode())
