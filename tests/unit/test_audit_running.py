"""Jobs done by processes: what crashes costs itself only, what goes wrong is kept, and any executor will do."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec.structs import replace

from samewheel._groups import stopped
from samewheel.audit.running import audit, jobs_of, log_folder
from samewheel.audit.store import reading, writing
from samewheel.audit.values import Item, Job, Outcome, Status, failed
from samewheel.audit.workers import workers
from samewheel.audit.working import work
from samewheel.comparison import Verdict
from samewheel.errors import ClusterError, SamewheelError
from samewheel.limits import Limits
from tests.conftest import ROOT

from .audits import easy_work, held_work, item_of, job_of, printing_work, process_work, rebuilt_of
from .test_process import Lifeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from samewheel.audit.values import Entry

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and pipes are POSIX")


@pytest.fixture(autouse=True)
def _tests_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes get our search path, and the functions for jobs live in the tests."""
    monkeypatch.syspath_prepend(str(ROOT))


def audited(
    path: Path, names: Sequence[str], executor: Executor, function: Callable[[Job], Outcome] = easy_work
) -> dict[str, Entry]:
    """Run an audit of these names, and return its entries."""
    told: list[str] = []
    with writing(path, "list", [item_of(name) for name in names], resume=True) as writer:
        jobs = jobs_of(writer.entries(writer.audit))
        audit(
            jobs, executor=executor, work=function, store=path, writer=writer, ahead=3,
            told=lambda job, _: told.append(job.name),
        )  # fmt: skip
        assert sorted(told) == sorted(job.name for job in jobs)
        return {entry.name: entry for entry in writer.entries(writer.audit)}


NAMES = ("identical", "crash", "payload-differs", "leave", "mistake", "machine", "no-source", "not-buildable")


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Entry]]]:
    """The outcome of one audit with one of everything, done by one process after the other."""
    path = tmp_path_factory.mktemp("audit") / "audit.sqlite3"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        with workers(1) as executor:
            yield path, audited(path, NAMES, executor)


def test_crash_costs_its_own_job_only(entries: tuple[Path, dict[str, Entry]]) -> None:
    """A segmentation fault and an exit in a worker: the jobs before and after them are done."""
    verdicts = {name: entry.verdict for name, entry in entries[1].items() if entry.status is Status.REBUILT}
    assert verdicts == {
        name: Verdict(name) for name in ("identical", "payload-differs", "no-source", "not-buildable")
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("crash", "the process that rebuilt crash 1.0 died: It was ended by the signal SIGSEGV."),
        ("leave", "the process that rebuilt leave 1.0 died: It ended by itself, with exit code 0."),
        ("mistake", "an internal error: ValueError: mistake"),
        ("machine", "the disk is full: It has 0 bytes."),
    ],
)
def test_failure_is_kept_with_its_reason(entries: tuple[Path, dict[str, Entry]], name: str, said: str) -> None:
    """And is no verdict on the wheel."""
    entry = entries[1][name]
    assert (entry.status, entry.verdict, entry.reason) == (Status.FAILED, None, said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("crash", "Fatal Python error: Segmentation fault"),
        ("mistake", "raise ValueError(job.name)\nValueError: mistake"),
        ("machine", "It has 0 bytes.\nFree some."),
        ("not-buildable", "The backend failed.\nIt said why."),
    ],
)
def test_log_of_a_failure_is_kept(entries: tuple[Path, dict[str, Entry]], name: str, said: str) -> None:
    """What one needs to find out more is in a file beside the store, and the entry names it."""
    path, found = entries
    folder = log_folder(path, "list")
    assert found[name].log == f"audit.sqlite3-logs/{folder.name}/{name}-1.0-py3-none-any.whl.log"
    assert said in (path.parent / found[name].log).read_text("utf-8")


