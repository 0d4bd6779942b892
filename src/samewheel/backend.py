"""One build environment at work: asking a backend what it requires, and having it build, under set conditions.

This is the build phase: project code runs here and nowhere else, with an environment built from nothing.
"""

from __future__ import annotations

import errno
import importlib
import importlib.util
import json
import os
import re
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._early import once
from samewheel._files import is_full, remove
from samewheel._process import Finished, run
from samewheel._temporary import temporary_folder
from samewheel._types import Frontend, Value
from samewheel._uv import uv_binary
from samewheel.errors import BuildFailedError, LimitExceededError, SamewheelError, remedy
from samewheel.leavings import read_left, take_left
from samewheel.limits import allowed, likely_limit
from samewheel.observation import read_observed
from samewheel.sandbox import Appearance, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from samewheel.conditions import Conditions
    from samewheel.limits import Limits
    from samewheel.observation import Observed
    from samewheel.project import BuildSystem
    from samewheel.sandbox import Command, Sandbox
    from samewheel.watching import Watcher

__all__ = ["Workshop", "frontends", "keep_bytecode", "output_of"]

HOOKS = Path(__file__).with_name("_hooks.py")

NO_ROOM = re.compile(r"No space left on device|\bENOSPC\b|Errno 28\b")
"""What a step says that met a full disk."""

LIBRARIES = ("build", "packaging", "pyproject_hooks")
"""What the hook script imports."""


def _libraries() -> tuple[Path, ...]:
    """Return the folders of the libraries: in a user's own site-packages, an isolated Python would not find them."""
    found = (importlib.util.find_spec(name) for name in LIBRARIES)
    return tuple(Path(spec.origin).parent for spec in found if spec is not None and spec.origin is not None)


def keep_bytecode(library: str) -> None:
    """Have Python keep the bytecode of what the hook script imports.

    uv installs without any, and a build, which can only read these folders, would compile them anew each time.
    """
    spec = importlib.util.find_spec(library)
    if spec is None or spec.cached is None or Path(spec.cached).exists() or sys.dont_write_bytecode:
        return
    if os.access(Path(spec.cached).parent.parent, os.W_OK):
        importlib.import_module(library)


@once
def frontends() -> tuple[Path, ...]:
    """Return the files that call a backend; a build must be able to read them."""
    keep_bytecode("build")
    return (HOOKS, uv_binary(), *_libraries())


def output_of(what: str, folder: Path) -> Path:
    """Return the file with what the build of a ``wheel`` or an ``sdist`` in a folder printed: the end of it."""
    return folder / f"{what}.log"


