"""The store's tables, and which files are stores: ours, of a schema that we know, and undamaged."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from samewheel._syncing import folder_of
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["APPLICATION", "VERSION", "check", "connect", "create", "explained", "refuse_foreign_journal"]

APPLICATION = 0x5357_4155
"""``SWAU``: what a store says it is, where SQLite has a place for that (application_id)."""

VERSION = 2
"""Of the schema (user_version): raised when an older samewheel would misread a newer store."""

TABLES = (
    """CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL
)""",
    """CREATE TABLE item (
    audit INTEGER NOT NULL REFERENCES audit (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    filename TEXT NOT NULL,
    sha256 TEXT,
    skipped TEXT,
    place TEXT NOT NULL,
    PRIMARY KEY (audit, position)
) WITHOUT ROWID""",
    """CREATE TABLE result (
    audit INTEGER NOT NULL REFERENCES audit (id),
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    filename TEXT NOT NULL,
    sha256 TEXT,
    status TEXT NOT NULL,
    verdict TEXT,
    reason TEXT NOT NULL,
    plan TEXT,
    rebuilt TEXT,
    log TEXT NOT NULL,
    tool TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (audit, name, version, filename)
)""",
)
"""``result`` outlives ``item``: what was found out of a wheel stays true when the files name other things."""

PATIENCE = 30.0
"""Seconds that one writer waits for another's transaction, each of which takes milliseconds."""

NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")
"""The last bytes of a journal that names a super-journal (Database File Format, 3, "The Rollback Journal")."""

LONGEST = 256 << 20
"""Bytes of one value that are read at most."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours.

    Raises:
        SamewheelError: the store is damaged, locked for too long, or cannot be read or written.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise SamewheelError(
            f"cannot use the store {path}", cause=str(error), hint="Free what is full or locked, then add --resume."
        ) from error
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        # OverflowError, UnicodeError: values in it that are none of ours.
        raise SamewheelError(
            f"the store {path} is damaged", cause=str(error), hint="It was left as it is: name another by --store."
        ) from error


def check(path: Path) -> None:
    """Refuse what is not a store, without changing a byte of it.

    Raises:
        UsageError: it is something else, or of a later samewheel.
        SamewheelError: it is damaged.
    """
    if not path.is_file():
        raise UsageError(f"{path} is not a file", hint="Name another store by --store.")
    try:
        # Immutable: SQLite then repairs nothing, and takes no part in what others do with the file.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        foreign = error.sqlite_errorcode == sqlite3.SQLITE_NOTADB
        what = f"{path} is not a store of samewheel audit" if foreign else f"the store {path} is damaged"
        raise (UsageError if foreign else SamewheelError)(
            what, cause=str(error), hint="It was left as it is: name another by --store."
        ) from error
    if application != APPLICATION:
        raise UsageError(
            f"{path} is not a store of samewheel audit",
            cause="It is an empty file." if not path.stat().st_size else "It is another program's database.",
            hint="Name another store by --store.",
        )
    if version != VERSION:
        raise UsageError(
            f"{path} has schema {version}, and this samewheel knows schema {VERSION}",
            cause=f"{'A later' if version > VERSION else 'An earlier'} samewheel wrote it, or something changed it.",
            hint="Read it with that samewheel, or name another store by --store.",
        )


def _check_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a store with other tables, or with triggers or views, which would run on our statements."""
    found = sorted(row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    if found != sorted(TABLES):
        raise UsageError(
            f"{path} is not a store of samewheel audit",
            cause="Its tables are others.",
            hint="Name another by --store.",
        )


def create(path: Path) -> None:
    """Make an empty store, whole or not at all; nothing happens if there is something already.

    Raises:
        SamewheelError: it cannot be made.
    """
    temporary = path.with_name(f".{path.name[:40]}.{os.urandom(8).hex()}")
    try:
        with folder_of(path):
            try:
                _fill(temporary, path)
            finally:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SamewheelError(
            f"cannot make the store {path}", cause=str(error), hint="Name another place by --store."
        ) from error


def _fill(temporary: Path, path: Path) -> None:
    with explained(path), closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        for table in TABLES:
            connection.execute(table)
    # Unlike a rename, a link never replaces what somebody else made meanwhile.
    with suppress(FileExistsError):
        path.hardlink_to(temporary)


def refuse_foreign_journal(path: Path) -> None:
    """Refuse a journal that names another one: SQLite deletes the file of that name, whatever it is.

    Ours never do: they are of one database each (Atomic Commit In SQLite, 5.4, "Deleting The Super-Journal").

    Raises:
        SamewheelError: there is such a journal, or it cannot be read.
    """
    journal = path.with_name(f"{path.name}-journal")
    try:
        if not stat.S_ISREG(journal.stat().st_mode):
            return
        with journal.open("rb") as file:
            file.seek(max(0, journal.stat().st_size - len(NAMES_ANOTHER)))
            is_foreign = file.read() == NAMES_ANOTHER
    except FileNotFoundError:
        return
    except OSError as error:
        raise SamewheelError(f"cannot read {journal}", cause=error.strerror or str(error)) from error
    if is_foreign:
        raise SamewheelError(
            f"{journal} is no journal of samewheel audit",
            cause="It would have a file deleted that it names.",
            hint="Find out who made it. Name another store by --store.",
        )


def connect(path: Path, *, writing: bool, filling: bool = False) -> sqlite3.Connection:
    """Open a store that was checked, or, for ``filling``, one that is made and that nobody else can see yet.

    Raises:
        UsageError: its tables are not ours.
        SamewheelError: it is damaged, or cannot be opened.
    """
    refuse_foreign_journal(path)
    uri = f"{path.absolute().as_uri()}?mode={'rw' if writing or filling else 'ro'}"
    with explained(path):
        connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
        try:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            connection.execute("PRAGMA trusted_schema = OFF")
            _check_tables(connection, path)
            if writing:
                _prepare(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Get ready to write: readers and other audits go on, and a power cut costs nothing that was committed."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