def test_limit_of_a_build_is_a_failure_that_another_limit_may_mend(tmp_path: Path) -> None:
    """It is our limit, and says nothing about the wheel; the end of the build's output is in the log alone."""
    path = tmp_path / "audit.sqlite3"
    with ThreadPoolExecutor(1) as executor:
        entry = audited(path, ["limit"], executor)["limit"]
    reason = "its hook build_wheel was stopped at its limit of 8 GiB of memory"
    assert (entry.status, entry.verdict, entry.reason) == (Status.FAILED, None, reason)
    assert "compiling b.c\nAllow it more." in (tmp_path / entry.log).read_text("utf-8")
    more = Limits(memory=16 << 30)
    assert [job.limits for job in jobs_of([entry], limits=more)] == [more]


def kept_log(folder: Path, job: Job, outcome: Outcome, title: str = "list", name: str = "audit.sqlite3") -> str:
    """Have one outcome kept, and return what its entry has for a log."""
    item = Item(name=job.name, version=job.version, filename=job.filename, sha256=job.sha256, where="list.txt")
    with writing(folder / name, title, [item]) as writer, ThreadPoolExecutor(1) as executor:
        audit(
            [job], executor=executor, work=lambda _: outcome, store=folder / name, writer=writer, ahead=1,
            told=lambda *_: None,
        )  # fmt: skip
        (entry,) = writer.entries(writer.audit)
    return entry.log


BROKEN = failed(SamewheelError("the disk is full"))


@pytest.mark.parametrize("length", [250, 251, 252, 255])
def test_log_of_a_wheel_with_the_longest_name_is_kept(tmp_path: Path, length: int) -> None:
    """With an ending it would be too long for a file system; two such wheels have two logs."""
    logs = set[str]()
    for last in "ab":
        filename = f"x-1.0-py3-none-{'a' * (length - 20)}{last}.whl"
        assert len(filename) == length
        log = kept_log(tmp_path, replace(job_of("x"), filename=filename), BROKEN, title=last)
        assert (tmp_path / log).read_text("utf-8").startswith(filename)
        logs.add(log.rpartition("/")[2])
    assert len(logs) == 2


def test_log_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    """The outcome is worth more than its log; the entry says that there is none, and why."""
    (tmp_path / "audit.sqlite3-logs").write_bytes(b"a file of somebody's")
    assert kept_log(tmp_path, job_of("x"), BROKEN) == "not kept: Not a directory"


def test_each_audit_has_logs_of_its_own(tmp_path: Path) -> None:
    """In one store, and in two beside each other whose names differ in the ending alone."""
    places = [
        ("a/b", "a.db"),
        ("a_b", "a.db"),
        ("A_B", "a.db"),
        ("..", "a.db"),
        ("é" * 300, "a.db"),
        ("a/b", "a.sqlite3"),
    ]
    logs = [kept_log(tmp_path, job_of("x"), BROKEN, title, name) for title, name in places]
    assert len({log.lower() for log in logs}) == len(places)
    assert all((tmp_path / log).resolve() == tmp_path / log for log in logs)
    assert all((tmp_path / log).is_file() for log in logs)


def test_log_tells_a_terminal_nothing(tmp_path: Path) -> None:
    """Builds print what they want, in names of files too; the lines stay lines."""
    text = "one\x1b]0;title\x07\r\n\ttwo\u202e\ud800\x9b2J\nthree"
    log = kept_log(tmp_path, job_of("x"), failed(SamewheelError("no\x1b[2J"), log=text))
    lines = (tmp_path / log).read_text("utf-8").split("\n")
    assert all(line.isprintable() for line in lines)
    assert lines[-4:] == ["one\\x1b]0;title\\x07", "        two\\u202e\\ud800\\x9b2J", "three", ""]


def test_success_leaves_no_log(entries: tuple[Path, dict[str, Entry]]) -> None:
    """A folder with a file for each of hundreds of packages tells nobody where to look."""
    path, found = entries
    assert {file.name.partition("-1.0")[0] for file in log_folder(path, "list").iterdir()} == set(NAMES) - {
        "identical", "payload-differs", "no-source",
    }  # fmt: skip
    assert found["identical"].log == ""


