"""The whole environment of a build in a file, in whatever form programs write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.pieces import LARGEST, differing_lines
from samewheel.explaining.recognisers.contents import changed
from samewheel.explaining.recognisers.said import consistent, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["dumped"]

VARIABLE = re.compile(r"(?<![0-9A-Za-z_])([A-Z_][A-Z0-9_]*)['\"]?[ \t]?[=:,]")
"""A variable before its value: as in a shell, in JSON, or as Python writes a mapping or pairs."""

USUAL = frozenset(
    {
        *("FAKETIME", "HOME", "HOSTNAME", "LANG", "LC_ALL", "LD_PRELOAD", "LOGNAME", "PATH", "PWD", "PYTHONHASHSEED"),
        *("SHELL", "SOURCE_DATE_EPOCH", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV"),
    }
)
"""Variables that builds have, of which nobody writes many on purpose."""

ENOUGH = 5
"""Of these, where they are a part of all that there is."""


def _may_have_one(content: bytes) -> bool:
    """Tell whether it is worth to look at lines, which takes much longer."""
    return sum(name.encode() in content for name in USUAL) >= ENOUGH


def dumped(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW2xx and SW3xx: lines that differ and are all of variables, many of them of the usual ones."""
    for both, differences in changed(case, left, LARGEST):
        lines = differing_lines(*both) if all(map(_may_have_one, both)) else None
        if lines is None:
            continue
        names = [USUAL.intersection(VARIABLE.findall(text)) for text in lines]
        if min(map(len, names)) >= ENOUGH:
            make = consistent if case.given is None else shown
            is_all = all(VARIABLE.search(line) for text in lines for line in text.splitlines())
            evidence = f"{differences[0].member}: {', '.join(sorted(names[0] & names[1]))}"
            yield make("environment-dump", *differences, evidence=evidence, whole=is_all)
