"""The plain shell commands that give the same bytes as a build of ours, for whoever has no samewheel.

They are run in the project's folder, or beside the sdist, and leave the wheel in ``$work/dist``.
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from samewheel._types import SourceKind, Via
from samewheel.compilers import shim_text
from samewheel.sources.folder import LEFTOVERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.conditions import Conditions
    from samewheel.interpreter import Interpreter
    from samewheel.project import Settings
    from samewheel.sources import Snapshot

__all__ = ["plain_commands"]


def _glob(pattern: str) -> str:
    """Return a pattern as a word of the shell: everything quoted but the signs that match."""
    return "".join(part if part in "*?[]" else shlex.quote(part) for part in re.split(r"([*?\[\]])", pattern) if part)


def _copy_folder(snapshot: Snapshot, outputs: Sequence[str]) -> list[str]:
    """Return the commands that copy a folder, less what never belongs to the source, be it there or not."""
    by_rule = {*LEFTOVERS, *outputs}
    rest = (name.rstrip("/") for name in snapshot.left_out)
    others = {name for name in rest if name not in by_rule and not name.endswith((".egg-info", "__pycache__"))}
    removed = " ".join(shlex.quote(name) for name in sorted(by_rule | others))
    return [
        'cp -R . "$work/source"',
        f'(cd "$work/source" && rm -rf {removed} *.egg-info src/*.egg-info)',
        'find "$work/source" -name __pycache__ -prune -exec rm -rf {} +',
    ]


def _copy_source(snapshot: Snapshot, outputs: Sequence[str]) -> list[str]:
    """Return the commands that make the same clean copy of the source."""
    source = snapshot.source
    if source.kind is SourceKind.FOLDER:
        return _copy_folder(snapshot, outputs)
    if source.kind is SourceKind.SDIST:
        name = shlex.quote(source.path.name)
        if source.path.suffix == ".zip":
            return [f'unzip -q {name} -d "$work/unzipped" && mv "$work/unzipped"/* "$work/source"']
        return [f'mkdir "$work/source" && tar -xf {name} -C "$work/source" --strip-components=1']
    clone = 'git clone --quiet -c core.autocrlf=false "$(git rev-parse --show-toplevel)" "$work/source"'
    notes = ["# The working copy differed from its commit; these commands build the commit."] if source.dirty else []
    lines = [*notes, clone, f'git -C "$work/source" checkout --quiet --detach {source.commit}']
    if (snapshot.root / ".gitmodules").exists():
        lines.append('git -C "$work/source" submodule --quiet update --init --recursive')
    return lines


def _include(patterns: Sequence[str], project: str) -> list[str]:
    """Return the commands that add the ignored files which belong to the source."""
    if not patterns:
        return []
    globs = " ".join(_glob(pattern) for pattern in patterns)
    return ["shopt -s globstar", f"tar -cf - -- {globs} | tar -xf - -C {project}"]


def _settle(snapshot: Snapshot, epoch: int) -> list[str]:
    """Return the commands that set modes and times of the copy as every build of ours has them."""
    moment = datetime.fromtimestamp(epoch, UTC).strftime("%Y%m%d%H%M.%S")
    lines = [
        'chmod -R u=rwX,go=rX "$work/source"',
        f'TZ=UTC find "$work/source" -exec touch -h -t {moment} {{}} +',
    ]
    # Git's own list of modified files compares times.
    refresh = ['git -C "$work/source" update-index -q --refresh']
    return [*lines, *refresh] if snapshot.source.kind is SourceKind.GIT else lines


def _export(conditions: Conditions) -> str:
    """Return the command that sets the variables which a build may well depend on."""
    names = ("LANG", "LC_ALL", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH", "TZ", *sorted(conditions.extra))
    environ = conditions.environ()
    return "export " + " ".join(shlex.quote(f"{name}={environ[name]}") for name in dict.fromkeys(names))


def _make_shims(shims: Sequence[str], interpreter: Interpreter) -> list[str]:
    """Return the commands that make the compiler shims; uv tells the build its environment by VIRTUAL_ENV."""
    question = shlex.quote('import sysconfig; print(sysconfig.get_config_var("INCLUDEPY"))')
    maps = (
        ('"$include"', "/python/include"),
        ('"${TMPDIR:-/tmp}"', "/tmp"),  # noqa: S108 - what a debugger is told
        ('"$VIRTUAL_ENV"', "/env"),
        ('"$work/source"', "."),
    )
    text = shlex.quote(shim_text("%s", maps).replace("\n", "\\n"))
    names = " ".join(shlex.quote(name) for name in sorted(shims))
    return [
        f'include=$("$(uv python find --no-project {interpreter.version})" -c {question})',
        'export work include && mkdir "$work/shims"',
        f'for name in {names}; do printf {text} "$(command -v "$name")" > "$work/shims/$name"; done',
        'chmod +x "$work/shims"/*',
        'export PATH="$work/shims:$PATH"',
    ]


def _uv_build(what: str, interpreter: Interpreter, constraints: str, settings: Settings) -> str:
    """Return the uv command up to the folder that it builds; ``constraints`` is a word of the shell."""
    options: list[str] = []
    for key, values in sorted(settings.config_settings.items()):
        options += [f"--config-setting={key}={value}" for value in ([values] if isinstance(values, str) else values)]
    start = f"uv build --{what} --python {interpreter.version} --build-constraint {constraints}"
    return " ".join([start, "--require-hashes", "--force-pep517", *map(shlex.quote, options)])


def plain_commands(
    *,
    snapshot: Snapshot,
    conditions: Conditions,
    interpreter: Interpreter,
    settings: Settings,
    constraints: str | None,
    outputs: Sequence[str],
    shims: Sequence[str],
) -> tuple[str, ...]:
    """Return the commands, one shell line each.

    Args:
        snapshot: what was built.
        conditions: what the build saw.
        interpreter: the interpreter of the build.
        settings: its settings.
        constraints: the constraints file, relative to where the commands are run; None is the sdist's own.
        outputs: files and folders of the project that are not its source, relative to it.
        shims: names of the compilers that were shimmed; empty for a wheel without compiled code.
    """
    subdirectory = snapshot.source.subdirectory
    project = '"$work/source"' + (f"/{shlex.quote(subdirectory)}" if subdirectory else "")
    lines = [
        f"umask {conditions.umask:03o}",
        "work=$(mktemp -d)",
        *_copy_source(snapshot, outputs),
        *_include(settings.include, project),
        *_settle(snapshot, conditions.epoch),
        *(["unset ARCHFLAGS CC CFLAGS CPPFLAGS CXX CXXFLAGS LDFLAGS LDSHARED"] if shims else []),
        _export(conditions),
    ]
    if constraints is None:
        lines.append(f'cp "$work/source"/{shlex.quote(settings.constraints)} "$work/constraints.txt"')
    pins = '"$work/constraints.txt"' if constraints is None else shlex.quote(constraints)
    if shims:
        lines += _make_shims(shims, interpreter)
    if settings.via is Via.SDIST:
        sdist = _uv_build("sdist", interpreter, pins, settings)
        lines += [
            f'{sdist} --out-dir "$work/sdist" {project}',
            'rm -rf "$work/source" && mkdir "$work/source"',
            'tar -xf "$work/sdist"/*.tar.gz -C "$work/source" --strip-components=1',
            *_settle(snapshot, conditions.epoch)[:2],
        ]
        project = '"$work/source"'
    wheel = _uv_build("wheel", interpreter, pins, settings)
    return (*lines, f'{wheel} --out-dir "$work/dist" {project}', 'sha256sum "$work"/dist/*.whl')
