"""Faults of tools: interpreters, uv and git that are missing, broken, others, or that never answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.torture.trying import Expected, Fault, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.torture.benches import Bench

    Maker = Callable[[Bench], AbstractContextManager[Way]]

SHELL = "#!/bin/sh\n"
NEVER = f"{SHELL}exec sleep 1000\n"
CRASHING = f"{SHELL}kill -SEGV $$\n"
HIDDEN = "import sys; sys.modules[{!r}] = None\n"
"""What a file of a virtual environment (.pth) can have Python run: the module cannot be imported then."""
PATIENT = "import samewheel.interpreter as i, samewheel._uv as u, samewheel.sources._command as g\n"
IMPATIENT = f"{PATIENT}i.PATIENCE = u.ANSWERS_WITHIN = u.TIMEOUT = g.TIMEOUT = 2\n"
"""Time limits as short as a test can wait for."""


def program(path: Path, text: str, mode: int = 0o755) -> str:
    """Write a program, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def python(text: str, mode: int = 0o755) -> Maker:
    """Have ``--python`` name a program."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        path = program(bench.top / "tools" / "python", text, mode)
        yield Way(more=("--python", path), python=IMPATIENT)

    return make


def no_python(bench: Bench) -> AbstractContextManager[Way]:
    """Have ``--python`` name nothing."""
    return _named(bench, lambda _: None)


def orphaned(bench: Bench) -> AbstractContextManager[Way]:
    """Have ``--python`` name that of a virtual environment whose base is gone."""

    def made(path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.symlink_to("/nowhere/bin/python3.11")

    return _named(bench, made)


@contextmanager
def _named(bench: Bench, put: Callable[[Path], object]) -> Iterator[Way]:
    path = bench.top / "tools" / "bin" / "python"
    put(path)
    yield Way(more=("--python", str(path)))


def without(module: str) -> Maker:
    """Have ``--python`` name an interpreter that lacks a module."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        folder = bench.top / "tools" / "env"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        (packages / "hidden.pth").write_text(HIDDEN.format(module))
        yield Way(more=("--python", str(folder / "bin" / "python")))

    return make


def claiming(version: str) -> str:
    """Return an interpreter that says it is of a version, and knows nothing else."""
    minor = ".".join(version.split(".")[:2])
    code = f"""
from samewheel.interpreter import CONFIG, MARKERS
import json
markers = dict.fromkeys(sorted(MARKERS), "x") | {{"python_version": "{minor}", "python_full_version": "{version}"}}
config = dict.fromkeys(sorted(CONFIG), "")
print(json.dumps({{"prefix": "/usr", "zlib": "1", "platform": "x", "config": config, "markers": markers}}))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return f"{SHELL}cat <<'END'\n{json.dumps(json.loads(said))}\nEND\n"


def uv(text: str | None, mode: int = 0o755) -> Maker:
    """Have another program be uv; None: none."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        path = str(bench.top / "tools" / "uv")
        if text is None:
            found = "def found(): raise FileNotFoundError('no uv')"
        else:
            program(bench.top / "tools" / "uv", text, mode)
            found = f"def found(): return {path!r}"
        yield Way(python=f"{found}\nimport uv; uv.find_uv_bin = found\n{IMPATIENT}")

    return make


def git(text: str | None) -> Maker:
    """Have the project be a commit, and another program be git; None: none."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        commit = ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "all"]
        for words in (["init", "-q"], ["add", "-A"], commit):
            subprocess.run(["/usr/bin/git", *words], cwd=bench.project, check=True)
        folder = bench.top / "tools"
        folder.mkdir()
        if text is not None:
            program(folder / "git", text)
        try:
            yield Way(env={"PATH": str(folder)}, python=IMPATIENT)
        finally:
            shutil.rmtree(bench.project / ".git")

    return make


def damaged(path: str) -> Maker:
    """Have a program of the system be one that cannot be run."""

    @contextmanager
    def make(_: Bench) -> Iterator[Way]:
        subprocess.run(["/bin/mount", "--bind", "/dev/null", path], check=True)
        try:
            yield Way()
        finally:
            subprocess.run(["/bin/umount", "-l", path], check=True)

    return make


FINE = Expected()


def both(expected: Expected) -> dict[str, Expected]:
    """Return what is expected of those that only build, and of those that fetch."""
    return dict.fromkeys(("lock", "build"), expected)


def usage(says: str) -> dict[str, Expected]:
    """Return that a wrong value of an option is refused."""
    return both(Expected(2, says, longest=20))


def failing(says: str) -> dict[str, Expected]:
    """Return that a tool of the machine fails."""
    return both(Expected(1, says, longest=20))


ONLY_VERSION = f'{SHELL}[ "$1" = --version ] && echo "uv 0.13.9"\nexit 0\n'
OLD_UV = f"""{SHELL}
[ "$1" = --version ] && echo "uv 0.1.0" && exit
echo "error: unexpected argument '$3' found" >&2
exit 2
"""

OLD = {"lock": Expected(2, "not in the range"), "build": Expected(1)}
"""``lock`` asks the backend with it, and so looks first what it locks for."""

FAULTS = [
    Fault("python: missing", no_python, usage("there is no interpreter")),
    Fault("python: of an environment whose base is gone", orphaned, usage("there is no interpreter")),
    Fault("python: may not be run", python(SHELL, 0o644), usage("cannot be run")),
    Fault("python: says nothing", python(SHELL), usage("no Python interpreter")),
    Fault("python: prints rubbish", python(f"{SHELL}echo '{{}}'\n"), usage("no Python interpreter")),
    Fault("python: never answers", python(NEVER), usage("no answer in 2 s")),
    Fault("python: crashes", python(CRASHING), usage("ended with -11")),
    Fault("python: has no zlib", without("zlib"), usage("zlib")),
    Fault("python: has no ssl", without("ssl"), both(Expected())),
    Fault("python: has no ensurepip", without("ensurepip"), both(Expected())),
    Fault("python: says it is 2.7", python(claiming("2.7.18")), OLD),
    Fault("python: says it is 3.6", python(claiming("3.6.15")), OLD),
    Fault("python: says it is 3.99", python(claiming("3.99.0")), both(Expected(1))),
    Fault("uv: missing", uv(None), failing("uv's binary is missing")),
    Fault("uv: may not be run", uv(SHELL, 0o644), failing("cannot start")),
    Fault("uv: says nothing", uv(SHELL), failing("uv")),
    Fault(
        "uv: says its version only",
        uv(ONLY_VERSION),
        {"lock": Expected(1, "uv says that it has locked"), "build": Expected(14, "left: nothing")},
    ),
    Fault("uv: never answers", uv(NEVER), failing("uv|reached")),
    Fault("uv: crashes", uv(CRASHING), failing("SIGSEGV")),
    Fault("uv: is another one with other options", uv(OLD_UV), failing("unexpected argument")),
    Fault("git: missing", git(None), failing("git is not on PATH")),
    Fault("git: says nothing", git(SHELL), failing("git")),
    Fault("git: too old", git(f"{SHELL}echo 'Unknown option: -c' >&2\nexit 129\n"), failing("Unknown option")),
    Fault("git: never answers", git(f"{SHELL}exec /bin/sleep 1000\n"), failing("git")),
    Fault("git: crashes", git(CRASHING), failing("git")),
    Fault(
        "localedef and locale cannot be run",
        damaged("/usr/bin/localedef"),
        {"build": Expected(), "verify": Expected()},
    ),
    Fault("the compiler cannot be run", damaged("/usr/bin/gcc"), {"build": Expected(), "verify": Expected()}),
]
