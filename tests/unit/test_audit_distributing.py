"""What the coordinator and the workers of a cluster make of each other: pure parts, and processes that are kept."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from msgspec.structs import replace

from samewheel import __version__
from samewheel.audit.companions import WATCHED, Companions
from samewheel.audit.distributing.checking import refuse_unfit, told_apart
from samewheel.audit.distributing.orders import _checked, _outcome
from samewheel.audit.distributing.values import Answer, Described, Order, described_here, killed
from samewheel.audit.distributing.watching import _read
from samewheel.audit.distributing.working import Keeper, describe
from samewheel.audit.serving import requested
from samewheel.errors import ClusterError
from tests.conftest import ROOT

from .audits import building_work, digest, easy_work, job_of, process_work
from .test_process import Lifeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from distributed import Worker

    from samewheel.audit.serving import Request
    from samewheel.audit.values import Job, Outcome

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and pipes are POSIX")

HERE = Described(
    samewheel=__version__,
    platform="linux-x86_64",
    pythons=("3.11", "3.12"),
    isolation="user-namespaces",
    host="one",
)


def test_worker_like_this_machine_is_fit() -> None:
    """And there is nothing to say about it."""
    refuse_unfit({"tcp://a": HERE, "tcp://b": HERE}, "linux-x86_64")
    assert list(told_apart(HERE, {"tcp://a": HERE})) == []


UNFIT = [
    ("ModuleNotFoundError: No module named 'samewheel'", "1 of 2 workers cannot run samewheel"),
    (replace(HERE, samewheel="9"), f"1 of 2 workers have another samewheel than {__version__}"),
    (replace(HERE, platform="linux-aarch64"), "1 of 2 workers cannot rebuild wheels for linux-x86_64"),
]


@pytest.mark.parametrize(("other", "said"), UNFIT, ids=["none", "version", "platform"])
def test_unfit_worker_is_named(other: Described | str, said: str) -> None:
    """With its address, so that one knows which to mend."""
    with pytest.raises(ClusterError, match="tcp://b") as caught:
        refuse_unfit({"tcp://a": HERE, "tcp://b": other}, "linux-x86_64")
    assert caught.value.what == said


def test_many_unfit_workers_fill_no_screen() -> None:
    """A few, and how many more."""
    with pytest.raises(ClusterError, match="and 3 more"):
        refuse_unfit({f"tcp://{number}": "no" for number in range(8)}, "linux-x86_64")


def test_what_results_can_depend_on_is_told() -> None:
    """No reason to refuse, as one such machine is none either."""
    bare = replace(HERE, isolation="none", host="two")
    ((_, text),) = told_apart(HERE, {"tcp://a": HERE, "tcp://b": bare})
    assert "1 of 2 workers keep builds apart by nothing" in text
    assert "tcp://b (two)" in text
    assert list(told_apart(bare, {"tcp://b": bare})) == []
    old = replace(HERE, pythons=("3.11",), host="three")
    ((_, text),) = told_apart(HERE, {"tcp://a": HERE, "tcp://b": old})
    assert "here: 3.11, 3.12\nthree: 3.11" in text


def test_machine_can_describe_itself() -> None:
    """In what crosses as JSON."""
    found = described_here()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Described) == found
    assert found.samewheel == __version__
    assert found.pythons


def answer(outcome: Outcome | None, samewheel: str = "9") -> Answer:
    """Return what a worker says."""
    return Answer(samewheel=samewheel, platform="odd-odd", worker="tcp://a", outcome=outcome)


def test_outcome_of_another_wheel_is_a_failure() -> None:
    """A worker whose answer is about something else must not fill a line of the audit."""
    job = job_of("a")
    assert _checked(answer(easy_work(job)), job) == easy_work(job)
    for other in (job_of("b"), replace(job, sha256=digest("d"))):
        failure = _checked(answer(easy_work(other)), job).failure
        assert failure is not None
        assert failure.what == f"tcp://a rebuilt another wheel than {job.filename}"


def test_log_of_a_failure_says_where_it_was() -> None:
    """That machine has more to look at; of what has a verdict, nothing depends on the place."""
    outcome = killed(job_of("a"), ("tcp://x", "tcp://y"))
    assert _checked(answer(outcome), job_of("a")).log == "done by tcp://a"
    assert outcome.failure is not None
    assert outcome.failure.cause == "It was being rebuilt on tcp://x, then on tcp://y, when these died."


def test_worker_of_another_version_does_nothing() -> None:
    """It says so instead, also if it cannot read the rest of the order."""
    with pytest.raises(ClusterError, match="tcp://a has 9"):
        _checked(answer(None), job_of("a"))


def test_worker_of_another_platform_does_nothing() -> None:
    """It would build other wheels; Dask gives it jobs before anybody has looked at it."""
    with pytest.raises(ClusterError, match=r"cannot rebuild wheels for .*\ntcp://a is odd-odd"):
        _checked(answer(None, __version__), job_of("a"))


def test_answer_without_end_costs_its_own_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store could not hold it, and would end the audit."""
    line = msgspec.json.encode(answer(easy_work(job_of("a"))))
    assert _outcome(line, job_of("a")) == easy_work(job_of("a"))
    monkeypatch.setattr("samewheel.audit.distributing.orders.LONGEST_ANSWER", len(line) - 1)
    failure = _outcome(line, job_of("a")).failure
    assert failure is not None
    assert failure.what == "a worker said too much of a 1.0"


