"""The store: what is in it stays, what is not ours is left alone, and two writers do not meet."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel.audit.schema import APPLICATION, VERSION
from samewheel.audit.store import reading, writing
from samewheel.audit.values import Item, Job, Outcome, Skipped, Status, failed
from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError, UsageError

from .audits import digest, item_of, job_of, rebuilt_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ITEMS = (item_of("b"), item_of("a"), Item(name="c", skipped=Skipped.URL, where="list.txt, line 3"))


def done(job: Job) -> Outcome:
    """Return a good outcome."""
    return Outcome(rebuilt=rebuilt_of(job), seconds=1.0)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with one audit of which one wheel is done."""
    path = tmp_path / "evidence" / "audit.sqlite3"
    with writing(path, "list", ITEMS) as writer:
        writer.put(job_of("a"), done(job_of("a")))
    return path


def statuses(path: Path, title: str = "list") -> dict[str, Status]:
    """Return how far each name is."""
    with reading(path) as reader:
        return {entry.name: entry.status for entry in reader.entries(reader.find(title))}


def journal_naming(path: Path) -> bytes:
    """Return a journal of a transaction that had several databases, whose common journal has this name."""
    name = bytes(path)
    end = struct.pack(">II", len(name), sum(name)) + bytes.fromhex("d9d505f920a163d7")
    return b"x" * 512 + struct.pack(">I", 1) + name + end


@pytest.mark.parametrize("place", ["audit.sqlite3", ".audit.sqlite3.{}.lock"])
def test_journal_of_a_stranger_deletes_nothing(store: Path, tmp_path: Path, place: str) -> None:
    """A repository can bring a store along, and SQLite deletes the file that such a journal names."""
    precious = tmp_path / "precious.txt"
    precious.write_text("of the user")
    database = store.with_name(place.format(hashlib.sha256(b"list").hexdigest()[:8]))
    journal = database.with_name(f"{database.name}-journal")
    if not database.stat().st_size:
        database.write_bytes(b"x" * 4096)
    journal.write_bytes(journal_naming(precious))
    with (
        pytest.raises(SamewheelError, match="is no journal of samewheel audit"),
        writing(store, "list", ITEMS, resume=True),
    ):
        pass
    assert precious.exists()


def read_all(path: Path) -> None:
    """Read whatever is in a store."""
    with reading(path) as reader:
        for title in reader.names():
            audit = reader.find(title)
            for entry in reader.entries(audit):
                reader.rebuilt(audit, entry)


def change(path: Path, *statements: str) -> None:
    """Change a store behind our back."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_results_are_there_as_soon_as_they_are_put(tmp_path: Path) -> None:
    """Another process sees them while the audit goes on: so would one that comes after a kill."""
    path = tmp_path / "audit.sqlite3"
    with writing(path, "list", ITEMS) as writer:
        assert statuses(path) == {"a": Status.PENDING, "b": Status.PENDING, "c": Status.SKIPPED}
        writer.put(job_of("a"), done(job_of("a")))
        assert statuses(path)["a"] is Status.REBUILT
        writer.put(job_of("b"), failed(SamewheelError("no disk")))
        assert statuses(path)["b"] is Status.FAILED


def test_rebuild_comes_back_as_it_was(store: Path) -> None:
    """Plan, attempts and differences: everything that show tells."""
    with reading(store) as reader:
        audit = reader.find(reader.title(None))
        entries = reader.entries(audit)
        assert [entry.name for entry in entries] == ["a", "b", "c"]
        assert reader.rebuilt(audit, entries[0]) == rebuilt_of(job_of("a"))
        assert reader.rebuilt(audit, entries[1]) is None


def test_entry_says_what_kept_a_build_apart(tmp_path: Path) -> None:
    """Policies ask for it; where nothing was built, there is nothing to say."""
    names = {"identical": "user-namespaces", "bare": "none", "no-source": None}
    with writing(tmp_path / "a.sqlite3", "list", [item_of(name) for name in (*names, "waits")]) as writer:
        for name in names:
            writer.put(job_of(name), done(job_of(name)))
        found = {entry.name: entry.isolation for entry in writer.entries(writer.audit)}
    assert found == names | {"waits": None}


def test_store_at_rest_is_one_plain_file(store: Path) -> None:
    """It can be copied, and read where nothing can be written; beside it is the lock's empty file, and no more."""
    left = {path.name: path.stat().st_size for path in store.parent.iterdir() if path != store}
    assert list(left.values()) == [0]
    assert next(iter(left)).endswith(".lock")
    # Not in the mode of the write-ahead log, which needs files beside it (SQLite file format, 1.3.3).
    assert store.read_bytes()[18:20] == b"\1\1"


def test_audit_of_that_name_is_not_overwritten(store: Path) -> None:
    """Hours of rebuilds must not go because a command was typed again."""
    with pytest.raises(UsageError, match="in the store already"), writing(store, "list", ITEMS):
        pass
    assert statuses(store)["a"] is Status.REBUILT


def test_resume_keeps_and_anew_forgets(store: Path) -> None:
    """The two ways to say what is meant."""
    with writing(store, "list", ITEMS, resume=True):
        pass
    assert statuses(store)["a"] is Status.REBUILT
    with writing(store, "list", ITEMS, anew=True):
        pass
    assert statuses(store)["a"] is Status.PENDING


