"""The conditions that the second build has opposite, and why one may not be varied here.

Each value of the second build occurs nowhere else, so that finding it in a wheel means something.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from samewheel.conditions import Conditions
    from samewheel.machine import Machine

__all__ = ["MILDLY", "VARIATIONS", "Variation", "stand", "vary"]

YEARS = 3 * 366 * 86400 + 5 * 3600 + 47 * 60
"""Seconds by which the second build's clock is ahead: another year, month, day and hour."""


class Variation(Value, frozen=True, kw_only=True):
    """One condition and its opposite."""

    name: str
    """Also the key under which the probe reports it."""
    apply: Callable[[Conditions, Machine], Conditions]
    mildly: Callable[[Conditions, Machine], Conditions] | None = None
    """Applies it so that a build may bear it that fails under the other."""
    missing: Callable[[Machine, bool], str] = lambda _, __: ""
    """Why it cannot be applied, given the machine and whether a sandbox works; empty if it can."""


def _needs_sandbox(_: Machine, moves: bool) -> str:  # noqa: FBT001 - the signature that all of them have
    return "" if moves else "no sandbox here: neither user namespaces nor bubblewrap"


def _beside(path: Path, name: str) -> Path:
    """Return another place for a folder; where places cannot be moved, they all lie in one folder."""
    return path.parent.parent / name / path.name if path.parent.name else Path("/", name, path.name)


VARIATIONS = (
    Variation(
        name="clock",
        apply=lambda c, m: replace(c, clock_offset=YEARS, clock_library=m.clock_library),
        missing=lambda m, _: "" if m.clock_library else "no libfaketime that works: pip install samewheel[clock]",
    ),
    Variation(
        name="cpus",
        apply=lambda c, m: replace(c, cpus=m.cpus[:1]),
        missing=lambda m, moves: (
            "this machine has one processor" if len(m.cpus) < 2 else _needs_sandbox(m, moves)  # noqa: PLR2004
        ),
    ),
    Variation(
        name="directory_order",
        apply=lambda c, _: replace(c, turned=True),
        missing=lambda m, _: "" if m.memory_folder else "no file system in memory (/dev/shm)",
    ),
    Variation(
        name="environment_path",
        apply=lambda c, _: replace(c, environment=_beside(c.environment, "zq7-environment")),
    ),
    Variation(name="hash_seed", apply=lambda c, _: replace(c, hash_seed=7117)),
    Variation(name="home", apply=lambda c, _: replace(c, home=_beside(c.home, "zq7-home"))),
    Variation(name="host", apply=lambda c, _: replace(c, host="zq7host"), missing=_needs_sandbox),
    Variation(
        name="locale",
        apply=lambda c, m: replace(c, locale=m.locale or c.locale, locale_folder=m.locale_folder),
        missing=lambda m, _: "" if m.locale else "no locale besides C, and none can be made",
    ),
    Variation(name="source_mtime", apply=lambda c, _: replace(c, source_mtime=1_234_567_890)),
    Variation(
        name="source_path",
        apply=lambda c, _: replace(c, source=_beside(c.source, "zq7 größe")),
        mildly=lambda c, _: replace(c, source=_beside(c.source, "zq7-source")),
    ),
    Variation(name="temp", apply=lambda c, _: replace(c, temp=_beside(c.temp, "zq7-temp"))),
    Variation(name="timezone", apply=lambda c, _: replace(c, timezone="ZQT-05:45")),
    Variation(name="uid", apply=lambda c, _: replace(c, uid=4242), missing=_needs_sandbox),
    Variation(name="umask", apply=lambda c, _: replace(c, umask=0o077)),
    Variation(name="user", apply=lambda c, _: replace(c, user="zq7user")),
)
"""All variations, by name; the frontend is varied too, but is no condition."""


MILDLY = tuple(variation.name for variation in VARIATIONS if variation.mildly is not None)
"""Variations that can be applied in a second, milder way."""


def vary(conditions: Conditions, machine: Machine, names: Iterable[str], mildly: Iterable[str] = ()) -> Conditions:
    """Return conditions with the named ones opposite, some of them ``mildly``."""
    wanted, mild = set(names), set(mildly)
    for variation in VARIATIONS:
        if variation.name in wanted:
            apply = variation.mildly if variation.name in mild and variation.mildly else variation.apply
            conditions = apply(conditions, machine)
    return conditions


def stand(conditions: Conditions, machine: Machine, moment: int) -> Conditions:
    """Return conditions whose clock stands still at a moment, POSIX seconds, or as far from it as it was wrong."""
    return replace(
        conditions,
        clock_stands=moment + conditions.clock_offset,
        clock_frozen=True,
        clock_library=machine.clock_library,
    )