@pytest.mark.parametrize(
    "said",
    [b'{"samewheel": "9"}', b"", b"7", 7, OSError("gone")],
    ids=["another shape", "empty", "number", "no bytes", "error"],
)
def test_worker_that_describes_itself_oddly_is_no_fit_one(said: bytes | Exception) -> None:
    """An error that is not ours would end the watch, and nobody would look at the next one."""
    with pytest.raises(ClusterError, match="cannot run samewheel"):
        refuse_unfit({"tcp://a": _read(said)}, HERE.platform)


def test_machine_that_cannot_describe_itself_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """An OSError would be taken for the end of the connection, and the worker asked again for ever."""

    def refused() -> Described:
        raise PermissionError("bwrap")

    monkeypatch.setattr("samewheel.audit.distributing.working.described_here", refused)
    assert msgspec.json.decode(asyncio.run(describe())) == "PermissionError: bwrap"


def test_order_crosses_as_json() -> None:
    """The whole of it."""
    order = Order(samewheel="1", platform="linux-riscv64", audit="x", number=3, request=asked(easy_work, "a"))
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order


def asked(work: Callable[[Job], Outcome], name: str) -> Request:
    """Return a request."""
    return requested(work, (job_of(name),), {})


@pytest.fixture
def companions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Companions]:
    """Processes as a Dask worker has them."""
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setenv("HELD", f"{tmp_path}/")
    (tmp_path / "temp").mkdir()
    kept = Companions(tmp_path / "temp", serve=WATCHED)
    yield kept
    kept.stop()


def test_cancelled_job_is_stopped_and_the_next_one_is_not(companions: Companions, tmp_path: Path) -> None:
    """Its process ends, with the build; another one takes its place."""
    lifeline = Lifeline(tmp_path / "build")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(companions.do, asked(building_work, "build"), "key")
        lifeline.heard()
        companions.cancel("key")
        assert lifeline.last_words() == b""
        assert future.result().failure is not None
    assert companions.do(asked(easy_work, "identical"), "other") == easy_work(job_of("identical"))


def test_job_that_is_cancelled_before_it_begins_is_not_done(companions: Companions, tmp_path: Path) -> None:
    """Between the two are a queue and a start of an interpreter."""
    Lifeline(tmp_path / "build")
    companions.cancel("key")
    assert companions.do(asked(building_work, "build"), "key").failure is not None


def test_idle_processes_end(companions: Companions) -> None:
    """Nothing stays on a worker for long after an audit; the next job has a new process."""
    first = companions.do(asked(process_work, "a")).log
    assert companions.do(asked(process_work, "a")).log == first
    companions.end_idle()
    assert companions.do(asked(process_work, "a")).log != first


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="only Linux gives orphans to whom wants them")  # noqa: PTH112 - as short
def test_build_of_a_killed_process_is_ended(companions: Companions, tmp_path: Path) -> None:
    """Dask's worker must not adopt orphans, as other people's processes run there: somebody else does."""
    lifeline = Lifeline(tmp_path / "build")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(companions.do, asked(building_work, "build"))
        os.kill(int(lifeline.heard()), signal.SIGKILL)
        assert lifeline.last_words() == b""
        failure = future.result().failure
    assert failure is not None
    assert failure.cause == "It was ended by the signal SIGKILL."


def test_crash_is_told_through_the_watching_process(companions: Companions) -> None:
    """Which ends as the one did that it watched."""
    for name, said in (("crash", "the signal SIGSEGV"), ("leave", "exit code 0")):
        failure = companions.do(asked(easy_work, name)).failure
        assert failure is not None
        assert said in failure.cause


def test_temporary_folder_of_a_worker_outlives_its_processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those that end when they are idle must not take it away from those that have something to do."""
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    keeper = Keeper()
    keeper.setup(cast("Worker", None))
    keeper.companions.do(asked(easy_work, "identical"))
    keeper.companions.end_idle()
    assert [folder.name.partition("-")[0] for folder in tmp_path.iterdir()] == ["samewheel"]
    asyncio.run(keeper.teardown(cast("Worker", None)))
    assert list(tmp_path.iterdir()) == []
