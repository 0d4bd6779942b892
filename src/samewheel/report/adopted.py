"""What ``samewheel init`` would write and has written, as lines for a terminal."""

from __future__ import annotations

import difflib
import os
import re
import shlex
from typing import TYPE_CHECKING

from click import style

from samewheel._text import printable
from samewheel.adopting.values import Part
from samewheel.report.lines import headline, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.adopting import Adoption, Change

__all__ = ["diff_lines", "left_out_lines", "stale_adoption_lines", "written_lines"]

COLOURS = {"-": "red", "+": "green", "@": "cyan"}


def _text(content: bytes | None) -> list[str]:
    # Not by splitlines(): to a diff, a form feed ends no line.
    return re.findall(r"[^\n]*\n|[^\n]+", (content or b"").decode("utf-8", "replace"))


def _shown(line: str) -> str:
    """Return a line of a diff, without its end, coloured by its first character."""
    bare = "\t".join(map(printable, line.rstrip("\r\n").split("\t")))
    colour = COLOURS.get(line[0])
    return style(bare, bold=True) if line.startswith(("---", "+++")) else style(bare, fg=colour) if colour else bare


def _diff(change: Change) -> Iterator[str]:
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    for line in difflib.unified_diff(_text(change.before), _text(change.after), old, f"b/{change.path}"):
        yield _shown(line)
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def diff_lines(adoption: Adoption) -> Iterator[str]:
    """Yield the unified diff of all files, which ``git apply`` takes."""
    for change in adoption.changes:
        yield from _diff(change)


def left_out_lines(adoption: Adoption) -> Iterator[str]:
    """Yield what is left out, why, and what to do about it."""
    for outcome in adoption.outcomes:
        if outcome.reason:
            yield row("left out", f"{outcome.part}: {outcome.reason}")
            for number, line in enumerate(outcome.hint.splitlines()):
                yield row("" if number else "  next", line)


def _lacking_lines(adoption: Adoption) -> Iterator[str]:
    for outcome in adoption.outcomes:
        for stale in outcome.stale:
            yield headline("stale", stale.path, good=False)
            yield row(str(outcome.part), stale.why)


def stale_adoption_lines(adoption: Adoption) -> Iterator[str]:
    """Yield which files are out of date, and why."""
    for outcome in adoption.outcomes:
        for change in outcome.changes:
            yield headline("stale", change.path, good=False)
            yield row(str(outcome.part), change.why)
    yield from _lacking_lines(adoption)
    if adoption.is_fresh:
        yield headline("fresh", os.path.relpath(adoption.project))


def _next(adoption: Adoption, paths: Sequence[str]) -> str:
    """Return the commands that commit what was written, and build the wheel."""
    files = " ".join(shlex.quote(os.path.relpath(adoption.top / path)) for path in paths)
    place = os.path.relpath(adoption.project)
    has_recipes = any(outcome.part is Part.JUST and not outcome.reason for outcome in adoption.outcomes)
    steps = [
        f"git add {files} && git commit -m 'Build with samewheel'" if adoption.has_git else "",
        "" if place == "." else f"cd {shlex.quote(place)}",
        "just package" if has_recipes else "samewheel build",
    ]
    return " && ".join(filter(None, steps))


def written_lines(adoption: Adoption, paths: Sequence[str]) -> Iterator[str]:
    """Yield what was written, and what to do next."""
    for path in paths:
        yield headline("written", os.path.relpath(adoption.top / path))
    yield from _lacking_lines(adoption)
    if not paths:
        if adoption.is_fresh:
            yield headline("nothing", "to do")
        return
    yield row("next", _next(adoption, paths))
