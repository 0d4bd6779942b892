"""What builds printed: options of compilers that make them depend on more than the source, and what was given up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.causing import NATIVE
from samewheel.explaining.recognisers.said import coded, consistent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS"]

OPTIONS = {
    "profile": re.compile(r"(?<!\S)-fprofile-(?:use|generate|instr-use)\S*|(?<!\S)--?pgo\b"),
    "native-cpu": re.compile(r"(?<!\S)-m(?:arch|cpu|tune)=native\b|\btarget-cpu=native\b|(?<!\S)-xHost\b"),
}
"""What compilers are told, and the cause that it may be of other code."""

CODE = ("SW403", "SW404", "SW405")
"""Differences of compiled code."""

GIVEN_UP = re.compile(
    r"^.*?(?:building extension .*? failed|(?:could|can) ?not (?:be )?(?:compile|build)\w*|command .*? failed"
    r"|extension.*?(?:skipp|disabl|fail)\w*|falling back|pure[- ]python)",
    re.IGNORECASE | re.MULTILINE,
)
"""How lines begin in which builds say that they go on without an extension."""

FOLDER = re.compile(r"(?<![\w.…])(?:/[^/\s'\"]+)+/")
"""Folders of the machine, which belong into no report."""

LONGEST = 200
"""Characters of a line that are shown."""


def _printed(case: Case) -> tuple[str, str]:
    return case.given.printed if case.given is not None else ("", "")


def options(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Options for which the compiler looks at more than the source: a profile, the processor at hand."""
    found = coded(left, *CODE)
    for cause, pattern in OPTIONS.items() if found else ():
        for which, text in zip(("first", "second"), _printed(case), strict=True):
            told = pattern.search(text)
            if told is not None:
                yield consistent(cause, *found, evidence=f"the {which} build printed {told[0]}", whole=False)
                break


def given_up(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """A compiled member that only one build has, where the other one printed that it goes on without."""
    for one in coded(left, "SW302"):
        without = 0 if one.a == "absent" else 1
        lines = [GIVEN_UP.search(text) for text in _printed(case)]
        said = lines[without]
        if one.member.endswith(NATIVE) and said is not None and lines[1 - without] is None:
            which = ("first", "second")[without]
            words = FOLDER.sub("…/", said[0].strip())[:LONGEST]
            evidence = f"{one.member} is not in the {which} wheel; its build printed: {words}"
            yield consistent("optional-extension", one, evidence=evidence)


RECOGNISERS = (options, given_up)
"""Neither is surer than the other."""
