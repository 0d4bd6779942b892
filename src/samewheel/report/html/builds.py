"""Two builds side by side: files, conditions as they were set and as they were seen, and what was installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.report.html.values import Row, Rows
from samewheel.report.lines import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from samewheel.buildinfo import BuildInfo
    from samewheel.comparison import Difference

__all__ = ["build_tables", "differing_builds", "file_table", "seen_table"]

ABSENT = "not there"

UNITS = {
    "clock": "clock (days ahead)",
    "cpus": "cpus (usable, all)",
    "hash_seed": "hash_seed (hash of a word)",
    "locale": "locale, and its order",
    "source_mtime": "source_mtime (POSIX)",
    "timezone": "timezone (s west of UTC)",
}
"""What the probe's numbers are."""


def _rows(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[Row, ...]:
    """Return what two builds have by the same names; the order is the first one's, then the second one's."""
    return tuple(Row(name, a.get(name, ABSENT), b.get(name, ABSENT)) for name in dict.fromkeys((*a, *b)))


def file_table(a: Mapping[str, str], b: Mapping[str, str]) -> Rows:
    """Return what two wheels are as files."""
    return Rows("The files", _rows(a, b))


def _environment(info: BuildInfo) -> dict[str, str]:
    machine = info.interpreter
    return {
        "source": f"{info.source.kind.value} {info.source.commit or info.source.digest}",
        "interpreter": f"{machine.implementation} {machine.version}, {machine.platform}",
        "frontend": f"{info.frontend.name} {info.frontend.version}, via {info.via.value}",
        "SOURCE_DATE_EPOCH": f"{info.epoch.value} ({info.epoch.origin})",
        "constraints": info.constraints.sha256,
        "zlib": info.zlib,
        "isolation": isolated(info.isolation),
        **{f"env {name}": value for name, value in sorted(info.env.items())},
        **{f"setting {name}": _value(value) for name, value in sorted(info.config_settings.items())},
    }


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "not known" if value is None else str(value)


def _tools(info: BuildInfo) -> dict[str, str]:
    """Return what compiled; empty for a wheel for every platform."""
    chain = info.toolchain
    if chain is None:
        return {}
    return {**chain.compilers, "linker": chain.linker, **chain.config, "libraries": ", ".join(chain.libraries)}


def _installed(info: BuildInfo) -> dict[str, str]:
    return {one.name: f"{one.version}  sha256:{one.sha256}" for one in info.dependencies}


def build_tables(a: BuildInfo, b: BuildInfo, *, wanted: bool = False) -> Iterator[Rows]:
    """Yield what two buildinfos say; ``wanted`` are differences of their conditions."""
    conditions = _rows(dict(sorted(a.conditions.items())), b.conditions)
    yield Rows("Conditions, as they were set", conditions, wanted)
    yield Rows("Environment", _rows(_environment(a), _environment(b)))
    for title, rows in (
        ("Installed for the build", _rows(_installed(a), _installed(b))),
        ("Tool chain", _rows(_tools(a), _tools(b))),
    ):
        if rows:
            yield Rows(title, rows)


def seen_table(observed: Sequence[Mapping[str, object]]) -> Rows:
    """Return what the build processes saw of their conditions."""
    a, b = ({UNITS.get(name, name): _value(value) for name, value in sorted(seen.items())} for seen in observed)
    return Rows("Conditions, as the build processes saw them", _rows(a, b), wanted=True)


def differing_builds(differences: Iterable[Difference]) -> Rows | None:
    """Return how two wheels were built differently, as far as a comparison says; None where it does not."""
    rows = tuple(Row(one.field, one.a, one.b) for one in differences if one.code.startswith("SW5"))
    return Rows("How they were built", rows) if rows else None
