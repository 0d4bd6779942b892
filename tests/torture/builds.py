"""Let hostile builds loose on a machine of decoys at each level of isolation, and see from outside what they reach.

    python -m tests.torture.builds                     # all attacks at all levels, which takes minutes
    python -m tests.torture.builds --only tcp --only daemon --level none

Each attack is the backend of a small project that samewheel builds or verifies, in a machine of namespaces that has
nothing worth having (`tests/torture/machine.py`), with a home, keys, sockets and processes made for it. Whether it
worked is told by what is there afterwards, never by what should be:

- `stopped`: it did not work; with the exit code of samewheel if that was not 0.
- `detected`: it worked, and samewheel did not end well: the exit code is its word for it.
- `open`: it worked, and samewheel ended well, or was ended.

The last column is the attack without samewheel: where it does not work there either, it proves nothing. Exits with 1
if any outcome is another one than the corpus says, in either direction.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.levels import ABSENT
from tests.torture.attacks import ATTACKS, SECTIONS, Attack, Facts
from tests.torture.attacks.backend import make_hostile, words_of
from tests.torture.attacks.values import NOT_TRIED, VERIFY
from tests.torture.machine import PLAIN_USER, ROOT, called_by, entering, forbidden, has_users, settle, soften
from tests.torture.running import adopt_orphans, head, outlived, row
from tests.torture.scenes import Scene, disguise, own, plant_setuid, staged

if TYPE_CHECKING:
    from collections.abc import Sequence


PATIENCE = 90
"""Seconds after which samewheel hangs."""

SCRIPT = Path(__file__).parents[1] / "levels.py"
DIRECTLY = "import sys; sys.path.insert(0, '.'); import backend; backend.build_wheel(sys.argv[1])"


class Level(NamedTuple):
    """A column of the table."""

    name: str
    mechanism: str
    """What isolates; empty: samewheel is not even called."""
    root: bool = False
    """Whether root calls samewheel, rather than an ordinary user."""

    def expected(self, attack: Attack) -> str:
        """Return what the corpus says of an attack."""
        if self.mechanism == "none":
            return attack.none
        if not self.mechanism:
            return attack.bare
        return (attack.root if self.root else "") or attack.inside

    def command(self, words: Sequence[str], scene: Scene) -> list[str]:
        """Return the words that run samewheel at this level."""
        named = [_named(word, scene) for word in words]
        if not self.mechanism:
            return [sys.executable, "-c", DIRECTLY, str(scene.root / "kept")]
        return [sys.executable, "-P", str(SCRIPT), self.mechanism, *named]


UNISOLATED = Level("none", "none")
LEVELS = (
    Level("bubblewrap", "bubblewrap"),
    Level("user namespaces", "user-namespaces"),
    Level("user namespaces, as root", "user-namespaces", root=True),
    UNISOLATED,
    Level("without samewheel", ""),
)


def _named(word: str, scene: Scene) -> str:
    for name, value in words_of(scene).items():
        word = word.replace(f"{{{name}}}", value)
    return word


class Outcome(NamedTuple):
    """What became of an attack at a level."""

    attack: str
    level: str
    expected: str
    happened: str
    said: str
    """The end of what samewheel printed."""

    @property
    def lost(self) -> bool:
        """Whether it is not what the corpus says."""
        return self.expected != self.happened


def judged(attack: Attack, facts: Facts) -> str:
    """Return an outcome in a word, and the exit code if it was not 0."""
    worked, code = attack.done(facts), facts.code
    if code is None:
        return "open, hangs"
    refused = code > 0
    word = "stopped" if not worked else "detected" if refused else "open"
    return f"{word} {code}" if code else word


def _run(command: Sequence[str], scene: Scene, folder: str) -> tuple[int | None, bytes]:
    """Run a command as the scene's caller, and return its exit code, or None if it hangs, and what it printed."""
    words, identity = called_by(scene.user, command)
    process = subprocess.Popen(
        words,
        **identity,
        cwd=scene.root / folder,
        env=scene.environ(),
        stdin=scene.terminal[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[scene.pipe[1]],
        start_new_session=True,
        # A keyring and a terminal are inherited; this program has one thread.
        preexec_fn=scene.become_caller,  # noqa: PLW1509
    )
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        return None, said
    return process.returncode, said


def _variables(scene: Scene) -> bytes:
    """Return those of the decoy, if it still runs."""
    with suppress(OSError):
        if scene.decoy.poll() is None:
            return Path(f"/proc/{scene.decoy.pid}/environ").read_bytes()
    return b""


HONEST = Attack("nothing", "builds a wheel", lambda facts: facts.code == 0, words=VERIFY)
"""What must work at each level; afterwards samewheel's cache has all that a build takes."""


def tried(attack: Attack, level: Level, folder: Path, user: int) -> Outcome:
    """Try an attack at a level.

    Args:
        attack: what is tried.
        level: what should stop it.
        folder: where nothing is, but may be.
        user: who calls samewheel.
    """
    expected = level.expected(attack)
    if expected == NOT_TRIED:
        return Outcome(attack.name, level.name, expected, NOT_TRIED, "")
    with staged(folder / "scenes" / attack.name, user) as scene:
        make_hostile(scene, attack)
        if (folder / "cache").exists():
            shutil.copytree(folder / "cache", scene.root / "cache", symlinks=True, dirs_exist_ok=True)
        own(scene.root, user)
        plant_setuid(scene)
        place = "cwd" if level.mechanism else "project"
        if attack.before:
            _run(level.command(attack.before, scene), scene, place)
        code, said = _run(level.command(attack.words, scene), scene, place)
        decoy = _variables(scene)
        scene.decoy.kill()
        scene.decoy.wait()
        left = outlived()
        if attack.then:
            after = level if level.mechanism else UNISOLATED
            _run(after.command(attack.then, scene), scene, "cwd")
        if attack is HONEST:
            shutil.copytree(scene.root / "cache", folder / "cache", symlinks=True)
        happened = judged(attack, Facts(scene, code, said, left, decoy))
        return Outcome(attack.name, level.name, expected, happened, said.decode(errors="replace")[-2000:])


def _inside(level: Level, names: Sequence[str], folder: Path) -> None:
    """Be the machine of one level: print an outcome a line."""
    settle(folder)
    folder.chmod(0o755)
    user = 0 if level.root or not has_users() else PLAIN_USER + LEVELS.index(level)
    disguise(folder, user)
    soften(ROOT / "src" / "samewheel", folder / "softened", user)
    adopt_orphans()
    honest = tried(HONEST, level, folder, user)
    if honest.happened == f"stopped {ABSENT}":
        sys.exit(ABSENT)
    if honest.happened != "open":
        sys.exit(f"{level.name}: {honest.happened}\n{honest.said}")
    for attack in ATTACKS:
        if attack.name in names:
            print(json.dumps(tried(attack, level, folder, user)), flush=True)


def attacked(names: Sequence[str], levels: Sequence[Level]) -> list[Outcome]:
    """Try attacks at levels, each level in a machine of its own; those that do not work there have no outcomes.

    Raises:
        RuntimeError: such a machine failed.
    """
    # Nobody in those machines can keep bytecode; here it is no matter if it cannot be kept.
    compileall.compile_dir(ROOT / "src", quiet=2)
    with tempfile.TemporaryDirectory() as folder:
        # Each level has a user of its own, who must get there.
        Path(folder).chmod(0o755)
        machines = []
        for level in levels:
            place = Path(folder, str(LEVELS.index(level)))
            place.mkdir()
            words = ["--inside", str(LEVELS.index(level)), str(place), *names]
            command = [*entering(), sys.executable, "-m", "tests.torture.builds", *words]
            machines.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        outputs = [machine.communicate()[0] for machine in machines]
    if any(machine.returncode not in {0, ABSENT} for machine in machines):
        raise RuntimeError(f"machines ended with {[machine.returncode for machine in machines]}")
    return [Outcome(*json.loads(line)) for output in outputs for line in output.splitlines()]


def table(outcomes: Sequence[Outcome], levels: Sequence[Level]) -> str:
    """Return outcomes as a table in Markdown: a row for each attack, and the sums below."""
    found = {(outcome.attack, outcome.level): outcome for outcome in outcomes}
    names = [level.name for level in levels]
    lines = [head("attack", "the build …", *names)]
    for section, attacks in SECTIONS.items():
        tried_here = [attack for attack in attacks if (attack.name, names[0]) in found]
        lines += [row([f"**{section}**", *[""] * (len(names) + 1)])] if tried_here else []
        for attack in tried_here:
            cells = [found[attack.name, name] for name in names]
            shown = [f"**{cell.happened}**, not {cell.expected}" if cell.lost else cell.happened for cell in cells]
            lines.append(row([attack.name, attack.tries, *shown]))
    return "\n".join(lines)


def sums(outcomes: Sequence[Outcome], levels: Sequence[Level]) -> str:
    """Return how many attacks were tried, stopped, detected and open, at each level."""
    lines = [head("level", "tried", "stopped", "detected", "open", numbers=("tried", "stopped", "detected", "open"))]
    for level in levels:
        words = [one.happened.split(",")[0].split(" ")[0] for one in outcomes if one.level == level.name]
        counts = [words.count(word) for word in ("stopped", "detected", "open")]
        lines.append(row([level.name, sum(counts), *counts]))
    return "\n".join(lines)


def main() -> None:
    """Parse the options, attack, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", choices=[attack.name for attack in ATTACKS], help="this attack")
    parser.add_argument("--level", action="append", choices=[level.name for level in LEVELS], help="this level")
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        index, folder, *names = options.inside
        return _inside(LEVELS[int(index)], names, Path(folder))
    if reason := forbidden():
        sys.exit(f"no hostile build is run on the real machine, and there can be no other: {reason}")
    levels = [level for level in LEVELS if not options.level or level.name in options.level]
    levels = [level for level in levels if not level.root or os.geteuid() == 0]
    outcomes = attacked(options.only or [attack.name for attack in ATTACKS], levels)
    absent = [level.name for level in levels if level.name not in {outcome.level for outcome in outcomes}]
    levels = [level for level in levels if level.name not in absent]
    print(table(outcomes, levels), sums(outcomes, levels), sep="\n\n")
    lost = [outcome for outcome in outcomes if outcome.lost]
    if absent:
        print(f"\nNot tried, as it does not work here: {', '.join(absent)}")
    if lost:
        sys.exit(
            "\n".join(f"{one.attack}, {one.level}: {one.happened}, not {one.expected}\n{one.said}" for one in lost)
        )
    return None


if __name__ == "__main__":
    main()
