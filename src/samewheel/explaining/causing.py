"""From a guilty condition to the cause that has a page: what a condition does depends on where it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.causes import CAUSES, archive, contents, metadata, native
from samewheel.explaining.pieces import only_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from samewheel.comparison import Difference

__all__ = ["NATIVE", "REPAIR_FILES", "cause_of", "telling"]

LIKELY: Mapping[str, Sequence[ModuleType]] = {
    "SW1": (archive,),
    "SW2": (metadata, contents, archive),
    "SW3": (native, archive, contents),
    "SW4": (native, contents),
}
"""Where to look for a cause, by the layer in which it shows: what is about fewer things comes first."""

NATIVE = (".so", ".pyd", ".dylib", ".dll")
"""How files of native code end."""

REPAIR_FILES = frozenset({"DELVEWHEEL", "AUDITWHEEL", "DELOCATE"})
"""Files of tools that repair wheels, by which they say so."""

SBOM = "/sboms/"

TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")

CYTHON = re.compile(r"\.(?:pyx|pxd|pxi)\b")

COMPILED = re.compile(r"\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|f|f90)\b", re.IGNORECASE)
"""What compilers put in where a source says ``__FILE__``."""

RUST = re.compile(r"\.rs\b|/\.cargo/")


def _says(pattern: re.Pattern[str], one: Difference) -> bool:
    return pattern.search(one.a) is not None and pattern.search(one.b) is not None


FITS: Mapping[str, Callable[[Difference], bool]] = {
    "cython-path": lambda one: _says(CYTHON, one),
    "debug-path": lambda one: one.code != "SW404" or ".debug" in one.field or _says(COMPILED, one),
    "hash-value": lambda one: only_numbers(one.a, one.b),
    "nested-archive": lambda one: one.code != "SW301" or one.member.endswith(TARS),
    "optional-extension": lambda one: one.code != "SW302" or one.member.endswith(NATIVE),
    "repair-tool": lambda one: one.member.rpartition("/")[2] in REPAIR_FILES,
    "rust-path": lambda one: _says(RUST, one),
    "sbom-order": lambda one: SBOM in one.member,
    "tag-order": lambda one: not only_numbers(one.a, one.b),
    "text-encoding": lambda one: one.code != "SW301",
}
"""Of causes that are about some files or places alone: whether a difference may be theirs."""


def _fits(name: str, one: Difference) -> bool:
    return one.code in CAUSES[name].codes and (name not in FITS or FITS[name](one))


def telling(differences: Sequence[Difference]) -> Sequence[Difference]:
    """Return the differences that tell something: a build-id follows from all else, and does so only alone."""
    return [one for one in differences if one.code != "SW401"] or differences


def cause_of(condition: str, differences: Sequence[Difference]) -> str:
    """Return the likeliest cause of differences of a member, or of the archive, of which a condition is guilty."""
    told = telling(differences)
    modules = dict.fromkeys(module for one in told for module in LIKELY.get(one.code[:3], ()))
    likely = [cause for module in modules for cause in module.CAUSES if condition in cause.conditions]
    found = [cause.name for cause in likely if any(_fits(cause.name, one) for one in told)]
    return found[0] if found else _general(condition)


def _general(condition: str) -> str:
    """Return the cause with the most codes: a condition that shows where nobody would expect it has a page, too."""
    return max((one for one in contents.CAUSES if condition in one.conditions), key=lambda one: len(one.codes)).name
