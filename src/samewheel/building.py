"""One build: from a prepared source to a wheel that passed its checks, and the buildinfo beside it."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from msgspec.structs import replace

from samewheel._files import below, check_writable, place, sha256_of, write_atomic
from samewheel._outputs import output_folder
from samewheel._types import SILENT, Frontend, SourceKind, Value, Via
from samewheel._uv import uv_version
from samewheel.backend import output_of
from samewheel.buildinfo import SCHEMA, BuildInfo, Digest, InterpreterInfo, SourceInfo, Tool, WheelInfo, to_json
from samewheel.commands import plain_commands
from samewheel.compilers import find_compilers
from samewheel.errors import SamewheelError
from samewheel.packaged import forgotten_files
from samewheel.preparing import open_project, output_folders, prepare, read_lock, warn_of
from samewheel.sources import ignored_files, inspect, shown, take
from samewheel.staging import at_work, plain_conditions, settle_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel._types import Progress
    from samewheel.backend import Workshop
    from samewheel.buildinfo import Isolation, Leak, Toolchain
    from samewheel.conditions import Conditions
    from samewheel.observation import Observed
    from samewheel.preparing import Prepared
    from samewheel.project import Overrides, Settings

__all__ = ["Built", "Product", "build", "describe", "perform", "warn_of_forgotten"]


class Product(Value, frozen=True, kw_only=True):
    """What one build left in its own folder, checked but not yet given to anyone."""

    wheel: Path
    sdist: Path | None
    conditions: Conditions
    frontend: Tool
    isolation: Isolation
    observed: Observed | None = None
    """What the build process saw of its conditions, where a probe was asked for."""
    printed: Path
    """The file with the end of what it printed."""


class Built(Value, frozen=True, kw_only=True):
    """A wheel in its output folder, and what is known of its build."""

    wheel: Path
    sdist: Path | None
    """The sdist, where one was asked for."""
    evidence: Path
    """The buildinfo's file."""
    buildinfo: BuildInfo


def perform(
    prepared: Prepared,
    folder: Path,
    conditions: Conditions,
    *,
    probe: bool = False,
    memory: Path | None = None,
    setup_py: bool = False,
    check: bool = True,
    progress: Progress = SILENT,
) -> Product:
    """Build once, under the given conditions, and check what comes out.

    Args:
        prepared: source, constraints and environments; nothing of it is changed.
        folder: an existing folder for what is built.
        conditions: what the build sees; its places are made, and removed again.
        probe: have the build process write down what it sees.
        memory: a folder in memory, which does not exist yet, for a copy of the source; None: it goes to ``folder``.
        setup_py: have ``setup.py`` build the wheel, rather than the backend's hook.
        check: refuse a wheel that is not valid; one that is compared with a published one may be as odd as that.
        progress: told what is going on.

    Raises:
        BuildFailedError: the backend failed, hung, or built something else than a valid wheel.
    """
    opened = prepared.opened
    settings = opened.settings
    snapshot, sdist = opened.snapshot, None

    def built_in(workshop: Workshop, what: str) -> Path:
        if setup_py and what == "wheel":
            return workshop.build_by_setup_py(_setup_py_options(settings), folder)
        return workshop.build(what, settings.frontend, folder)

    def step(what: str) -> tuple[Path, Workshop, Observed | None]:
        progress.step(f"Building the {what} with {opened.project.build_system.backend}")
        workshop, built = at_work(
            folder / what,
            conditions,
            replace(opened, snapshot=snapshot).materials(prepared.environments[what]),
            lambda workshop: built_in(workshop, what),
            probe=probe,
            memory=memory,
        )
        observed = workshop.observed()
        workshop.clear()
        return built, workshop, observed

    if "sdist" in prepared.environments:
        sdist, _, _ = step("sdist")
    if sdist is not None and settings.via is Via.SDIST:
        snapshot = take(inspect(sdist), folder / "unpacked")
        settle_source(snapshot.root, snapshot.source.kind, conditions.epoch)
    wheel, workshop, observed = step("wheel")
    if check:
        # Not before it is there: until a build has begun, every millisecond of starting delays it.
        from samewheel.wheel import check_wheel

        check_wheel(wheel)
    return Product(
        wheel=wheel,
        sdist=sdist,
        conditions=workshop.conditions,
        frontend=_frontend(settings.frontend),
        isolation=workshop.sandbox.isolation,
        observed=observed,
        printed=output_of("wheel", folder),
    )


