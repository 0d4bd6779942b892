"""Files and folders: sorted walks, digests, atomic writes."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from samewheel._process import run
from samewheel._syncing import folder_of, sync_folder
from samewheel._types import Sha256
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "below",
    "check_writable",
    "copy_file",
    "copy_listed",
    "copy_tree",
    "is_full",
    "place",
    "put",
    "put_folder",
    "read_at_most",
    "remove",
    "sha256_of",
    "tree_digest",
    "walk",
    "write_atomic",
]

CHUNK = 1 << 18
"""Bytes that are read at once."""


def sha256_of(path: Path) -> Sha256:
    """Return the SHA-256 of a file, read in chunks.

    Raises:
        OSError: the file cannot be read.
    """
    return _sha256_of(os.fspath(path))


def _sha256_of(path: str) -> Sha256:
    # Most files fit into one chunk, and for those hashlib.file_digest() takes twice as long.
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - paths are strings here
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return Sha256(digest.hexdigest())


def walk(root: Path, *, skip: Callable[[str], bool] = lambda _: False) -> Iterator[str]:
    """Yield every file and symbolic link below ``root``, as ``/``-separated relative paths, sorted.

    Links are yielded, never followed. ``skip`` is asked with the relative path of each entry, folders included;
    what it accepts is left out with all that is below.

    Raises:
        OSError: a folder cannot be listed.
    """
    found, pending = list[str](), [""]
    # Not by calling itself: folders can lie deeper in each other than calls may.
    while pending:
        folder = pending.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                relative = f"{folder}/{entry.name}" if folder else entry.name
                if not skip(relative):
                    (pending if entry.is_dir(follow_symlinks=False) else found).append(relative)
    # Sorted as whole paths: "a-b" comes before "a/b", whatever the order of the folders.
    return iter(sorted(found))


def tree_digest(root: Path, *, skip: Callable[[str], bool] = lambda _: False) -> Sha256:
    """Return the SHA-256 over the sorted (mode, path, sha256) of the files below ``root``.

    Modes are git's: 100644, 100755, 120000 (whose digest is that of the link's target). Times, owners and empty
    folders do not count. Each file is one line ``mode sha256 path`` that ends with a NUL byte.

    Raises:
        OSError: something cannot be read.
    """
    digest = hashlib.sha256()
    for relative in walk(root, skip=skip):
        path = f"{root}/{relative}"
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            mode, content = "120000", hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()  # noqa: PTH115 - as above
        else:
            mode, content = "100755" if status.st_mode & stat.S_IXUSR else "100644", _sha256_of(path)
        digest.update(f"{mode} {content} ".encode() + os.fsencode(relative) + b"\0")
    return Sha256(digest.hexdigest())


def read_at_most(most: int, path: Path) -> bytes | None:
    """Return what is in a file; None if that is more than ``most`` bytes.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    return content if len(content) <= most else None


def remove(path: Path) -> None:
    """Remove a folder with all that is in it, also what a build left unwritable; nothing happens if it is gone.

    Nothing outside of the folder is touched: neither what links lead to, nor the folder's parent. Never raises.
    """
    with suppress(RecursionError):
        # It calls itself for each folder in a folder, and gives up at a depth that a build can reach.
        shutil.rmtree(path, ignore_errors=True)
    if path.is_dir() and not path.is_symlink():
        _unlock(path)
        try:
            shutil.rmtree(path, ignore_errors=True)
        except RecursionError:
            with suppress(SamewheelError):
                run(["/bin/rm", "-rf", path], env={})


def _unlock(path: Path) -> None:
    """Allow ourselves everything in all folders below a folder."""
    pending = [os.fspath(path)]
    while pending:
        folder = pending.pop()
        with suppress(OSError):
            os.chmod(folder, 0o700)  # noqa: PTH101 - paths are strings here
            with os.scandir(folder) as entries:
                pending += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]


def below(folder: Path, path: Path) -> str | None:
    """Return a path relative to the folder that it is in; None if it is elsewhere."""
    top, resolved = folder.resolve(), path.resolve()
    return resolved.relative_to(top).as_posix() if top in resolved.parents else None


def check_writable(folder: Path, hint: str) -> None:
    """Refuse before the work what cannot be written to after it; ``hint`` says how another place is named.

    Raises:
        SamewheelError: the folder, or the nearest one that exists above it, cannot be written to.
    """
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise SamewheelError(
            f"cannot write to {folder}",
            cause=f"{nearest} is {'not writable' if nearest.is_dir() else 'not a folder'}.",
            hint=hint,
        )


FULL = 1 << 20
"""Bytes with which a disk is as good as full."""


def is_full(folder: Path) -> bool:
    """Tell whether hardly any room is left on a folder's disk, or none for further files; not if nobody knows."""
    with suppress(OSError):
        if shutil.disk_usage(folder).free < FULL:
            return True
        if hasattr(os, "statvfs"):
            names = os.statvfs(folder)
            # Some file systems count none.
            return names.f_files > 0 and names.f_favail == 0
    return False


def copy_tree(source: Path, destination: Path) -> None:
    """Copy a folder with its times, modes and symbolic links; blocks are shared where the file system can.

    Raises:
        SamewheelError: something cannot be copied.
    """
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        if sys.platform == "linux" and (cp := shutil.which("cp", path="/usr/bin:/bin")):
            # Several times faster than copying file by file from Python, and it knows how to share blocks.
            copied = run([cp, "-a", "--reflink=auto", "--", source, destination], env={"LC_ALL": "C"})
            if not copied.ok:
                raise SamewheelError(f"cannot copy {source} to {destination}", cause=copied.tail(5))
        else:
            shutil.copytree(source, destination, symlinks=True)
    except (OSError, shutil.Error) as error:
        raise SamewheelError(f"cannot copy {source} to {destination}", cause=str(error)) from error


