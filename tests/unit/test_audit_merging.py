"""Shards and merging: shares of an audit, put together, are the audit; what does not agree is refused, not mixed."""

from __future__ import annotations

import itertools
import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel._types import SILENT
from samewheel.audit.auditing import audit_files
from samewheel.audit.merging import merge
from samewheel.audit.running import NOT_KEPT, log_file, log_folder
from samewheel.audit.sharding import WHOLE, Shard, parse_shard, shard_of
from samewheel.audit.store import reading, writing
from samewheel.audit.values import Outcome, Status, failed
from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError, UsageError
from samewheel.limits import AUDIT
from samewheel.report.audit_tables import to_listing

from .audits import Release, digest, item_of, job_of, rebuilt_of, target_of
from .test_audit_store import change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from samewheel._types import Progress
    from samewheel.audit.values import Job
    from samewheel.limits import Limits

KINDS = ("identical", "payload-differs", "machine", "not-buildable", "mistake")


def fake(job: Job) -> Outcome:
    """Do a job whose name's first letter says what comes of it: verdicts, failures, and none at all."""
    kind = KINDS[(ord(job.name[0]) - ord("a")) % len(KINDS)]
    if kind == "machine":
        return failed(SamewheelError("the disk is full"), f"step of {job.name}")
    if kind == "mistake":
        raise ValueError(job.name)
    rebuilt = replace(rebuilt_of(job_of(kind)), name=job.name, version=job.version)
    return Outcome(rebuilt=rebuilt, log=f"step of {job.name}", seconds=0.5)


class Threads(NamedTuple):
    """Does jobs in a thread."""

    ahead: int = 2

    def open(self, progress: Progress) -> AbstractContextManager[ThreadPoolExecutor]:  # noqa: ARG002 - the protocol's
        """Have one while the block runs."""
        return ThreadPoolExecutor(1)


class Untold(NamedTuple):
    """Is told, and does nothing."""

    def begin(self, jobs: int, total: int) -> None:
        """Do nothing."""

    def done(self, job: Job, outcome: Outcome) -> None:
        """Do nothing."""


def files(name: str) -> Sequence[Release]:
    """Return what the index has: nothing of names in z, one wheel else."""
    if name.startswith("z"):
        return ()
    return [Release("1.0", f"{name.replace('-', '_')}-1.0-py3-none-any.whl", "wheel", digest("a"))]


def audited(
    store: Path,
    names: Sequence[str],
    shard: Shard = WHOLE,
    limits: Limits = AUDIT,
    *,
    resume: bool = False,
    work: Callable[[Job], Outcome] = fake,
) -> Path:
    """Audit a list, or a share of it, and return the store."""
    store.parent.mkdir(exist_ok=True)
    path = store.parent / "list.txt"
    path.write_text("".join(f"{name}==1.0\n" for name in names), "utf-8")
    audit_files(
        [path], store=store, title="list.txt", target=target_of(), files=files, work=work, place=Threads(),
        told=Untold(), progress=SILENT, shard=shard, limits=limits, resume=resume,
    )  # fmt: skip
    return store


def listed(store: Path, title: str = "list.txt") -> bytes:
    """Return what ``audit list --json`` prints, without the store's name and folder."""
    with reading(store) as reader:
        found = to_listing(title, reader.entries(reader.find(title)))
    found = re.sub(rb'"where": "[^"]*list.txt', b'"where": "list.txt', found)
    return found.replace(f"{store.name}-logs".encode(), b"LOGS")


def logs(store: Path) -> dict[str, bytes]:
    """Return the logs beside a store."""
    folder = store.with_name(f"{store.name}-logs")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


NAMES = [f"{letter}{number}" for letter in "abcdez" for number in range(3)] + ["a1"]


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    """The stores of three machines, each with its share of one list."""
    return [audited(tmp_path / f"{n}" / "audit.sqlite3", NAMES, Shard(number=n, of=3)) for n in (1, 2, 3)]


