"""Whether all that a command writes is on the disk before it says so: seen from outside, in its system calls.

Of each output, the file must have been synced before it gets its name, and the folder in which it gets it after, both
before the process ends. A folder that was put into place as a whole must have each file in it synced.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture.benches import COMMANDS, digests
from tests.torture.running import head, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.torture.trying import Undisturbed

CALLS = "fsync,fdatasync,rename,renameat,renameat2,link,linkat"
LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<words>.*)\) += 0$")
LOCK = ".lock"
"""In the name of what only says that somebody writes."""
COUNTED = ("outputs", "synced before", "folder synced after", "lost")


def calls(trace: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the calls that succeeded, with the paths that they name; of a file that is open, where it was opened."""
    for line in trace.splitlines():
        if (found := LINE.match(line)) is not None:
            words = found["words"]
            yield found["call"], re.findall(r"^\d+<([^>]+)>", words) or re.findall(r'"([^"]+)"', words)


def _unsynced(path: Path, trace: Sequence[tuple[str, list[str]]]) -> list[str]:
    """Return what of an output was not synced when it had to be."""
    named = [
        (number, Path(words[0]), Path(words[-1]))
        for number, (call, words) in enumerate(trace)
        if call.startswith(("rename", "link")) and Path(words[-1]) in {path, *path.parents}
    ]
    synced = [(number, Path(words[0])) for number, (call, words) in enumerate(trace) if "sync" in call and words]
    if not named:
        # It was made under its own name, as keys are.
        before = [number for number, place in synced if place == path]
        at, folder = (before or [len(trace)])[-1], path.parent
    else:
        at, old, new = named[-1]
        before = [number for number, place in synced if place == old / path.relative_to(new) and number < at]
        folder = new.parent
    wrong = [f"{path.name} was not synced before it had its name"] * (not before)
    return wrong + [f"{folder.name} was not synced after {path.name}"] * (
        not any(place == folder and number > at for number, place in synced)
    )


def tortured(undisturbed: Undisturbed, names: Sequence[str]) -> dict[str, list[str]]:
    """Look at each command, print a line for it, and return what was lost."""
    strace, lost = shutil.which("strace"), dict[str, list[str]]()
    if strace is None:
        print("\nSyncing was not looked at: strace is not installed.", flush=True)
        return lost
    print(f"\n{head('command', *COUNTED, numbers=COUNTED)}", flush=True)
    for name in names:
        with tempfile.TemporaryDirectory(prefix="fault-") as folder:
            bench = undisturbed.warm.copied(Path(folder, "bench"))
            trace = bench.top / "trace.txt"
            words = (strace, "-f", "-y", "-s", "4096", "-e", f"trace={CALLS}", "-o", str(trace))
            before = digests(bench.out)
            done = bench.run(COMMANDS[name].words, before=words)
            found = [(call, [str(bench.project / one) for one in words]) for call, words in calls(trace.read_text())]
            paths = [
                bench.out / one
                for one, digest in digests(bench.out).items()
                if before.get(one) != digest and LOCK not in one
            ]
            seen = [(call, [_plain(one) for one in words]) for call, words in found]
            wrong = [one for path in paths for one in _unsynced(path, seen)]
        wrong += [f"exit code {done.code}"] * (done.code != COMMANDS[name].code)
        early = sum("before" in one for one in wrong)
        late = sum("after" in one for one in wrong)
        print(row([name, len(paths), len(paths) - early, len(paths) - late, len(wrong)]), flush=True)
        if wrong:
            lost[f"syncs of {name}"] = wrong
    return lost


def _plain(path: str) -> str:
    """Return a path without the steps up that commands were given."""
    return str(Path(path).resolve().parent / Path(path).name) if ".." in path else path