def test_only_what_failed_is_done_again(entries: tuple[Path, dict[str, Entry]]) -> None:
    """A verdict is final; a failure says nothing about the wheel."""
    again = {job.name for job in jobs_of(entries[1].values())}
    assert again == {"crash", "leave", "mistake", "machine"}


def test_worker_is_kept_for_the_next_job() -> None:
    """The start of an interpreter for each of hundreds of packages would be minutes."""
    with workers(1) as executor:
        pids = {executor.submit(process_work, job_of(name)).result().log for name in "abcd"}
    assert len(pids) == 1
    assert pids != {str(os.getpid())}


def test_what_is_printed_is_no_answer() -> None:
    """A library that prints in a worker must not be taken for an outcome."""
    with workers(1) as executor:
        outcome = executor.submit(printing_work, job_of("identical")).result()
    assert outcome == easy_work(job_of("identical"))


def test_only_plain_functions_of_a_job_are_taken() -> None:
    """What a worker cannot import is a mistake that must show at once."""
    with workers(1) as executor:
        with pytest.raises(TypeError):
            executor.submit(lambda job: job, job_of("a"))
        with pytest.raises(TypeError):
            executor.submit(easy_work, "a")


@contextmanager
def standard_processes() -> Iterator[Executor]:
    """The standard library's own pool of processes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        yield executor


@pytest.mark.parametrize(
    "make",
    [lambda: ThreadPoolExecutor(2), standard_processes, lambda: workers(2)],
    ids=["threads", "standard", "ours"],
)
def test_any_executor_will_do(make: Callable[[], Executor], tmp_path: Path) -> None:
    """Here, in processes, or on a cluster: jobs and outcomes are values, and only the parent writes."""
    with make() as executor:
        found = audited(tmp_path / "audit.sqlite3", ("identical", "mistake", "same-contents"), executor)
    assert [entry.status for entry in found.values()] == [Status.REBUILT, Status.FAILED, Status.REBUILT]


def test_executor_that_broke_ends_the_audit_and_not_the_store(tmp_path: Path) -> None:
    """The standard pool breaks as a whole; what was done before is there, and the error says how to go on."""
    path = tmp_path / "audit.sqlite3"
    names = ("identical", "same-contents", "no-source", "zzz")
    with standard_processes() as executor:
        audited(path, names[:3], executor)
        with pytest.raises(SamewheelError, match="broke down") as caught:
            audited(path, (*names, "crash", "d", "e", "f"), executor)
    assert "--resume" in caught.value.hint
    with workers(1) as executor:
        assert all(entry.status is Status.REBUILT for entry in audited(path, names, executor).values())


def test_interruption_ends_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipe that the job holds has no writer any more when the block is left: the process is gone."""
    lifeline = Lifeline(tmp_path / "pipe")
    monkeypatch.setenv("HELD", str(lifeline.path))

    def interrupted() -> None:
        with workers(2) as executor:
            executor.submit(held_work, job_of("held"))
            assert lifeline.heard() == b"held\n"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert lifeline.last_words() == b""


def test_interruption_that_does_not_end_the_wait_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Ctrl-C at the very moment when the audit begins to wait must not be lost until the next outcome, if any.

    One that another thread receives does the same: its handler has to run in the main thread, whose wait goes on.
    """
    lifeline = Lifeline(tmp_path / "pipe")
    monkeypatch.setenv("HELD", str(lifeline.path))

    def interrupt() -> None:
        lifeline.heard()
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    interrupting = threading.Thread(target=interrupt)
    interrupting.start()
    with pytest.raises(KeyboardInterrupt), workers(1) as executor:
        audited(tmp_path / "audit.sqlite3", ("held",), executor, held_work)
    interrupting.join()
    assert lifeline.last_words() == b""


def test_worker_that_is_killed_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system does when memory is short; the next job has a new process."""
    lifeline = Lifeline(tmp_path / "pipe")
    monkeypatch.setenv("HELD", str(lifeline.path))
    with workers(1) as executor:
        pid = int(executor.submit(process_work, job_of("a")).result().log)
        future = executor.submit(held_work, job_of("held"))
        lifeline.heard()
        os.kill(pid, signal.SIGKILL)
        failure = future.result().failure
        assert failure is not None
        assert failure.cause == "It was ended by the signal SIGKILL."
        assert int(executor.submit(process_work, job_of("b")).result().log) != pid


