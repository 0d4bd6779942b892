"""``samewheel audit --cluster`` on real schedulers and workers: the same results, and nothing lost when they die."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.certificates import Files, authority
from tests.clusters import SOON, Cluster, Dask, cluster
from tests.functional.builds import PATIENCE
from tests.functional.test_audit import call, listed, start, statuses
from tests.unit.test_process import Lifeline

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to find whom to kill"),
]

KINDS = ["identical", "same-contents", "metadata-differs", "no-source", "not-buildable", "bare"]
WRONG = ["crash", "leave", "mistake", "machine", "limit"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with two workers that are started again when they die."""
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder) as found:
        env = {"HELD": f"{folder}/"}
        found.worker("--nworkers", "2", **env).said("Registered to:")
        yield found


def names(folder: Path, *lines: str) -> Path:
    """Write a list of packages, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "list.txt").write_text("".join(f"{line}==1.0\n" for line in lines), "utf-8")
    return folder


def reasons(folder: Path) -> dict[str, str]:
    """Return why packages are as they are."""
    return {package["name"]: package["reason"] for package in json.loads(listed(folder))["packages"]}


def audit(folder: Path, found: Cluster, *options: str, work: str = "easy_work") -> subprocess.CompletedProcess[str]:
    """Audit the list of a folder on a cluster."""
    return call(folder, "list.txt", "--cluster", found.address, *options, work=work, **SOON)


def test_results_are_those_of_one_machine(shared: Cluster, tmp_path: Path) -> None:
    """To the byte, whatever came of the jobs; only the lines before the first job say where they are done."""
    here, there = (names(tmp_path / name, *KINDS, *WRONG) for name in ("here", "there"))
    assert call(here, "list.txt", "-q", "--jobs", "2").returncode == 0
    done = audit(there, shared)
    assert done.returncode == 0, done.stderr
    assert listed(there) == listed(here)
    assert f"2 workers with 2 threads at {shared.address}" in done.stderr
    assert "[11/11]" in done.stderr
    assert audit(there, shared, "--anew", "-q").stderr == ""


def test_worker_that_dies_costs_no_job(shared: Cluster, tmp_path: Path) -> None:
    """Its job is done by another one; one of which two workers died is recorded, with what to look at."""
    here = names(tmp_path / "here", "once", "always", "a", "b", "c")
    done = audit(here, shared, "--json", work="deadly_work")
    assert done.returncode == 0, done.stderr
    assert statuses(here) == {**dict.fromkeys(["once", "a", "b", "c"], "rebuilt"), "always": "failed"}
    assert "2 workers died while they rebuilt always 1.0" in reasons(here)["always"]
    assert (shared.folder / "always").read_text() == "xx"
    assert (shared.folder / "once").read_text() == "xx"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=str)
def test_build_ends_with_the_coordinator(shared: Cluster, tmp_path: Path, number: signal.Signals) -> None:
    """Interrupted or killed: nobody waits for what the workers do, so they stop it."""
    lifeline = Lifeline(shared.folder / f"build-{number}")
    here = names(tmp_path / "here", f"build-{number}")
    words = ("list.txt", "--cluster", shared.address)
    with start(here, *words, work="building_work", **SOON) as process:
        lifeline.heard()
        process.send_signal(number)
        assert lifeline.last_words() == b""
        _, stderr = process.communicate(timeout=PATIENCE)
    if number is signal.SIGINT:
        assert process.returncode == 130
        assert f"list.txt --resume --cluster {shared.address}" in stderr


def test_end_of_the_scheduler_is_an_error_that_loses_nothing(tmp_path: Path) -> None:
    """What is finished is kept, the build ends, and the command that is named completes the audit."""
    here, other = (names(tmp_path / name, "a", "b", "held", "z") for name in ("here", "other"))
    lifeline = Lifeline(tmp_path / "pipe")
    with cluster(tmp_path) as found:
        found.worker(HELD=str(lifeline.path))
        words = ("list.txt", "--cluster", found.address)
        with start(here, *words, work="held_work", **SOON) as process:
            lifeline.heard()
            found.scheduler.kill()
            assert lifeline.last_words() == b""
            _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, stderr
    assert "the Dask scheduler is gone" in stderr
    assert f"list.txt --resume --cluster {found.address}" in stderr
    assert "Traceback" not in stderr
    before = statuses(here)
    assert before == {"a": "rebuilt", "b": "rebuilt", "held": "pending", "z": "pending"}
    assert f"{sum(status == 'rebuilt' for status in before.values())} more results are in" in stderr
    resumed = call(here, "list.txt", "--resume")
    assert "2 of 4 are there from before." in resumed.stderr
    call(other, "list.txt", "-q")
    assert listed(here) == listed(other)


def test_two_workers_may_die_where_the_scheduler_allows_none(tmp_path: Path) -> None:
    """Its setting is for all of its users; ours is ours. Elsewhere here it allows three."""
    here = names(tmp_path / "here", "once", "always", "a")
    with cluster(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as found:
        found.worker("--nworkers", "2", HELD=f"{tmp_path}/")
        done = audit(here, found, work="deadly_work")
    assert done.returncode == 0, done.stderr
    assert statuses(here) == {"once": "rebuilt", "always": "failed", "a": "rebuilt"}
    assert (tmp_path / "always").read_text() == "xx"


def worker_with(found: Cluster, folder: Path, lines: str) -> Dask:
    """Start a worker whose interpreters run some lines first."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(lines, "utf-8")
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return found.worker("--no-nanny", PYTHONPATH=path)


