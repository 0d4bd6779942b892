"""Runs the transcripts in README.md and docs/ as they stand, and writes into them what really came of it.

    python scripts/transcripts.py [PAGE...]        # by default all

A transcript is a block of ``console``: a command after ``$``, and what it prints. All those of a page are one session
in one folder, in their order. On pages with files, a block of another language below a line such as "`setup.py`:" is
that file. What only another machine or another key makes different is left as it was.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = ROOT / "tests" / "projects"

BLOCK = re.compile(
    r"^(?:`(?P<file>[\w./-]+)`:\n\n)?```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)

FORGOTTEN = ("SOURCE_DATE_EPOCH", "VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
"""Variables that would decide what is printed."""


class Session(NamedTuple):
    """Where a page's transcripts begin."""

    copies: Mapping[str, str] = {}
    """Projects of ``tests/projects``, by the folders that they are copied to."""
    unlocked: tuple[str, ...] = ()
    """Folders of projects whose own pins are left out."""
    inside: str = "."
    """The folder in which everything is run."""
    files: bool = False
    """Whether the page's blocks with names are files."""


HATCHLING = Session({"hatchling": "hatchling"}, inside="hatchling")
UNLOCKED = HATCHLING._replace(unlocked=("hatchling",))
COLOURS = Session({"colours": "defects/hash-order"}, inside="colours")

SESSIONS = {
    "README.md": UNLOCKED,
    "docs/do/adopt.md": UNLOCKED,
    "docs/do/audit.md": Session(files=True),
    "docs/do/compare.md": HATCHLING,
    "docs/do/cure.md": COLOURS,
    "docs/do/gate.md": HATCHLING,
    "docs/do/pin.md": UNLOCKED,
    "docs/do/read-a-report.md": COLOURS,
    "docs/do/rebuild.md": Session(),
    "docs/learn/first-wheel.md": Session(files=True),
}
"""Every page that has transcripts."""

DIFFERENT_ELSEWHERE = {
    r"\b[0-9a-f]{64}\b": "<sha256>",  # the zlib at hand decides the bytes
    r"[\d,]+ bytes": "<size>",
    r"(?m)^    ([-+]) (zlib|libdeflate)\b.*": r"    \1 <compressor>",
    r"((isolation|varied|not varied|searched) +).*": r"\1<what works here>",
    r"(?m)\b20\d\d-\d\d-\d\d(?=\"$| in the (?:first|second))": "<day>",
    r"MC[\w+/]{50,}=": "<key>",
    r"(payload-differs +\S+ \S+)  .*": r"\1",
    r"SHA256:[\w+/]{43}": "<key>",
    r"(Python|--python|uv) 3?[\d.]+": r"\1 <version>",
}
"""What depends on the machine, with what stands for it in comparisons."""


def same_everywhere(text: str) -> str:
    """Replace what depends on the machine: digests, sizes, versions of tools, keys."""
    for pattern, word in DIFFERENT_ELSEWHERE.items():
        text = re.sub(pattern, word, text)
    return text


class Step(NamedTuple):
    """A command of a transcript."""

    command: str
    expected: str
    """What the page says that it prints."""
    printed: str

    def differs(self) -> bool:
        """Return whether the page says something else, but for what depends on the machine."""
        return same_everywhere(self.printed) != same_everywhere(self.expected)


def prepare(session: Session, folder: Path) -> Path:
    """Make the folder of a session, and return where its commands are run."""
    for name, project in session.copies.items():
        shutil.copytree(PROJECTS / project, folder / name)
    for name in session.unlocked:
        (folder / name / "constraints.txt").unlink()
    inside = folder / session.inside
    inside.mkdir(parents=True, exist_ok=True)
    return inside


def environment(tools: Path) -> dict[str, str]:
    """Return the environment of commands, with a ``samewheel`` on the path that is the one of this interpreter."""
    tools.mkdir()
    program = tools / "samewheel"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m samewheel "$@"\n', "utf-8")
    program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    return {**kept, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def run(command: str, cwd: Path, env: Mapping[str, str]) -> str:
    """Return all that a command prints, on both streams."""
    finished = subprocess.run(
        ["/bin/bash", "-uo", "pipefail", "-c", command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return finished.stdout


def steps(text: str, session: Session, folder: Path) -> Iterator[Step]:
    """Run the transcripts of a page in a new folder, in their order."""
    inside = prepare(session, folder)
    env = environment(folder / ".tools")
    for block in BLOCK.finditer(text):
        if block["language"] == "console":
            for part in COMMAND.finditer(block["body"]):
                yield Step(part["command"], part["output"], run(part["command"], inside, env))
        elif session.files and block["file"]:
            path = inside / block["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["body"], "utf-8")


def renewed(text: str, session: Session) -> str:
    """Return a page with transcripts of what happens now."""
    with tempfile.TemporaryDirectory() as folder:
        results = steps(text, session, Path(folder))

        def again(block: re.Match[str]) -> str:
            if block["language"] != "console":
                return block[0]
            commands = len(COMMAND.findall(block["body"]))
            return f"```console\n{''.join(map(_told, islice(results, commands)))}```"

        return BLOCK.sub(again, text)


def _told(step: Step) -> str:
    return f"$ {step.command}\n{step.printed if step.differs() else step.expected}"


def main() -> None:
    """Write the pages that the command line names anew, or all."""
    for name in sys.argv[1:] or sorted(SESSIONS):
        page = ROOT / name
        page.write_text(renewed(page.read_text("utf-8"), SESSIONS[name]), "utf-8")
        print(name)


if __name__ == "__main__":
    main()
