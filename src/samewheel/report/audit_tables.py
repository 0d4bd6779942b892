"""Audits for other programs: JSON and CSV, sorted, with no time and no duration in them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from samewheel._text import printable
from samewheel.audit.merged import Merged
from samewheel.audit.values import Entry
from samewheel.buildinfo import to_json
from samewheel.rebuilding.values import Rebuilt
from samewheel.report.audits import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "LISTING_SCHEMA",
    "MERGED_SCHEMA",
    "SHOWN_SCHEMA",
    "Listing",
    "MergedAudits",
    "Shown",
    "ShownPackage",
    "to_csv",
    "to_listing",
    "to_merged",
    "to_shown",
]

LISTING_SCHEMA = "samewheel/audit/1"
"""What the JSON of a list says it is."""

SHOWN_SCHEMA = "samewheel/audit-package/1"
"""What the JSON of single packages says it is."""

MERGED_SCHEMA = "samewheel/audit-merge/1"
"""What the JSON of a merge says it is."""

COLUMNS = (
    "name",
    "version",
    "filename",
    "sha256",
    "status",
    "verdict",
    "skipped",
    "reason",
    "where",
    "log",
    "tool",
    "isolation",
)

FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would run: other people choose names and messages."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """An audit: all that files name, and what came of each."""

    name: str
    """Of the audit in its store."""
    packages: tuple[Entry, ...]
    """Sorted by name, version and file."""
    summary: dict[str, int]
    """How many packages there are of each verdict; those without one count under their status."""


class ShownPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package, with all that is known of it."""

    entry: Entry
    """Its line in the list."""
    rebuild: Rebuilt | None
    """None where nothing was rebuilt."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Packages of an audit."""

    name: str
    """Of the audit in its store."""
    packages: tuple[ShownPackage, ...]
    """Those of the name that was asked for."""


class MergedAudits(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the audits in several stores."""

    audits: tuple[Merged, ...]
    """Sorted by name."""


def to_merged(merged: Sequence[Merged]) -> bytes:
    """Return what a merge made, as JSON."""
    return to_json(MERGED_SCHEMA, MergedAudits(audits=tuple(merged)))


def to_listing(title: str, entries: Sequence[Entry]) -> bytes:
    """Return an audit as JSON."""
    summary = dict(Counter(map(words_of, entries)))
    return to_json(LISTING_SCHEMA, Listing(name=title, packages=tuple(entries), summary=summary))


def to_shown(title: str, found: Sequence[tuple[Entry, Rebuilt | None]]) -> bytes:
    """Return packages with their whole rebuilds as JSON."""
    packages = tuple(ShownPackage(entry=entry, rebuild=rebuilt) for entry, rebuilt in found)
    return to_json(SHOWN_SCHEMA, Shown(name=title, packages=packages))


def _cell(value: object) -> str:
    text = printable(str(value)) if value is not None else ""
    return f"'{text}" if text.startswith(FORMULA) else text


def to_csv(entries: Sequence[Entry]) -> str:
    """Return an audit as CSV (RFC 4180) with a line of headings; JSON has the same, and loses nothing of it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(entry, column)) for column in COLUMNS] for entry in entries)
    return text.getvalue()