UNFIT = [
    ("import samewheel; samewheel.__version__ = '0.0.1'", "have another samewheel than"),
    ("import sys; sys.modules['samewheel'] = None", "cannot run samewheel"),
    ("import sysconfig; sysconfig.get_platform = lambda: 'odd-odd'", "cannot rebuild wheels for"),
]


def test_unfit_workers_are_refused(tmp_path: Path) -> None:
    """What has another version, none, or another platform would give other results; nothing is begun."""
    here = names(tmp_path / "here", "a")
    with cluster(tmp_path) as found:
        for number, (lines, said) in enumerate(UNFIT):
            worker = worker_with(found, tmp_path / str(number), lines)
            done = audit(here, found)
            assert (done.returncode, f"1 of 1 workers {said}" in done.stderr) == (1, True), done.stderr
            assert "Traceback" not in done.stderr
            worker.process.terminate()
            worker.process.wait(PATIENCE)
    assert not (here / "evidence").exists()


def test_worker_that_comes_later_helps(tmp_path: Path) -> None:
    """An audit may begin before its workers do."""
    here = names(tmp_path / "here", "a", "b")
    with cluster(tmp_path) as found, start(here, "list.txt", "--cluster", found.address, **SOON) as process:
        assert process.stderr is not None
        while "has no workers" not in process.stderr.readline():
            pass
        found.worker("--no-nanny")
        process.communicate(timeout=PATIENCE)
    assert set(statuses(here).values()) == {"rebuilt"}


LATE = [(UNFIT[0][0], "another samewheel", "has 0.0.1"), (UNFIT[2][0], "cannot rebuild wheels for", "is odd-odd")]


@pytest.mark.parametrize(("lines", "what", "cause"), LATE, ids=["version", "platform"])
def test_unfit_worker_that_comes_later_ends_the_audit(tmp_path: Path, lines: str, what: str, cause: str) -> None:
    """With an error that says which, and what to do; what is finished is kept."""
    here, lifeline = names(tmp_path / "here", "a", "held", "z"), Lifeline(tmp_path / "pipe")
    with cluster(tmp_path) as found:
        found.worker("--no-nanny", HELD=str(lifeline.path))
        with start(here, "list.txt", "--cluster", found.address, work="held_work", **SOON) as process:
            lifeline.heard()
            worker_with(found, tmp_path / "odd", lines)
            _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert what in stderr
    assert cause in stderr
    assert "Then go on: samewheel audit list.txt" in stderr
    assert statuses(here)["a"] == "rebuilt"


def test_worker_on_which_nobody_has_looked_does_nothing_unfit(tmp_path: Path) -> None:
    """Dask gives jobs to a worker as soon as it joins; this one takes its time to say what it is, and never does."""
    here = names(tmp_path / "here", "a", "b")
    lines = f"import time; from samewheel.audit.distributing import values as v\n{UNFIT[2][0]}"
    with cluster(tmp_path) as found, start(here, "list.txt", "--cluster", found.address, **SOON) as process:
        assert process.stderr is not None
        while "has no workers" not in process.stderr.readline():
            pass
        worker_with(found, tmp_path / "odd", f"{lines}\nv.at_hand = lambda: time.sleep(3600)")
        _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "cannot rebuild wheels for" in stderr
    assert set(statuses(here).values()) == {"pending"}