def test_no_worker_starts_while_everything_is_told_to_stop() -> None:
    """Who waits for the end of threads must not see them begin something new."""
    with workers(1) as executor, stopped(), pytest.raises(SamewheelError, match="was not started"):
        executor.submit(easy_work, job_of("a")).result()


def test_temporary_files_of_workers_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of one that died without cleaning up: all of them are in one folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with workers(1) as executor:
        executor.submit(easy_work, job_of("crash")).result()
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_work_turns_whatever_goes_wrong_into_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the rebuild, errors of ours and mistakes alike; with what it did until then."""

    def rebuild(job: Job, progress: object) -> None:
        progress.step("Reading")  # type: ignore[attr-defined]
        easy_work(job)

    monkeypatch.setattr("samewheel.audit.working._rebuild", rebuild)
    outcome = work(job_of("machine"))
    assert outcome.failure is not None
    assert (outcome.failure.what, outcome.log) == ("the disk is full", "Reading")
    outcome = work(job_of("mistake"))
    assert outcome.failure is not None
    assert outcome.log.startswith("Reading\nTraceback")
    assert outcome.seconds > 0


def test_job_and_outcome_cross_to_other_machines() -> None:
    """They are the same after a trip through JSON, and through what executors use."""
    import pickle

    for value in (job_of("a"), easy_work(job_of("same-contents"))):
        assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes


class AllAtOnce(ThreadPoolExecutor):
    """Has all jobs done before anybody asks for an outcome, the last one by an error of its own."""

    def __init__(self, jobs: int, error: Exception | None = None) -> None:
        """Take so many jobs."""
        super().__init__(1)
        self._jobs: list[tuple[Future[Outcome], Job]] = []
        self._total = jobs
        self._error = error

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:  # noqa: ANN401 - the base's
        """Do nothing until all are there."""
        self._jobs.append((Future(), args[0]))
        future = self._jobs[-1][0]
        if len(self._jobs) == self._total:
            for number, (one, job) in enumerate(self._jobs):
                if self._error is not None and number == self._total - 1:
                    one.set_exception(self._error)
                else:
                    one.set_result(fn(job))
        return future


def kept_at_once(path: Path, names: Sequence[str], error: Exception | None) -> tuple[list[str], list[str]]:
    """Return what an audit told whose outcomes come all at once, and what another process saw in the store then."""
    told: list[str] = []
    seen: list[set[str]] = []

    def tell(job: Job, _: Outcome) -> None:
        with reading(path) as reader:
            seen.append({entry.name for entry in reader.entries(1) if entry.status is Status.REBUILT})
        told.append(job.name)

    with writing(path, "list", [item_of(name) for name in names]) as writer:
        jobs = jobs_of(writer.entries(writer.audit))
        with AllAtOnce(len(jobs), error) as executor, suppress(ClusterError):
            audit(
                jobs, executor=executor, work=lambda job: Outcome(rebuilt=rebuilt_of(job)), store=path, writer=writer,
                ahead=len(jobs), told=tell,
            )  # fmt: skip
    return sorted(told), sorted(seen[0])


@pytest.mark.parametrize("lost", [False, True])
def test_what_comes_at_once_is_on_the_disk_before_any_of_it_is_told(tmp_path: Path, *, lost: bool) -> None:
    """Outcomes are written together; one that brings bad news, such as the cluster's end, costs only itself."""
    names = [f"project{number}" for number in range(5)]
    error = ClusterError("the Dask scheduler is gone") if lost else None
    told, seen_first = kept_at_once(tmp_path / "audit.sqlite3", names, error)
    assert told == (names[:-1] if lost else names)
    assert seen_first == told
