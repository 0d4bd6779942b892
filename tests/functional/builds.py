"""What tests of builds share: small projects with a backend of their own, wheels to look into, processes to watch."""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import tarfile
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.conftest import PROJECTS
from tests.functional.git_projects import write
from tests.levels import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 60
"""Seconds after which a test gives up waiting for what must happen at once."""

BACKEND = """
import base64, hashlib, os, pathlib, subprocess, sys, time, zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {}
@body@
    files["sample-1.0.dist-info/METADATA"] = "Metadata-Version: 2.1\\nName: sample\\nVersion: 1.0\\n"
    files["sample-1.0.dist-info/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    record = "sample-1.0.dist-info/RECORD"
    rows = ""
    with zipfile.ZipFile(pathlib.Path(wheel_directory, "sample-1.0-py3-none-any.whl"), "w") as archive:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows += f"{path},sha256={digest},{len(text.encode())}\\n"
            archive.writestr(zipfile.ZipInfo(path), text)
        archive.writestr(zipfile.ZipInfo(record), rows + f"{record},,\\n")
    return "sample-1.0-py3-none-any.whl"
"""


OURS = (PROJECTS / "fails" / "constraints.txt").read_text("utf-8")
"""Constraints of a project that requires nothing, as ``samewheel lock`` writes them."""


def make_project(folder: Path, body: str, *, requires: str = "", constraints: str = "") -> Path:
    """Make a project whose own backend runs ``body`` and then builds a wheel of what that put into ``files``."""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    write(
        folder,
        {
            "pyproject.toml": f'[build-system]\nrequires = [{requires}]\nbuild-backend = "backend"\n'
            'backend-path = ["."]\n',
            "backend.py": BACKEND.replace("@body@\n", lines),
            "constraints.txt": constraints,
        },
    )
    return folder


def members(wheel: Path) -> dict[str, bytes]:
    """Return the members of a wheel by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def seen(wheel: Path) -> dict[str, Any]:
    """Return what the backend of ``dumps-conditions`` noticed."""
    noticed = json.loads(members(wheel)["seen.json"])
    assert isinstance(noticed, dict)
    return noticed


def pack(project: Path, archive: Path, *, time: int = 1_600_000_000) -> Path:
    """Make an sdist of a project, with ``time`` (POSIX seconds) as that of its newest file."""
    with tarfile.open(archive, "w:gz") as tar:
        for number, path in enumerate(sorted(project.rglob("*"))):
            if path.is_file():
                info = tarfile.TarInfo(
                    f"{archive.name.removesuffix('.tar.gz')}/{path.relative_to(project).as_posix()}"
                )
                info.size, info.mtime = path.stat().st_size, time - number
                tar.addfile(info, io.BytesIO(path.read_bytes()))
    return archive


def written(*folders: Path) -> list[str]:
    """Return the names of all files below the folders, those that do not exist included."""
    return sorted(path.name for folder in folders for path in folder.rglob("*") if path.is_file())


class Lifeline:
    """A pipe that every process of a build holds open: its end comes when the last of them is gone."""

    def __init__(self, path: Path) -> None:
        """Make the pipe at ``path``."""
        os.mkfifo(path)
        self.path = path
        self._handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    @property
    def option(self) -> str:
        """What tells the backend: ``--env`` and this."""
        return f"LIFELINE={self.path}"

    def read(self) -> bytes:
        """Wait until something was written, and return it; nothing means that nobody is left."""
        ready, _, _ = select.select([self._handle], [], [], PATIENCE)
        assert ready, "a process of the build is still there"
        return os.read(self._handle, 1000)

    def read_all(self) -> bytes:
        """Wait until nobody is left, and return what was written."""
        content = b""
        while more := self.read():
            content += more
        return content

    def close(self) -> None:
        """Let go."""
        os.close(self._handle)


@contextmanager
def started(*arguments: str | Path, cwd: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command line as the leader of a process group of its own; at the end it is gone."""
    process = subprocess.Popen(
        [*command_line(), *(str(argument) for argument in arguments)],
        cwd=cwd,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
