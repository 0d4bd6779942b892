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

GIVEN_UP = tuple(
    (re.compile(words, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for words, end in (
        (r"(?:could|can) ?not (?:be )?(?:compile|build)|falling back|pure[- ]python", r"\w*"),
        (r"extension", r"(?:skipp|disabl|fail)\w*"),
        (r"command ", r" failed"),
    )
)
"""Words by which builds say that they go on without an extension, and what comes later in the line."""

FOLDER = re.compile(r"(?<![\w.…])(?:/[^/\s'\"]+)+/")
"""Folders of the machine, which belong into no report."""

LONGEST_LINE = 500
"""Characters of a line that are looked at."""

LONGEST = 200
"""Characters of a line that are shown."""


def _printed(case: Case) -> tuple[str, str]:
    return case.given.printed if case.given is not None else ("", "")


def _without_folders(text: str) -> str:
    return FOLDER.sub("…/", text)[:LONGEST]


def options(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Options for which the compiler looks at more than the source: a profile, the processor at hand."""
    found = coded(left, *CODE)
    for cause, pattern in OPTIONS.items() if found else ():
        for which, text in zip(("first", "second"), _printed(case), strict=True):
            told = pattern.search(text)
            if told is not None:
                yield consistent(
                    cause, *found, evidence=f"the {which} build printed {_without_folders(told[0])}", whole=False
                )
                break


def _given_up(text: str) -> str | None:
    """Return the first line by which a build says that it goes on without, as far as it says so."""
    for line in (line[:LONGEST_LINE] for line in text.splitlines()):
        for words, end in GIVEN_UP:
            begun = words.search(line)
            ended = end.search(line, begun.end()) if begun is not None else None
            if ended is not None:
                return line[: ended.end()].strip()
    return None


def given_up(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """A compiled member that only one build has, where the other one printed that it goes on without."""
    lines = [_given_up(text) for text in _printed(case)]
    for one in coded(left, "SW302"):
        without = 0 if one.a == "absent" else 1
        said = lines[without]
        if one.member.endswith(NATIVE) and said is not None and lines[1 - without] is None:
            which = ("first", "second")[without]
            evidence = f"{one.member} is not in the {which} wheel; its build printed: {_without_folders(said)}"
            yield consistent("optional-extension", one, evidence=evidence)


RECOGNISERS = (options, given_up)
"""Neither is surer than the other."""
