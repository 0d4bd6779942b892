"""Compare whole commands in pairs, one after the other, so that a machine whose speed drifts is no matter.

    python benchmarks/paired.py            # every comparison; or name some: startup build-requests

Prints, for each comparison, the median wall-clock seconds of both and the median of the ratios pair by pair. The
first pair warms the caches and does not count. Nothing here judges; the dated results stand in
docs/understand/benchmarks.md.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pypi_simple import PyPISimple

from commands import Comparison, SkippedError, print_ratios, seconds

if TYPE_CHECKING:
    from collections.abc import Callable


SAMEWHEEL = [sys.executable, "-m", "samewheel"]

PLAIN = ["uv", "build", "--wheel", "--quiet", "--python", sys.executable]


def sdist(project: str, version: str, folder: Path) -> Path:
    """Fetch a project's sdist and return it unpacked."""
    with PyPISimple() as index:
        page = index.get_project_page(project)
        (file,) = [p for p in page.packages if p.version == version and p.package_type == "sdist"]
        index.download_package(file, folder / file.filename)
    seconds(["tar", "-xf", file.filename], folder)
    return folder / f"{project}-{version}"


def startup(folder: Path) -> Comparison:
    """``samewheel --version`` against starting Python to do nothing."""
    samewheel = str(Path(sys.executable).with_name("samewheel"))
    return Comparison(ours=[samewheel, "--version"], theirs=[sys.executable, "-c", "pass"], folder=folder, pairs=40)


def locked(project: str, version: str, folder: Path) -> Path:
    """Return the source of a project with constraints beside it."""
    unpacked = sdist(project, version, folder)
    seconds([*SAMEWHEEL, "lock", "-q"], unpacked)
    return unpacked


def building(project: str, version: str, folder: Path) -> Comparison:
    """``samewheel build`` of a locked project against a plain ``uv build`` from the same pins."""
    pins = ["--build-constraint", "constraints.txt", "--require-hashes"]
    return Comparison(
        ours=[*SAMEWHEEL, "build", "-q"],
        theirs=[*PLAIN, "--force-pep517", *pins],
        folder=locked(project, version, folder),
        pairs=7,
    )


def verifying(project: str, version: str, folder: Path) -> Comparison:
    """``samewheel verify``, which builds twice, against one plain ``uv build`` without any pins."""
    return Comparison(
        ours=[*SAMEWHEEL, "verify", "-q", "--no-via-sdist"],
        theirs=PLAIN,
        folder=locked(project, version, folder),
        pairs=11,
    )


def twice() -> list[str]:
    """Return what recipes do in a project's folder: ``python -m build --wheel``, two times."""
    build = f"{shlex.quote(sys.executable)} -m build --wheel -o"
    return ["sh", "-c", f"{build} ../one . && {build} ../other . && cmp ../one/*.whl ../other/*.whl"]


def verifying_against_two(project: str, version: str, folder: Path) -> Comparison:
    """The same against what recipes do."""
    return Comparison(
        ours=[*SAMEWHEEL, "verify", "-q", "--no-via-sdist"],
        theirs=twice(),
        folder=locked(project, version, folder),
        pairs=5,
    )


REPROTEST = "reprotest==0.7.33"
"""It does not work under other Pythons than :data:`REPROTEST_PYTHON`."""

REPROTEST_PYTHON = "3.12"

ORDINARY = "+aslr,+build_path,+environment,+exec_path,+home,+kernel,+locales,+num_cpus,+timezone,+umask"
"""The variations of reprotest that need neither root's rights nor programs that it does not bring."""


def reprotest_of(folder: Path) -> list[str]:
    """Return the command of reprotest, which calls ``uv build`` twice, under the variations that any user can have.

    Raises:
        SkippedError: there is no Python for it.
    """
    venv = folder / "reprotest"
    make = ["uv", "venv", "--quiet", "--no-python-downloads", "--python", REPROTEST_PYTHON, str(venv)]
    made = subprocess.run(make, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SkippedError(f"{REPROTEST} needs CPython {REPROTEST_PYTHON} on PATH")
    python = str(venv / "bin" / "python")
    seconds(["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python, REPROTEST], folder)
    # It changes HOME, and uv shall find its cache all the same.
    uv = str(shutil.which("uv"))
    cache = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    build = shlex.join(["env", f"UV_CACHE_DIR={cache}", uv, *PLAIN[1:]])
    options = ["--no-diffoscope", f"--variations={ORDINARY}"]
    return [str(venv / "bin" / "reprotest"), *options, "-c", build, ".", "dist/*.whl"]


def verifying_against_reprotest(project: str, version: str, folder: Path) -> Comparison:
    """The same against reprotest."""
    return Comparison(
        ours=[*SAMEWHEEL, "verify", "-q", "--no-via-sdist"],
        theirs=reprotest_of(folder),
        folder=locked(project, version, folder),
        pairs=5,
    )


PACKAGES = {"requests": "2.34.2", "click": "8.5.1", "attrs": "26.1.0", "tomlkit": "0.15.2"}

KINDS = {"build": building, "verify": verifying, "verify-two": verifying_against_two}

COMPARISONS: dict[str, Callable[[Path], Comparison]] = {
    "startup": startup,
    **{
        f"{kind}-{project}": partial(compare, project, version)
        for kind, compare in KINDS.items()
        for project, version in PACKAGES.items()
    },
    "verify-reprotest-click": partial(verifying_against_reprotest, "click", PACKAGES["click"]),
}


def main(names: list[str]) -> None:
    """Print the named rows, or all."""
    print_ratios(COMPARISONS, names, first="comparison", ours="ours s", digits=2)


if __name__ == "__main__":
    main(sys.argv[1:])
