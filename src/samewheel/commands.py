"""The plain shell commands that give the same bytes as a build of ours, for whoever has no samewheel.

They are run in the project's folder, or beside the sdist, and leave the wheel in ``$work/dist``.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from samewheel._types import SourceKind, Via
from samewheel.compilers import shim_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel.conditions import Conditions
    from samewheel.interpreter import Interpreter
    from samewheel.project import Settings
    from samewheel.sources import Snapshot

__all__ = ["plain_commands"]


def _copy_source(snapshot: Snapshot) -> list[str]:
    """Return the commands that make the same clean copy of the source."""
    source = snapshot.source
    if source.kind is SourceKind.SDIST:
        name = shlex.quote(source.path.name)
        unpack = f'mkdir "$work/source" && tar -xf {name} -C "$work/source" --strip-components=1'
        return [unpack, 'chmod -R u=rwX,go=rX "$work/source"']
    if source.kind is SourceKind.FOLDER:
        removed = " ".join(f'"$work/source/"{shlex.quote(name)}' for name in snapshot.left_out)
        copy = ['cp -R . "$work/source"', 'chmod -R u=rwX,go=rX "$work/source"']
        return [*copy, f"rm -rf {removed}"] if removed else copy
    clone = 'git clone --quiet "$(git rev-parse --show-toplevel)" "$work/source"'
    notes = ["# The working copy differed from its commit; these commands build the commit."] if source.dirty else []
    return [*notes, clone, f'git -C "$work/source" checkout --quiet --detach {source.commit}']


def _export(conditions: Conditions) -> str:
    """Return the command that sets the variables which a build may well depend on."""
    names = ("LANG", "LC_ALL", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH", "TZ", *sorted(conditions.extra))
    environ = conditions.environ()
    return "export " + " ".join(f"{name}={shlex.quote(environ[name])}" for name in dict.fromkeys(names))


def _make_shims(shims: Mapping[str, str], interpreter: Interpreter) -> list[str]:
    """Return the commands that make the compiler shims; uv tells the build its environment by VIRTUAL_ENV."""
    maps = (
        (shlex.quote(interpreter.config["INCLUDEPY"]), "/python/include"),
        ('"${TMPDIR:-/tmp}"', "/tmp"),  # noqa: S108 - what a debugger is told
        ('"$VIRTUAL_ENV"', "/env"),
        ('"$work/source"', "."),
    )
    lines = ['export work && mkdir "$work/shims"']
    for name, real in sorted(shims.items()):
        lines.append(f"printf '%s' {shlex.quote(shim_text(real, maps))} > \"$work/shims/{name}\"")
    return [*lines, 'chmod +x "$work/shims"/*', 'export PATH="$work/shims:$PATH"']


def _uv_build(what: str, interpreter: Interpreter, constraints: str, settings: Settings) -> str:
    """Return the uv command up to the folder that it builds."""
    options: list[str] = []
    for key, values in sorted(settings.config_settings.items()):
        options += [f"--config-setting={key}={value}" for value in ([values] if isinstance(values, str) else values)]
    locked = ["--build-constraint", constraints, "--require-hashes", "--force-pep517"]
    return shlex.join(["uv", "build", f"--{what}", "--python", interpreter.version, *locked, *options])


def plain_commands(
    *,
    snapshot: Snapshot,
    conditions: Conditions,
    interpreter: Interpreter,
    settings: Settings,
    constraints: str,
    shims: Mapping[str, str],
) -> tuple[str, ...]:
    """Return the commands, one shell line each.

    Args:
        snapshot: what was built.
        conditions: what the build saw.
        interpreter: the interpreter of the build.
        settings: its settings.
        constraints: the constraints file, relative to where the commands are run.
        shims: names and paths of the compilers that were shimmed; empty for a wheel without compiled code.
    """
    subdirectory = snapshot.source.subdirectory
    project = '"$work/source"' + (f"/{shlex.quote(subdirectory)}" if subdirectory else "")
    lines = [f"umask {conditions.umask:03o}", "work=$(mktemp -d)", *_copy_source(snapshot), _export(conditions)]
    if shims:
        lines += _make_shims(shims, interpreter)
    if settings.via is Via.SDIST:
        sdist = _uv_build("sdist", interpreter, constraints, settings)
        lines += [
            f'{sdist} --out-dir "$work/sdist" {project}',
            'rm -rf "$work/source" && mkdir "$work/source"',
            'tar -xf "$work/sdist"/*.tar.gz -C "$work/source" --strip-components=1',
            'chmod -R u=rwX,go=rX "$work/source"',
        ]
        project = '"$work/source"'
    wheel = _uv_build("wheel", interpreter, constraints, settings)
    return (*lines, f'{wheel} --out-dir "$work/dist" {project}', 'sha256sum "$work"/dist/*.whl')
