"""What stores have to agree about to become one, and which result counts where several have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel._types import Sha256, Value
from samewheel.audit.sharding import Settings, shard_of
from samewheel.audit.values import Status
from samewheel.comparison import Verdict
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["ItemRow", "Listed", "Merged", "Result", "Share", "chosen", "joined_items", "joined_settings", "listed_in"]

ItemRow = tuple[str, str, str, str | None, str | None, str]
"""An item as the store has it: name, version, file name, SHA-256, why it is skipped, where it is named."""

Listed = frozenset[tuple[str, str, str, str | None]]
"""Name, version, file name and SHA-256 of files."""

RUNGS = tuple(Verdict)

PREFER = "Look at both by samewheel audit show, then say whose verdicts count: --prefer STORE"


class Result(msgspec.Struct, frozen=True):
    """A result as the store has it."""

    name: str
    version: str
    filename: str
    sha256: Sha256 | None
    status: Status
    verdict: Verdict | None
    reason: str
    plan: str | None
    rebuilt: str | None
    log: str
    tool: str
    seconds: float

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what wheel it is of."""
        return (self.name, self.version, self.filename)

    @property
    def file(self) -> tuple[str, str, str, str | None]:
        """Return what file it is of."""
        return (*self.key, self.sha256)

    @property
    def final(self) -> bool:
        """Tell whether it has a verdict."""
        return self.status == Status.REBUILT

    @property
    def said(self) -> tuple[str | None, ...]:
        """Return what it says of the wheel; how long that took, and by which version, is no part of that."""
        return (self.sha256, self.status, self.verdict, self.reason, self.plan, self.rebuilt)


class Share(Value, frozen=True, kw_only=True):
    """What an audit of one store is of."""

    store: Path
    settings: Settings
    items: tuple[ItemRow, ...]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the audits of one name."""

    name: str
    """Of the audit."""
    packages: int
    """Lines of its list."""
    results: int
    """In the merged store, failures included."""
    shared: int
    """Results that were in another store, too."""
    missing: tuple[int, ...]
    """Shards that none of the stores is of."""


def listed_in(items: Iterable[ItemRow]) -> Listed:
    """Return which files a list shows results of."""
    return frozenset(row[:4] for row in items if row[4] is None)


def _last(result: Result) -> tuple[object, ...]:
    """Return what decides between results that do not contradict each other; a lower rung never gives way."""
    rung = 0 if result.verdict is None else -RUNGS.index(result.verdict)
    return (rung, result.reason, result.sha256 or "", result.tool, result.seconds)


def chosen(
    found: Result, before: Result | None, listed: Listed, title: str, store: Path, *, preferred: bool = False
) -> Result:
    """Return which of two results of a wheel is kept, whichever came first.

    One of the very file that is listed comes before one of another file, which nobody is shown; then a verdict before
    a failure.

    Args:
        found: comes now.
        before: came before, if any did.
        listed: the files that the merged list shows results of.
        title: the audit's name, for messages.
        store: where ``found`` is from, for messages.
        preferred: whether ``before`` is from the store that is preferred.

    Raises:
        UsageError: both are verdicts of the file that is listed, and not the same.
    """
    if before is None:
        return found
    ranks = [(one.file not in listed, not one.final) for one in (before, found)]
    if ranks[0] != ranks[1]:
        return before if ranks[0] < ranks[1] else found
    if preferred:
        return before
    if found.said == before.said or ranks[0] != (False, False):
        return min(before, found, key=_last)
    if found.verdict != before.verdict:
        cause = f"One says {before.verdict}, the other {found.verdict}."
    else:
        cause = f"Both say {found.verdict}, and not for the same reasons."
    raise UsageError(
        f"{store} has another result of {found.filename} in the audit {title!r} than a store before it",
        cause=cause,
        hint=PREFER,
    )


def joined_settings(title: str, shares: list[Share]) -> Settings:
    """Return the settings of the audit that shares become.

    Raises:
        UsageError: they are shares of audits with other settings.
    """
    first = shares[0]
    for share in shares[1:]:
        for field in Settings.__struct_fields__:
            one, other = (getattr(of.settings, field) for of in (first, share))
            if field != "shards" and one != other:
                raise UsageError(
                    f"{share.store} has another audit {title!r} than {first.store}: {_WORDS[field]}",
                    cause=f"{_short(one)} there, {_short(other)} here.",
                    hint=_RESUME if field == "limits" else _RERUN,
                )
    return msgspec.structs.replace(
        first.settings, shards=tuple(sorted({number for share in shares for number in share.settings.shards}))
    )


_RERUN = "Run them with the same list and options, or with other names: --name"

# Limits are compared, for they decide verdicts, too: where the search for a plan passes one after its first build, or
# a backend leaves something out that it could not do, what was reached until then is the verdict.
_RESUME = (
    "Add --resume to one of them, with the --limit of the other, or none if that had none: "
    "verdicts stay, and only what failed is tried again."
)

_WORDS = {
    "named": "what its files name is something else",
    "tags": "it is for another interpreter or platform",
    "extras": "it has other extras",
    "groups": "it has other dependency groups",
    "limits": "its builds have other limits",
    "of": "it has another number of shards",
}


def _short(value: object) -> str:
    return msgspec.json.encode(value).decode()[:300]


def _sortable(row: ItemRow) -> tuple[str, ...]:
    return tuple(cell or "" for cell in row)


def joined_items(title: str, shares: list[Share], prefer: Path | None = None) -> tuple[ItemRow, ...]:
    """Return the list of the audit that shares become, sorted; of shards in several stores, the first one's counts.

    Raises:
        UsageError: stores have other lists of a shard, and the first one is not preferred.
    """
    of = shares[0].settings.of
    known: dict[int, tuple[Path, list[ItemRow]]] = {}
    for share in shares:
        parts: dict[int, list[ItemRow]] = {number: [] for number in share.settings.shards}
        for row in sorted(share.items, key=_sortable):
            parts.setdefault(shard_of(row[0], of), []).append(row)
        for number, rows in parts.items():
            store, before = known.setdefault(number, (share.store, rows))
            if store != prefer:
                _refuse_other_list(title, (store, before), (share.store, rows))
                known[number] = (store, min(before, rows, key=lambda rows: [_sortable(row) for row in rows]))
    return tuple(sorted((row for _, rows in known.values() for row in rows), key=_sortable))


def _refuse_other_list(title: str, one: tuple[Path, list[ItemRow]], other: tuple[Path, list[ItemRow]]) -> None:
    """Refuse lists of which one chose other wheels; where it found the names makes no difference."""
    if (a := [row[:-1] for row in one[1]]) == (b := [row[:-1] for row in other[1]]):
        return
    first = min({*a} ^ {*b} or {*a}, key=lambda row: [cell or "" for cell in row])
    raise UsageError(
        f"{one[0]} and {other[0]} have other wheels of {first[0]} {first[1]} in the audit {title!r}",
        cause="Between them, the index or the files have changed.",
        hint="Run one of them again with --resume, or merge others.",
    )
