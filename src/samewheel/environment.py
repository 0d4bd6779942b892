"""Build environments: hashed wheels and nothing else, fetched into our cache, then copied for each build.

Fetching runs no project code: uv resolves under the constraints to a lock of this interpreter (PEP 751), of which we
keep the files whose hashes were pinned beforehand, and installs just those. The result is kept in our cache under a
key of everything that made it. A build never sees the cache, only a copy: a backend that writes to a file of its own
environment harms nobody else.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.utils import NormalizedName, canonicalize_name

from samewheel._files import copy_tree
from samewheel._process import run
from samewheel._temporary import temporary_folder
from samewheel._types import Sha256, Value
from samewheel._uv import cache_folder, explain, make_cache, run_uv, uv_version
from samewheel.buildinfo import Dependency
from samewheel.constraints import applicable, for_interpreter, unsatisfied
from samewheel.errors import SamewheelError, StaleLockError, UnlockableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from samewheel.constraints import Constraints, Pin
    from samewheel.interpreter import Interpreter

__all__ = ["Environment", "copy_environment", "fetch_environment"]

RECORD = "dependencies.json"
"""Beside an environment in the cache: what is installed in it; written last."""

PATIENCE = 1800.0
"""Seconds to compile the largest environments on a slow disk."""

LAYOUT = 3
"""Part of each key in the cache; to be raised when the way an environment is made changes."""


class Environment(Value, frozen=True, kw_only=True):
    """A virtual environment on disk, and all that is installed in it."""

    folder: Path
    dependencies: tuple[Dependency, ...]

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"


def _pinned(
    constraints: Constraints, requirements: Sequence[str], interpreter: Interpreter
) -> dict[NormalizedName, Pin]:
    """Return the pins that apply to the interpreter, once they satisfy the requirements."""
    pins = for_interpreter(constraints, interpreter.markers)
    wrong = unsatisfied(pins, requirements, interpreter.markers)
    if wrong:
        raise StaleLockError(
            f"{constraints.where} does not pin what this build needs",
            cause="\n".join(
                f"{requirement}: pinned is {version}" if version else f"{requirement}: not pinned"
                for requirement, version in wrong
            ),
            hint="Lock again: samewheel lock",
        )
    return pins


def _linked(find_links: Sequence[Path]) -> list[str | Path]:
    """Return the options that have uv look into folders of wheels, too."""
    return [word for folder in find_links for word in ("--find-links", folder)]


def _resolve(
    requirements: Sequence[str],
    pins: Mapping[NormalizedName, Pin],
    interpreter: Interpreter,
    *,
    offline: bool,
    cwd: Path | None,
    find_links: Sequence[Path],
) -> list[dict[str, Any]]:
    """Ask uv which files of the pinned versions this interpreter needs: the packages of a ``pylock.toml``."""
    with temporary_folder() as folder:
        (folder / "requirements.in").write_text("".join(f"{line}\n" for line in requirements))
        (folder / "pins.txt").write_text("".join(f"{pin.name}=={pin.version}\n" for pin in pins.values()))
        output = folder / "pylock.toml"
        command = ["pip", "compile", "--quiet", "--format", "pylock.toml", "--no-header", "--only-binary", ":all:"]
        paths: list[str | Path] = [
            "--constraints",
            folder / "pins.txt",
            "--python",
            interpreter.path,
            "--output-file",
            output,
            *_linked(find_links),
        ]
        finished = run_uv([*command, *paths, folder / "requirements.in"], offline=offline, cwd=cwd)
        if not finished.ok:
            raise explain(finished, "the build environment cannot be resolved")
        packages = tomllib.loads(output.read_text()).get("packages", [])
    if not isinstance(packages, list):
        raise SamewheelError("uv's answer is not a lock", cause=f"uv {uv_version()}: packages is {packages!r}")
    return packages


def _choose(package: Mapping[str, Any], pins: Mapping[NormalizedName, Pin], where: str) -> Dependency:
    """Return the file of one package of the lock whose hash was pinned."""
    name = canonicalize_name(package["name"])
    pin = pins.get(name)
    if pin is None:
        raise StaleLockError(
            f"{where} does not pin {name}",
            cause="Something that the build needs asks for it.",
            hint="Lock again: samewheel lock",
        )
    for wheel in package.get("wheels", ()):
        digest = wheel["hashes"].get("sha256", "")
        if f"sha256:{digest}" in pin.hashes:
            location = wheel.get("name") or wheel.get("url") or wheel.get("path") or ""
            filename = unquote(PurePosixPath(urlsplit(location).path).name)
            return Dependency(name=name, version=pin.version, filename=filename, sha256=Sha256(digest))
    raise UnlockableError(
        f"no wheel of {name} {pin.version} has a hash that {where} pins",
        cause="The index offers other files than those that were locked, or none for this interpreter.",
        hint="Find out who is right before you lock again: samewheel lock",
    )


def _install(
    dependencies: Sequence[Dependency],
    interpreter: Interpreter,
    folder: Path,
    *,
    offline: bool,
    cwd: Path | None,
    find_links: Sequence[Path],
) -> None:
    """Make a virtual environment in ``folder`` with exactly these files in it."""
    made = run_uv(["venv", "--quiet", "--relocatable", "--no-project", "--python", interpreter.path, folder], cwd=cwd)
    if not made.ok:
        raise SamewheelError(f"cannot make a virtual environment with {interpreter.path}", cause=made.tail())
    if not dependencies:
        return
    exact = folder / "requirements.txt"
    exact.write_text("".join(f"{d.name}=={d.version} --hash=sha256:{d.sha256}\n" for d in dependencies))
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"]
    command: list[str | Path] = [
        "pip",
        "install",
        *options,
        "--python",
        folder / "bin" / "python",
        "-r",
        exact,
        *_linked(find_links),
    ]
    installed = run_uv(command, offline=offline, cwd=cwd)
    if not installed.ok:
        raise explain(installed, "the build environment cannot be installed")
    exact.unlink()
    _compile(interpreter, folder)


def _compile(interpreter: Interpreter, folder: Path) -> None:
    """Compile what was installed: no build pays for it, and none can plant bytecode for the next.

    Not by uv, which does it with the environment's own Python: that one runs every ``*.pth`` and ``sitecustomize.py``
    of the packages, and we are not in a sandbox here. ``-S`` keeps the interpreter itself from looking at any.
    """
    command: list[str | Path] = [interpreter.path, "-I", "-S", "-m", "compileall", "-qq", folder / "lib"]
    compiled = run(command, env={}, cwd=Path("/"), timeout=PATIENCE, umask=0o022)
    # Packages have files in the syntax of other Pythons, too, which are left as they are: it ends with 1 then.
    if compiled.timed_out or compiled.returncode not in (0, 1):
        cause = f"It took over {PATIENCE:g} s." if compiled.timed_out else compiled.tail()
        raise SamewheelError("the build environment could not be compiled", cause=cause)


def _key(requirements: Sequence[str], pins: Mapping[NormalizedName, Pin], interpreter: Interpreter) -> str:
    """Return a name for the environment that everything which makes it goes into."""
    parts = {
        "layout": LAYOUT,
        "interpreter": [str(interpreter.path), str(interpreter.prefix), interpreter.version, interpreter.platform],
        "pins": sorted((pin.name, pin.version, *pin.hashes) for pin in pins.values()),
        "requirements": sorted(requirements),
        "uv": uv_version(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _cached(kept: Path) -> Environment | None:
    """Return an environment of the cache; None if it is not there, or not whole any more."""
    try:
        dependencies = msgspec.json.decode((kept / RECORD).read_bytes(), type=tuple[Dependency, ...])
    except (OSError, msgspec.MsgspecError):
        return None
    environment = Environment(folder=kept / "env", dependencies=dependencies)
    packages = [*environment.folder.glob("lib/python*/site-packages/*.dist-info/RECORD")]
    return environment if environment.python.exists() and len(packages) == len(dependencies) else None


def fetch_environment(
    requirements: Sequence[str],
    constraints: Constraints,
    interpreter: Interpreter,
    *,
    offline: bool = False,
    cwd: Path | None = None,
    find_links: Sequence[Path] = (),
) -> Environment:
    """Return the environment in our cache that satisfies the requirements under the constraints.

    Args:
        requirements: PEP 508 requirements; those whose markers do not apply are passed over.
        constraints: the hashed pins; nothing that they do not pin is installed.
        interpreter: the interpreter of the environment.
        offline: use what was fetched before.
        cwd: where uv looks for the project's index settings; None is a place that has none.
        find_links: folders of wheels that count besides the index's files; their hashes must be pinned, too.

    Raises:
        InvalidProjectError: a requirement is none.
        StaleLockError: the constraints do not pin what is needed.
        UnlockableError: a requirement is a direct reference, or the index has no wheel with a pinned hash.
        SamewheelError: the index cannot be reached, or the environment cannot be made.
    """
    lines = applicable(requirements, interpreter.markers)
    pins = _pinned(constraints, requirements, interpreter)
    kept = cache_folder() / "environments" / _key(lines, pins, interpreter)
    if (environment := _cached(kept)) is not None:
        return environment
    packages = _resolve(lines, pins, interpreter, offline=offline, cwd=cwd, find_links=find_links)
    dependencies = sorted(_choose(package, pins, constraints.where) for package in packages)
    with temporary_folder(make_cache("environments")) as folder:
        _install(dependencies, interpreter, folder / "new" / "env", offline=offline, cwd=cwd, find_links=find_links)
        (folder / "new" / RECORD).write_bytes(msgspec.json.encode(dependencies))
        if kept.exists() and _cached(kept) is None:
            # Damaged, as by a cleaner of old files: moved away first, so that nobody takes half of it. One that is
            # whole was made meanwhile, and may already be in use.
            kept.rename(folder / "old")
        try:
            (folder / "new").rename(kept)
        except OSError as error:
            # Another process may have been faster; what it made is the same.
            if _cached(kept) is None:
                raise SamewheelError(f"cannot keep the build environment {kept}", cause=str(error)) from error
    return Environment(folder=kept / "env", dependencies=tuple(dependencies))


def copy_environment(environment: Environment, folder: Path) -> Environment:
    """Copy an environment for one build; it works at its new place, as it was made relocatable.

    Raises:
        SamewheelError: it cannot be copied.
    """
    copy_tree(environment.folder, folder)
    return Environment(folder=folder, dependencies=environment.dependencies)