def _setup_py_options(settings: Settings) -> list[str]:
    """Return the options of ``bdist_wheel`` that settings for setuptools' hook stand for."""
    given = settings.config_settings.get("--build-option", [])
    return [given] if isinstance(given, str) else given


def _frontend(which: Frontend) -> Tool:
    """Return who called the backend."""
    if which is Frontend.UV:
        return Tool(name=which, version=uv_version())
    # As for the check of the wheel.
    from importlib.metadata import version

    return Tool(name=which, version=version("build"))


def _relative_lock(prepared: Prepared) -> str | None:
    """Return the constraints file as somebody in the project's folder would name it; None is the sdist's own."""
    opened, where = prepared.opened, prepared.constraints.where
    if opened.source.kind is SourceKind.SDIST:
        return None if where.startswith(f"{opened.source.path.name}: ") else Path(where).name
    return below(opened.source.path, Path(where)) or Path(where).name


def _note_on_lock(prepared: Prepared) -> list[str]:
    """Return a line that says which file the commands need, where it is not to be found in the project's folder."""
    opened, lock = prepared.opened, prepared.constraints
    beside = _relative_lock(prepared)
    home = opened.source.path.parent if opened.source.kind is SourceKind.SDIST else opened.source.path
    if beside is None or below(home, Path(lock.where)) == beside:
        return []
    return [f"# This takes the constraints file {beside} (sha256 {lock.sha256}) to be in this folder."]


def _toolchain(prepared: Prepared, wheel: Path) -> Toolchain | None:
    """Return what compiled a wheel; None for one without compiled code."""
    if wheel.name.endswith("-any.whl"):
        return None
    from samewheel.toolchain import inspect_toolchain

    return inspect_toolchain(wheel, prepared.opened.interpreter)


def _leaks(prepared: Prepared, product: Product) -> tuple[Leak, ...]:
    """Return what a wheel holds of the circumstances of its build."""
    from samewheel.leaks import find_leaks, sought_values

    opened = prepared.opened
    sought = sought_values(product.conditions, opened.interpreter, product.isolation)
    return find_leaks(product.wheel, sought, source=opened.snapshot.root)


def _commands(prepared: Prepared, product: Product) -> tuple[str, ...]:
    """Return plain commands that give the same bytes."""
    opened = prepared.opened
    pure = product.wheel.name.endswith("-any.whl")
    return (
        *_note_on_lock(prepared),
        *plain_commands(
            snapshot=opened.snapshot,
            conditions=product.conditions,
            interpreter=opened.interpreter,
            settings=opened.settings,
            constraints=_relative_lock(prepared),
            outputs=tuple(name for file in opened.not_source if (name := below(opened.source.path, file))),
            shims=() if pure else tuple(find_compilers(opened.interpreter)),
        ),
    )


def describe(prepared: Prepared, product: Product, *, commands: bool = True, leaks: bool = True) -> BuildInfo:
    """Return the buildinfo of a build; if asked, with plain commands that give the same bytes, and with leaks."""
    opened = prepared.opened
    source, settings = opened.source, opened.settings
    lock = prepared.constraints
    built_with = ("sdist", "wheel") if settings.via is Via.SDIST else ("wheel",)
    return BuildInfo(
        wheel=WheelInfo(name=product.wheel.name, sha256=sha256_of(product.wheel), size=product.wheel.stat().st_size),
        source=SourceInfo(
            kind=source.kind,
            digest=opened.snapshot.digest,
            uri=shown(source.path.name) if source.kind is SourceKind.SDIST else source.uri,
            commit=source.commit,
            describe=source.describe,
            subdirectory=source.subdirectory,
            dirty=tuple(shown(name) for name in source.dirty),
            included=tuple(shown(name) for name in source.included),
        ),
        constraints=Digest(sha256=lock.sha256),
        dependencies=tuple(sorted({d for name in built_with for d in prepared.environments[name].dependencies})),
        interpreter=InterpreterInfo(
            implementation=opened.interpreter.implementation,
            version=opened.interpreter.version,
            platform=opened.interpreter.platform,
        ),
        zlib=opened.interpreter.zlib,
        frontend=product.frontend,
        via=settings.via,
        epoch=opened.epoch,
        config_settings=settings.config_settings,
        env=settings.env,
        conditions=product.conditions.described(),
        isolation=product.isolation,
        readable=settings.readable,
        toolchain=_toolchain(prepared, product.wheel),
        leaks=_leaks(prepared, product) if leaks else None,
        commands=_commands(prepared, product) if commands else (),
    )


