"""One fault, one command: what it must end with, whether that is what happens, and whether all is well afterwards."""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.torture.benches import COMMANDS, Bench, digests, listed, made_older

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from tests.torture.benches import Done


class Way(NamedTuple):
    """How a command is run that meets a fault."""

    env: Mapping[str, str | None] = {}
    """Variables besides those of the bench; None takes one away."""
    before: tuple[str, ...] = ()
    """A program that runs it, and its options."""
    more: tuple[str, ...] = ()
    """Options at its end."""
    python: str = ""
    """Statements that run in its process first: time limits that are shorter than ours."""
    offline: bool = False
    """Whether it is run once more while the fault lasts, without a network."""


class Expected(NamedTuple):
    """What a command must end with."""

    code: int | None = None
    """None: as without the fault, as it can do without what is broken."""
    says: str = ""
    """A regular expression for its error."""
    longest: float = 60.0
    """Seconds."""
    status: str = ""
    """What an audit keeps of its only package instead of a rebuild."""
    told: tuple[str, ...] = ()
    """Outputs that tell of the fault, and so are others while it lasts."""

    @property
    def refused(self) -> bool:
        """Whether an error must say what is wrong."""
        return self.code is not None and not self.told


class Fault(NamedTuple):
    """Something that is wrong, and what must come of it."""

    name: str
    make: Callable[[Bench], AbstractContextManager[Way]]
    """Has it be wrong for a while."""
    expected: Mapping[str, Expected]
    """By command."""


class Outcome(NamedTuple):
    """What came of it."""

    code: int
    seconds: float
    lost: tuple[str, ...]
    """What is wrong."""
    err: str = ""


USAGE = 2
"""The exit code of wrong usage."""


class Undisturbed:
    """The benches before any fault, with warm caches, and what commands write without one."""

    def __init__(self, bench: Bench) -> None:
        """Warm its caches and run nothing else."""
        self.cold = bench
        self.warm = bench.copied(bench.top.with_name("warm"))
        self._written: dict[str, Bench] = {}

    def __call__(self, name: str) -> Bench:
        """Return a bench on which a command was run; its outputs are those that it must always write."""
        if name not in self._written:
            bench = self.warm.copied(self.cold.top.with_name(f"after-{name}"))
            command = COMMANDS[name]
            done = bench.run(command.words)
            if done.code != command.code:
                raise RuntimeError(f"samewheel {' '.join(command.words)}: exit code {done.code}\n{done.err}")
            self._written[name] = bench
        return self._written[name]


def _complaints(done: Done, code: int, expected: Expected) -> list[str]:
    """Return what is wrong with how a command ended and with what it said."""
    wrong = [f"exit code {done.code}, not {code}"] * (done.code != code)
    wrong += ["a traceback"] * ("Traceback (most recent call last)" in done.out + done.err)
    wrong += [f"it took {done.seconds:.0f} s"] * (done.seconds > expected.longest)
    # What click refuses has click's words; a verdict that is no pass is a result, and no error.
    if done.code and not (done.code == USAGE and done.err.startswith("Usage: ")) and expected.refused:
        wrong += ["no error of ours"] * ("error: " not in done.err)
        wrong += ["no next command"] * ("next: " not in done.err)
        wrong += [f"does not say {expected.says}"] * (re.search(expected.says, done.err) is None)
    return wrong


def _halves(name: str, found: Mapping[str, str], old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the outputs that are neither the old ones nor the new ones, and what lies beside them."""
    unlike = COMMANDS[name].random
    wrong = []
    for path in sorted({*found, *old, *new}):
        states = {old.get(path), new.get(path)}
        if found.get(path) not in states and not (unlike and path in found):
            wrong.append(f"{path} beside" if states == {None} else f"half of {path}")
    return wrong


def tried(fault: Fault, name: str, undisturbed: Undisturbed, *, cold: bool = False) -> Outcome:
    """Have a command meet a fault, and look at what it says, what it leaves, and what the next run does."""
    command, expected = COMMANDS[name], fault.expected[name]
    model = undisturbed(name)
    new = digests(model.out)
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        bench = (undisturbed.cold if cold else model).copied(Path(folder, "bench"))
        shutil.rmtree(bench.out)
        shutil.copytree(model.out, bench.out, symlinks=True)
        made_older(bench.out, command.outputs)
        for path in bench.out.glob(".*.lock"):
            path.unlink()
        with fault.make(bench) as way:
            _forget_logs(bench)
            old = digests(bench.out)
            done = bench.run([*command.words, *way.more], way.env, way.before, way.python)
            lost = _complaints(done, command.code if expected.code is None else expected.code, expected)
            _forget_logs(bench)
            found = {
                path: old.get(path, "") if path in expected.told else one for path, one in digests(bench.out).items()
            }
            lost += _other_status(bench, expected) if expected.status else _halves(name, found, old, new)
            lost += [f"offline: {one}" for one in _offline(bench, name, way, new, expected)]
        lost += [f"{path.name} in TMPDIR" for path in (bench.top / "temporary").iterdir()]
        lost += [f"next run: {one}" for one in _again(bench, name, new)]
    return Outcome(done.code, done.seconds, tuple(lost), done.err)


def _forget_logs(bench: Bench) -> None:
    """Remove what an audit keeps of builds that failed; the store names it."""
    for folder in bench.out.glob("*.sqlite3-logs"):
        shutil.rmtree(folder)


def _other_status(bench: Bench, expected: Expected) -> list[str]:
    """Return what is wrong with a store that has to say that nothing was found out."""
    said = listed(bench.out / "audit.sqlite3")
    return [] if f"'{expected.status}', None" in said else [f"the store says {said[:500]}"]


def _offline(bench: Bench, name: str, way: Way, new: Mapping[str, str], expected: Expected) -> list[str]:
    """Return what is wrong with a run without a network: it may fail, but not write or ask the wrong thing."""
    if not way.offline:
        return []
    before, asked = digests(bench.out), len(bench.packages.asked)
    done = bench.run(COMMANDS[name].words, {**way.env, "UV_OFFLINE": "1"})
    _forget_logs(bench)
    failed = done.code != COMMANDS[name].code
    meant = expected._replace(code=done.code if failed else None, says="")
    wrong = _complaints(done, done.code, meant)
    wrong += ["the index was asked"] * (len(bench.packages.asked) != asked)
    if expected.status:
        return wrong + _other_status(bench, expected)
    found = digests(bench.out)
    found |= {path: before.get(path, new[path]) for path in expected.told}
    return wrong + _halves(name, found, before, new)


def _again(bench: Bench, name: str, new: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the next run, when nothing is wrong any more."""
    command = COMMANDS[name]
    made_older(bench.out, [one for one in command.outputs if command.random])
    done = bench.run(command.words)
    _forget_logs(bench)
    wrong = _complaints(done, command.code, Expected())
    found = digests(bench.out)
    wrong += [f"another {path}" for path in sorted(new) if found.get(path) != new[path] and not command.random]
    return wrong + [f"{path} beside" for path in sorted({*found} - {*new})]


def unbroken(_: Bench) -> AbstractContextManager[Way]:
    """Have nothing be wrong: the control."""
    return nullcontext(Way())
