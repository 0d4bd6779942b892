"""A bench to try faults on: a project, an index on this machine, all that commands read, and a place for each output.

Nothing of it needs a network, a compiler or the caller's settings: the index is a thread of ours, the backend is a
few lines, and home, cache and temporary folder are the bench's own.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.functional.sdist_only import BACKEND, OLD, THEN, publish, sdist, wheel_of
from tests.torture.running import SAMEWHEEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.index_server import PackageIndex

WHEEL = "demo-1.0-py3-none-any.whl"
SOURCE = {"demo": "value = 1\n"}
SDIST = sdist("demo", "1.0", requires=("tool>=1,<3",), backend="tool", files=SOURCE)
"""Of the project on the bench, which is on the index, too."""

PATH = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

FILLER = ".filler"
"""How files begin that only take room."""

PATIENCE = 240.0
"""Seconds after which a command is said to hang; where a fault meets a time limit of ours, it is shortened."""


class Command(NamedTuple):
    """A command that writes, and what."""

    words: tuple[str, ...]
    outputs: tuple[str, ...]
    """Files and folders in ``out``."""
    code: int = 0
    """What it exits with if nothing is wrong."""
    random: bool = False
    """Whether it writes something else each time."""


EVIDENCE = f"evidence/{WHEEL}"
REBUILT = ("rebuild", "-q", "demo==1.0", "--tries", "1", "--evidence", "../out/evidence", "--keep", "../out/kept")
COMMANDS = {
    "lock": Command(("lock", "-q", "--upgrade", "-o", "../out/constraints.txt"), ("constraints.txt",)),
    "build": Command(
        ("build", "-q", "-o", "../out/dist", "--evidence", "../out/evidence"),
        (f"{EVIDENCE}.buildinfo.json", f"dist/{WHEEL}"),
    ),
    "verify": Command(
        (
            *("verify", "-q", "--no-via-sdist", "--evidence", "../out/evidence", "--keep", "../out/kept"),
            *("--html", "../out/verify.html", "--badge", "../out/badge.svg"),
        ),
        (f"{EVIDENCE}.verify.json", f"kept/first/{WHEEL}", f"kept/second/{WHEEL}", "verify.html", "badge.svg"),
    ),
    "canonicalize": Command(
        ("canonicalize", "-q", f"../given/{WHEEL}", "-o", "../out/canonical"), (f"canonical/{WHEEL}",)
    ),
    "diff": Command(
        ("diff", "-q", f"../given/{WHEEL}", f"../given/other/{WHEEL}", "--html", "../out/diff.html"),
        ("diff.html",),
        13,
    ),
    "attest": Command(
        (
            *("attest", f"../given/{WHEEL}", "--key", "../given/key", "-o", "../out/signed"),
            *("--buildinfo", f"../given/{WHEEL}.buildinfo.json", "--verification", f"../given/{WHEEL}.verify.json"),
        ),
        (f"signed/{WHEEL}.intoto.jsonl", f"signed/{WHEEL}.sigstore.json"),
    ),
    "check": Command(
        (
            *("check", f"../given/{WHEEL}", f"../given/{WHEEL}.intoto.jsonl", "--policy", "../given/policy.toml"),
            *("--vsa", "../out/vsa.jsonl", "--key", "../given/key"),
        ),
        ("vsa.jsonl",),
    ),
    "keygen": Command(("keygen", "--no-passphrase", "../out/keys/new"), ("keys/new", "keys/new.pub"), random=True),
    "init": Command(
        ("init", "-y", "-q", "--only", "constraints,settings,just", "../out/fresh"),
        tuple(f"fresh/{name}" for name in ("constraints.txt", "justfile", "package.just")),
    ),
    "rebuild": Command(REBUILT, (f"{EVIDENCE}.rebuild.json", f"kept/{WHEEL}")),
    "audit": Command(
        (
            "audit",
            "-q",
            "--anew",
            "-j",
            "1",
            "../given/list.txt",
            "--store",
            "../out/audit.sqlite3",
            "--html",
            "../out/site",
        ),
        ("audit.sqlite3", "site"),
    ),
}


class Done(NamedTuple):
    """What became of a command."""

    code: int
    """256 where it was still there after :data:`PATIENCE`."""
    out: str
    err: str
    seconds: float


class Bench(NamedTuple):
    """A folder with everything, and the index."""

    top: Path
    packages: PackageIndex
    """The index."""

    @property
    def out(self) -> Path:
        """Where all outputs go."""
        return self.top / "out"

    @property
    def project(self) -> Path:
        """Where all commands run."""
        return self.top / "project"

    def environ(self) -> dict[str, str]:
        """Return all variables that a command gets."""
        return {
            "PATH": PATH,
            "HOME": str(self.top / "home"),
            "TMPDIR": str(self.top / "temporary"),
            "SAMEWHEEL_CACHE_DIR": str(self.top / "cache"),
            "UV_DEFAULT_INDEX": self.packages.simple,
            "NO_PROXY": "127.0.0.1",
        }

    def run(
        self,
        words: Sequence[str],
        env: Mapping[str, str | None] | None = None,
        before: Sequence[str] = (),
        python: str = "",
    ) -> Done:
        """Run samewheel.

        Args:
            words: the command.
            env: variables besides those of the bench; None takes one away.
            before: a program that runs it, and its options.
            python: statements that its process runs first.
        """
        variables = {name: value for name, value in {**self.environ(), **(env or {})}.items() if value is not None}
        code = f"import sys\n{python}\nfrom samewheel.__main__ import main\nsys.exit(main())"
        command = [*before, *((sys.executable, "-c", code) if python else SAMEWHEEL), *words]
        began = time.monotonic()
        try:
            done = subprocess.run(
                command, cwd=self.project, env=variables, capture_output=True, timeout=PATIENCE, check=False
            )
            status, said = done.returncode, (done.stdout, done.stderr)
        except subprocess.TimeoutExpired as late:
            status, said = 256, (late.stdout or b"", late.stderr or b"")
        out, err = (one.decode("utf-8", "replace") for one in said)
        return Done(status, out, err, time.monotonic() - began)

    def copied(self, top: Path) -> Bench:
        """Return a bench of its own that is as this one is now."""
        # The command copies times, too, which caches look at; and it is fast.
        subprocess.run(["/bin/cp", "-a", self.top, top], check=True)
        return Bench(top, self.packages)


def listed(path: Path) -> str:
    """Return what a store says, but for how long it took."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        words = (
            "SELECT name, version, filename, sha256, status, verdict, reason, plan, tool FROM result ORDER BY name"
        )
        return repr(connection.execute(words).fetchall())


