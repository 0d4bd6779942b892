"""Which conditions to try first: most differences of a kind have the same few causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["likeliest_first"]

ORDERS = ("hash_seed", "directory_order", "locale")
TIMES = ("clock", "source_mtime", "timezone")
MODES = ("umask", "uid", "user")
PATHS = ("source_path", "temp", "environment_path", "home")

LIKELY: Mapping[str, tuple[str, ...]] = {
    "SW101": TIMES,
    "SW102": MODES,
    "SW103": ORDERS,
    "SW203": ORDERS,
    "SW303": MODES,
    "SW308": ORDERS,
    "SW311": (*TIMES, *PATHS),
    "SW312": PATHS,
    "SW313": (*ORDERS, *PATHS),
    "SW314": ORDERS,
    "SW316": TIMES,
    "SW318": (*TIMES, *MODES),
    "SW320": (*TIMES, *MODES),
    "SW407": ("directory_order", "cpus", *PATHS),
    "SW408": TIMES,
    "SW2": (*ORDERS, *TIMES, "user"),
    "SW3": (*ORDERS, *TIMES, *PATHS),
    "SW4": PATHS,
}
"""Conditions by the code of a difference, or by its hundred; the likeliest first."""

ANY = (*ORDERS, *TIMES, *PATHS, *MODES, "host", "cpus", "frontend")
"""Where nothing is known."""


def likeliest_first(names: Iterable[str], codes: Iterable[str]) -> tuple[str, ...]:
    """Return conditions in the order in which to try them, given the codes of differences."""
    orders = [LIKELY.get(code) or LIKELY.get(code[:3], ANY) for code in sorted(codes)]

    def rank(name: str) -> tuple[int, int, str]:
        best = min((order.index(name) for order in orders if name in order), default=len(ANY))
        return best, ANY.index(name) if name in ANY else len(ANY), name

    return tuple(sorted(names, key=rank))
