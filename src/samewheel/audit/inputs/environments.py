"""Installed environments: what ``*.dist-info`` folders say; no code of the environment is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel.audit.inputs.bytes import read_bounded
from samewheel.audit.inputs.names import usual_name, usual_version
from samewheel.audit.values import Named, Skipped
from samewheel.errors import UsageError
from samewheel.wheel import MOST_TAGS, read_tags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["is_environment", "read_environment"]

PACKAGES = ("lib/python*/site-packages", "lib64/python*/site-packages", "Lib/site-packages")
"""Where virtual environments keep what is installed (POSIX, some of its 64-bit systems, Windows)."""

MOST = 1 << 20
"""Bytes of a file in a ``*.dist-info`` folder."""


class _VcsInfo(msgspec.Struct, frozen=True):
    vcs: str


class _DirInfo(msgspec.Struct, frozen=True):
    editable: bool = False


class _DirectUrl(msgspec.Struct, frozen=True, kw_only=True):
    """Where an installer got something that was no release of an index (PEP 610)."""

    url: str
    vcs_info: _VcsInfo | None = None
    dir_info: _DirInfo | None = None


def _folders(path: Path) -> list[Path]:
    """Return the folders that packages are installed to; a link to another one counts once."""
    found: dict[Path, Path] = {}
    for folder in (folder for pattern in PACKAGES for folder in sorted(path.glob(pattern))):
        found.setdefault(folder.resolve(), folder)
    if not found and (path.name == "site-packages" or next(path.glob("*.dist-info"), None)):
        return [path]
    return sorted(found.values())


def is_environment(path: Path) -> bool:
    """Tell whether a folder is an environment: it has a ``pyvenv.cfg``, or packages are installed in it."""
    return (path / "pyvenv.cfg").is_file() or bool(_folders(path))


def _origin(info: Path) -> Skipped | None:
    """Return why something is no release of an index; None if it is one.

    Raises:
        UsageError: the file that says so is damaged.
    """
    path = info / "direct_url.json"
    if not path.exists():
        return None
    try:
        said = msgspec.json.decode(read_bounded(path, MOST, plain=True), type=_DirectUrl)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is damaged", cause=str(error)) from error
    if said.vcs_info is not None:
        return Skipped.VCS
    if said.dir_info is not None:
        return Skipped.EDITABLE if said.dir_info.editable else Skipped.LOCAL_PATH
    return Skipped.LOCAL_PATH if said.url.startswith("file:") else Skipped.URL


def _tags(info: Path) -> frozenset[str]:
    """Return the tags of the wheel that was installed, as its file WHEEL has them.

    Raises:
        UsageError: there are too many, or wrong ones.
    """
    path = info / "WHEEL"
    if not path.exists():
        return frozenset()
    text = read_bounded(path, MOST, plain=True).decode("utf-8", "replace")
    lines = [value.strip() for key, _, value in (line.partition(":") for line in text.splitlines()) if key == "Tag"]
    damaged = UsageError(f"{path} is damaged", cause="It has too many tags, or wrong ones.")
    if len(lines) > MOST_TAGS or any(line.count("-") != 2 for line in lines):  # noqa: PLR2004 - python, ABI, platform
        raise damaged
    tags = set[str]()
    for line in lines:
        try:
            tags.update(map(str, read_tags(line)))
        except ValueError as error:
            raise damaged from error
        if len(tags) > MOST_TAGS:
            raise damaged
    return frozenset(tags)


def _named(info: Path) -> Named:
    """Return what one folder says; its name holds the distribution's and its version, by the standard."""
    words, _, version = info.name.removesuffix(".dist-info").rpartition("-")
    name, version = usual_name(words), usual_version(version)
    if not name or not version:
        return Named(name=info.name, where=str(info), skipped=Skipped.NOT_A_NAME)
    tags = _tags(info)
    skipped = _origin(info) or (None if tags else Skipped.NOT_FROM_WHEEL)
    return Named(name=name, version=version, where=str(info), tags=tags, skipped=skipped)


def _old(info: Path) -> Named:
    """Return what setuptools installed without a wheel."""
    words = info.name.rpartition(".")[0].split("-")
    version = usual_version(words[1]) if len(words) > 1 else ""
    skipped = Skipped.EDITABLE if info.suffix == ".egg-link" else Skipped.NOT_FROM_WHEEL
    return Named(name=usual_name(words[0]) or info.name, version=version, where=str(info), skipped=skipped)


def read_environment(path: Path) -> Iterator[Named]:
    """Yield what is installed in an environment.

    Raises:
        UsageError: nothing is, or a file in it is damaged; the message names it.
    """
    folders = _folders(path)
    if not folders:
        raise UsageError(f"{path} has no folder site-packages")
    for folder in folders:
        for info in sorted(folder.iterdir()):
            if info.suffix == ".dist-info":
                yield _named(info)
            elif info.suffix in {".egg-info", ".egg-link"}:
                yield _old(info)
