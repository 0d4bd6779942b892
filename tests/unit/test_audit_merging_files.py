"""What merging writes and copies: nothing is replaced, nothing half-made is left, and no log is lost."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path

import pytest
from msgspec.structs import replace

from samewheel.audit.merging import merge
from samewheel.audit.running import NOT_KEPT, log_file, log_folder
from samewheel.audit.sharding import shard_of
from samewheel.audit.store import reading, writing
from samewheel.audit.values import Outcome, failed
from samewheel.errors import SamewheelError, UsageError

from .audits import item_of, job_of, rebuilt_of
from .merges import GOOD, NAMES, audited, listed, logs, one, three
from .test_audit_store import change


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    """The stores of three machines."""
    return three(tmp_path)


def test_nothing_is_replaced(tmp_path: Path) -> None:
    """Neither a store, nor one of those that are merged, nor the logs of another one."""
    store = one(tmp_path, "a.sqlite3", GOOD)
    before = store.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        merge([store], store)
    assert store.read_bytes() == before
    (tmp_path / "all.sqlite3-logs").mkdir()
    (tmp_path / "all.sqlite3-logs" / "a.log").write_text("of another audit")
    with pytest.raises(UsageError, match="is there already"):
        merge([store], tmp_path / "all.sqlite3")
    assert not (tmp_path / "all.sqlite3").exists()


def test_merge_that_was_killed_is_made_again(tmp_path: Path, shards: list[Path]) -> None:
    """It may have left its logs, which come first."""
    merge(shards, tmp_path / "all.sqlite3")
    before = listed(tmp_path / "all.sqlite3")
    (tmp_path / "all.sqlite3").unlink()
    assert logs(tmp_path / "all.sqlite3")
    merge(shards, tmp_path / "all.sqlite3")
    assert listed(tmp_path / "all.sqlite3") == before


def test_damaged_stores_are_named_and_nothing_is_written(tmp_path: Path, shards: list[Path]) -> None:
    """A result that cannot be read must not spoil the store of all."""
    change(shards[1], "UPDATE result SET rebuilt = '{' WHERE rebuilt IS NOT NULL")
    with pytest.raises(SamewheelError, match="damaged") as caught:
        merge(shards, tmp_path / "merged" / "all.sqlite3")
    assert str(shards[1]) in caught.value.what
    assert list((tmp_path / "merged").iterdir()) == []


def test_disk_that_is_full_leaves_nothing(
    tmp_path: Path, shards: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all: no logs without their store."""
    linked = Path.hardlink_to

    def full(self: Path, target: Path) -> None:
        if self.parent.name == "merged":
            assert self.with_name("all.sqlite3-logs").is_dir()
            raise OSError(28, "No space left on device")
        linked(self, target)

    monkeypatch.setattr(Path, "hardlink_to", full)
    with pytest.raises(SamewheelError, match="cannot"):
        merge(shards, tmp_path / "merged" / "all.sqlite3")
    assert list((tmp_path / "merged").iterdir()) == []


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("moment", [0, 1])
def test_merge_that_comes_second_takes_nothing_from_the_first(
    tmp_path: Path, shards: list[Path], monkeypatch: pytest.MonkeyPatch, moment: int, *, full: bool
) -> None:
    """Two merges to one place at a time: one is refused, and the other's logs stay, whoever gave them their place.

    The other one is done from its beginning to its end before the logs have their place, or just after.
    """
    store, linked, calls = tmp_path / "merged" / "all.sqlite3", Path.hardlink_to, itertools.count()

    def late(self: Path, target: Path) -> None:
        # Two calls in one merge: for the empty store in its folder, and for the store at its place.
        if self.name == store.name and next(calls) == moment:
            merge(shards, store)
        if full and self == store and store.exists():
            raise OSError(28, "No space left on device")
        linked(self, target)

    merge(shards, tmp_path / "once" / "all.sqlite3")
    monkeypatch.setattr(Path, "hardlink_to", late)
    with pytest.raises(SamewheelError, match="cannot" if full else "is there already"):
        merge(shards, store)
    assert listed(store) == listed(tmp_path / "once" / "all.sqlite3")
    assert logs(store) == logs(tmp_path / "once" / "all.sqlite3") != {}
    assert sorted(path.name for path in store.parent.iterdir()) == [store.name, f"{store.name}-logs"]


