"""How fast `samewheel diff` and `samewheel canonicalize` are, and how much memory they take, with large real wheels.

    python benchmarks/diffing.py            # every row; or name some: pandas-py-diffoscope canonicalize-jaxlib

`diff` against diffoscope, which is installed into an environment of its own, and against sha256sum, which only reads
the files; `canonicalize` against its compressor alone, on contents that are in memory already. Wheels come from the
index, pinned; what differs in them is made here. Nothing here judges; the dated results stand in
docs/understand/benchmarks.md.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pypi_simple import PyPISimple

from commands import Comparison, SkippedError, measured, seconds
from samewheel.canonicalizing import canonicalize
from samewheel.errors import ExitCode
from samewheel.wheel.deflating import check_compressor, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Published(NamedTuple):
    """A wheel of the index."""

    project: str
    file: str
    sha256: str


WHEELS = {
    wheel.project: wheel
    for wheel in (
        Published(
            "click",
            "click-8.5.1-py3-none-any.whl",
            "8bb5376d2006950386f8c6427613334a2acadc5f559cb80e638d00b4df957e37",
        ),
        Published(
            "django",
            "django-5.2.19-py3-none-any.whl",
            "5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00",
        ),
        Published(
            "jaxlib",
            "jaxlib-0.4.38-cp311-cp311-manylinux2014_x86_64.whl",
            "2751ff7037d6a997d0be0e77cc4be381c5a9f9bb8b314edb755c13a6fd969f45",
        ),
        Published(
            "pandas",
            "pandas-2.2.3-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "c124333816c3a9b03fbeef3a9f230ba9a737e9e5bb4060aa2107a86cc0a497fc",
        ),
    )
}
"""Small; of one language and 4,000 members; of 102 MB, two thirds of it one library; of 1,664 members."""

DIFFOSCOPE = "diffoscope==332"

TUNED = ["--exclude-command", "^zip(details|note)"]
"""Without what writes most of its report, and looks at no member."""

LIMIT = 120.0
"""Seconds after which diffoscope is stopped."""

SHORTEST_SOURCE = 2_000
"""Bytes of the Python source that is changed, at least: most shorter ones are nothing but imports."""

PASSES = 3
"""Times that a wheel is packed; the median counts."""

PEAK = """
import sys
from samewheel.__main__ import main
main()
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""
"""Runs a command of samewheel, then says the most memory that the process had."""


@cache
def fetched(project: str, folder: Path) -> Path:
    """Return a wheel from the index, whose digest is checked.

    Raises:
        SystemExit: the index has other bytes under this name.
    """
    wheel = WHEELS[project]
    path = folder / wheel.file
    with PyPISimple() as index:
        page = index.get_project_page(project)
        (found,) = [file for file in page.packages if file.filename == wheel.file]
        index.download_package(found, path, verify=False)
    if hashlib.sha256(path.read_bytes()).hexdigest() != wheel.sha256:
        sys.exit(f"{wheel.file} has another SHA-256")
    return path


