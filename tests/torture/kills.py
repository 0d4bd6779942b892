"""Kill samewheel at random moments, as nobody can prepare for it, and count what is left behind.

    python -m tests.torture.kills                            # 200 kills of each command, which takes an hour
    python -m tests.torture.kills --times 20 --only build
    python -m tests.torture.kills --each                     # at no random moments: takes strace, and some minutes

Each command runs once undisturbed, which tells how long it takes and what it writes. Then, again and again: its
output is put back to what an older run left there, it is started, and SIGKILL ends the one process that was started,
at a moment drawn from all that it takes. Then each output is looked at (still the old one, or the new one as a
whole), all that was started is waited for (what outlives it by more than five seconds is counted, as are mounts), and
the same command runs to its end, with the same cache and folder: its output must be that of the undisturbed run, with
no file beside it, and no temporary folder of either left. Exits with 1 if anything was lost. Linux only.

Random moments hardly ever hit the few milliseconds in which files get their names. With ``--each``, a command is
killed before each of the system calls by which it writes for good, once for each.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from samewheel._files import tree_digest
from tests.torture.running import PROJECT, SAMEWHEEL, WHEEL, adopt_orphans, files, head, mounts, outlived, row, run

OLD = b"left by an older run\n"
COUNTED = ("killed", "output old", "new", "some of each", "done before", "files beside", "temporary folders", "lost")


class Command(NamedTuple):
    """A command, and what it writes."""

    words: tuple[str, ...]
    outputs: tuple[str, ...]
    """Files, relative to the folder; what else is there afterwards must have been there before."""
    replaces: bool = True
    """Whether it takes the place of what is there; else there is nothing before."""


EVIDENCE = f"evidence/{WHEEL}"
COMMANDS = {
    "lock": Command(("lock", "-q", "--offline", "--exclude-newer", "2026-11-01", "--upgrade"), ("constraints.txt",)),
    "build": Command(("build", "-q"), (f"dist/{WHEEL}", f"{EVIDENCE}.buildinfo.json")),
    "verify": Command(("verify", "-q"), (f"{EVIDENCE}.verify.json",)),
    "canonicalize": Command(("canonicalize", "-q", f"kept/{WHEEL}", "-o", "canonical"), (f"canonical/{WHEEL}",)),
    "attest": Command(
        ("attest", f"kept/{WHEEL}", "--key", "release", "--buildinfo", f"kept/{WHEEL}.buildinfo.json", "-o", "kept"),
        (f"kept/{WHEEL}.intoto.jsonl", f"kept/{WHEEL}.sigstore.json"),
        replaces=False,
    ),
    "audit merge": Command(
        ("audit", "merge", "kept/one.sqlite3", "-o", "merged.sqlite3"),
        ("merged.sqlite3", "merged.sqlite3-logs"),
        replaces=False,
    ),
    "audit": Command(("audit", "-q", "--offline", "--anew", "list.txt"), ("evidence/audit.sqlite3",), replaces=False),
}


CALLS = "fdatasync,fsync,ftruncate,link,linkat,pwrite64,rename,renameat,renameat2"
"""By these, files get their contents for good, and their names; SQLite writes its pages by pwrite64."""


class Moment(NamedTuple):
    """When a command is killed."""

    after: float | None = None
    """Seconds since its start."""
    call: str = ""
    """Else, before it makes this system call,"""
    number: int = 0
    """for the so-manieth time."""

    def words(self, command: Command) -> list[str]:
        """Return what starts the command."""
        at = f"inject={self.call}:signal=SIGKILL:when={self.number}"
        return [
            *(["strace", "-qqq", "-e", f"trace={self.call}", "-e", at] if self.call else []),
            *SAMEWHEEL,
            *command.words,
        ]


class Kill(NamedTuple):
    """What a kill did."""

    temporary: frozenset[str]
    """What is left in the folder for temporary files after the next run."""
    finished: bool
    """Whether the command was done before it."""
    state: str
    """``old``, ``new``, or ``both`` where one output is new and another old."""
    lost: tuple[str, ...]
    """What is wrong: an output that is neither, a process, a mount, a next run that differs."""
    beside: frozenset[str]
    """Files that lie beside the outputs after that."""


def digest(folder: Path, output: str) -> str:
    """Return what says that an output is the same; of an audit, what it lists, as pages of a database move."""
    path = folder / output
    if not path.exists():
        return "absent"
    if path.is_dir():
        return tree_digest(path)
    if path.suffix != ".sqlite3":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    command = [*SAMEWHEEL, "audit", "list", "--json", "--store", output]
    return hashlib.sha256(subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout).hexdigest()


def put_back(folder: Path, command: Command) -> None:
    """Make the outputs those of an older run."""
    for output in command.outputs:
        path = folder / output
        if path.is_dir():
            shutil.rmtree(path)
        path.parent.mkdir(exist_ok=True)
        # Only its own files are a lock's to replace; a comment is what an older one may have had.
        path.write_bytes(OLD if path.name != "constraints.txt" else (folder / "older.txt").read_bytes())
        if not command.replaces:
            path.unlink()


def killed(folder: Path, command: Command, moment: Moment, expected: dict[str, str], mounted: str) -> Kill:
    """Start a command, kill it at a moment, look at what is there, and run it again."""
    put_back(folder, command)
    old = {output: digest(folder, output) for output in command.outputs}
    before = files(folder)
    with (folder.parent / "said.txt").open("wb") as said:
        process = subprocess.Popen(moment.words(command), cwd=folder, stdout=said, stderr=said)
    try:
        process.wait(moment.after)
    except subprocess.TimeoutExpired:
        process.kill()
    finished = process.wait() == 0
    lost = [f"{number} processes" for number in [outlived()] if number]
    # Not those of others on this machine, who come and go.
    lost += [
        f"a mount: {one}" for one in sorted({*mounts().splitlines()} - {*mounted.splitlines()}) if "samewheel" in one
    ]
    states = set()
    for output in command.outputs:
        found = digest(folder, output)
        states.add({old[output]: "old", expected[output]: "new"}.get(found, "both"))
        # A store has some of an audit's results, as it should.
        if found not in {old[output], expected[output]} and not output.endswith(".sqlite3"):
            lost.append(f"half of {output}")
    if command.words[:2] != ("audit", "merge") or states != {"new"}:
        # A merge replaces nothing.
        run(folder, *command.words)
    lost += [f"another {output}" for output in command.outputs if digest(folder, output) != expected[output]]
    beside = {
        name for name in files(folder) - before - {*command.outputs} if name.split("/")[0] not in command.outputs
    }
    temporary = frozenset(os.listdir(os.environ["TMPDIR"]))  # noqa: PTH208 - names are what is shown
    # Between the call that names a file and the one that puts it into place, all of it has a hidden name.
    halves = {one for one in beside if digest(folder, one) not in expected.values() and not one.endswith(".lock")}
    lost += [f"{one} is left" for one in sorted(halves | temporary)]
    return Kill(temporary, finished, states.pop() if len(states) == 1 else "both", tuple(lost), frozenset(beside))


def prepared(folder: Path) -> None:
    """Make a project that is locked and built, a key, and a list for an audit; all caches are warm afterwards."""
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    run(folder, "lock", "-q", "--exclude-newer", "2025-06-01", "--upgrade")
    (folder / "older.txt").write_bytes((folder / "constraints.txt").read_bytes())
    run(folder, "lock", "-q", "--exclude-newer", "2026-11-01", "--upgrade")
    run(folder, "build", "-q", "-o", "kept", "--evidence", "kept")
    run(folder, "keygen", "--no-passphrase", "release")
    (folder / "list.txt").write_text("six==1.16.0\n")
    run(folder, "audit", "-q", "list.txt")
    # Its build fails at once, and leaves a log.
    run(folder, "audit", "-q", "list.txt", "--store", "kept/one.sqlite3", "--limit", "processes=1")


def any_moments(folder: Path, command: Command, times: int, seed: str) -> list[Moment]:
    """Return moments of all that a command takes."""
    draw = random.Random(seed)  # noqa: S311 - nothing is to be kept secret here
    started = time.monotonic()
    run(folder, *command.words)
    longest = time.monotonic() - started
    return [Moment(draw.uniform(0, longest)) for _ in range(times)]


def each_moment(folder: Path, command: Command) -> list[Moment]:
    """Return all moments at which a command is about to write something for good."""
    trace = folder.parent / "trace.txt"
    tracer = ["strace", "-qqq", "-e", "signal=none", "-e", f"trace={CALLS}", "-o", str(trace)]
    subprocess.run([*tracer, *SAMEWHEEL, *command.words], cwd=folder, capture_output=True, check=True)
    calls = Counter(line.partition("(")[0] for line in trace.read_text().splitlines())
    return [Moment(None, call, number + 1) for call, times in sorted(calls.items()) for number in range(times)]


def tortured(name: str, times: int, seed: int, *, each: bool) -> list[Kill]:
    """Kill one command so many times, or before each call."""
    command = COMMANDS[name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "project")
        os.environ["SAMEWHEEL_CACHE_DIR"] = str(Path(temporary, "cache"))
        os.environ["TMPDIR"] = str(Path(temporary, "temporary"))
        Path(os.environ["TMPDIR"]).mkdir()
        prepared(folder)
        put_back(folder, command)
        moments = each_moment(folder, command) if each else any_moments(folder, command, times, f"{seed} {name}")
        expected = {output: digest(folder, output) for output in command.outputs}
        return [killed(folder, command, moment, expected, mounts()) for moment in moments]


def main() -> None:
    """Parse the options, kill, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=200, help="kills of each command  [default: 200]")
    parser.add_argument("--seed", type=int, default=0, help="of the moments that are drawn  [default: 0]")
    parser.add_argument("--only", choices=[*COMMANDS], action="append", help="this command; several times")
    parser.add_argument("--each", action="store_true", help="before each call that writes, instead of at random")
    options = parser.parse_args()
    adopt_orphans()
    print(head("command", *COUNTED, numbers=COUNTED), flush=True)
    lost: dict[str, list[str]] = {}
    for name in options.only or COMMANDS:
        kills = tortured(name, options.times, options.seed, each=options.each)
        cut = [one for one in kills if not one.finished]
        lost[name] = [what for one in kills for what in one.lost]
        states = [sum(one.state == state for one in cut) for state in ("old", "new", "both")]
        counts = [
            len(kills) - len(cut),
            len(frozenset().union(*(one.beside for one in kills))),
            len(frozenset().union(*(one.temporary for one in kills))),
            len(lost[name]),
        ]
        print(row([name, len(cut), *states, *counts]), flush=True)
        for left in sorted(frozenset[str]().union(*(one.beside | one.temporary for one in kills))):
            print(f"left by {name}: {left}", file=sys.stderr, flush=True)
    if any(lost.values()):
        sys.exit(json.dumps(lost, indent=2))


if __name__ == "__main__":
    main()
