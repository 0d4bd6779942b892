"""Write wheels that must be refused to a folder, or print what zipfile, pip and uv make of each.

    python scripts/hostile_wheels.py --output hostile/      # hostile/NAME/demo-1.0-py3-none-any.whl and so on
    python scripts/hostile_wheels.py --table                # Markdown, which docs/lookup/hostile-wheels.md shows
    python scripts/hostile_wheels.py --table zip64-end-disagrees

The wheels come from tests/hostile_wheels. Each reader runs in a temporary folder with 2 GB of address space, files of
1 GB at most, and 20 seconds. Like the other scripts, this imports nothing of samewheel. POSIX only.

Do not run it as root: a reader that is led out must not be able to go far.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.hostile_wheels import Control

ROOT = Path(__file__).parents[1]
SECONDS, SLOW, MEMORY, FILE = 20, 2, 2 << 30, 1 << 30
FOLDERS = re.compile(
    r"[^\s'\"`]*/(hostile-\w+/((pip|uv)/)?|pip-target-\w+/lib/python/|cache/archive-v0/[\w-]+/|\.tmp\w+/|site-packages/)"
)
"""Folders of this machine and of this run, which a table must not show."""
MODULE, EVIL = "demo/__init__.py", b"print('another module')\n"
"""What the wheel that was reviewed does not have: tests/hostile_wheels/base.py says the same."""
WORDS = 120
"""Letters of a refusal that the table shows."""

LONGEST_LINE = 4096
"""Letters of a line that are looked at: a reader may quote a name of megabytes."""

UNZIP = """\
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    if bad := archive.testzip():
        sys.exit(f"testzip: bad {ascii(bad)}")
    for info in archive.infolist():
        archive.read(info)
"""
WRITTEN_BY_INSTALLERS = re.compile(
    r"\.lock|.*\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|uv_build\.json)|.*\.pyc"
)
NOISE = re.compile(r"^(\W+|ERROR: |error: |WARNING: |warning: |Caused by: |cause: |For req: \S+ )+")
"""What stands before the words that matter."""


class Answer(NamedTuple):
    """What one reader made of one wheel; ``tree`` is what it installed, by path."""

    accepted: bool
    text: str
    tree: dict[str, str]


def limit() -> None:
    """Set the limits of the process, and so of what it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))


def shown(text: str) -> str:
    """Return a refusal's last words for a cell: short, printable, without folders of this machine."""
    lines = [
        line
        for line in (whole[:LONGEST_LINE] for whole in text.splitlines())
        if NOISE.sub("", line).strip() and "[notice]" not in line
    ]
    last = NOISE.sub("", lines[-1]) if lines else "no word"
    clean = FOLDERS.sub("", last)
    printable = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in clean)
    cut = printable if len(printable) <= WORDS else printable[:WORDS].rstrip() + " …"
    return re.sub(r"([|*_`<>\\])", r"\\\1", cut)


