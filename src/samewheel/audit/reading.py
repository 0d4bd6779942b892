"""Reads what an audit is of, whatever its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel.audit.inputs.bytes import read_bounded
from samewheel.audit.inputs.environments import is_environment, read_environment
from samewheel.audit.inputs.pylock import read_pylock
from samewheel.audit.inputs.requirements import read_requirements
from samewheel.audit.inputs.uv_lock import read_uv_lock
from samewheel.audit.inputs.wheels import read_wheel, read_wheels
from samewheel.audit.values import Named, Skipped
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from samewheel.audit.target import Target

__all__ = ["read_file", "read_files"]


def _held(named: Named, target: Target, groups: Sequence[str] = ()) -> Named:
    """Return what is named as skipped, if its marker does not hold."""
    if named.skipped is None and not target.holds(named.marker, named.where, groups):
        return replace(named, skipped=Skipped.OTHER_PLATFORM)
    return named


def _folder(path: Path) -> Iterator[Named]:
    """Yield what a folder holds: an environment, or wheels."""
    if is_environment(path):
        yield from read_environment(path)
    elif next(path.glob("*.whl"), None):
        yield from read_wheels(path)
    else:
        raise UsageError(
            f"{path} is nothing that can be audited",
            cause="The folder is no environment (it has no pyvenv.cfg and no site-packages), and has no wheels.",
        )


def read_file(path: Path, target: Target) -> Iterator[Named]:
    """Yield what a file or folder names; what is not installed on the target has a reason to be skipped.

    By the name: ``*.whl``, ``*.lock`` (uv), ``*.toml`` (PEP 751); all else is taken for requirements.

    Raises:
        UsageError: it is damaged or of another format; the message names the line or key.
    """
    where = str(path)
    if path.is_dir():
        yield from _folder(path)
    elif path.suffix == ".whl":
        yield read_wheel(path)
    elif path.suffix == ".lock":
        yield from read_uv_lock(read_bounded(path), where, target)
    elif path.suffix == ".toml":
        named, groups = read_pylock(read_bounded(path), where)
        yield from (_held(one, target, groups) for one in named)
    else:
        yield from (_held(one, target) for one in read_requirements(read_bounded(path), where))


def read_files(paths: Sequence[Path], target: Target) -> tuple[Named, ...]:
    """Return what several files name, in their order; see :func:`read_file`.

    Raises:
        UsageError: one of them cannot be read, or all of them name nothing.
    """
    named = tuple(one for path in paths for one in read_file(path, target))
    if not named:
        raise UsageError(f"{', '.join(map(str, paths))}: nothing is named there")
    return named
