"""A home, a project, a cache and an index with values that nobody may learn, and what became of them."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.functional.builds import make_project
from tests.index_server import PackageIndex, Reply, entry
from tests.torture.running import tried
from tests.torture.searching import Found, forms, layers, search, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

KIT = "vaultkit"
"""What the project requires to be built, from the index."""
WHEEL = "sample-1.0-py3-none-any.whl"
SDIST = "sample-1.0.tar.gz"

RECORDER = """
import json, os, sys

def note(event, arguments):
    if event == "subprocess.Popen":
        env = os.environ if arguments[3] is None else arguments[3]
        said = {"argv": [os.fsdecode(word) for word in arguments[1]], "env": {**env}}
        with open(@file@, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(json.dumps(said) + "\\n")

sys.addaudithook(note)
"""
"""Has every Python of ours write down which processes it starts, with which words and variables."""

BUILD_SDIST = """


def build_sdist(sdist_directory, config_settings=None):
    import tarfile
    text = "Metadata-Version: 2.1\\nName: sample\\nVersion: 1.0\\n"
    pathlib.Path("PKG-INFO").write_text(text)
    with tarfile.open(pathlib.Path(sdist_directory, "sample-1.0.tar.gz"), "w:gz") as archive:
        for name in ("pyproject.toml", "backend.py", "PKG-INFO"):
            archive.add(name, f"sample-1.0/{name}")
    return "sample-1.0.tar.gz"
"""
"""What a backend must have to build sdists."""

LOOK_AROUND = """


def find():
    if "PUBLISHING" in os.environ:
        return {}

    def content(path):
        try:
            with open(path, "rb") as file:
                return file.read(1 << 16).decode("latin-1")
        except OSError as error:
            return f"no: {type(error).__name__}"

    seen = {f"variable {name}": value for name, value in os.environ.items()}
    for pid in [name for name in os.listdir("/proc") if name.isdigit()] + ["self"]:
        for what in ("environ", "cmdline", "mountinfo"):
            seen[f"/proc/{pid}/{what}"] = content(f"/proc/{pid}/{what}")
    for name in os.listdir("/proc/self/fd"):
        try:
            seen[f"handle {name}"] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            pass
    tops = {".", "/etc", "/run", "/tmp", "/dev/shm", "/root", "/home", *map(os.path.expanduser, ["~"])}
    for top in sorted(tops | {os.environ.get("TMPDIR", ".")}):
        for folder, folders, names in os.walk(top):
            deep = folder.count("/") > 12 or len(seen) > 3000
            # The interpreter's own files are no news, and may lie in a home.
            known = deep or folder.startswith(sys.base_prefix)
            folders[:] = [] if known else sorted({*folders} - {"ssl", "ca-certificates", "fonts", "objects"})
            # A project's own settings are its source.
            for path in [] if known else [os.path.join(folder, name) for name in {*names} - {"pyproject.toml"}]:
                if os.path.isfile(path):
                    seen[path] = content(path)
    return seen


def get_requires_for_build_wheel(config_settings=None):
    for name, value in find().items():
        print(name, value)
    return []

"""
"""A backend that looks for whatever it can see: variables, those of other processes, handles, files."""


class Tally(NamedTuple):
    """What was tried, and what became of it."""

    name: str
    commands: int
    values: int
    processes: int
    entrusted: int
    """Those of them that were given a value in a variable: uv, pip, git and ourselves, in the fetch phase."""
    searched: int
    """Files, members of archives, and what commands printed."""
    seen: int
    """Things that builds told of what they saw."""
    unlike: tuple[str, ...]
    """Commands that ended in another way than expected: nothing can be said of what they do."""
    found: tuple[Found, ...]


@dataclass
class Vault:
    """One scenario: everything that samewheel could write to is below ``folder``."""

    name: str
    folder: Path
    index: PackageIndex
    env: dict[str, str] = field(default_factory=dict)
    planted: set[Path] = field(default_factory=set)
    """Where values were put, as the caller's own."""
    needles: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    commands: int = 0
    values: int = 0
    seen: int = 0
    unlike: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    _mark: str = field(default_factory=lambda: f"zq{secrets.token_hex(7)}")

    def __post_init__(self) -> None:
        """Make the folders and the variables that every command needs."""
        for name in ("home", "temporary", "project", "recorder"):
            (self.folder / name).mkdir(parents=True)
        code = RECORDER.replace("@file@", repr(str(self.folder / "recorder" / "processes")))
        (self.folder / "recorder" / "sitecustomize.py").write_text(code, "utf-8")
        self.planted.add(self.folder / "recorder")
        self.needles |= forms(self._mark)
        self.env |= {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "temporary"),
            "SAMEWHEEL_CACHE_DIR": str(self.folder / "cache"),
            "PYTHONPATH": str(self.folder / "recorder"),
            "PIP_CONFIG_FILE": os.devnull,
            "UV_HTTP_RETRIES": "0",
            "PIP_RETRIES": "0",
        }

    @property
    def project(self) -> Path:
        """The project's folder, in which all commands run."""
        return self.folder / "project"

    def value(self) -> str:
        """Return a value that no one has had, and that nobody may learn."""
        self.values += 1
        return f"{self._mark}{self.values:03}"

    def watch(self, form: str, *words: bytes) -> None:
        """Search for something else, too, which counts as one more value."""
        self.values += 1
        self.needles[form] = words

    def plant(self, name: str, text: str, mode: int = 0o600) -> Path:
        """Write a file of the caller's own, which may have values in it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)
        self.planted.add(path)
        return path

    def arrange(self) -> None:
        """Make the project, with a backend that looks around, and put it and what it requires on the index."""
        (self.project / "list.txt").write_text("sample==1.0\n", "utf-8")
        make_project(self.project, 'files["seen.json"] = __import__("json").dumps(find())', requires=f'"{KIT}"')
        with (self.project / "backend.py").open("a", encoding="utf-8") as file:
            file.write(LOOK_AROUND + BUILD_SDIST)
        (self.project / "constraints.txt").unlink()
        publish(self.index, self.project, self.folder / "published")

    def run(self, expected: Iterable[int] | int, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder, and search what it prints; it must end with an expected code."""
        done = tried(self.project, *words, env={**self.env, **env})
        self.commands += 1
        if done.returncode not in ({expected} if isinstance(expected, int) else {*expected}):
            self.unlike.append(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        for stream in (done.stdout, done.stderr):
            self.found += spelled(stream.encode(), self.needles, f"samewheel {words[0]}")
        return done

    def _processes(self) -> tuple[int, int]:
        """Return how many processes were started and how many got a value; a value in words is one that was found."""
        path = self.folder / "recorder" / "processes"
        started = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        entrusted = 0
        for one in started:
            words = "\0".join(one["argv"]).encode(errors="replace")
            self.found += spelled(words, self.needles, f"the words of {one['argv'][0]}")
            held = [*spelled(json.dumps(one["env"]).encode(), self.needles, f"the variables of {one['argv'][:2]}")]
            entrusted += bool(held)
            if held and not is_fetching(one["argv"]):
                self.found += held
        return len(started), entrusted

    def tally(self) -> Tally:
        """Search everything that there is, and return what came of it."""
        processes, entrusted = self._processes()
        number, found = search(self.folder, self.needles, planted=self.planted)
        left = [path.name for path in (self.folder / "temporary").iterdir()]
        self.unlike += [f"left behind: {', '.join(left)}"] * bool(left)
        everything = (*self.found, *found)
        searched = number + 2 * self.commands
        return Tally(
            self.name,
            self.commands,
            self.values,
            processes,
            entrusted,
            searched,
            looked(self.folder, self.planted),
            tuple(self.unlike),
            everything,
        )


def is_fetching(argv: list[str]) -> bool:
    """Tell whether a process belongs to the fetch phase, or is ours, and so may have the caller's variables."""
    program = Path(argv[0]).name
    python = program.startswith("python")
    ours = python and any("samewheel.audit.serving" in word or word == "compile" for word in argv)
    asked = program == "git" and any(word in argv for word in ("clone", "ls-remote", "checkout", "submodule"))
    return program in {"uv", "just", "bash"} or ours or asked


def looked(folder: Path, planted: Iterable[Path]) -> int:
    """Return how many things builds have told of what they saw, in wheels that are kept."""
    total = 0
    wheels = [path for path in sorted(folder.rglob("*.whl")) if not {*path.parents} & {*planted}]
    for path in wheels:
        for name, content in layers(path.read_bytes(), 1):
            if name == "!seen.json":
                total += len(json.loads(content.partition(b"\0")[2]))
    return total


def publish(index: PackageIndex, project: Path, folder: Path) -> None:
    """Put a project on an index as a release, built in an environment without any value, and what it requires."""
    folder.mkdir()
    script = "import backend, sys; backend.build_wheel(sys.argv[1]); backend.build_sdist(sys.argv[1])"
    environ = {"PATH": "/usr/bin:/bin", "PUBLISHING": "1"}
    subprocess.run([sys.executable, "-c", script, folder], cwd=project, env=environ, check=True)
    (project / "PKG-INFO").unlink()
    names = (SDIST, WHEEL)
    kit = make_kit(folder)
    for name, group in {"sample": [folder / each for each in names], KIT: [kit]}.items():
        day = {} if name == "sample" else {"upload-time": "2021-01-01T00:00:00Z"}
        index.put_json(name, *({**entry(path.name, path.read_bytes()), **day} for path in group))
        for path in group:
            index.put(f"/files/{path.name}", Reply(path.read_bytes()))


def make_kit(folder: Path) -> Path:
    """Make a wheel with nothing in it."""
    project = make_project(folder / "kit", "")
    text = (project / "backend.py").read_text("utf-8").replace("sample", KIT).replace("Name: sample", f"Name: {KIT}")
    (project / "backend.py").write_text(text, "utf-8")
    script = "import backend, sys; backend.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", script, folder], cwd=project, env={"PATH": "/usr/bin:/bin"}, check=True)
    return folder / f"{KIT}-1.0-py3-none-any.whl"
