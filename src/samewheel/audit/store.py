"""Where the results of audits are kept: one SQLite file, written as they come, good after a kill at any moment.

Several audits can be written to one store at the same time, but each by one process only: whoever writes an audit
holds a lock (a transaction on an empty database beside the store) which the system takes back when the process ends,
however it ends.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from samewheel import __version__
from samewheel.audit.merged import ItemRow, Result
from samewheel.audit.schema import check, connect, create, explained, refuse_foreign_journal
from samewheel.audit.sharding import Settings
from samewheel.audit.values import Entry, Item, Skipped, Status, cause_of, order
from samewheel.buildinfo import Isolation
from samewheel.errors import SamewheelError, UsageError
from samewheel.rebuilding.values import Rebuilt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from samewheel.audit.values import Job, Outcome

__all__ = ["Reader", "Writer", "reading", "writing"]

RESULT = """REPLACE INTO result
    (audit, name, version, filename, sha256, status, verdict, reason, plan, rebuilt, log, tool, seconds)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

JOINED = """FROM item LEFT JOIN result ON
    item.skipped IS NULL AND result.audit = item.audit AND result.name = item.name
    AND result.version = item.version AND result.filename = item.filename AND result.sha256 IS item.sha256
    WHERE item.audit = ?"""
"""The items of an audit with the results of their wheels."""

LISTED = f"""SELECT item.name, item.version, item.filename, item.sha256, item.skipped, item.place,
    result.status, result.verdict, result.reason, result.log, result.tool, result.rebuilt {JOINED}"""

FOUND = f"SELECT {', '.join(Result.__struct_fields__)} FROM result WHERE audit = ?"  # noqa: S608 - our own names
"""The results of an audit, as :class:`Result` has them."""

_REASON = 2_000
"""Characters of a reason that lists show; the whole of it is in the rebuild."""


UNKNOWN = Settings()
"""Of an audit whose items came from no file."""


class _Apart(msgspec.Struct, frozen=True):
    """What of a whole rebuild is listed."""

    isolation: Isolation | None = None


def _entry(row: tuple[Any, ...]) -> Entry:
    """Return a row of a list as a value; what it holds is checked."""
    name, version, filename, sha256, skipped, place, status, verdict, reason, log, tool, rebuilt = row
    said: dict[str, Any] = {"name": name, "version": version, "filename": filename, "sha256": sha256}
    if skipped is not None:
        status, reason = Status.SKIPPED, Skipped(skipped).sentence
    said |= {"skipped": skipped, "where": place, "status": status or Status.PENDING, "verdict": verdict}
    said |= {"reason": reason or "", "log": log or "", "tool": tool or ""}
    apart = msgspec.json.decode(rebuilt, type=_Apart).isolation if rebuilt is not None else None
    return msgspec.convert(said | {"isolation": apart.mechanism if apart else None}, Entry)


