"""Verify popular packages from their published sdists, and count the verdicts.

    python benchmarks/verify_packages.py                # all of packages.toml; or: --only NAME, --compiled, --pure
    python benchmarks/verify_packages.py --plain        # instead: plain `uv build` in two folders with two umasks
    python benchmarks/verify_packages.py --resume       # go on where the last run was stopped

Each package is locked and verified by the command line, as a user would. A failure is a row with its reason. Results
are kept as they come; at the end, and after Ctrl-C, ``--out`` gets them in order as JSON, and tables beside it as
Markdown. Nothing here judges; the dated results stand in docs/understand/benchmarks.md.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.requirements import Requirement
from pypi_simple import PyPISimple

from samewheel import read_verification
from samewheel.comparison import Verdict, compare
from samewheel.errors import ExitCode
from verify_results import Row, counted, read_rows, shortened, sorted_rows, tables, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel.comparison import Difference

ROOT = Path(__file__).parents[1]

EXCLUDE_NEWER = "2026-11-20"
"""What a build requires is taken as it was on this day, so that a later run measures the same."""

EPOCH = "1700000000"
"""SOURCE_DATE_EPOCH of plain builds; samewheel takes it from the sdist."""

GRACE = 30
"""Seconds that a command whose time is up has to remove its temporary files."""

MOST = 20
"""Differences of a package that the results name."""

PROJECTS = {
    "mesonpy": "meson-python",
    "pdm": "pdm-backend",
    "poetry": "poetry-core",
    "scikit_build_core": "scikit-build-core",
    **{name: name for name in ("flit_core", "flit_scm", "hatchling", "setuptools", "uv_build")},
}
"""Backends by the module that is named first in ``build-backend``."""


class Package(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A release, as packages.toml pins it."""

    name: str
    version: str
    sdist: str
    sha256: str


class Failure(Exception):  # noqa: N818 - of a command, which is a result here
    """A command ended otherwise than with a verdict."""

    def __init__(self, verdict: str, reason: str) -> None:
        """Keep what the row says."""
        super().__init__(verdict, reason)
        self.verdict = verdict
        self.reason = reason


def backend_of(pyproject: str) -> str:
    """Return the project that a backend is of, from the text of pyproject.toml; of an own one, what it requires."""
    system = tomllib.loads(pyproject).get("build-system", {})
    module = str(system.get("build-backend", "setuptools")).partition(":")[0].partition(".")[0]
    if module in PROJECTS:
        return PROJECTS[module]
    behind = [name for text in system.get("requires", []) if (name := Requirement(text).name) in PROJECTS.values()]
    return f"{behind[0]}, own hooks" if behind else f"own hooks, {module}"


def pyproject_of(sdist: Path) -> str:
    """Return the text of the pyproject.toml of an sdist; empty if it has none."""
    with tarfile.open(sdist) as archive:
        for member in archive:
            if re.fullmatch(r"(\./)?[^/]+/pyproject\.toml", member.name) and (file := archive.extractfile(member)):
                return file.read().decode("utf-8")
    return ""


def reason_of(output: str, folders: Iterable[Path]) -> str:
    """Return what a failed command said, without the paths of this machine."""
    for folder in folders:
        output = output.replace(f"{folder}/", "").replace(str(folder), ".")
    output = re.sub(rf"{re.escape(tempfile.gettempdir())}/[^\s'\"/]+/", "", output)
    output = re.sub(r"\btmp[a-z0-9_]{8}\b", "tmp…", output)
    lines = [line.rstrip() for line in output.splitlines() if line.strip() and not line.startswith("warning:")]
    return "\n".join(lines if len(lines) <= 12 else [*lines[:4], "…", *lines[-8:]])  # noqa: PLR2004


def fetch(package: Package, folder: Path) -> Path:
    """Return a package's sdist, fetched once and checked each time.

    Raises:
        Failure: the index has other bytes under this name.
    """
    path = folder / package.sdist
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        with PyPISimple() as index:
            page = index.get_project_page(package.name)
            (found,) = [file for file in page.packages if file.filename == package.sdist]
            index.download_package(found, part, verify=False)
        part.replace(path)
    if hashlib.sha256(path.read_bytes()).hexdigest() != package.sha256:
        raise Failure("failed", f"{package.sdist} has another SHA-256")
    return path