def test_resume_follows_the_files(store: Path) -> None:
    """What they no longer name is not shown; what they name again still has its result; another file has none."""
    with writing(store, "list", (item_of("b"),), resume=True):
        pass
    assert statuses(store) == {"b": Status.PENDING}
    with writing(store, "list", (replace(item_of("a"), sha256=digest("f")),), resume=True):
        pass
    assert statuses(store) == {"a": Status.PENDING}
    with writing(store, "list", ITEMS, resume=True):
        pass
    assert statuses(store)["a"] is Status.REBUILT


def test_resume_of_nothing_begins(tmp_path: Path) -> None:
    """So that a CI job may always say --resume."""
    with writing(tmp_path / "new.sqlite3", "list", ITEMS, resume=True) as writer:
        assert len(writer.entries(writer.audit)) == 3


def test_second_writer_of_an_audit_is_refused(store: Path) -> None:
    """And told; when the first one ends, the second may."""
    with writing(store, "list", ITEMS, resume=True) as writer:
        with (
            pytest.raises(UsageError, match="being written by another process"),
            writing(store, "list", (), anew=True),
        ):
            pass
        writer.put(job_of("b"), done(job_of("b")))
    with writing(store, "list", ITEMS, resume=True):
        pass
    assert statuses(store) == {"a": Status.REBUILT, "b": Status.REBUILT, "c": Status.SKIPPED}


def test_two_audits_share_a_store(store: Path) -> None:
    """Each writes its own rows, in turns, and neither sees the other's."""
    with writing(store, "list", ITEMS, resume=True) as one, writing(store, "other", (item_of("a"),)) as two:
        two.put(job_of("a"), failed(SamewheelError("no disk")))
        one.put(job_of("b"), done(job_of("b")))
    assert statuses(store)["a"] is Status.REBUILT
    assert statuses(store, "other") == {"a": Status.FAILED}
    with reading(store) as reader, pytest.raises(UsageError, match="several audits: list, other"):
        reader.title(None)


def damaged_page(path: Path) -> None:
    """Overwrite a page."""
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    path.write_bytes(content)


FOREIGN: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: path.write_bytes(b""), "not a store"),
    (lambda path: path.write_bytes(b"a text of somebody's\n" * 400), "not a store"),
    (lambda path: change(path, "PRAGMA application_id = 7"), "not a store"),
    (lambda path: change(path, f"PRAGMA user_version = {VERSION + 1}"), "has schema 3"),
    (lambda path: change(path, "PRAGMA user_version = 0"), "has schema 0"),
    (lambda path: change(path, "CREATE TABLE more (x)"), "not a store"),
    (lambda path: change(path, "CREATE TRIGGER t AFTER INSERT ON result BEGIN DELETE FROM item; END"), "not a store"),
    (lambda path: change(path, "DROP TABLE item", "CREATE VIEW item AS SELECT 1"), "not a store"),
    (lambda path: path.write_bytes(path.read_bytes()[:5000]), "damaged"),
    (damaged_page, "damaged"),
]


@pytest.mark.parametrize(("spoil", "said"), FOREIGN, ids=range(len(FOREIGN)))
def test_what_is_not_a_good_store_is_refused_and_left_alone(
    store: Path, spoil: Callable[[Path], object], said: str
) -> None:
    """It may be somebody's only copy of something."""
    spoil(store)
    before = store.read_bytes()
    with pytest.raises(SamewheelError, match=said), writing(store, "list", ITEMS, anew=True):
        pass
    assert store.read_bytes() == before


def test_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    """A typing error."""
    with pytest.raises(UsageError, match="not a file"), writing(tmp_path, "list", ITEMS):
        pass


def test_row_that_is_none_of_ours_is_an_error(store: Path) -> None:
    """Each cell is checked when it is read: a store may have been on other machines."""
    for statement in (
        "UPDATE result SET verdict = 'perfect'",
        "UPDATE result SET verdict = 'identical', rebuilt = '{'",
        "UPDATE result SET rebuilt = NULL",
        "UPDATE item SET skipped = 'just so'",
    ):
        change(store, statement)
        with pytest.raises(SamewheelError, match="damaged"):
            read_all(store)


@settings(max_examples=30)
@given(st.integers(0, 24_000), st.binary(min_size=1, max_size=64))
def test_no_damage_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, place: int, content: bytes) -> None:
    """Whatever bytes are changed: entries, or our error."""
    path = tmp_path_factory.mktemp("any") / "audit.sqlite3"
    with writing(path, "list", ITEMS) as writer:
        writer.put(job_of("a"), done(job_of("a")))
    whole = path.read_bytes()
    path.write_bytes(whole[:place] + content + whole[place + len(content) :])
    with suppress(SamewheelError):
        read_all(path)


def test_store_says_what_it_is(store: Path) -> None:
    """``file`` and other programs can tell by the header (SQLite file format, 1.3)."""
    header = store.read_bytes()[:100]
    assert int.from_bytes(header[68:72], "big") == APPLICATION
    assert int.from_bytes(header[60:64], "big") == VERSION


def test_verdict_and_cause_can_be_asked_for_with_sql(store: Path) -> None:
    """The columns are for people with a question that we did not think of."""
    job = job_of("same-contents")
    with writing(store, "sql", (item_of("same-contents"),)) as writer:
        writer.put(job, done(job))
    with closing(sqlite3.connect(store)) as connection:
        row = connection.execute("SELECT verdict, reason, plan FROM result WHERE name = 'same-contents'").fetchone()
    assert row[:2] == (Verdict.SAME_CONTENTS, "build-date")
    assert '"sdist":"same-contents-1.0.tar.gz"' in row[2]