def one(folder: Path, name: str, outcome: Outcome | None, wheel: str = "a") -> Path:
    """Make a store with one wheel, and what came of it."""
    path = folder / name
    with writing(path, "list.txt", [item_of(wheel)]) as writer:
        if outcome is not None:
            writer.put(job_of(wheel), outcome)
    return path


def said(verdict: Verdict, seconds: float = 1.0) -> Outcome:
    """Return an outcome with a verdict."""
    return Outcome(rebuilt=replace(rebuilt_of(job_of("a")), verdict=verdict), seconds=seconds)


GOOD, BAD = said(Verdict.IDENTICAL), said(Verdict.PAYLOAD_DIFFERS)


def only(store: Path) -> tuple[Status, Verdict | None]:
    """Return what a store says of its one wheel."""
    with reading(store) as reader:
        (entry,) = reader.entries(reader.find("list.txt"))
    return entry.status, entry.verdict


def refused(stores: Sequence[Path], prefer: Path | None = None) -> UsageError:
    """Return why a merge is refused; nothing may be left of it."""
    folder = stores[0].parent / "merged"
    with pytest.raises(UsageError) as caught:
        merge(stores, folder / "all.sqlite3", prefer=prefer)
    assert not folder.exists() or not list(folder.iterdir())
    return caught.value


def test_shard_is_by_sha256_of_the_name() -> None:
    """Every machine, Python and release must come to the same share, or names are audited twice or never."""
    assert {name: shard_of(name, 16) for name in ("six", "numpy", "zope-interface")} == {
        "six": 5,
        "numpy": 13,
        "zope-interface": 1,
    }