class Reader:
    """A store that is read."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Read from an open connection; the path is for messages."""
        self._path = path
        self._connection = connection

    def names(self) -> tuple[str, ...]:
        """Return the names of its audits, sorted."""
        with explained(self._path):
            return tuple(str(name) for (name,) in self._connection.execute("SELECT name FROM audit ORDER BY name"))

    def title(self, name: str | None) -> str:
        """Return the name of the audit that is meant; without one, of the only one.

        Raises:
            UsageError: there is none of that name, or there are several.
        """
        names = self.names()
        if name is None and len(names) == 1:
            return names[0]
        if name is None or name not in names:
            known = ", ".join(names) or "none"
            what = f"has several audits: {known}" if name is None and names else f"has no such audit; it has: {known}"
            raise UsageError(f"{self._path} {what}", hint="Name one by --name.")
        return name

    def find(self, title: str) -> int:
        """Return the number of an audit that :meth:`title` returned."""
        with explained(self._path):
            return int(self._connection.execute("SELECT id FROM audit WHERE name = ?", (title,)).fetchone()[0])

    def entries(self, audit: int) -> tuple[Entry, ...]:
        """Return the items of an audit with their results, sorted.

        Raises:
            SamewheelError: it is damaged.
        """
        try:
            with explained(self._path):
                return tuple(sorted(map(_entry, self._connection.execute(LISTED, (audit,))), key=order))
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            raise SamewheelError(f"the store {self._path} is damaged", cause=str(error)) from error

    def rebuilt(self, audit: int, entry: Entry) -> Rebuilt | None:
        """Return the whole outcome of an entry's rebuild; None if it has none.

        Raises:
            SamewheelError: it is damaged.
        """
        words = "SELECT rebuilt FROM result WHERE audit = ? AND name = ? AND version = ? AND filename = ?"
        with explained(self._path):
            key = (audit, entry.name, entry.version, entry.filename)
            row = self._connection.execute(words, key).fetchone()
        if entry.status is not Status.REBUILT or row is None:
            return None
        try:
            return msgspec.json.decode(row[0], type=Rebuilt)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            what = f"the store {self._path} is damaged at {entry.name} {entry.version}"
            raise SamewheelError(what, cause=str(error)) from error

    def settings(self, audit: int) -> Settings:
        """Return what decides what an audit is of.

        Raises:
            SamewheelError: it is damaged.
        """
        with self._sound():
            row = self._connection.execute("SELECT settings FROM audit WHERE id = ?", (audit,)).fetchone()
            return msgspec.json.decode(row[0], type=Settings)

    def items(self, audit: int) -> tuple[ItemRow, ...]:
        """Return the rows of an audit's list, checked.

        Raises:
            SamewheelError: it is damaged.
        """
        words = "SELECT name, version, filename, sha256, skipped, place FROM item WHERE audit = ?"
        with self._sound():
            return tuple(msgspec.convert(row, ItemRow) for row in self._connection.execute(words, (audit,)))

    def results(self, audit: int) -> Iterator[Result]:
        """Yield the rows of an audit's results, checked, also of wheels that nothing names any more.

        Raises:
            SamewheelError: it is damaged.
        """
        with self._sound():
            for row in self._connection.execute(FOUND, (audit,)):
                found = msgspec.convert(dict(zip(Result.__struct_fields__, row, strict=True)), Result)
                if found.rebuilt is not None:
                    msgspec.json.decode(found.rebuilt, type=Rebuilt)
                yield found

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Turn values that are none of ours into an error.

        Raises:
            SamewheelError: they are.
        """
        try:
            with explained(self._path):
                yield
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            raise SamewheelError(f"the store {self._path} is damaged", cause=str(error)) from error


class Writer(Reader):
    """A store with an audit that is being written."""

    def __init__(self, path: Path, connection: sqlite3.Connection, audit: int, name: str) -> None:
        """Write to an audit that this process holds the lock of."""
        super().__init__(path, connection)
        self.audit = audit
        """Its number."""
        self.name = name

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write what is put while the block runs at its end, with one wait for the disk; also if the block fails.

        Raises:
            SamewheelError: it cannot be written.
        """
        with explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            with explained(self._path):
                self._connection.execute("COMMIT")

    def put(self, job: Job, outcome: Outcome, log: str = "") -> None:
        """Keep what came of a job; it is on the disk when this returns, or at the end of :meth:`together`.

        ``log`` is as an :class:`Entry` has it.
        """
        rebuilt, failure = outcome.rebuilt, outcome.failure
        reason = cause_of(rebuilt) if rebuilt is not None else ""
        if failure is not None:
            # A cause of many lines is the end of what a build printed, and the log has it.
            short = failure.cause if len(failure.cause.splitlines()) == 1 else ""
            reason = f"{failure.what}: {short}" if short else failure.what
        row = (
            *(self.audit, job.name, job.version, job.filename, job.sha256),
            *(Status.REBUILT if rebuilt is not None else Status.FAILED, rebuilt.verdict if rebuilt else None),
            reason.strip()[:_REASON],
            msgspec.json.encode(rebuilt.plan).decode() if rebuilt is not None and rebuilt.plan is not None else None,
            msgspec.json.encode(rebuilt).decode() if rebuilt is not None else None,
            *(log, __version__, outcome.seconds),
        )
        with explained(self._path):
            self._connection.execute(RESULT, row)


