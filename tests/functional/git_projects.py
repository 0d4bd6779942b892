"""Makes real git repositories for tests, the same ones every time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel import sources
from samewheel._types import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from samewheel.sources import Snapshot

COMMIT_TIME = 1_700_000_000
"""POSIX seconds of every commit."""

GIT = shutil.which("git") or "git"

PROJECT = {
    "pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n',
    "src/demo/__init__.py": "x = 1\n",
    ".gitignore": "*.log\n_generated.py\n",
}
"""A small project, by path."""


def git_environment(home: Path) -> dict[str, str]:
    """Return what git needs to commit the same each time, with the settings of ``home`` only."""
    date = f"{COMMIT_TIME} +0000"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_COMMITTER_DATE": date,
    }


def git(folder: Path, *words: str | Path, home: Path = Path(os.devnull), check: bool = True, told: str = "") -> str:
    """Run git in a folder, tell it something, and return what it prints, without the last line's end."""
    finished = subprocess.run(
        [GIT, "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", *words],
        cwd=folder,
        env=git_environment(home),
        check=check,
        capture_output=True,
        input=told.encode(),
    )
    return os.fsdecode(finished.stdout).removesuffix("\n")


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, and the folders on the way to them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def make_repository(folder: Path, files: Mapping[str, str | bytes] = PROJECT, *, tag: str = "v1.0") -> Path:
    """Make a repository with one commit and, unless it is empty, a tag."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    write(folder, files)
    commit(folder)
    if tag:
        git(folder, "tag", tag)
    return folder


def commit(folder: Path, message: str = "change") -> str:
    """Commit everything, and return the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def contents(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return mode, modification time and content of everything below a folder, git's own files included."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(parent, name)
            status = path.lstat()
            if path.is_symlink():
                content = os.fsencode(path.readlink())
            else:
                content = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, content)
    return found


def snapshot(path: Path, into: Path, *, include: Sequence[str] = (), **options: object) -> Snapshot:
    """Inspect and take a source, with the ignored files that match some patterns."""
    source = sources.inspect(path, not_source=options.get("not_source", ()))  # type: ignore[arg-type]
    return sources.take(source, into, include=lambda _: include, **options)  # type: ignore[arg-type]


def copy_for_build(taken: Snapshot, into: Path, *, time: int) -> Path:
    """Copy a snapshot as each build gets it, all times set."""
    shutil.copytree(taken.root, into, symlinks=True)
    sources.settle(into, time)
    if taken.source.kind is SourceKind.GIT:
        sources.refresh_index(into)
    return into


def files_in(folder: Path) -> list[str]:
    """Return the files and links below a folder, but for git's own, sorted."""
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return sorted(name.as_posix() for name in names if ".git" not in name.parts)


def pointer_to(content: bytes) -> str:
    """Return the Git LFS pointer that stands for a content."""
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"


def isolate(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Give samewheel's git a home folder without settings."""
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