@given(st.text(), st.integers(1, 9999))
def test_each_name_is_in_one_shard(name: str, of: int) -> None:
    """Shards are a partition."""
    number = shard_of(name, of)
    assert 1 <= number <= of
    near = {n for n in (1, number - 1, number, number + 1, of) if 1 <= n <= of}
    assert [n for n in sorted(near) if Shard(number=n, of=of).holds(name)] == [number]


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1/0", "1", "1/3/5", "+1/3", "1/10000", "1 /3", "\u0661/\u0663"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    """A share that is misread is audited by nobody."""
    with pytest.raises(UsageError, match="is no shard"):
        parse_shard(text)
    assert str(parse_shard("3/16")) == "3/16"


@settings(deadline=None, max_examples=15)
@given(st.lists(st.from_regex(r"[a-ez][a-z0-9]{0,3}", fullmatch=True), min_size=1, max_size=12), st.integers(1, 4))
def test_merged_shards_are_the_audit_of_everything(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], of: int
) -> None:
    """Whatever the list and the number of shards: the same list, the same logs, in any order of the stores."""
    folder = tmp_path_factory.mktemp("merge")
    whole = audited(folder / "whole" / "audit.sqlite3", names)
    parts = [audited(folder / f"{n}" / "audit.sqlite3", names, Shard(number=n, of=of)) for n in range(1, of + 1)]
    for number, order in enumerate((parts, parts[::-1])):
        (merged,) = merge(order, folder / f"{number}.sqlite3")
        assert (merged.missing, merged.shared) == ((), 0)
        assert listed(folder / f"{number}.sqlite3") == listed(whole)
        assert logs(folder / f"{number}.sqlite3") == logs(whole)


def test_merged_store_has_whole_rebuilds_and_finds_its_logs(tmp_path: Path, shards: list[Path]) -> None:
    """``audit show`` and people go on from there; the stores that were merged may go."""
    before = [path.read_bytes() for path in shards]
    store = tmp_path / "all" / "all.sqlite3"
    merge(shards, store)
    assert [path.read_bytes() for path in shards] == before
    with reading(store) as reader:
        audit = reader.find("list.txt")
        entries = {entry.name: entry for entry in reader.entries(audit) if entry.status is not Status.SKIPPED}
        rebuilt = reader.rebuilt(audit, entries["a0"])
    assert rebuilt is not None
    assert rebuilt.plan is not None
    assert "step of c0" in (store.parent / entries["c0"].log).read_text()
    assert sorted(path.name for path in store.parent.iterdir()) == ["all.sqlite3", "all.sqlite3-logs"]


def test_merged_store_can_be_merged_again(tmp_path: Path, shards: list[Path]) -> None:
    """Shards come in as machines finish, and what is missing is named until then."""
    (first,) = merge(shards[:2], tmp_path / "two.sqlite3")
    assert first.missing == (3,)
    (then,) = merge([tmp_path / "two.sqlite3", shards[2]], tmp_path / "three.sqlite3")
    (at_once,) = merge(shards, tmp_path / "all.sqlite3")
    assert then == at_once
    assert then.missing == ()
    assert listed(tmp_path / "three.sqlite3") == listed(tmp_path / "all.sqlite3")


def test_merged_audit_can_be_resumed(tmp_path: Path, shards: list[Path]) -> None:
    """Only what failed is tried again."""
    store = tmp_path / "all.sqlite3"
    merge(shards, store)
    with reading(store) as reader:
        before = {entry.name for entry in reader.entries(1) if entry.status is Status.FAILED}
    (tmp_path / "list.txt").write_text("".join(f"{name}==1.0\n" for name in NAMES), "utf-8")
    tried: list[str] = []

    def noted(job: Job) -> Outcome:
        tried.append(job.name)
        return Outcome(rebuilt=rebuilt_of(job))

    audit_files(
        [tmp_path / "list.txt"], store=store, title="list.txt", target=target_of(), files=files, work=noted,
        place=Threads(), told=Untold(), progress=SILENT, resume=True,
    )  # fmt: skip
    assert {*tried} == before
    assert len(tried) == len(before)


def test_same_result_of_two_stores_is_one(tmp_path: Path) -> None:
    """How long it took is no part of a result."""
    stores = [one(tmp_path, f"{n}.sqlite3", said(Verdict.IDENTICAL, n)) for n in (2, 1)]
    (merged,) = merge(stores, tmp_path / "all.sqlite3")
    assert (merged.packages, merged.results, merged.shared) == (1, 1, 1)
    assert only(tmp_path / "all.sqlite3") == (Status.REBUILT, Verdict.IDENTICAL)


def test_different_results_are_refused_by_name(tmp_path: Path) -> None:
    """Which of two verdicts is right is for a person to find out."""
    stores = [one(tmp_path, "a.sqlite3", GOOD), one(tmp_path, "b.sqlite3", BAD)]
    for order in (stores, stores[::-1]):
        error = refused(order)
        assert "a-1.0-py3-none-any.whl" in error.what
        assert "identical" in error.cause
        assert "payload-differs" in error.cause


def test_equal_verdicts_for_other_reasons_are_refused(tmp_path: Path) -> None:
    """Two builds that differ from the published wheel in two ways are two results."""
    assert BAD.rebuilt is not None
    other = replace(BAD, rebuilt=replace(BAD.rebuilt, sha256=digest("d")))
    error = refused([one(tmp_path, "a.sqlite3", BAD), one(tmp_path, "b.sqlite3", other)])
    assert "not for the same reasons" in error.cause


def test_preferred_store_wins_in_any_order(tmp_path: Path) -> None:
    """Also against two others that differ from each other; the one that is named decides, not the order."""
    other = said(Verdict.METADATA_DIFFERS)
    stores = [one(tmp_path, f"{n}.sqlite3", outcome) for n, outcome in enumerate((GOOD, BAD, other))]
    for number, order in enumerate(itertools.permutations(stores)):
        merge(order, tmp_path / f"all{number}.sqlite3", prefer=stores[1])
        assert only(tmp_path / f"all{number}.sqlite3") == (Status.REBUILT, Verdict.PAYLOAD_DIFFERS)


def test_preferred_store_must_be_one_of_them(tmp_path: Path) -> None:
    """A slip of the hand would prefer nothing."""
    stores = [one(tmp_path, "a.sqlite3", GOOD)]
    assert "none of the stores" in refused(stores, prefer=tmp_path / "b.sqlite3").what


@pytest.mark.parametrize("prefer", [True, False])
@pytest.mark.parametrize("names", list(itertools.permutations("abc")))
def test_verdict_counts_more_than_a_failure(tmp_path: Path, names: tuple[str, ...], *, prefer: bool) -> None:
    """A failure says nothing of the wheel; every finished result is kept, whatever the stores are called."""
    broken = one(tmp_path, names[0], failed(SamewheelError("the disk is full")))
    stores = [broken, one(tmp_path, names[1], GOOD), one(tmp_path, names[2], None)]
    for number, order in enumerate(itertools.permutations(stores)):
        merge(order, tmp_path / f"all{number}.sqlite3", prefer=broken if prefer else None)
        assert only(tmp_path / f"all{number}.sqlite3") == (Status.REBUILT, Verdict.IDENTICAL)


STALE = replace(job_of("a"), sha256=digest("9"))
"""The job of the file that the index had before."""


def outdated(folder: Path, name: str, outcome: Outcome) -> Path:
    """Make a store with a result of the file that the index had before it changed a wheel."""
    path = folder / name
    with writing(path, "list.txt", [item_of("a")]) as writer:
        writer.put(STALE, outcome)
    return path


@pytest.mark.parametrize("now", [GOOD, failed(SamewheelError("the disk is full"))])
@pytest.mark.parametrize("prefer", [True, False])
@pytest.mark.parametrize("names", list(itertools.permutations("abc")))
def test_result_of_the_listed_file_counts_more(
    tmp_path: Path, now: Outcome, names: tuple[str, ...], *, prefer: bool
) -> None:
    """A verdict of a file that the list does not have any more is shown to nobody; it must not hide what is."""
    stale = outdated(tmp_path, names[0], BAD)
    stores = [stale, one(tmp_path, names[1], now), one(tmp_path, names[2], None)]
    for number, order in enumerate(itertools.permutations(stores)):
        merge(order, tmp_path / f"all{number}.sqlite3", prefer=stale if prefer else None)
        assert only(tmp_path / f"all{number}.sqlite3") == only(stores[1])
        assert only(stores[1])[0] is not Status.PENDING


@pytest.mark.parametrize("names", list(itertools.permutations("abc")))
def test_verdicts_of_the_listed_file_are_refused_beside_another_file(tmp_path: Path, names: tuple[str, ...]) -> None:
    """What is preferred of another file decides nothing about the one that is listed."""
    stale = outdated(tmp_path, names[0], BAD)
    stores = [stale, one(tmp_path, names[1], GOOD), one(tmp_path, names[2], BAD)]
    for prefer in (None, stale):
        assert "another result of a-1.0" in refused(stores, prefer).what


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_of_what_is_not_listed_the_lower_verdict_is_kept(tmp_path: Path, names: str) -> None:
    """Nobody is asked about what nobody is shown; but if it is listed again, no verdict has become a better one."""
    stores = [outdated(tmp_path, names[0], GOOD), outdated(tmp_path, names[1], BAD)]
    for prefer, verdict in ((None, Verdict.PAYLOAD_DIFFERS), (stores[0], Verdict.IDENTICAL)):
        merged = tmp_path / f"all-{verdict}.sqlite3"
        merge(stores, merged, prefer=prefer)
        assert only(merged) == (Status.PENDING, None)
        with writing(merged, "list.txt", [replace(item_of("a"), sha256=STALE.sha256)], resume=True):
            pass
        assert only(merged) == (Status.REBUILT, verdict)


def test_results_that_nothing_names_are_kept(tmp_path: Path) -> None:
    """What was found out of a wheel stays true when the files name other things."""
    store = one(tmp_path, "a.sqlite3", GOOD)
    with writing(store, "list.txt", [], resume=True):
        pass
    (merged,) = merge([store], tmp_path / "all.sqlite3")
    assert (merged.packages, merged.results) == (0, 1)
    with writing(tmp_path / "all.sqlite3", "list.txt", [item_of("a")], resume=True):
        pass
    assert only(tmp_path / "all.sqlite3") == (Status.REBUILT, Verdict.IDENTICAL)


def test_other_audits_are_put_beside(tmp_path: Path) -> None:
    """Audits of other names have nothing to do with each other."""
    with (
        writing(tmp_path / "a.sqlite3", "one", [item_of("a")]),
        writing(tmp_path / "b.sqlite3", "two", [item_of("a")]),
    ):
        pass
    merged = merge([tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"], tmp_path / "all.sqlite3")
    assert [(audit.name, audit.packages) for audit in merged] == [("one", 1), ("two", 1)]


def other_settings(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield stores of audits that are not the first shard's, and what is said of each."""
    second = Shard(number=2, of=3)
    yield "its files name", audited(folder / "a" / "b.sqlite3", [*NAMES, "more"], second)
    yield "number of shards", audited(folder / "b" / "b.sqlite3", NAMES, Shard(number=2, of=4))
    yield "other limits", audited(folder / "c" / "b.sqlite3", NAMES, second, replace(AUDIT, memory=1 << 30))
    store = audited(folder / "d" / "b.sqlite3", NAMES, second)
    change(store, "UPDATE audit SET settings = replace(settings, 'cp311', 'cp312')")
    yield "another interpreter", store