def _number(connection: sqlite3.Connection, name: str, *, again: bool) -> int:
    """Return the number of an audit, which is made if there is none.

    Raises:
        UsageError: it is there, and was not asked for ``again``.
    """
    row = connection.execute("SELECT id FROM audit WHERE name = ?", (name,)).fetchone()
    if row is not None and not again:
        raise UsageError(
            f"an audit {name!r} is in the store already",
            hint="--resume goes on with it, --anew begins again, --name gives this one another name.",
        )
    if row is not None:
        return int(row[0])
    return int(connection.execute("INSERT INTO audit (name, settings) VALUES (?, '')", (name,)).lastrowid or 0)


def _set_up(
    connection: sqlite3.Connection, name: str, items: Sequence[Item], settings: Settings, *, resume: bool, anew: bool
) -> int:
    """Write down what an audit is of, in one transaction, and return its number."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        audit = _number(connection, name, again=resume or anew)
        said = msgspec.json.encode(settings).decode()
        connection.execute("UPDATE audit SET settings = ? WHERE id = ?", (said, audit))
        connection.execute("DELETE FROM item WHERE audit = ?", (audit,))
        if anew:
            connection.execute("DELETE FROM result WHERE audit = ?", (audit,))
        rows = [
            (audit, position, item.name, item.version, item.filename, item.sha256, item.skipped, item.where)
            for position, item in enumerate(items)
        ]
        connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return audit


@contextmanager
def _held(path: Path, name: str) -> Iterator[None]:
    """Hold the lock of one audit while the block runs.

    Raises:
        UsageError: another process holds it.
        SamewheelError: the lock's file cannot be used.
    """
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
    file = path.with_name(f".{path.name}.{digest[:8]}.lock")
    refuse_foreign_journal(file)
    try:
        lock = sqlite3.connect(file, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise SamewheelError(f"cannot lock the audit with {file}", cause=str(error)) from error
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"the audit {name!r} is being written by another process",
                cause=f"{error}: {file}",
                hint="Wait for its end, or give this one another name by --name.",
            ) from error
        except sqlite3.Error as error:
            raise SamewheelError(f"cannot lock the audit with {file}", cause=str(error)) from error
        yield


@contextmanager
def writing(
    path: Path,
    name: str,
    items: Sequence[Item],
    *,
    settings: Settings = UNKNOWN,
    resume: bool = False,
    anew: bool = False,
) -> Iterator[Writer]:
    """Open a store to write one audit while the block runs; it is made if there is none.

    Args:
        path: the store.
        name: of the audit.
        items: what it is of; what an audit of that name was of before is forgotten, its results are not.
        settings: what decided that; for a merge.
        resume: go on with an audit of that name, if there is one.
        anew: begin again; its results go.

    Raises:
        UsageError: the file is no store; or an audit of that name is there, and neither ``resume`` nor ``anew`` was
            asked for; or another process writes it.
        SamewheelError: the store cannot be made or written, or is damaged.
    """
    if not path.exists():
        create(path)
    check(path)
    with _held(path, name), closing(connect(path, writing=True)) as connection:
        with explained(path):
            audit = _set_up(connection, name, items, settings, resume=resume, anew=anew)
        yield Writer(path, connection, audit, name)
        with suppress(sqlite3.Error):
            # At rest it is one plain file, which can be copied, and read where nothing can be written. Another
            # audit that is still being written keeps it from that, and does it itself.
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()


@contextmanager
def reading(path: Path, *, steady: bool = False) -> Iterator[Reader]:
    """Open a store to read while the block runs, also while it is being written.

    Args:
        path: the store.
        steady: see it as it is now, whatever is written meanwhile.

    Raises:
        UsageError: there is none, or the file is none.
        SamewheelError: it is damaged.
    """
    if not path.exists():
        raise UsageError(
            f"there is no store {path}", hint="Name it by --store, or run an audit: samewheel audit FILE"
        )
    check(path)
    with closing(connect(path, writing=False)) as connection:
        if steady:
            with explained(path):
                connection.execute("BEGIN")
        yield Reader(path, connection)