def test_disk_that_is_full_costs_no_logs_that_were_there(
    tmp_path: Path, shards: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A merge that fails takes away only what it has put there itself."""
    store, linked = tmp_path / "merged" / "all.sqlite3", Path.hardlink_to

    def full(self: Path, target: Path) -> None:
        if self == store:
            raise OSError(28, "No space left on device")
        linked(self, target)

    merge(shards, store)
    before = logs(store)
    store.unlink()
    monkeypatch.setattr(Path, "hardlink_to", full)
    with pytest.raises(SamewheelError, match="cannot write"):
        merge(shards, store)
    assert logs(store) == before != {}


def test_logs_come_from_beside_their_store_only(tmp_path: Path, shards: list[Path]) -> None:
    """A store from elsewhere must not choose which files are copied: neither by its words nor by a link."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    change(shards[0], "UPDATE result SET log = '../secret' WHERE log != ''")
    for path in (shards[1].with_name("audit.sqlite3-logs")).rglob("*.log"):
        path.unlink()
        path.symlink_to(secret)
    merge(shards, tmp_path / "all.sqlite3")
    assert not any(content == b"secret" for content in logs(tmp_path / "all.sqlite3").values())
    with reading(tmp_path / "all.sqlite3") as reader:
        said = {entry.log for entry in reader.entries(1) if shard_of(entry.name, 3) == 2 and entry.log}
    assert all(log.startswith(NOT_KEPT) for log in said)


@pytest.mark.parametrize("prefer", [None, 0, 1])
@pytest.mark.parametrize("without", [0, 1])
def test_log_of_the_same_result_is_taken_where_it_is(tmp_path: Path, without: int, prefer: int | None) -> None:
    """A store that was copied without its logs must not cost those of another one that has them."""
    stores = [audited(tmp_path / name / "audit.sqlite3", NAMES) for name in "ab"]
    log_folder(stores[without], "").parent.rename(tmp_path / "gone")
    merge(stores, tmp_path / "all.sqlite3", prefer=None if prefer is None else stores[prefer])
    assert logs(tmp_path / "all.sqlite3") == logs(stores[1 - without]) != {}
    assert listed(tmp_path / "all.sqlite3") == listed(stores[1 - without])


def test_log_that_one_merge_did_not_find_is_found_by_the_next(tmp_path: Path, shards: list[Path]) -> None:
    """What a store says of a log that it has not must not outweigh another's that is there."""
    folder = log_folder(shards[0], "").parent
    folder.rename(tmp_path / "gone")
    merge(shards, tmp_path / "0.sqlite3")
    assert NOT_KEPT.encode() in listed(tmp_path / "0.sqlite3")
    (tmp_path / "gone").rename(folder)
    merge(shards, tmp_path / "with.sqlite3")
    merge([tmp_path / "0.sqlite3", shards[0]], tmp_path / "all.sqlite3")
    assert listed(tmp_path / "all.sqlite3") == listed(tmp_path / "with.sqlite3")
    assert logs(tmp_path / "all.sqlite3") == logs(tmp_path / "with.sqlite3")


@pytest.mark.parametrize("without", ["a", "b"])
@pytest.mark.parametrize("kept", ["a", "b"])
def test_log_is_of_the_result_that_is_kept(tmp_path: Path, without: str, kept: str) -> None:
    """That of another failure says why something else failed."""
    for name in "ab":
        store = tmp_path / name / "audit.sqlite3"
        one(store.parent, store.name, failed(SamewheelError(f"disk {int(name != kept)} is full")))
        change(store, "UPDATE result SET log = 'x'")
        file = log_file(store, "list.txt", item_of("a").filename or "")
        file.parent.mkdir(parents=True)
        if name != without:
            file.write_text(name)
    merge([tmp_path / name / "audit.sqlite3" for name in "ab"], tmp_path / "all.sqlite3")
    with reading(tmp_path / "all.sqlite3") as reader:
        (entry,) = reader.entries(1)
    assert entry.reason == "disk 0 is full"
    assert [*logs(tmp_path / "all.sqlite3").values()] == ([] if without == kept else [kept.encode()])
    assert entry.log.startswith(NOT_KEPT) == (without == kept)


def test_merge_holds_no_rebuild_for_its_log(tmp_path: Path) -> None:
    """What a merge needs in memory does not grow with the sizes of the rebuilds: an audit has thousands."""
    names, size = [f"a{number}" for number in range(40)], 250_000
    with writing(tmp_path / "a.sqlite3", "list.txt", [item_of(name) for name in names]) as writer, writer.together():
        for name in names:
            rebuilt = replace(rebuilt_of(job_of("not-buildable")), name=name, reason="x" * size)
            writer.put(job_of(name), Outcome(rebuilt=rebuilt), "x.log")
    tracemalloc.start()
    try:
        merge([tmp_path / "a.sqlite3"], tmp_path / "all.sqlite3")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(names) * size / 2


def test_wheel_whose_name_leads_elsewhere_has_no_log(tmp_path: Path) -> None:
    """The name is part of the log's path."""
    store = one(tmp_path, "a.sqlite3", failed(SamewheelError("the disk is full")))
    change(store, "UPDATE item SET filename = '../../b.whl'", "UPDATE result SET filename = '../../b.whl', log = 'x'")
    log_file(store, "list.txt", "a").parent.mkdir(parents=True)
    log_file(store, "list.txt", "../../b.whl").write_text("secret")
    merge([store], tmp_path / "all.sqlite3")
    assert logs(tmp_path / "all.sqlite3") == {}