def run(
    command: Sequence[str | Path], folder: Path, limit: float, *, umask: int = -1, accept: Sequence[int] = (0,)
) -> tuple[bytes, float]:
    """Run a command and return its standard output, and what is left of its time.

    Raises:
        Failure: it ended with another code than those to accept, or was stopped when its time was up.
    """
    env = {name: value for name, value in os.environ.items() if name not in {"SOURCE_DATE_EPOCH", "VIRTUAL_ENV"}}
    start = time.monotonic()
    # In our process group, so that Ctrl-C reaches it, too, and it cleans up by itself.
    with subprocess.Popen(
        command, cwd=folder, env=env, umask=umask, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            output, errors = process.communicate(timeout=max(limit, 0))
        except subprocess.TimeoutExpired:
            process.terminate()
            try:
                process.communicate(timeout=GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
            raise Failure("timed-out", "") from None
    if process.returncode in accept:
        return output, limit - (time.monotonic() - start)
    if process.returncode == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    verdict = "not-buildable" if process.returncode == ExitCode.NOT_BUILDABLE else "failed"
    raise Failure(verdict, reason_of(errors.decode("utf-8", "replace"), [folder]))


def differing(differences: Sequence[Difference]) -> dict[str, object]:
    """Return the fields of a row that tell how two wheels differ: of thousands of members, the first are enough."""
    named = tuple(f"{one.code} {one.member}: {one.field}" for one in differences[:MOST])
    return {"differences": len(differences), "differing": named}


def verified(package: Package, sdist: Path, limit: float) -> dict[str, object]:
    """Lock and verify, and return the fields of the row that a verification gives.

    Raises:
        Failure: there is no verification.
    """
    samewheel = [sys.executable, "-m", "samewheel"]
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        lock: list[str | Path] = [*samewheel, "lock", sdist, "-q", "-o", "pins.txt", "--exclude-newer", EXCLUDE_NEWER]
        try:
            _, limit = run(lock, folder, limit)
        except Failure as failure:
            verdict = "not-lockable" if failure.verdict == "not-buildable" else failure.verdict
            raise Failure(verdict, reason_of(failure.reason, [sdist.parent])) from None
        options = ["-q", "--json", "--no-via-sdist", "--evidence", "evidence", "-c", "pins.txt"]
        verdicts = [verdict.exit_code for verdict in Verdict if verdict is not Verdict.NOT_BUILDABLE]
        output, _ = run([*samewheel, "verify", sdist, *options], folder, limit, accept=verdicts)
    report = read_verification(output, package.sdist)
    first, second = report.builds
    return {
        "verdict": report.verdict.value,
        "wheel": first.wheel.name,
        "sha256": first.wheel.sha256,
        "installed": tuple(f"{one.name} {one.version}" for one in first.dependencies),
        "varied": report.varied,
        "not_varied": {item.name: item.reason for item in report.not_varied},
        "umask": second.conditions["umask"],
        "isolation": first.isolation.mechanism,
        **differing(report.differences),
    }


def plain(package: Package, sdist: Path, limit: float) -> dict[str, object]:  # noqa: ARG001 - as verified()
    """Build by ``uv build`` in two folders with two umasks, as anybody could, and compare the wheels.

    Raises:
        Failure: there are no two wheels.
    """
    wheels = []
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        for name, umask in (("first", 0o022), ("elsewhere", 0o077)):
            folder = Path(temporary, name)
            folder.mkdir()
            unpack: list[str | Path] = [
                "tar",
                "--no-same-owner",
                "--no-same-permissions",
                "--strip-components=1",
                "-xf",
                sdist,
            ]
            _, limit = run(unpack, folder, limit, umask=umask)
            options = ["--wheel", "-q", "--python", sys.executable, "--exclude-newer", EXCLUDE_NEWER, "-o", "../out"]
            command = ["env", f"SOURCE_DATE_EPOCH={EPOCH}", "uv", "build", *options, "."]
            try:
                _, limit = run(command, folder, limit, umask=umask)
            except Failure as failure:
                verdict = "not-buildable" if failure.verdict == "failed" else failure.verdict
                raise Failure(verdict, failure.reason) from None
            (built,) = Path(temporary, "out").glob("*.whl")
            wheels.append(built.rename(folder / built.name))
        found = compare(*wheels)
        digest = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    return {
        "verdict": found.verdict.value,
        "wheel": wheels[0].name,
        "sha256": digest,
        **differing(found.differences),
    }


def measure(package: Package, kind: str, options: argparse.Namespace) -> Row:
    """Return the row of a package, whatever happens to it."""
    start, backend = time.monotonic(), ""
    try:
        sdist = fetch(package, options.cache)
        backend = backend_of(pyproject_of(sdist))
        fields = (plain if options.plain else verified)(package, sdist, options.timeout)
    except Failure as failure:
        limit = f"after {options.timeout:g} seconds" if failure.verdict == "timed-out" else ""
        fields = {"verdict": failure.verdict, "reason": failure.reason or limit}
    except Exception as error:  # noqa: BLE001 - a benchmark of hundreds does not end with one
        fields = {"verdict": "failed", "reason": reason_of(f"{type(error).__name__}: {error}", [options.cache])}
    known = {"name": package.name, "version": package.version, "kind": kind, "backend": backend}
    return msgspec.convert({**known, **fields, "seconds": round(time.monotonic() - start, 1)}, Row)


def write(rows: Sequence[Row], options: argparse.Namespace) -> None:
    """Write all results as JSON, and the tables beside it."""
    kernel = ".".join(platform.release().split(".")[:2])
    measured = {
        "date": options.date,
        "exclude_newer": EXCLUDE_NEWER,
        "how": "plain uv build" if options.plain else "samewheel verify",
        "jobs": options.jobs,
        "machine": f"{platform.system()} {kernel}, {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
    }
    options.out.write_bytes(to_json(measured, rows))
    options.out.with_suffix(".md").write_text(tables(measured, rows), "utf-8")


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="NAME", action="append", help="this package; may be given several times")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--compiled", action="store_const", const="compiled", dest="kind", help="only the compiled ones"
    )
    kinds.add_argument("--pure", action="store_const", const="pure", dest="kind", help="only the others")
    parser.add_argument("--plain", action="store_true", help="plain uv build with SOURCE_DATE_EPOCH, twice")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="packages at the same time")
    parser.add_argument("--timeout", type=float, default=900, metavar="SECONDS", help="for one package")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".cache" / "bench" / "sdists", help="where sdists are kept"
    )
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "bench" / "verify.json", help="the results")
    parser.add_argument("--date", default=datetime.now(UTC).date().isoformat(), help="of the measurement")
    parser.add_argument("--resume", action="store_true", help="keep what an earlier run left beside --out")
    options = parser.parse_args(arguments)
    options.cache, options.out = options.cache.absolute(), options.out.absolute()
    return options


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for, and what was not measured before."""
    options = parsed(arguments)
    document = tomllib.loads(Path(__file__).with_name("packages.toml").read_text("utf-8"))
    kinds = {kind: msgspec.convert(listed, list[Package]) for kind, listed in document.items()}
    log = options.out.with_suffix(".jsonl")
    log.parent.mkdir(parents=True, exist_ok=True)
    rows = {row.name: row for row in read_rows(log.read_bytes() if options.resume and log.exists() else b"")}
    todo = [
        (package, kind)
        for kind, packages in kinds.items()
        for package in packages
        if options.kind in {None, kind}
        and package.name not in rows
        and package.name in (options.only or [package.name])
    ]
    with log.open("ab" if rows else "wb") as stream, ThreadPoolExecutor(max_workers=options.jobs) as pool:
        stream.write(b"\n" if rows else b"")  # ends what a killed run wrote in part
        try:
            for future in as_completed([pool.submit(measure, package, kind, options) for package, kind in todo]):
                row = rows[future.result().name] = future.result()
                stream.write(msgspec.json.encode(row) + b"\n")
                stream.flush()
                print(
                    f"{row.seconds:>7.1f} s  {row.name:<32} {row.backend:<20} {row.verdict:<16} ", end="", flush=True
                )
                print(f"{len(row.varied)} varied" if row.varied else shortened(row), flush=True)
            code = ExitCode.OK
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            code = ExitCode.INTERRUPTED
        write(sorted_rows(rows.values()), options)
    print(*counted(sorted_rows(rows.values())), sep="\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
