"""What is known of a cause, and what is said of two wheels that differ by it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

__all__ = ["UNKNOWN", "Cause", "Certainty", "Explanation"]

UNKNOWN = "unknown"
"""Stands for a cause that nothing tells."""


class Certainty(StrEnum):
    """How a cause is known, the surest first."""

    SHOWN = "shown"
    """The bytes show it: they hold a value that only this build had, or follow from one."""
    BUILT = "built"
    """Builds show it, in which nothing else was different."""
    CONSISTENT = "consistent"
    """It would explain the bytes, and so may something else."""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why two builds of a source give different wheels: a page of the documentation."""

    name: str
    """Stable: words with hyphens."""
    what: str
    """What the wheel depends on, as the end of a sentence: ``the name of the user who builds``."""
    do: str
    """What cures it, in a sentence: ``name an author instead of asking getpass``."""
    codes: tuple[str, ...]
    """Of differences that it makes, sorted."""
    conditions: tuple[str, ...] = ()
    """Conditions that are guilty, if it is the cause; none where no condition of a build decides."""
    how: str
    """How such wheels come about, in a paragraph or two of Markdown."""
    told: str
    """What samewheel tells it from, in a sentence or two."""
    lines: Mapping[str, str] = {}
    """What to paste, by backend; an empty name is any backend. One line or several, as they stand in a file."""
    seen: tuple[str, ...] = ()
    """Where it was seen: issues, releases, documentation; URLs or packages."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What makes two wheels differ, as far as it is known."""

    cause: str
    """The name of a cause, or ``unknown``."""
    certainty: Certainty
    """How it is known."""
    conditions: tuple[str, ...] = ()
    """The guilty conditions of the build, sorted; empty where none is known to be."""
    besides: tuple[str, ...] = ()
    """Names of other causes, sorted, if it takes all of them together; curing one cures it."""
    sentence: str
    """What depends on what, and what to do about it."""
    members: tuple[str, ...] = ()
    """Sorted; empty for what belongs to the archive as a whole."""
    codes: tuple[str, ...]
    """Of the differences that it explains, sorted."""
    evidence: tuple[str, ...] = ()
    """What it is told from: for each member a place and the two values, or the builds that were made."""
    remedy: str
    """What to paste for the backend at hand, or what to do."""
