"""Makes one store of several, such as those of the shards of one audit: one result of each wheel is kept."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from samewheel._files import sha256_of, walk
from samewheel._temporary import temporary_folder
from samewheel.audit.merged import Merged, Result, Share, chosen, joined_items, joined_settings, listed_in
from samewheel.audit.running import NOT_KEPT, log_file, log_folder
from samewheel.audit.schema import connect, create, explained
from samewheel.audit.store import FOUND, RESULT, reading
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from samewheel.audit.merged import Listed
    from samewheel.audit.store import Reader

__all__ = ["merge"]

Key = tuple[str, str, str]
"""Name, version and file name of a wheel."""

Logs = tuple[tuple[Path, str], ...]
"""Stores with the same result of a wheel, the one whose result is kept first, and what each says of its log."""

LOST = f"{NOT_KEPT}it was not there when stores were merged"


class _Source:
    """A store that is read."""

    def __init__(self, path: Path, reader: Reader) -> None:
        self.path = path
        self.reader = reader
        self.names = frozenset(reader.names())

    def share(self, title: str) -> Share:
        """Return what an audit in it is of."""
        audit = self.reader.find(title)
        return Share(store=self.path, settings=self.reader.settings(audit), items=self.reader.items(audit))

    def results(self, title: str) -> Iterator[Result]:
        """Yield the results of an audit, whether something still names their wheels or not."""
        if title in self.names:
            yield from self.reader.results(self.reader.find(title))


class _Merger:
    """Writes one audit after the other to a new store."""

    def __init__(self, connection: sqlite3.Connection, sources: Sequence[_Source], prefer: Path | None) -> None:
        self._connection = connection
        self._sources = sources
        self._prefer = prefer

    def audit(self, number: int, title: str) -> tuple[Merged, dict[Key, Logs]]:
        """Write an audit, and return what it became, and where the logs of its results may be.

        Raises:
            UsageError: the stores do not agree.
        """
        shares = [source.share(title) for source in self._sources if title in source.names]
        settings = joined_settings(title, shares)
        items = joined_items(title, shares, self._prefer)
        said = msgspec.json.encode(settings).decode()
        self._connection.execute("INSERT INTO audit VALUES (?, ?, ?)", (number, title, said))
        rows = [(number, position, *item) for position, item in enumerate(items)]
        self._connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        shared, logs = self._results(number, title, listed_in(items))
        (count,) = self._connection.execute("SELECT count(*) FROM result WHERE audit = ?", (number,)).fetchone()
        missing = tuple(sorted({*range(1, settings.of + 1)} - {*settings.shards}))
        return Merged(name=title, packages=len(items), results=count, shared=shared, missing=missing), logs

    def _results(self, number: int, title: str, listed: Listed) -> tuple[int, dict[Key, Logs]]:
        """Write the results of all stores, the preferred one's first; count those that were there before."""
        shared, logs, preferred = 0, dict[Key, Logs](), set[Key]()
        for source in self._sources:
            for found in source.results(title):
                key, before = found.key, self._before(number, found.key)
                shared += before is not None
                kept = chosen(found, before, listed, title, source.path, preferred=key in preferred)
                # Of whole rebuilds, none stays in memory: an audit may have very many.
                known, here = logs.pop(key, ()), ((source.path, found.log),) if found.log else ()
                same, stays = before is None or found.said == before.said, kept is before
                if places := _places(known, here, same=same, stays=stays):
                    logs[key] = places
                if stays:
                    continue
                self._put(number, found)
                preferred.discard(key)
                if source.path == self._prefer and found.final:
                    preferred.add(key)
        return shared, logs

    def _before(self, number: int, key: Key) -> Result | None:
        words = f"{FOUND} AND name = ? AND version = ? AND filename = ?"
        row = self._connection.execute(words, (number, *key)).fetchone()
        return None if row is None else Result(*row)

    def _put(self, number: int, found: Result) -> None:
        self._connection.execute(RESULT, (number, *msgspec.structs.astuple(found)))

    def note_log(self, number: int, key: Key, log: str) -> None:
        """Write down where a log is now."""
        words = "UPDATE result SET log = ? WHERE audit = ? AND name = ? AND version = ? AND filename = ?"
        self._connection.execute(words, (log, number, *key))


def _places(known: Logs, here: Logs, *, same: bool, stays: bool) -> Logs:
    """Return where the log of the result that is kept may be: also beside another store that has the same one."""
    first, then = (known, here) if stays else (here, known)
    return first + then if same else first


