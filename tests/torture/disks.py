"""Faults of places: disks that are full, read-only or lie, folders of others, outputs that cannot be."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture.benches import COMMANDS, EVIDENCE, FILLER
from tests.torture.trying import Expected, Fault, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.torture.benches import Bench

    Maker = Callable[[Bench], AbstractContextManager[Way]]

BLOCK = 4096
"""Bytes of the least that a file takes on a disk in memory."""

SHARED = Path("/dev/shm")  # noqa: S108 - ours is mounted over it
"""What is in it is other people's."""

AS_PLAIN_USER = ("/usr/bin/unshare", "-U", "--map-user=1000", "--map-group=1000")
"""Runs a program as the owner of all files, who has no power over what modes forbid."""


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Have a disk of its own be at a folder, with what is in it."""
    with tempfile.TemporaryDirectory() as kept:
        if folder != SHARED:
            shutil.copytree(folder, kept, symlinks=True, dirs_exist_ok=True)
        subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", options, "disk", folder], check=True)
        try:
            shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
            yield
        finally:
            subprocess.run(["/bin/umount", "-l", folder], check=True)


def full(place: str, free: int) -> Maker:
    """Have a place be on a disk with so many free blocks."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        with mounted(bench.top / place, "size=16m"):
            with (bench.top / place / FILLER).open("wb", buffering=0) as file, suppress(OSError):
                while file.write(bytes(BLOCK)):
                    pass
            with (bench.top / place / FILLER).open("r+b") as file:
                file.truncate(file.seek(0, 2) - free * BLOCK)
            yield Way()

    return make


def nameless(place: str) -> Maker:
    """Have a place be on a disk with room for bytes, but for no further file."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        with mounted(bench.top / place, "size=16m,nr_inodes=1000"):
            with suppress(OSError):
                for number in range(1000):
                    (bench.top / place / f"{FILLER}{number}").touch()
            yield Way()

    return make


def roomy(place: str) -> Maker:
    """Have a place be on another disk with all the room that is needed: the control."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        with mounted(bench.top / place, "size=64m"):
            yield Way()

    return make


def read_only(place: str) -> Maker:
    """Have a place be on a disk that nothing can be written to."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        folder = bench.top / place
        subprocess.run(["/bin/mount", "--bind", folder, folder], check=True)
        subprocess.run(["/bin/mount", "-o", "remount,ro,bind", folder], check=True)
        try:
            yield Way()
        finally:
            subprocess.run(["/bin/umount", "-l", folder], check=True)

    return make


def forbidden(place: str) -> Maker:
    """Have a place, with all folders in it, be one that a plain user may not write to."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        top = bench.top / place
        folders = [top, *(path for path in top.rglob("*") if path.is_dir() and not path.is_symlink())]
        for folder in folders:
            folder.chmod(0o555)
        try:
            yield Way(before=AS_PLAIN_USER)
        finally:
            for folder in folders:
                folder.chmod(0o755)

    return make


def other_kind(place: str, kind: str) -> Maker:
    """Have something else be where a folder should be: a file, or a link that leads nowhere."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        folder = bench.top / place
        kept = folder.rename(folder.with_name(f"{folder.name}-kept"))
        if kind == "file":
            folder.write_text("a file\n")
        elif kind == "link":
            folder.symlink_to("nowhere")
        try:
            yield Way()
        finally:
            if kind != "nothing" or folder.is_symlink() or folder.is_file():
                folder.unlink()
            elif folder.exists():
                shutil.rmtree(folder)
            kept.rename(folder)

    return make


def folders_instead(bench: Bench) -> AbstractContextManager[Way]:
    """Have a folder be where each output should be that is a file."""
    return _instead(bench, lambda path: path.mkdir())


def links_instead(bench: Bench) -> AbstractContextManager[Way]:
    """Have a link that leads nowhere be where each output should be that is a file."""
    return _instead(bench, lambda path: path.symlink_to("nowhere"))


@contextmanager
def _instead(bench: Bench, put: Callable[[Path], None]) -> Iterator[Way]:
    paths = [bench.out / output for command in COMMANDS.values() for output in command.outputs]
    kept = {path: path.read_bytes() if path.is_file() else None for path in paths}
    places = [path for path in paths if path.parent.is_dir() and not path.is_dir()]
    for path in places:
        path.unlink(missing_ok=True)
        put(path)
    try:
        yield Way()
    finally:
        for path in places:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
            content = kept[path]
            if content is not None:
                path.write_bytes(content)


def small_files(size: int) -> Maker:
    """Have the caller's limit for a file be so many bytes (RLIMIT_FSIZE)."""

    @contextmanager
    def make(_: Bench) -> Iterator[Way]:
        yield Way(before=("/usr/bin/prlimit", f"--fsize={size}"))

    return make