def digests(folder: Path) -> dict[str, str]:
    """Return the digests of all files in a folder, and where links lead; of a store, that of what it says."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.name.startswith(FILLER):
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.suffix == ".sqlite3" and not path.name.startswith("."):
            try:
                found[name] = hashlib.sha256(listed(path).encode()).hexdigest()
            except sqlite3.Error as error:
                found[name] = f"damaged: {error}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _project(folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(SDIST)) as archive:
        archive.extractall(folder.parent / "unpacked", filter="data")
    shutil.move(folder.parent / "unpacked" / "demo-1.0", folder)
    (folder.parent / "unpacked").rmdir()
    with (folder / "pyproject.toml").open("a") as file:
        file.write('[project]\nname = "demo"\nversion = "1.0"\n')


def fill(index: PackageIndex, folder: Path) -> None:
    """Put the tool that builds, and the project, on the index."""
    tool, demo = (
        wheel_of(name, "1.0", text, folder / name) for name, text in (("tool", BACKEND), ("demo", SOURCE["demo"]))
    )
    publish(index, "tool", (tool.name, tool.read_bytes(), OLD))
    publish(index, "demo", (demo.name, demo.read_bytes(), THEN), ("demo-1.0.tar.gz", SDIST, THEN))


def _must(bench: Bench, *words: str, code: int = 0) -> None:
    done = bench.run(words)
    if done.code != code:
        raise RuntimeError(f"samewheel {' '.join(words)}: exit code {done.code}\n{done.err}")


def set_up(top: Path, index: PackageIndex) -> Bench:
    """Make a bench: what commands read is there, the caches are cold, and nothing was written to ``out``."""
    bench = Bench(top, index)
    for name in ("home", "temporary", "cache", "out/fresh", "given/other", "made"):
        (top / name).mkdir(parents=True)
    fill(index, top / "made")
    _project(bench.project)
    shutil.copytree(bench.project, bench.out / "fresh", dirs_exist_ok=True)
    given = top / "given"
    _must(bench, "lock", "-q")
    _must(bench, "build", "-q", "-o", str(given), "--evidence", str(given))
    _must(bench, "verify", "-q", "--no-via-sdist", "--evidence", str(given))
    _must(bench, "keygen", "--no-passphrase", str(given / "key"))
    wheel, info = str(given / WHEEL), str(given / f"{WHEEL}.buildinfo.json")
    said = ("--buildinfo", info, "--verification", str(given / f"{WHEEL}.verify.json"))
    _must(bench, "attest", wheel, *said, "--key", str(given / "key"), "-o", str(given))
    trust = ("--policy", str(given / "policy.toml"), "--trust", str(given / "key.pub"))
    _must(bench, "check", wheel, f"{wheel}.intoto.jsonl", "--init-policy", *trust[1:])
    other = wheel_of("demo", "1.0", "value = 2\n", top / "made" / "other")
    shutil.copy(other, given / "other" / WHEEL)
    (given / "list.txt").write_text("demo==1.0\n")
    shutil.rmtree(top / "cache")
    (top / "cache").mkdir()
    return bench


def older(content: bytes, name: str) -> bytes:
    """Return what an older run could have written to a file."""
    notes = {".txt": b"# old\n", ".html": b"<!-- old -->\n", ".svg": b"<!-- old -->\n", ".json": b"\n"}
    return content + notes.get(Path(name).suffix, b"old")


def made_older(folder: Path, outputs: Sequence[str]) -> None:
    """Make the outputs those of an older run; of what is never replaced, there was none."""
    for path in _files(folder, outputs):
        if path.suffix in {".sqlite3", ".jsonl"} or path.parent.name in {"fresh", "keys", "signed"}:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(older(path.read_bytes(), path.name))


def _files(folder: Path, outputs: Sequence[str]) -> Iterator[Path]:
    for output in outputs:
        path = folder / output
        yield from sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