def waited(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Return a process's exit code and its seconds of CPU; whoever has no time left is killed, with its group."""
    end = time.monotonic() + SECONDS
    pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    while not pid and time.monotonic() < end:
        time.sleep(0.01)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if not pid:
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def ran(command: Sequence[str], room: Path) -> tuple[bool, str]:
    """Run a reader; return whether it accepted, and what to say of it."""
    home = str(room / "home")
    env = {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    with (room / "log").open("w+b") as log:
        options = {"cwd": room, "env": env, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        # Safe although threads run: it only asks the system.
        process = subprocess.Popen(command, **options, start_new_session=True, preexec_fn=limit)  # type: ignore[call-overload]  # noqa: PLW1509 - see above
        code, busy = waited(process)
        log.seek(0)
        killed = f"killed by {signal.Signals(-code).name}" if code < 0 else ""
        said = killed or shown(log.read().decode("utf-8", "replace"))
    if code == -signal.SIGKILL:
        return False, f"**hangs** (over {SECONDS} s)"
    slow = ", **over 2 s**" if busy > SLOW else ""
    return code == 0, ("accepts" if code == 0 else f"refuses: {said}") + slow


def digest(path: Path) -> str:
    """Return what is at a path: a link's target, or the hash of a file."""
    if path.is_symlink():
        return f"link to {path.readlink()}"
    if not path.is_file():
        return "neither file nor link"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree(folder: Path) -> dict[str, str]:
    """Return what was installed, without what installers write themselves."""
    walked = ((Path(parent, name)) for parent, _, names in os.walk(folder) for name in names)
    paths = {str(path.relative_to(folder)): path for path in walked}
    return {name: digest(path) for name, path in sorted(paths.items()) if not WRITTEN_BY_INSTALLERS.fullmatch(name)}


def installed(command: Sequence[str], wheel: Path, room: Path) -> Answer:
    """Return what an installer made of a wheel, in a room that it shares with nobody."""
    target = room / "a" / "b" / "target"
    (room / "home").mkdir(parents=True)
    accepted, text = ran([*command, "--no-deps", "--no-index", "--target", str(target), str(wheel)], room)
    allowed = {room / "a", room / "home", room / "log", target.parent, target}
    beside = [path for folder in (room, room / "a", target.parent) if folder.is_dir() for path in folder.iterdir()]
    if outside := sorted(path.name for path in beside if path not in allowed):
        text += f", **wrote outside**: {shown(outside[0])}"
    found = tree(target) if accepted else {}
    if found.get(MODULE) == hashlib.sha256(EVIL).hexdigest():
        text += " and installs **the other module**"
    return Answer(accepted, text, found)


def compared(pip: Answer, uv: Answer) -> str:
    """Return how the trees differ that the two installed."""
    if not (pip.accepted and uv.accepted):
        return "only pip" if pip.accepted else "only uv" if uv.accepted else "neither"
    unlike = sorted(name for name in pip.tree.keys() | uv.tree.keys() if pip.tree.get(name) != uv.tree.get(name))
    if not unlike:
        return "the same"
    name = unlike[0]
    how = "only by pip" if name not in uv.tree else "only by uv" if name not in pip.tree else "two contents"
    more = f" and {len(unlike) - 1} more" if len(unlike) > 1 else ""
    return f"**differs**: {shown(name)} ({how}){more}"


def row(case: Control) -> str:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as temporary:
        room = Path(temporary).resolve()
        wheel = case.write(room)
        (room / "home").mkdir()
        unzipped = ran([sys.executable, "-I", "-W", "ignore", "-c", UNZIP, str(wheel)], room)[1]
        command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--no-cache-dir"]
        pip = installed([*command, "-q", "install", "--no-compile"], wheel, room / "pip")
        uv = shutil.which("uv") or sys.exit("uv is not on PATH; to install it: pip install uv")
        command = [uv, "pip", "install", "-q", "--no-config", "--cache-dir", str(room / "cache")]
        by_uv = installed([*command, "--offline", "--python", sys.executable], wheel, room / "uv")
        told = compared(pip, by_uv)
    return f"| `{case.name}` | {case.why} | {unzipped} | {pip.text} | {by_uv.text} | {told} |"


def table(cases: Sequence[Control]) -> str:
    """Return the table of some wheels."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        rows = list(pool.map(row, cases))
    head = "| wheel | why | zipfile | pip | uv | pip and uv install |\n| --- | --- | --- | --- | --- | --- |"
    return "\n".join([head, *rows])


def main() -> None:
    """Parse the options and do what they say."""
    sys.path.insert(0, str(ROOT))
    from tests.hostile_wheels import CASES, CONTROLS

    parser = argparse.ArgumentParser(description="Write hostile wheels, or print what readers make of them.")
    parser.add_argument("--output", type=Path, metavar="DIR", help="write the wheels here, each into its own folder")
    parser.add_argument("--table", action="store_true", help="print what zipfile, pip and uv make of each")
    parser.add_argument("name", nargs="*", help="only these")
    options = parser.parse_args()
    if unknown := sorted(set(options.name) - {case.name for case in (*CASES, *CONTROLS)}):
        parser.error(f"there is no {unknown[0]}")
    if not (options.output or options.table):
        parser.error("--output or --table?")
    chosen = [case for case in CASES if not options.name or case.name in options.name]
    fine = [case for case in CONTROLS if not options.name or case.name in options.name]
    for case in (*chosen, *fine) if options.output else ():
        (options.output / case.name).mkdir(parents=True)
        case.write(options.output / case.name)
    if options.table:
        headings = {"archive": "The archive", "names": "Names", "dist-info": "Contents of the .dist-info"}
        parts: dict[str, Sequence[Control]] = {
            heading: [case for case in chosen if case.layer == layer] for layer, heading in headings.items()
        }
        for heading, cases in {**parts, "Unusual, and valid": fine}.items():
            if cases:
                print(f"## {heading}\n\n{table(cases)}\n", flush=True)


if __name__ == "__main__":
    main()