def test_audits_with_other_settings_are_refused_by_name(tmp_path: Path, shards: list[Path]) -> None:
    """Shares of two audits make no third one; which setting differs is said, and preferring changes nothing."""
    for words, store in other_settings(tmp_path):
        assert words in refused([shards[0], store]).what
        assert words in refused([shards[0], store], prefer=store).what


def test_shard_that_was_tried_with_other_limits_is_merged_after_one_more_try(
    tmp_path: Path, shards: list[Path]
) -> None:
    """What the documentation says to do about a failure must not cost the shard; the way out is said, and cheap."""
    second, more, before = Shard(number=2, of=3), replace(AUDIT, memory=16 << 30), listed(shards[1])
    audited(shards[1], NAMES, second, more, resume=True, work=lambda job: Outcome(rebuilt=rebuilt_of(job)))
    gained = listed(shards[1])
    assert gained != before
    error = refused(shards)
    assert "other limits" in error.what
    assert "--resume" in error.hint
    assert "verdicts stay" in error.hint
    audited(shards[1], NAMES, second, resume=True)
    assert listed(shards[1]) == gained
    merge(shards, tmp_path / "all.sqlite3")


def test_lists_that_differ_are_refused_by_name(tmp_path: Path) -> None:
    """The index changed between two audits of the same shard: both lines together would count a package twice."""
    stores = [one(tmp_path, "a.sqlite3", GOOD), one(tmp_path, "b.sqlite3", GOOD)]
    change(stores[1], f"UPDATE item SET sha256 = '{digest('e')}'")  # noqa: S608 - our own
    assert "other wheels of a 1.0" in refused(stores).what
    merge(stores, tmp_path / "all.sqlite3", prefer=stores[1])
    with reading(tmp_path / "all.sqlite3") as reader:
        assert [entry.sha256 for entry in reader.entries(1)] == [digest("e")]


def test_same_list_from_another_folder_is_the_same(tmp_path: Path) -> None:
    """Machines keep their lists where they like; nothing is listed twice for that."""
    stores = [audited(tmp_path / name / "audit.sqlite3", NAMES) for name in ("here", "there")]
    (merged,) = merge(stores, tmp_path / "all.sqlite3")
    assert merged.packages == len(NAMES)
    assert b"there" not in listed(tmp_path / "all.sqlite3")


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