def given(files: Files) -> tuple[str, ...]:
    """Return the options that name one's certificate."""
    return ("--cluster-ca", str(files.ca), "--cluster-cert", str(files.cert), "--cluster-key", str(files.key))


def test_tls_lets_in_who_has_a_certificate_of_the_same_ca(tmp_path: Path) -> None:
    """By options or by Dask's own configuration; nobody else, also not without TLS."""
    ours, others = (authority(tmp_path / name) for name in ("ours", "others"))
    here = names(tmp_path / "here", "a")
    words = ("--protocol", "tls", "--tls-ca-file", str(ours.ca), "--tls-cert", str(ours.cert), "--tls-key")
    with cluster(tmp_path, *words, str(ours.key)) as found:
        found.worker("--no-nanny")
        assert found.address.startswith("tls://")
        done = audit(here, found, *given(ours))
        assert (done.returncode, statuses(here)) == (0, {"a": "rebuilt"}), done.stderr
        settings = {"CA_FILE": ours.ca, "CLIENT__CERT": ours.cert, "CLIENT__KEY": ours.key}
        env = {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in settings.items()}
        done = call(here, "list.txt", "--anew", "--cluster", found.address, **env)
        assert done.returncode == 0, done.stderr
        plain = found.address.replace("tls://", "tcp://")
        soon = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
        for address in ((found.address, *given(others)), (found.address,), (plain,)):
            refused = call(here, "list.txt", "--anew", "--cluster", *address, **soon)
            assert refused.returncode == 1
            assert "cannot reach a Dask scheduler" in refused.stderr
            assert "Traceback" not in refused.stderr
    assert statuses(here) == {"a": "rebuilt"}


LIST_AS_CERTIFICATE = ["--cluster-ca", "list.txt", "--cluster-cert", "list.txt", "--cluster-key", "list.txt"]

USAGE = [
    (["--cluster", "tcp://127.0.0.1:1", "--jobs", "2"], 2, "--jobs is for this machine"),
    (["--cluster", "tls://127.0.0.1:1", "--cluster-ca", "list.txt"], 2, "TLS takes all of"),
    (["--cluster-ca", "list.txt"], 2, "need --cluster"),
    (["--cluster", "tcp://127.0.0.1:1", *LIST_AS_CERTIFICATE], 2, "Try tls://127.0.0.1:1"),
    (["--cluster", "ws://127.0.0.1:1", *LIST_AS_CERTIFICATE], 2, "is an address without TLS"),
    (["--cluster", "127.0.0.1:1", *LIST_AS_CERTIFICATE], 2, "Try tls://127.0.0.1:1"),
    (["--cluster", "tcp://127.0.0.1:1"], 1, "cannot reach a Dask scheduler at tcp://127.0.0.1:1"),
    (["--cluster", "odd://127.0.0.1:1"], 1, "cannot reach a Dask scheduler at odd://127.0.0.1:1"),
    (["--cluster", "tls://127.0.0.1:1"], 1, "--cluster-ca, --cluster-cert and --cluster-key"),
]


@pytest.mark.parametrize(("options", "code", "said"), USAGE, ids=[" ".join(words) for words, *_ in USAGE])
def test_cluster_that_cannot_be_is_refused_in_words(tmp_path: Path, options: list[str], code: int, said: str) -> None:
    """And never with a traceback, or half of a store."""
    here = names(tmp_path / "here", "a")
    timeout = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    done = call(here, "list.txt", *options, **timeout)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not (here / "evidence").exists()


def test_missing_dask_is_named_with_its_extra(tmp_path: Path) -> None:
    """It is an extra, as most people need no cluster."""
    here = names(tmp_path / "here", "a")
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['distributed'] = None\n", "utf-8")
    done = call(here, "list.txt", "--cluster", "tcp://127.0.0.1:1", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "pip install 'samewheel[cluster]'" in done.stderr
