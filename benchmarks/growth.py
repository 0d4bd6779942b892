"""How the costs of a verification grow: with the files of a source, the size of a wheel, the number of dependencies.

    python benchmarks/growth.py            # every series; or name some: files bytes dependencies

Prints, for each size, the median wall-clock seconds of three verifications with warm caches, and the peak memory of
samewheel itself (its children's is not counted). Nothing here judges; dated results stand in
docs/understand/benchmarks.md.
"""

from __future__ import annotations

import base64
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 3

BACKEND = """
import base64, hashlib, os, pathlib, zipfile

SIZE = @size@

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "sample-1.0-py3-none-any.whl"
    files = {
        "sample.py": f"files = {sum(len(names) for _, _, names in os.walk('data'))}\\n".encode(),
        "sample-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\\nName: sample\\nVersion: 1.0\\n",
        "sample-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    rows = []
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        if SIZE:
            digest, block = hashlib.sha256(), bytes(1 << 20)
            with archive.open(zipfile.ZipInfo("sample.bin"), "w", force_zip64=True) as member:
                for _ in range(SIZE):
                    digest.update(block)
                    member.write(block)
            coded = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
            rows.append(f"sample.bin,sha256={coded},{SIZE << 20}\\n")
        for path, content in files.items():
            coded = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={coded},{len(content)}\\n")
            archive.writestr(zipfile.ZipInfo(path), content)
        rows.append("sample-1.0.dist-info/RECORD,,\\n")
        archive.writestr(zipfile.ZipInfo("sample-1.0.dist-info/RECORD"), "".join(rows))
    return name
"""
"""Builds a wheel with ``SIZE`` MiB of zeros, uncompressed."""


def project(folder: Path, *, size: int = 0, requires: list[str] | None = None) -> Path:
    """Make a project with a backend of its own."""
    folder.mkdir()
    listed = ", ".join(f'"{name}"' for name in requires or [])
    table = f'[build-system]\nrequires = [{listed}]\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (folder / "pyproject.toml").write_text(table)
    (folder / "backend.py").write_text(BACKEND.replace("@size@", str(size)))
    return folder


def with_files(folder: Path, number: int) -> Path:
    """Make a project with a number of small files, a hundred in each folder."""
    made = project(folder / "project")
    for index in range(number):
        place = made / "data" / str(index // 100)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{index}.txt").write_text(f"{index}\n")
    return made


def with_bytes(folder: Path, mebibytes: int) -> Path:
    """Make a project whose wheel has a size."""
    return project(folder / "project", size=mebibytes)


def wheel(folder: Path, name: str) -> None:
    """Make a small wheel with twenty modules."""
    info = f"{name}-1.0.dist-info"
    files = {f"{name}/module{number}.py": b"value = 1\n" * 50 for number in range(20)}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b'=').decode()},{len(text)}"
        for path, text in files.items()
    ]
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))


def with_dependencies(folder: Path, number: int) -> Path:
    """Make a project that requires a number of packages, and an index of these."""
    names = [f"dependency{index}" for index in range(number)]
    (folder / "index").mkdir()
    for name in names:
        wheel(folder / "index", name)
    return project(folder / "project", requires=names)


def verify(place: Path, environ: dict[str, str]) -> tuple[float, int]:
    """Verify once; return the seconds and the peak memory in MiB.

    Raises:
        SystemExit: it failed.
    """
    command = [sys.executable, "-m", "samewheel", "verify", "-q", "--no-via-sdist"]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=place, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    peak = 0
    while process.poll() is None:
        # Not of rusage: that would be the largest of the children, too.
        try:
            status = Path(f"/proc/{process.pid}/status").read_text("ascii", "replace")
        except OSError:
            break
        peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
        time.sleep(0.02)
    output = process.communicate()[0].decode()
    took = time.perf_counter() - start
    if process.returncode != 0:
        sys.exit(output)
    return took, peak >> 10


SERIES: dict[str, tuple[Callable[[Path, int], Path], tuple[int, ...]]] = {
    "files": (with_files, (500, 5_000, 50_000)),
    "bytes": (with_bytes, (10, 100, 1_000)),
    "dependencies": (with_dependencies, (2, 20, 200)),
}
"""What grows, in which steps; bytes in MiB."""


def main(names: list[str]) -> int:
    """Run the named series, or all."""
    print(f"{'series':<14} {'size':>7} {'seconds':>8} {'MiB':>6}")
    for name in names or SERIES:
        make, sizes = SERIES[name]
        for size in sizes:
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary)
                place = make(folder, size)
                environ = {**os.environ, "UV_FIND_LINKS": str(folder / "index"), "SOURCE_DATE_EPOCH": "1700000000"}
                if name != "dependencies":
                    del environ["UV_FIND_LINKS"]
                lock = [sys.executable, "-m", "samewheel", "lock", "-q"]
                subprocess.run(lock, cwd=place, env=environ, check=True, capture_output=True)
                runs = [verify(place, environ) for _ in range(RUNS + 1)][1:]
            seconds = statistics.median(took for took, _ in runs)
            print(f"{name:<14} {size:>7,} {seconds:>8.2f} {max(peak for _, peak in runs):>6}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