def with_record(contents: dict[str, bytes], member: str) -> dict[str, bytes]:
    """Return the contents of a wheel with the row of a member in RECORD made right."""
    record = next(name for name in contents if name.endswith(".dist-info/RECORD"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(contents[member]).digest()).rstrip(b"=").decode()
    row = f"{member},sha256={digest},{len(contents[member])}"
    text = re.sub(rf"^{re.escape(member)},.*$", row, contents[record].decode(), flags=re.MULTILINE)
    return contents | {record: text.encode()}


def with_source(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Return contents with one more line in a Python source."""
    member = next(name for name, held in contents.items() if name.endswith(".py") and len(held) > SHORTEST_SOURCE)
    return with_record(contents | {member: contents[member] + b"CHANGED = True\n"}, member)


def with_byte(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Return contents with one byte changed in the middle of the largest member."""
    member = max(contents, key=lambda name: len(contents[name]))
    changed = bytearray(contents[member])
    changed[len(changed) // 2] ^= 1
    return with_record(contents | {member: bytes(changed)}, member)


VARIANTS: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "same": dict,
    "py": with_source,
    "so": with_byte,
    "time": dict,
}
"""What is done to a wheel; each is packed by zipfile, so that streams are the same where contents are."""


@cache
def variant(project: str, kind: str, folder: Path) -> Path:
    """Return a variant of a wheel, under its own name in a folder of its own."""
    wheel = fetched(project, folder)
    path = folder / kind / wheel.name
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(path, "w") as target:
        contents = VARIANTS[kind]({entry.filename: source.read(entry) for entry in source.infolist()})
        for entry in source.infolist():
            moment = (2001, 1, 1, 0, 0, 0) if kind == "time" else entry.date_time
            packed = zipfile.ZipInfo(entry.filename, moment)
            packed.external_attr, packed.compress_type = entry.external_attr, entry.compress_type
            target.writestr(packed, contents[entry.filename])
    return path


@cache
def diffoscope(folder: Path) -> str:
    """Install diffoscope into an environment of its own, and return its command."""
    seconds(["uv", "venv", "--quiet", "--python", sys.executable, "diffoscope"], folder)
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", "diffoscope/bin/python"]
    seconds([*install, DIFFOSCOPE], folder)
    return str(folder / "diffoscope" / "bin" / "diffoscope")


def command(project: str, kind: str, folder: Path) -> list[str]:
    """Return the command of samewheel that compares a wheel with a variant."""
    samewheel = str(Path(sys.executable).with_name("samewheel"))
    return [samewheel, "diff", "-q", *pair(project, kind, folder)]


def pair(project: str, kind: str, folder: Path) -> list[str]:
    """Return the paths of a wheel and of a variant of it."""
    return [str(variant(project, "same", folder)), str(variant(project, kind, folder))]


def against_diffoscope(project: str, kind: str, options: list[str], pairs: int, folder: Path) -> Comparison:
    """`samewheel diff` against `diffoscope --text`."""
    return Comparison(
        ours=command(project, kind, folder),
        theirs=[diffoscope(folder), *options, "--text", "report.txt", *pair(project, kind, folder)],
        folder=folder,
        pairs=pairs,
        exits=(ExitCode.PAYLOAD_DIFFERS, 1),
        limit=LIMIT,
    )


def against_sha256sum(project: str, folder: Path) -> Comparison:
    """`samewheel diff` of wheels with other times in their headers, against `sha256sum` of both."""
    return Comparison(
        ours=command(project, "time", folder),
        theirs=["sha256sum", *pair(project, "time", folder)],
        folder=folder,
        pairs=9,
        exits=(ExitCode.SAME_CONTENTS, 0),
    )


COMPARISONS: dict[str, Callable[[Path], Comparison]] = {
    "pandas-py-diffoscope": partial(against_diffoscope, "pandas", "py", [], 3),
    "pandas-py-tuned": partial(against_diffoscope, "pandas", "py", TUNED, 3),
    "jaxlib-py-diffoscope": partial(against_diffoscope, "jaxlib", "py", [], 3),
    "jaxlib-py-tuned": partial(against_diffoscope, "jaxlib", "py", TUNED, 3),
    "jaxlib-so-diffoscope": partial(against_diffoscope, "jaxlib", "so", [], 1),
    "click-py-diffoscope": partial(against_diffoscope, "click", "py", [], 5),
    **{f"{project}-time-sha256sum": partial(against_sha256sum, project) for project in ("click", "pandas", "jaxlib")},
}

PEAKS = ("click-py", "pandas-py", "jaxlib-py", "jaxlib-so", "jaxlib-time")

PACKED = ("django", "jaxlib", "pandas")


def rows(name: str, folder: Path) -> Iterator[str]:
    """Yield the line of a comparison of two commands."""
    if not all(shutil.which(tool) for tool in ("objdump", "readelf", "sha256sum")):
        raise SkippedError("it needs binutils and coreutils on PATH")
    comparison = COMPARISONS[name](folder)
    mine, theirs, ratio = measured(comparison)
    more = "more than " if comparison.limit is not None and theirs >= comparison.limit else ""
    speed = f"{more}{1 / ratio:.1f} x as fast" if ratio < 1 else f"{ratio:.2f} x the time"
    yield f"{name:<24} {comparison.pairs:>5} {mine:>8.3f} {theirs:>9.3f}  {speed}"


def peak(name: str, folder: Path) -> Iterator[str]:
    """Yield the line with the most memory that a comparison takes."""
    if not Path("/proc/self/status").exists():
        raise SkippedError("only Linux tells the most memory that a process had")
    project, _, kind = name.partition("-")
    measuring = [sys.executable, "-c", PEAK, *command(project, kind, folder)[1:]]
    said = subprocess.run(measuring, capture_output=True, text=True, check=True).stderr
    yield f"{'peak-' + name:<24} {int(said.split('VmHWM:')[1].split()[0]) >> 10:>5} MiB"


def clocks(task: Callable[[], object]) -> tuple[float, float]:
    """Return the wall-clock and the processor seconds of a task in this process."""
    wall, processor = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - wall, time.process_time() - processor


def packing(project: str, folder: Path) -> Iterator[str]:
    """Yield the line of `canonicalize` against the compressor alone, in one process and in pairs."""
    wheel = fetched(project, folder)
    with zipfile.ZipFile(wheel) as archive:
        contents = [archive.read(entry) for entry in archive.infolist()]

    def alone() -> None:
        for held in contents:
            pack(held, member="")

    check_compressor()
    runs = [(clocks(partial(canonicalize, wheel, folder / "packed")), clocks(alone)) for _ in range(PASSES + 1)]
    for at, clock in enumerate(("wall", "processor")):
        pairs = [(whole[at], least[at]) for whole, least in runs[1:]]
        ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
        speed = statistics.median(b / a for a, b in pairs)
        name = f"canonicalize-{project}"
        yield f"{name:<24} {PASSES:>5} {ours:>8.3f} {theirs:>9.3f}  {speed:.2f} of the compressor's speed, {clock}"


ROWS: dict[str, Callable[[Path], Iterator[str]]] = {
    **{f"canonicalize-{project}": partial(packing, project) for project in PACKED},
    **{f"peak-{name}": partial(peak, name) for name in PEAKS},
    **{name: partial(rows, name) for name in COMPARISONS},
}


def main(names: list[str]) -> int:
    """Print the named rows, or all."""
    # Whoever runs a program twice has its bytecode.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
    with tempfile.TemporaryDirectory() as temporary:
        for name in names or ROWS:
            try:
                for line in ROWS[name](Path(temporary)):
                    print(line, flush=True)
            except SkippedError as reason:
                print(f"{name:<24} skipped: {reason}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