def lying(call: str, error: str) -> Maker:
    """Have a system call fail in all processes of a command; a disk may say so late."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        strace = ("/usr/bin/strace", "-f", "-qq", "-e", f"trace={call}", "-e", f"inject={call}:error={error}")
        yield Way(before=(*strace, "-o", str(bench.top / "strace.txt")))

    return make


FAILS = Expected(1)
FINE = Expected()
WRITES = dict.fromkeys(COMMANDS, FAILS)
CACHED = ("lock", "build", "verify", "init", "rebuild", "audit")
"""Those that need the caches."""


def those(expected: Expected, *names: str, **others: Expected) -> dict[str, Expected]:
    """Return what is expected of some commands, and what of others."""
    return {**dict.fromkeys(names or COMMANDS, expected), **others}


TELLS = Expected(told=(f"{EVIDENCE}.verify.json", "verify.html"))
"""Of a verification that could not vary all that it varies else."""
REFUSED = Expected(2)
NO_PROJECT = Expected(15, "There is no such folder")
"""``init`` writes into the project itself."""
NOTHING_KNOWN = Expected(0, status="failed")
"""Of an audit: it goes on, and says of this package that nothing was found out."""
SEVERAL = ("build", "canonicalize", "diff", "attest", "keygen", "audit")

FAULTS = [
    Fault("nothing wrong, on another disk", roomy("out"), those(FINE)),
    Fault("output: no room", full("out", 0), WRITES),
    Fault("output: one block left", full("out", 1), those(FAILS, "verify", "attest", "keygen", "init", "audit")),
    Fault("output: no name left", nameless("out"), those(FAILS, *SEVERAL)),
    Fault("output: read-only disk", read_only("out"), those(FAILS, *SEVERAL, "verify", "rebuild", "init")),
    Fault("output: no permission", forbidden("out"), those(FAILS, *SEVERAL, "lock", "check")),
    Fault(
        "output: folders instead of files",
        folders_instead,
        those(
            FAILS,
            "build",
            "canonicalize",
            "rebuild",
            **those(Expected(2), "lock", "diff", "check", "keygen", "audit"),
        ),
    ),
    Fault(
        "output: links to nowhere",
        links_instead,
        those(FINE, "lock", "build", "canonicalize", "attest", **those(REFUSED, "keygen", "audit")),
    ),
    Fault("output: a file instead of its folder", other_kind("out", "file"), those(FAILS, *SEVERAL, init=NO_PROJECT)),
    Fault(
        "output: a link instead of its folder",
        other_kind("out", "link"),
        those(FAILS, "lock", "build", "attest", "keygen", "audit", init=NO_PROJECT),
    ),
    Fault("output: quota found at sync", lying("fsync,fdatasync", "EDQUOT"), WRITES),
    Fault("files of 1 KiB at most", small_files(1024), those(FAILS, "lock", "build", "rebuild", "audit")),
    Fault("files of 100 KiB at most", small_files(102400), those(FINE, "build")),
    Fault("TMPDIR: no room, so /tmp", full("temporary", 0), those(FINE, "build")),
    Fault(
        "TMPDIR: four blocks left",
        full("temporary", 4),
        those(FAILS, "lock", "build", "verify", "rebuild", "init", audit=NOTHING_KNOWN),
    ),
    Fault("TMPDIR: no name left, so /tmp", nameless("temporary"), those(FINE, "build")),
    Fault("TMPDIR: read-only, so /tmp", read_only("temporary"), those(FINE, "build")),
    Fault("TMPDIR: no permission, so /tmp", forbidden("temporary"), those(FINE, "build")),
    Fault("TMPDIR: missing, so /tmp", other_kind("temporary", "nothing"), those(FINE, "build")),
    Fault("TMPDIR: a file, so /tmp", other_kind("temporary", "file"), those(FINE, "build")),
    Fault("memory: /dev/shm is full", full(str(SHARED), 0), those(FINE, "build", verify=TELLS)),
    Fault("cache: no room", full("cache", 0), those(FAILS, "lock", "build", "rebuild", "audit")),
    Fault("cache: read-only disk", read_only("cache"), those(FAILS, "lock", "build", "audit")),
    Fault("cache: no permission", forbidden("cache"), those(FAILS, "lock", "build", "audit")),
    Fault("cache: a file", other_kind("cache", "file"), those(FAILS, "lock", "build", "audit")),
    Fault("home: read-only disk", read_only("home"), those(FINE, "lock", "build")),
    Fault("home: missing", other_kind("home", "nothing"), those(FINE, "lock", "build", "audit")),
]
COLD = [
    Fault("cold cache: no room", full("cache", 0), those(FAILS, "lock", "build", "rebuild")),
    Fault("cold cache: ten blocks left", full("cache", 10), those(FAILS, "lock", "build", "rebuild")),
    Fault("cold cache: no name left", nameless("cache"), those(FAILS, "lock", "build", "rebuild")),
    Fault("cold cache: read-only disk", read_only("cache"), those(FAILS, "lock", "build", "rebuild")),
]