class Workshop(Value, frozen=True, kw_only=True):
    """Everything that one build runs in."""

    conditions: Conditions
    places: Mapping[Path, Path]
    """The conditions' places: as the build sees them, and where they really are."""
    layers: Mapping[Path, Path]
    """Places of which the build sees a copy that is never made: what they are copies of."""
    planted: Mapping[Path, str]
    """Files to be found in them, and what is in those."""
    readable: tuple[Path, ...]
    """What the build may read besides them and the system."""
    hidden: tuple[Path, ...]
    """Folders in that of which it may read nothing else than what is named."""
    sandbox: Sandbox
    subdirectory: str
    """The project's place below the top of the source; empty if it is the top."""
    build_system: BuildSystem
    config_settings: Mapping[str, str | list[str]]
    timeout: float | None
    """Seconds that one step of the backend may take."""
    limits: Limits | None = None
    """What else one step may use up."""

    @property
    def project(self) -> Path:
        """The folder that the frontend builds."""
        return self.conditions.source / self.subdirectory

    @property
    def python(self) -> Path:
        """The build environment's interpreter."""
        return self.conditions.environment / "bin" / "python"

    @property
    def _out(self) -> Path:
        """Where the build's output folder really is."""
        return self.places[self.conditions.out]

    def _run(self, argv: Sequence[str | Path], what: str) -> Finished:
        """Run a command as one step of the build, and return how it finished well; ``what`` it does is for errors."""
        conditions = self.conditions
        appearance = Appearance(
            host=conditions.host,
            uid=conditions.uid,
            gid=conditions.uid,
            user=conditions.user,
            home=conditions.home,
            cpus=conditions.cpus,
            readable=(*self.readable, *filter(None, [conditions.locale_folder])),
            hidden=self.hidden,
        )
        view = View(
            cwd=self.project,
            places=self.places,
            layers=self.layers,
            planted=self.planted,
            appearance=appearance,
            environ=conditions.environ(),
            umask=conditions.umask,
            limits=self.limits,
        )
        with temporary_folder(self._out.parent) as folder:
            command = self.sandbox.wrap(argv, view, folder)
            with self._watcher(command) as watcher:
                finished = run(
                    command.argv,
                    env=command.env,
                    cwd=command.cwd,
                    timeout=self.timeout,
                    umask=command.umask,
                    merge=True,
                    guard=watcher,
                )
        return self._checked(finished, what, watcher.passed if watcher is not None else "")

    @contextmanager
    def _watcher(self, command: Command) -> Iterator[Watcher | None]:
        """Give what watches a command; None where there is nothing to watch for."""
        if self.limits is None:
            yield None
            return
        from samewheel.watching import Watcher

        folders = [*self.places.values(), *command.written]
        with closing(Watcher(self.limits, folders, contained=command.contained)) as watcher:
            yield watcher

    def _checked(self, finished: Finished, what: str, passed: str) -> Finished:
        """Return what finished well; raise what did not, with the end of its output.

        Args:
            finished: the step.
            what: it was to do.
            passed: the limit that the watcher stopped it at; empty if it did not.
        """
        if passed:
            raise self._past(passed, f"{what} was stopped at its limit", finished)
        if finished.timed_out:
            raise BuildFailedError(
                f"{what} did not finish within {self.timeout:g} seconds and was stopped",
                cause=self.conditions.masked(finished.tail()),
                hint="Give it more time with --timeout SECONDS, if it is not stuck.",
            )
        if not finished.ok:
            self._refuse_full_disk(finished, what)
            ended = f"status {finished.returncode}" if finished.returncode >= 0 else f"signal {-finished.returncode}"
            if self.limits and (likely := likely_limit(self.limits, finished.returncode, finished.tail())):
                raise self._past(likely, f"{what} failed ({ended}), as it seems at its limit", finished)
            raise BuildFailedError(f"{what} failed ({ended})", cause=self.conditions.masked(finished.tail()))
        return finished

    def _refuse_full_disk(self, finished: Finished, what: str) -> None:
        """Raise if the machine has no room left, which says nothing of the project.

        Raises:
            SamewheelError: it has none, and the step says that it failed of that.
        """
        said = finished.tail()
        if NO_ROOM.search(said) and (folder := next(filter(is_full, self.places.values()), None)) is not None:
            raise SamewheelError(
                f"{what} failed, as the disk of {folder} is full",
                cause=self.conditions.masked(said),
                hint=remedy(errno.ENOSPC),
            )

    def _past(self, name: str, what: str, finished: Finished) -> LimitExceededError:
        """Return the error of a step that went past a limit."""
        amount = allowed(self.limits, name) if self.limits is not None else ""
        return LimitExceededError(
            f"{what} of {amount}",
            cause=self.conditions.masked(finished.tail()),
            hint=f"If it needs more, allow it more: Limits({name}=...)",
        )

    def _hook(self, request: Mapping[str, object], what: str) -> tuple[object, Finished]:
        """Return what a hook answered, and how it finished."""
        common = {
            "libraries": sorted({str(folder.parent) for folder in _libraries()}),
            "source": str(self.project),
            "python": str(self.python),
            "backend": self.build_system.backend,
            "backend_path": self.build_system.backend_path,
            "config_settings": self.config_settings,
        }
        answer = self._out / "answer.json"
        (self._out / "request.json").write_text(json.dumps({**common, **request}), encoding="utf-8")
        files = [self.conditions.out / name for name in ("request.json", answer.name)]
        finished = self._run([sys.executable, "-I", "-S", HOOKS, *files], what)
        content = read_left(self._out, answer.name)
        try:
            return json.loads(content or b""), finished
        except (ValueError, RecursionError) as error:
            raise BuildFailedError(f"{what} gave no answer", cause=f"{error}\n{finished.tail()}") from error

    def observed(self) -> Observed | None:
        """Return what the process that ran the backend saw; None if no probe reported."""
        return read_observed(read_left(self._out, "observed.jsonl") or b"")

    def clear(self) -> None:
        """Remove all places, and with them what the build left."""
        for folder in self.places.values():
            remove(folder)

    def ask(self, what: str) -> tuple[str, ...]:
        """Return what the backend says it requires to build a ``wheel`` or an ``sdist`` (PEP 517), sorted.

        Raises:
            BuildFailedError: the hook failed, hung or gave no list of strings.
        """
        hook = f"get_requires_for_build_{what}"
        answer, _ = self._hook({"ask": what}, f"the backend's hook {hook}")
        if not isinstance(answer, list) or not all(isinstance(item, str) for item in answer):
            raise BuildFailedError(f"the backend's hook {hook} gave no list of strings", cause=repr(answer))
        return tuple(sorted(set(answer)))

    def build(self, what: str, frontend: Frontend, into: Path) -> Path:
        """Build a ``wheel`` or an ``sdist``, move it to the folder ``into`` and return it there.

        What the build printed is beside it, in the file of :func:`output_of`.

        Raises:
            BuildFailedError: the backend failed, hung, or left anything else than one file.
        """
        output = self.conditions.out / what
        (self._out / what).mkdir()
        (self._out / what).chmod(0o755)
        if self.build_system.overridden:
            _, finished = self._hook({"call": what, "output": str(output)}, f"building the {what}")
        elif frontend is Frontend.BUILD:
            _, finished = self._hook({"build": what, "output": str(output)}, f"building the {what}")
        else:
            finished = self._run(self._uv_build(what, output), f"building the {what}")
        output_of(what, into).write_bytes(finished.stdout)
        return take_left(self._out, what, into)

    def build_by_setup_py(self, options: Sequence[str], into: Path) -> Path:
        """Build a wheel as projects did before PEP 517, move it to the folder ``into`` and return it there.

        Args:
            options: of ``bdist_wheel``.
            into: an existing folder.

        Raises:
            BuildFailedError: as :meth:`build`.
        """
        (self._out / "wheel").mkdir()
        words: tuple[str | Path, ...] = ("setup.py", "bdist_wheel", "--dist-dir", self.conditions.out / "wheel")
        finished = self._run([self.python, *words, *options], "setup.py bdist_wheel")
        output_of("wheel", into).write_bytes(finished.stdout)
        return take_left(self._out, "wheel", into)

    def _uv_build(self, what: str, output: Path) -> list[str | Path]:
        """Return the uv command that builds in our environment, without uv's cache, settings or network.

        Without --force-pep517 a uv_build project would be built by uv itself rather than by the locked uv_build.
        """
        settings = [
            f"--config-setting={key}={value}"
            for key, values in sorted(self.config_settings.items())
            for value in ([values] if isinstance(values, str) else values)
        ]
        switches = ["--no-cache", "--offline", "--no-config", "--no-build-isolation", "--force-pep517"]
        places: list[str | Path] = ["--python", self.python, "--out-dir", output, self.project]
        return [uv_binary(), "build", f"--{what}", *switches, "--no-python-downloads", *settings, *places]
