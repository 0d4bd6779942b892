"""Have commands meet disks, permissions, tools, clocks and indexes that fail, and look at what becomes of it.

    python -m tests.torture.faults                                   # all of them, which takes a while
    python -m tests.torture.faults --topic places --fault "no room" --only build

Each cell is one command that meets one fault, really: it must end with the exit code that the corpus says, soon, with
an error of ours that names a next command and no traceback; its outputs must be the old ones or the new ones, each as
a whole, with nothing beside; and when the fault is over, the same command must write what it always writes. Faults of
disks need a mount, so all of it runs in namespaces of its own (unshare): nothing of the machine is mounted over.
Exits with 1 if anything was lost. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.index_server import package_index
from tests.torture import clocks, disks, index_faults, syncs, tools
from tests.torture.benches import COMMANDS, set_up
from tests.torture.running import head, row
from tests.torture.trying import Undisturbed, tried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.torture.trying import Fault

COUNTED = ("tried", "refused", "done", "seconds at most", "lost")
INSIDE = "SAMEWHEEL_TORTURE_INSIDE"
"""Set where the namespaces were made."""

TOPICS = {
    "places": (disks.FAULTS, False),
    "cold": (disks.COLD, True),
    "tools": (tools.FAULTS, False),
    "clocks": (clocks.FAULTS, False),
    "index": (index_faults.FAULTS, True),
}
"""The faults by topic, and whether caches are cold then."""


class Wanted(NamedTuple):
    """What is to be tried."""

    topics: Sequence[str]
    fault: str
    """A regular expression."""
    commands: Sequence[str]


def enter() -> None:
    """Go on in namespaces of our own, where we may mount."""
    unshare = shutil.which("unshare")
    if os.environ.get(INSIDE) or unshare is None:
        return
    os.environ[INSIDE] = "1"
    os.execv(unshare, [unshare, "-Urm", sys.executable, "-m", "tests.torture.faults", *sys.argv[1:]])  # noqa: S606 - no shell


def chosen(wanted: Wanted) -> Iterator[tuple[Fault, bool, list[str]]]:
    """Yield the faults, whether caches are cold, and the commands that meet each."""
    for topic in wanted.topics:
        faults, cold = TOPICS[topic]
        for fault in faults:
            names = [name for name in fault.expected if name in wanted.commands]
            if names and re.search(wanted.fault, fault.name):
                yield fault, cold, names


def tortured(undisturbed: Undisturbed, wanted: Wanted) -> dict[str, list[str]]:
    """Try all that is wanted, print a line for each fault, and return what was lost."""
    lost: dict[str, list[str]] = {}
    print(head("fault", *COUNTED, numbers=COUNTED), flush=True)
    for fault, cold, names in chosen(wanted):
        outcomes = {name: tried(fault, name, undisturbed, cold=cold) for name in names}
        wrong = [f"{name}: {one}" for name, outcome in outcomes.items() for one in outcome.lost]
        refused = sum(outcome.code != COMMANDS[name].code for name, outcome in outcomes.items())
        longest = max(outcome.seconds for outcome in outcomes.values())
        counts = [len(names), refused, len(names) - refused, round(longest), len(wrong)]
        print(row([fault.name, *counts]), flush=True)
        if wrong:
            lost[fault.name] = [*wrong, *(f"{name} said: {outcome.err}" for name, outcome in outcomes.items())]
    return lost


def main() -> None:
    """Parse the options, try, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    topics = [*TOPICS, "syncs"]
    parser.add_argument("--topic", choices=topics, action="append", help="these faults; several times")
    parser.add_argument("--fault", metavar="PATTERN", default="", help="only those whose names match")
    parser.add_argument("--only", choices=[*COMMANDS], action="append", help="this command; several times")
    options = parser.parse_args()
    enter()
    chosen_topics = options.topic or topics
    wanted = Wanted([one for one in TOPICS if one in chosen_topics], options.fault, options.only or [*COMMANDS])
    with package_index() as index, tempfile.TemporaryDirectory() as folder:
        undisturbed = Undisturbed(set_up(Path(folder, "bench"), index))
        lost = tortured(undisturbed, wanted) if wanted.topics else {}
        if "syncs" in chosen_topics:
            lost |= syncs.tortured(undisturbed, wanted.commands)
    if lost:
        sys.exit(json.dumps(lost, indent=2))


if __name__ == "__main__":
    main()