def copy_file(source: str, target: str, mode: int) -> None:
    """Copy what is in a plain file to where nothing is yet, and set its ``mode``.

    Most files of a source are small, and with shutil each of them takes three times as long.

    Raises:
        OSError: it cannot be read or written.
    """
    reading = os.open(source, os.O_RDONLY)
    try:
        writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.fchmod(writing, stat.S_IMODE(mode))
            while chunk := os.read(reading, CHUNK):
                while chunk:
                    chunk = chunk[os.write(writing, chunk) :]
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def copy_listed(source: Path, destination: Path, *, turned: bool) -> None:
    """Copy a folder into memory so that each folder lists its entries as the original does, or ``turned`` around.

    A file system in memory (tmpfs) lists first what was made last. Modes and links are kept, times are not.

    Raises:
        OSError: something cannot be copied.
    """
    destination.mkdir(parents=True)
    pending = [(os.fspath(source), os.fspath(destination))]
    folders = list[tuple[str, str]]()
    while pending:
        folder, copy = pending.pop()
        folders.append((folder, copy))
        with os.scandir(folder) as listing:
            entries = list(listing) if turned else list(listing)[::-1]
        for entry in entries:
            target = f"{copy}/{entry.name}"
            if entry.is_symlink():
                Path(target).symlink_to(Path(entry.path).readlink())
            elif entry.is_dir(follow_symlinks=False):
                Path(target).mkdir()
                pending.append((entry.path, target))
            else:
                copy_file(entry.path, target, entry.stat(follow_symlinks=False).st_mode)
    # Last, as a folder may be one that nothing can be put into.
    for folder, copy in folders:
        shutil.copymode(folder, copy)


def _sync_tree(root: Path) -> None:
    """Make all that is below a folder survive a power cut, and the folder itself."""
    folders = {root}
    for relative in walk(root):
        path = root / relative
        folders |= {folder for folder in path.parents if root in folder.parents}
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for folder in sorted(folders):
        sync_folder(folder)


def _unseen(path: Path) -> IO[bytes]:
    """Open a new file that has no name yet, so that it is gone if we are killed; where that cannot be, it has one."""
    if hasattr(os, "O_TMPFILE") and Path("/proc/self/fd").exists():
        # Not every file system can: it is an error then.
        with suppress(OSError):
            return os.fdopen(os.open(path.parent, os.O_TMPFILE | os.O_RDWR, 0o666), "w+b")
    return path.open("xb")


def _show(file: IO[bytes], path: Path) -> None:
    """Give a file its name, unless it was opened with one: open(2), under O_TMPFILE."""
    if path.exists():
        return
    try:
        # Only with a folder's descriptor, which an absolute path has no use for, is the link followed to the file.
        os.link(f"/proc/self/fd/{file.fileno()}", path.absolute(), src_dir_fd=file.fileno(), follow_symlinks=True)
    except OSError:
        # Where programs are confined (AppArmor, for one), what has no name can be made, and then gets none.
        file.seek(0)
        with path.open("xb") as named:
            shutil.copyfileobj(file, named, CHUNK)
            named.flush()
            os.fsync(named.fileno())


def put(destination: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Fill a temporary file beside ``destination``, sync it, and rename it into place; a failure leaves nothing.

    What replaces a file keeps its mode. When this returns, a power cut does not undo it.
    """
    temporary = destination.with_name(f".{destination.name[:40]}.{os.urandom(8).hex()}")
    try:
        with folder_of(destination):
            try:
                with _unseen(temporary) as file:
                    fill(file)
                    file.flush()
                    os.fsync(file.fileno())
                    _show(file, temporary)
                with suppress(FileNotFoundError):
                    temporary.chmod(stat.S_IMODE(destination.stat().st_mode))
                temporary.replace(destination)
            finally:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SamewheelError(
            f"cannot write {destination}", cause=str(error), hint="The file is as it was before."
        ) from error


def write_atomic(destination: Path, content: bytes) -> None:
    """Write a file whole or not at all; folders on the way are made.

    Raises:
        SamewheelError: it cannot be written; what was there before is untouched.
    """
    put(destination, lambda file: file.write(content))


def place(source: Path, destination: Path) -> None:
    """Copy a file to its destination whole or not at all, across file systems; folders on the way are made.

    Raises:
        SamewheelError: it cannot be written; what was there before is untouched.
    """
    with source.open("rb") as content:
        put(destination, lambda file: shutil.copyfileobj(content, file, 1 << 20))


def put_folder(destination: Path, fill: Callable[[Path], object]) -> None:
    """Fill a new folder beside ``destination``, sync it, and rename it into place; a failure leaves what was there.

    What it replaces goes as a whole: whoever calls makes sure that it may.

    Raises:
        SamewheelError: it cannot be written.
    """
    temporary, before = (destination.with_name(f".{destination.name[:40]}.{os.urandom(8).hex()}") for _ in range(2))
    try:
        with folder_of(destination):
            try:
                temporary.mkdir()
                fill(temporary)
                _sync_tree(temporary)
                _exchange(temporary, destination, before)
            finally:
                for folder in (temporary, before):
                    if folder.exists():
                        remove(folder)
    except OSError as error:
        raise SamewheelError(
            f"cannot write {destination}", cause=str(error), hint="The folder is as it was before."
        ) from error


def _exchange(new: Path, destination: Path, before: Path) -> None:
    """Rename a folder into its place, and what is there to ``before``."""
    with suppress(FileNotFoundError):
        destination.replace(before)
    try:
        new.replace(destination)
    except OSError:
        before.replace(destination)
        raise
