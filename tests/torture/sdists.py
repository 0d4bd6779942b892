"""What samewheel, tarfile, pip and uv make of each hostile sdist.

    just hostile-sdists                            # a table; takes minutes
    just hostile-sdists --output hostile/          # hostile/NAME/demo-1.0.tar.gz and so on
    just hostile-sdists bomb-of-one-file pipe      # these rows only

Each reader runs in a deep temporary folder with decoys, 2 GB of address space, files of 1 GB at most, and 20 seconds;
what leads out leads to a decoy or to the room itself. samewheel builds what it accepts; pip and uv would, too. Exits
with 1 if samewheel took the wrong side, did not name the member, crashed, wrote outside, left something behind, or
took more than 2 seconds of CPU beside its start or 200 MiB. POSIX only; do not run it as root.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.functional.builds import OURS
from tests.hostile_sdists import ACCEPTED, CASES, Accepted, Case
from tests.pages import script
from tests.torture.running import SAMEWHEEL, Measured, head, measured, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.hostile_sdists import Sdist

DEEP = "a/b/c/d"
"""Folders between the room and the readers: what leads up leads to one of them."""
OURS_TO_SEE = re.compile(rf"\d/{DEEP}/(work|home)/")
"""What is left of a room's place in a message."""
CPU, MEMORY = 2.0, 200
"""Seconds beside those of the start, and MiB, that a refusal may take."""
SLOW = {"members-a-million"}
"""Refused only after so many members as the largest sdist may have, which takes as long as unpacking those."""

TARFILE = "import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2], filter='data')"
PIP = "import sys; from pip._internal.utils.unpacking import unpack_file; unpack_file(*sys.argv[1:])"
"""Only what unpacks an sdist: all of pip would begin to build it."""
UNZIP = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])"


class Room:
    """A folder for one reader and one sdist."""

    def __init__(self, folder: Path, sdist: Sdist) -> None:
        """Write the sdist, and the decoy that it leads to."""
        self.folder = folder
        self.deep = folder / DEEP
        self.work, self.home, self.decoy = self.deep / "work", self.deep / "home", folder / "decoy"
        for made in (self.work, self.home, self.decoy):
            made.mkdir(parents=True)
        (self.decoy / "secret").write_text("secret\n")
        self.path = sdist.write(self.work, str(self.decoy))

    def outside(self) -> tuple[str, ...]:
        """Return what is outside of the folders that a reader may write to."""
        ours = {self.decoy / "secret", self.path, self.folder / "log"}
        inside = (self.home, self.work)
        found = [path for path in self.folder.rglob("*") if path.is_file() or path.is_symlink()]
        return tuple(
            sorted(path.name for path in found if path not in ours and not any(map(path.is_relative_to, inside)))
        )


def told(sdist: Sdist, folder: Path) -> tuple[Measured, tuple[str, ...]]:
    """Return what samewheel makes of an sdist, and what it left behind, or outside."""
    room = Room(folder, sdist)
    (room.work / f"{sdist.file_name.partition('.tar')[0].removesuffix('.zip')}.constraints.txt").write_text(OURS)
    before = {path.name for path in room.work.iterdir()}
    env = {**os.environ, "TMPDIR": str(room.home), "NO_COLOR": "1"}
    done = measured([*SAMEWHEEL, "build", "-q", room.path.name], room.work, env=env)
    after = {path.name for path in room.work.iterdir()} - before - {"dist", "evidence"}
    left = [*room.outside(), *sorted(after), *sorted(path.name for path in room.home.iterdir())]
    if done.code:
        left += [name for name in ("dist", "evidence") if (room.work / name).exists()]
    return done._replace(said=done.said.replace(str(room.decoy), "{decoy}")), tuple(left)


def faults(sdist: Sdist, found: Measured, left: Sequence[str], start: float) -> list[str]:
    """Return what samewheel did wrong; ``start`` are the seconds that it takes to refuse an empty file."""
    wrong = [f"left {name}" for name in left]
    wrong += ["a traceback"] * ("Traceback" in found.said)
    wrong += ["drives the terminal"] * any(not letter.isprintable() for letter in found.said if letter != "\n")
    wanted = sdist.code if isinstance(sdist, Case) else 0
    wrong += [f"exit code {found.code}, not {wanted}"] * (found.code != wanted)
    if isinstance(sdist, Case):
        wrong += [f"does not name {sdist.member}"] * (sdist.member not in found.said)
        wrong += [f"{found.cpu - start:.1f} s"] * (found.cpu - start > CPU and sdist.name not in SLOW)
        wrong += [f"{found.memory:.0f} MiB"] * (found.memory > MEMORY)
    return wrong