def warn_of_forgotten(prepared: Prepared, wheel: Path, progress: Progress) -> None:
    """Warn of ignored files that a build in the working copy would have packaged."""
    source = prepared.opened.source
    if source.kind is not SourceKind.GIT:
        return
    from zipfile import ZipFile

    with ZipFile(wheel) as archive:
        forgotten = forgotten_files(ignored_files(source), archive.namelist())
    if forgotten:
        progress.warn(
            f"git ignores files beside packaged modules, so they are not in the wheel: {', '.join(forgotten)}. "
            "If they belong to it, list them in [tool.samewheel] include."
        )


@contextmanager
def _undone_on_failure(*files: Path) -> Iterator[None]:
    """Put files back as they were if the block fails: no evidence without its wheel, none of it beside an old one."""
    before = {file: file.read_bytes() if file.is_file() else None for file in files}
    try:
        yield
    except BaseException:
        for file, content in before.items():
            with suppress(SamewheelError, OSError):
                if content is None:
                    file.unlink(missing_ok=True)
                elif file.read_bytes() != content:
                    write_atomic(file, content)
        raise


def build(
    path: Path,
    *,
    out_dir: Path | None = None,
    evidence_dir: Path | None = None,
    sdist: bool = False,
    allow_dirty: bool = False,
    progress: Progress = SILENT,
    **overrides: Unpack[Overrides],
) -> Built:
    """Build a wheel from a project's folder or an sdist, and write it and its buildinfo.

    The buildinfo is renamed into place first, the wheel last: a wheel that is there is whole, passed its checks and
    has its evidence beside it.

    Args:
        path: the project's folder or the sdist.
        out_dir: where the wheel goes; None is ``dist`` in the project's folder (for an sdist, in the working folder).
        evidence_dir: where the buildinfo goes; None is ``evidence`` beside ``dist``.
        sdist: write the sdist too.
        allow_dirty: build a git working copy that differs from its commit.
        progress: told what is going on.
        overrides: fields of :class:`~samewheel.project.Settings` that come before the project's own: ``constraints``,
            ``python``, ``frontend``, ``via``, ``config_settings``, ``env``, ``timeout``, ``limits``.

    Raises:
        SamewheelError: one of its family, as ``samewheel.errors`` draws it; nothing was written then.
    """
    home = path if path.is_dir() else Path.cwd()
    out_dir = output_folder(out_dir, home / "dist", "--out-dir")
    evidence_dir = output_folder(evidence_dir, home / "evidence", "--evidence")
    for wanted in (out_dir, evidence_dir):
        check_writable(wanted, "Name another folder with --out-dir or --evidence.")
    with open_project(
        path,
        overrides=overrides,
        allow_dirty=allow_dirty,
        not_source=output_folders(path, out_dir, evidence_dir),
        progress=progress,
    ) as opened:
        folder = opened.folder
        warn_of(opened, progress)
        products = ("sdist", "wheel") if sdist or opened.settings.via is Via.SDIST else ("wheel",)
        prepared = prepare(opened, read_lock(opened), products=products, again=True, progress=progress)
        # A name that occurs nowhere else: where places cannot be moved, the source lies in that folder.
        work = folder / "samewheel-build"
        work.mkdir()
        conditions = plain_conditions(work, opened.epoch.value, opened.settings)
        product = perform(prepared, work, conditions, memory=opened.in_memory("build"), progress=progress)
        buildinfo = describe(prepared, product)
        warn_of_forgotten(prepared, product.wheel, progress)
        from samewheel.leaks import leak_warnings

        for warning in leak_warnings(buildinfo.leaks or ()):
            progress.warn(warning)
        evidence = evidence_dir / f"{product.wheel.name}.buildinfo.json"
        written = out_dir / product.sdist.name if sdist and product.sdist is not None else None
        with _undone_on_failure(evidence, *([written] if written else [])):
            write_atomic(evidence, to_json(SCHEMA, buildinfo))
            if written is not None and product.sdist is not None:
                place(product.sdist, written)
            place(product.wheel, out_dir / product.wheel.name)
    return Built(wheel=out_dir / product.wheel.name, sdist=written, evidence=evidence, buildinfo=buildinfo)