def _copied(logs: Logs, title: str, filename: str, folder: Path, destination: Path) -> str:
    """Copy the first log that is there, and return what is said of it now.

    Its place is none of the stores' words, which could be any.
    """
    new = log_file(destination, title, filename)
    for store, said in logs:
        old = log_file(store, title, filename)
        if said.startswith(NOT_KEPT) or os.sep in filename or old.is_symlink() or not old.is_file():
            continue
        copy = folder / new.relative_to(destination.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(old, copy)
        return new.relative_to(destination.parent).as_posix()
    _, said = logs[0]
    return said if said.startswith(NOT_KEPT) else LOST


def _fill(folder: Path, sources: Sequence[_Source], destination: Path, prefer: Path | None) -> Iterator[Merged]:
    """Write the store and its logs into a folder, and yield what each audit became."""
    path = folder / destination.name
    create(path)
    with explained(path), closing(connect(path, writing=False, filling=True)) as connection:
        connection.execute("BEGIN")
        merger = _Merger(connection, sources, prefer)
        for number, title in enumerate(sorted({name for source in sources for name in source.names}), start=1):
            merged, logs = merger.audit(number, title)
            for key, places in sorted(logs.items()):
                merger.note_log(number, key, _copied(places, title, key[-1], folder, destination))
            yield merged
        connection.execute("COMMIT")


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _there(path: Path) -> UsageError:
    return UsageError(
        f"{path} is there already",
        cause="A merge replaces nothing.",
        hint="Remove it, or name another store by --output.",
    )


def _refuse_what_is_there(stores: Sequence[Path], destination: Path, prefer: Path | None) -> None:
    """Refuse to replace anything, and to prefer what is not merged."""
    if _is_there(destination):
        raise _there(destination)
    if prefer is not None and prefer not in stores:
        raise UsageError(f"--prefer {prefer} is none of the stores", hint="Name it as one of them, too.")


def merge(stores: Sequence[Path], destination: Path, *, prefer: Path | None = None) -> tuple[Merged, ...]:
    """Make one store of several, whole or not at all; the order of the stores says nothing.

    Audits of one name become one. Of a wheel that several stores have a result of, the one of the file that is listed
    counts more than one of another file, and a verdict more than a failure; verdicts of a listed file that differ are
    refused, unless one of the stores is preferred.

    Args:
        stores: what is merged; they are only read.
        destination: the new store; logs go beside it.
        prefer: one of the stores, whose verdicts and lists count where others have other ones.

    Returns:
        What each audit became, sorted by name.

    Raises:
        UsageError: a file is no store; audits of one name have other settings or lists; verdicts of one wheel differ;
            or there is something at the destination already. Nothing was written then.
        SamewheelError: a store is damaged, or the destination cannot be written.
    """
    _refuse_what_is_there(stores, destination, prefer)
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            ordered = sorted(set(stores), key=lambda path: (path != prefer, str(path.absolute())))
            sources = [_Source(path, stack.enter_context(reading(path, steady=True))) for path in ordered]
            folder = stack.enter_context(temporary_folder(destination.parent))
            merged = tuple(_fill(folder, sources, destination, prefer))
            _show(folder, destination)
    except OSError as error:
        raise SamewheelError(
            f"cannot write {destination}", cause=str(error), hint="Name another store by --output."
        ) from error
    return merged


def _contents(folder: Path) -> dict[str, str]:
    """Return the digests of the files in a folder; none if there is no such folder."""
    return {name: sha256_of(folder / name) for name in walk(folder)} if folder.is_dir() else {}


def _show(folder: Path, destination: Path) -> None:
    """Give the store and the folder of its logs their places; the store last, and never instead of another one.

    A merge that was killed between the two has left the very same logs.
    """
    logs = log_folder(destination, "").parent
    made = folder / logs.name
    if logs.exists() and _contents(made) != _contents(logs):
        raise _there(logs)
    ours = made.exists() and not logs.exists()
    if ours:
        made.rename(logs)
    try:
        destination.hardlink_to(folder / destination.name)
    except FileExistsError as error:
        raise _there(destination) from error
    except OSError:
        # Where there is a store now, the logs are its own: another merge of the same stores has found them equal.
        if ours and not _is_there(destination):
            with suppress(OSError):
                shutil.rmtree(logs)
        raise