def read(command: Sequence[str], sdist: Sdist, folder: Path) -> str:
    """Return what another reader makes of it."""
    room = Room(folder, sdist)
    words = [word.format(path=room.path, target=room.work / "target", cache=room.home) for word in command]
    run = script("hostile_wheels").ran
    # It is told a room of its own, for its log and home; the folders below are ours.
    (room.work / "home").mkdir()
    text = OURS_TO_SEE.sub("", run(words, room.work)[1])
    outside = room.outside()
    return f"{text}, **wrote outside**" if outside else text


def readers(sdist: Sdist) -> tuple[Sequence[str], ...]:
    """Return the commands of other readers: Python's own, pip, uv."""
    unpack = UNZIP if sdist.file_name.endswith(".zip") else TARFILE
    uv = [shutil.which("uv") or "uv", "build", "-q", "--wheel", "--offline", "--no-config", "--cache-dir", "{cache}"]
    return (
        [sys.executable, "-I", "-c", unpack, "{path}", "{target}"],
        [sys.executable, "-c", PIP, "{path}", "{target}"],
        [*uv, "--python", sys.executable, "-o", "{target}", "{path}"],
    )


def shown(sdist: Sdist, found: Measured) -> str:
    """Return what samewheel did for a cell of the table."""
    lines = [line for line in found.said.splitlines() if line.strip()]
    if isinstance(sdist, Accepted) and not found.code:
        return f"accepts: {sdist.becomes}"
    said = script("hostile_wheels").shown(lines[1] if len(lines) > 1 else " ".join(lines))
    return f"refuses ({found.code}): {said}"


def main() -> None:
    """Parse the options, try, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, metavar="DIR", help="only write the sdists here, each into a folder")
    parser.add_argument("--alone", action="store_true", help="try samewheel only")
    parser.add_argument("--at-once", type=int, default=3, help="sdists at the same time  [default: 3]")
    parser.add_argument("name", nargs="*", help="only these")
    options = parser.parse_args()
    everything: tuple[Sdist, ...] = (*CASES, *ACCEPTED)
    if unknown := sorted(set(options.name) - {one.name for one in everything}):
        parser.error(f"there is no {unknown[0]}")
    chosen = [one for one in everything if not options.name or one.name in options.name]
    if options.output:
        for one in chosen:
            (options.output / one.name).mkdir(parents=True)
            one.write(options.output / one.name)
        return
    sys.exit(tabled(chosen, alone=options.alone, at_once=options.at_once))


def tried(sdist: Sdist, *, alone: bool) -> tuple[Measured, tuple[str, ...], tuple[str, ...]]:
    """Return what samewheel did, what it left behind, and what others make of it."""
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as folder:
        found, left = told(sdist, Path(folder, "room"))
        others = () if alone else tuple(read(r, sdist, Path(folder, str(n))) for n, r in enumerate(readers(sdist)))
    return found, left, others


def tabled(chosen: Sequence[Sdist], *, alone: bool, at_once: int) -> int:
    """Print the table of some sdists, and the figures; return the exit code."""
    empty = next(one for one in CASES if one.name == "empty-file")
    start = tried(empty, alone=True)[0].cpu
    counts, lost, most = Counter[str](), list[str](), [0.0, 0.0]
    print(head("sdist", "why", "samewheel", *(() if alone else ("tarfile", "pip", "uv"))), flush=True)
    with ThreadPoolExecutor(at_once) as pool:
        for one, (found, left, others) in zip(
            chosen, pool.map(lambda one: tried(one, alone=alone), chosen), strict=True
        ):
            lost += [f"{one.name}: {what}" for what in faults(one, found, left, start)]
            counts["refused" if found.code else "accepted"] += 1
            for name, text in zip(("tarfile", "pip", "uv"), others, strict=False):
                counts[f"{name} accepts what we refuse"] += text.startswith("accepts") and isinstance(one, Case)
                counts[f"{name} refuses what we accept"] += text.startswith("refuses") and isinstance(one, Accepted)
                counts[f"{name} writes outside"] += "outside**" in text
                counts[f"{name} hangs or takes over 2 s"] += "hangs" in text or "over 2 s" in text
            if isinstance(one, Case) and one.name not in SLOW:
                most = [max(most[0], found.cpu - start), max(most[1], found.memory)]
            print(row([f"`{one.name}`", one.why, shown(one, found), *others]), flush=True)
    print(f"\ntried {len(chosen)}, lost {len(lost)}; {dict(counts)}", flush=True)
    print(f"longest refusal {most[0]:.2f} s of CPU beside the start ({start:.2f} s), most memory {most[1]:.0f} MiB")
    print(f"without {', '.join(SLOW)}")
    print("\n".join(lost), file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    main()
