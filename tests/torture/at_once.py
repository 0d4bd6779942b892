"""Run the same command many times at once, on one cold cache and in one folder, and compare with one run alone.

    python -m tests.torture.at_once                       # 16 of each, which takes some minutes
    python -m tests.torture.at_once --runs 4 --only audit

All are started before the first has ended. What each of them writes must be, to the bit, what one wrote alone; where
only one may win (a new key, one audit of a name), one must, and the others must say so. No process, mount, temporary
folder or half a file may be left, and the cache must still be good: one more run follows. Who has not ended in time
prints its stacks, and is lost. Exits with 1 if anything was lost. Linux only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.functional.builds import make_project
from tests.index_server import package_index
from tests.torture.running import SAMEWHEEL, adopt_orphans, files, head, mounts, outlived, row, run, tried
from tests.torture.vault import BUILD_SDIST, KIT, WHEEL, publish

if TYPE_CHECKING:
    from tests.index_server import PackageIndex

LONGEST = 1800.0
"""Seconds after which a run is one that waits for ever."""

STORE = "evidence/audit.sqlite3"
EVIDENCE = f"evidence/{WHEEL}"
KEPT = f"kept/{WHEEL}"
BUILT = ("--buildinfo", f"kept/{WHEEL}.buildinfo.json")
HALVES = re.compile(r"(^|/)(\.[^/]*\.[0-9a-f]{16}|samewheel-[a-z0-9_]{8,16})(/|$)")
"""Names of what is being written."""

COLUMNS = ("at once", "done", "refused", "seconds", "alone", "left behind", "lost")


class Command(NamedTuple):
    """A command, and what comes of it."""

    words: tuple[str, ...]
    """``{}`` stands for the number of the run."""
    outputs: tuple[str, ...]
    """What is compared: files, or what ``audit list`` says of a store."""
    winners: int = 0
    """How many may succeed; 0: all must."""
    refusal: str = ""
    """What the others must say, as a pattern."""
    comparable: bool = True
    """Whether it writes the same each time; a new key is another one."""


COMMANDS = {
    "lock": Command(("lock", "-q"), ("constraints.txt",)),
    "build": Command(("build", "-q"), (f"dist/{WHEEL}", f"{EVIDENCE}.buildinfo.json")),
    "verify": Command(("verify", "-q"), (f"{EVIDENCE}.verify.json",)),
    "canonicalize": Command(("canonicalize", "-q", KEPT, "-o", "canonical"), (f"canonical/{WHEEL}",)),
    "keygen": Command(
        ("keygen", "--no-passphrase", "new"), ("new", "new.pub"), 1, "is there already", comparable=False
    ),
    "attest": Command(
        (
            "attest",
            KEPT,
            "--key",
            "release",
            "--buildinfo",
            f"kept/{WHEEL}.buildinfo.json",
            "-o",
            "signed",
        ),
        (f"signed/{WHEEL}.intoto.jsonl", f"signed/{WHEEL}.sigstore.json"),
    ),
    "audit, a store each": Command(("audit", "-q", "list.txt", "--store", "stores/{}"), ("stores/{}",)),
    "audit, one store": Command(("audit", "-q", "list.txt", "--name", "run {}"), (STORE,)),
    "audit, one name": Command(
        ("audit", "-q", "list.txt"), (STORE,), 1, "is being written by another process|is in the store already"
    ),
}


class Outcome(NamedTuple):
    """What became of many runs."""

    done: int
    refused: int
    seconds: float
    alone: float
    """Seconds that one took, on a cache of its own that was as cold."""
    left: int
    lost: tuple[str, ...]


def told(folder: Path, output: str, names: int) -> str:
    """Return what says that an output is the same; of an audit, what it lists."""
    path = folder / output
    if not path.exists():
        return "absent"
    if "store" not in output and not output.endswith(".sqlite3"):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    listed = [tried(folder, "audit", "list", "--json", "--store", output)]
    if names > 1:
        listed = [
            tried(folder, "audit", "list", "--json", "--store", output, "--name", f"run {n}") for n in range(names)
        ]
    # The name of the audit is not what it found.
    return "\n".join(sorted({re.sub(r"run \d+", "run 0", one.stdout or one.stderr) for one in listed}))


def started(folder: Path, words: tuple[str, ...], number: int) -> subprocess.Popen[bytes]:
    """Start one run; told to abort, it prints the stacks of its threads."""
    env = {**os.environ, "PYTHONFAULTHANDLER": "1"}
    command = [*SAMEWHEEL, *(word.replace("{}", str(number)) for word in words)]
    said = (folder.parent / f"said {number}").open("wb")
    with said:
        return subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=said)


def ended(process: subprocess.Popen[bytes], until: float) -> bool:
    """Wait for a run; one that does not end in time is made to print its stacks, and is killed."""
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        process.wait()
        return False
    return True


def judged(folder: Path, command: Command, processes: list[subprocess.Popen[bytes]]) -> tuple[int, int, list[str]]:
    """Wait for all runs; return how many were done, how many refused, and what is wrong with the others."""
    until = time.monotonic() + LONGEST
    done, refused, lost = 0, 0, list[str]()
    for number, process in enumerate(processes):
        in_time = ended(process, until)
        said = (folder.parent / f"said {number}").read_text("utf-8", "replace")
        if not in_time:
            lost.append(f"waits for ever: {said}")
        elif process.returncode == 0:
            done += 1
        elif command.refusal and re.search(command.refusal, said) and "Traceback" not in said:
            refused += 1
        else:
            lost.append(f"exit code {process.returncode}: {said}")
    if done != (command.winners or len(processes)):
        lost.append(f"{done} of {len(processes)} were done")
    return done, refused, lost


def arrange(folder: Path, index: PackageIndex) -> None:
    """Make a project that is locked and built, what it takes to attest, and a list for an audit."""
    make_project(folder, "", requires=f'"{KIT}"')
    (folder / "constraints.txt").unlink()
    with (folder / "backend.py").open("a", encoding="utf-8") as file:
        file.write(BUILD_SDIST)
    publish(index, folder, folder.parent / f"published for {folder.name}")
    run(folder, "lock", "-q")
    run(folder, "build", "-q", "-o", "kept", "--evidence", "kept")
    run(folder, "keygen", "--no-passphrase", "release")
    (folder / "list.txt").write_text("sample==1.0\n", "utf-8")
    (folder / "stores").mkdir()


def chill(folder: Path) -> Path:
    """Begin with an empty cache, and return it."""
    cache = folder.parent / f"cache of {folder.name}"
    os.environ["SAMEWHEEL_CACHE_DIR"] = str(cache)
    return cache


def clear(folder: Path, command: Command) -> None:
    """Remove what a command writes."""
    for output in command.outputs:
        (folder / output).unlink(missing_ok=True)


def alone(folder: Path, command: Command) -> tuple[float, list[str]]:
    """Run a command once, with a cold cache, and return how long it took and what came of it."""
    chill(folder)
    clear(folder, command)
    begun = time.monotonic()
    run(folder, *(word.replace("{}", "0") for word in command.words))
    seconds = time.monotonic() - begun
    return seconds, [told(folder, output.replace("{}", "0"), 1) for output in command.outputs]


def differing(folder: Path, command: Command, runs: int, expected: list[str]) -> list[str]:
    """Return what is not what one run wrote alone."""
    names = runs if "run {}" in command.words else 1
    lost = list[str]()
    for output, wanted in zip(command.outputs, expected, strict=True):
        for place in sorted({output.replace("{}", str(number)) for number in range(runs)}):
            found = told(folder, place, names)
            if found == "absent" or (command.comparable and found != wanted):
                lost.append(f"another {place}: {found[:2000]} instead of {wanted[:2000]}")
    if not command.comparable:
        # A pair of which one half is another run's would sign what nobody can check.
        words = (
            "attest",
            KEPT,
            "--key",
            "new",
            "--buildinfo",
            f"kept/{WHEEL}.buildinfo.json",
            "-o",
            "tried",
        )
        policy = (
            "check",
            KEPT,
            "--evidence",
            "tried",
            "--init-policy",
            "policy.toml",
            "--trust",
            "new.pub",
        )
        lost += [f"bad: {done.stderr}" for done in (tried(folder, *words), tried(folder, *policy)) if done.returncode]
    return lost


def left_behind(folder: Path, cache: Path, before: set[str], outputs: set[str]) -> list[str]:
    """Return the files, temporary folders and halves of files that nobody has removed."""
    beside = sorted(files(folder) - before - outputs)
    temporary = sorted(path.name for path in Path(os.environ["TMPDIR"]).iterdir())
    halves = [name for name in sorted(files(cache)) if HALVES.search(name)] if cache.exists() else []
    # An audit's lock stays, as whoever removed it could remove that of the next one.
    return [name for name in (*beside, *temporary, *halves) if not name.endswith(".lock")]


def tortured(name: str, runs: int, top: Path) -> Outcome:
    """Run one command so many times at once."""
    command = COMMANDS[name]
    os.environ["TMPDIR"] = str(top / "temporary")
    (top / "temporary").mkdir()
    with package_index() as index:
        for variable in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
            os.environ[variable] = index.simple
        one, folder = top / "alone", top / "together"
        os.environ["SAMEWHEEL_CACHE_DIR"] = str(top / "warm")
        arrange(one, index)
        shutil.copytree(one, folder)
        seconds, expected = alone(one, command)
        clear(folder, command)
        cache, before = chill(folder), files(folder)
        begun = time.monotonic()
        processes = [started(folder, command.words, number) for number in range(runs)]
        done, refused, lost = judged(folder, command, processes)
        took = time.monotonic() - begun
        outputs = {output.replace("{}", str(number)) for output in command.outputs for number in range(runs)}
        left = left_behind(folder, cache, before, outputs)
        lost += [f"{number} processes" for number in [outlived()] if number] + ["a mount"] * (str(top) in mounts())
        lost += differing(folder, command, runs, expected)
        lost += once_more(folder)
    return Outcome(done, refused, took, seconds, len(left), (*lost, *left))


def once_more(folder: Path) -> list[str]:
    """Build with the cache that all of them have used; return what is wrong with that."""
    done = tried(folder, "build", "-q", "-o", "again", "--evidence", "again")
    if done.returncode:
        return [f"the cache is damaged: {done.stderr}"]
    return [] if told(folder, f"again/{WHEEL}", 1) == told(folder, KEPT, 1) else ["another wheel afterwards"]


def main() -> None:
    """Parse the options, run, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=16, help="of each command at once  [default: 16]")
    parser.add_argument("--only", metavar="TEXT", default="", help="those commands that have this in their names")
    options = parser.parse_args()
    adopt_orphans()
    print(head("command", *COLUMNS, numbers=COLUMNS), flush=True)
    lost: dict[str, tuple[str, ...]] = {}
    for name in [name for name in COMMANDS if options.only in name]:
        with tempfile.TemporaryDirectory() as temporary:
            outcome = tortured(name, options.runs, Path(temporary))
        times = [f"{seconds:.1f}" for seconds in (outcome.seconds, outcome.alone)]
        counts = [options.runs, outcome.done, outcome.refused, *times, outcome.left, len(outcome.lost)]
        print(row([name, *counts]), flush=True)
        lost[name] = outcome.lost
    if any(lost.values()):
        sys.exit(json.dumps({name: what for name, what in lost.items() if what}, indent=2))


if __name__ == "__main__":
    main()
