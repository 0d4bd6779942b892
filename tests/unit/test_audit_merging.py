"""Shards and merging: shares of an audit, put together, are the audit; what does not agree is refused, not mixed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel._types import SILENT
from samewheel.audit.auditing import audit_files
from samewheel.audit.merging import merge
from samewheel.audit.sharding import Shard, parse_shard, shard_of
from samewheel.audit.store import reading, writing
from samewheel.audit.values import Outcome, Status, failed
from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError, UsageError
from samewheel.limits import AUDIT

from .audits import digest, item_of, job_of, rebuilt_of, target_of
from .merges import BAD, GOOD, NAMES, Threads, Untold, audited, files, listed, logs, one, only, refused, said, three
from .test_audit_store import change

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from samewheel.audit.values import Job


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    """The stores of three machines."""
    return three(tmp_path)


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
