"""Differences in how two wheels were built, SW501 to SW509: what their buildinfos say, beside the wheels themselves.

These differences explain others, and lower no verdict: two builds may differ in all of them and give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel.comparison.values import Difference, difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.buildinfo import BuildInfo

__all__ = ["SUMMARIES", "builds"]

SUMMARIES = {
    "SW501": "build: the source that was built: commit, digest, uncommitted changes",
    "SW502": "build: what was installed to build: a distribution or its version, or the pins as a whole",
    "SW503": "build: the interpreter",
    "SW504": "build: the zlib that compressed",
    "SW505": "build: the frontend, or whether the build went through an sdist",
    "SW506": "build: the tool chain: compilers, linker, flags, libraries",
    "SW507": "build: SOURCE_DATE_EPOCH, or where it came from",
    "SW508": "build: settings that a person gave: config settings, environment, readable paths",
    "SW509": "build: the conditions of the build, or how far it was kept apart",
}
"""What each code says, in a line."""

CODES = {
    "source": "SW501",
    "constraints": "SW502",
    "dependencies": "SW502",
    "interpreter": "SW503",
    "zlib": "SW504",
    "frontend": "SW505",
    "via": "SW505",
    "toolchain": "SW506",
    "epoch": "SW507",
    "config_settings": "SW508",
    "env": "SW508",
    "readable": "SW508",
    "conditions": "SW509",
    "isolation": "SW509",
}
"""The code of each part of a buildinfo; the rest is about the wheel, or follows from these."""


def builds(a: BuildInfo, b: BuildInfo) -> Iterator[Difference]:
    """Yield what two buildinfos say differently, by code and key."""
    values_of_a, values_of_b = _values(a), _values(b)
    for code, key in sorted(values_of_a.keys() | values_of_b.keys()):
        values = (values_of_a.get((code, key), "absent"), values_of_b.get((code, key), "absent"))
        if values[0] != values[1]:
            yield difference(code, key, *values)


def _values(info: BuildInfo) -> Mapping[tuple[str, str], str]:
    """Return every value of a buildinfo by code and dotted key."""
    parts = msgspec.to_builtins(info, order="sorted")
    return {
        (code, key): value for part, code in CODES.items() for key, value in _flat(part, parts[part]) if parts[part]
    }


def _flat(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the values below a key, each as a short text; dependencies by their names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}", inner)
    elif key == "dependencies" and isinstance(value, list | tuple):
        for each in value:
            yield f"{key}.{each['name']}", f"{each['version']} ({each['filename']}, sha256:{each['sha256']})"
    elif isinstance(value, list | tuple):
        yield key, ", ".join(map(str, value)) or "none"
    else:
        yield key, "none" if value is None else str(value)
