"""Leaks in words: one warning per condition, with the likely cause and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from samewheel._words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.buildinfo import Leak
__all__ = ["leak_warnings", "summed_up"]

MOST_MEMBERS = 5
"""Members that one warning names."""


class _Meaning(NamedTuple):
    what: str
    remedy: str


RELATIVE = "write paths relative to the project, or none"
MACHINE = "build it in a container, or where user namespaces work"

MEANINGS = {
    "source_path": _Meaning("the folder of the source", f"something took os.getcwd() or __file__: {RELATIVE}"),
    "environment_path": _Meaning("the folder of the build environment", "something took sys.prefix or a tool's path"),
    "home": _Meaning("the home folder", "something took ~ or $HOME: look it up when the package runs"),
    "temp": _Meaning("the temporary folder", f"something was generated in $TMPDIR: {RELATIVE}"),
    "shims": _Meaning("the folder of the compiler shims", "something took the path of the compiler: take its name"),
    "output": _Meaning("the output folder", f"something took the wheel's folder: {RELATIVE}"),
    "host": _Meaning("the host name", "something asked for it: leave it out"),
    "user": _Meaning("the user name", "something took $USER or getpass.getuser(): name the author instead"),
    "interpreter": _Meaning(
        "the folder of the interpreter",
        "its link flags name it (-L, -rpath): build with one that lies in the same place",
    ),
    "real_home": _Meaning("your home folder", MACHINE),
    "real_host": _Meaning("your host name", MACHINE),
    "real_user": _Meaning("your user name", MACHINE),
}
"""What each condition is, and what usually helps."""


def _where(leak: Leak) -> str:
    times = f", {leak.count} times" if leak.count > 1 else ""
    encoding = "" if leak.encoding == "utf-8" else f", as {leak.encoding}"
    return f"{leak.member} ({leak.place}{encoding}{times})"


def _by_condition(leaks: Sequence[Leak]) -> dict[str, list[Leak]]:
    found: dict[str, list[Leak]] = {}
    for leak in leaks:
        found.setdefault(leak.condition, []).append(leak)
    return found


def leak_warnings(leaks: Sequence[Leak]) -> tuple[str, ...]:
    """Return one line per condition: what leaked, into which members, where, and what usually helps."""
    lines = []
    for condition, of_it in _by_condition(leaks).items():
        meaning = MEANINGS[condition]
        shown = ", ".join(map(_where, of_it[:MOST_MEMBERS]))
        more = f" and {len(of_it) - MOST_MEMBERS} more members" if len(of_it) > MOST_MEMBERS else ""
        lines.append(
            f"the wheel holds {meaning.what} that it was built with ({condition}): {shown}{more}. "
            f"Built elsewhere, it differs. Likely, {meaning.remedy}."
        )
    return tuple(lines)


def summed_up(leaks: Sequence[Leak]) -> str:
    """Return the conditions that leaked and into how many members, such as ``home in 1 member``."""
    counted = ((condition, len(of_it)) for condition, of_it in _by_condition(leaks).items())
    return ", ".join(f"{condition} in {plural(n, 'member')}" for condition, n in counted)
