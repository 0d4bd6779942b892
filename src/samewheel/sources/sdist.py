"""An sdist as source: unpacked under the rules of PEP 721, whatever a hostile one may hold."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from samewheel._types import SourceKind
from samewheel.errors import InvalidProjectError, SamewheelError, UsageError
from samewheel.sources._members import HINT, Members
from samewheel.sources._tar import Stream, can_unpack, unpack_tar
from samewheel.sources._zip import unpack_zip
from samewheel.sources.snapshot import Snapshot, Source, finish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["can_unpack", "inspect", "take"]

TARS: dict[str, Callable[[Path], Stream]] = {
    ".tar.bz2": bz2.BZ2File,
    ".tar.gz": gzip.GzipFile,
    ".tar.xz": lzma.LZMAFile,
    ".tgz": gzip.GzipFile,
}
"""How the endings of sdists' names say that they are compressed; all but ``.tar.gz`` predate PEP 625."""

DAMAGES = (
    EOFError,
    OverflowError,
    RuntimeError,  # of zipfile: encrypted, or compressed by an unknown method
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the standard library raises for archives that are none, cut off or wrong inside."""


def _suffix(path: Path) -> str | None:
    return next((suffix for suffix in (*TARS, ".zip") if path.name.endswith(suffix)), None)


def inspect(path: Path) -> Source:
    """Return the archive as a source; nothing is read yet.

    Raises:
        UsageError: it is not called like an sdist.
    """
    if _suffix(path) is None:
        raise UsageError(
            f"{path} is neither a folder nor an sdist",
            cause="An sdist's name ends with .tar.gz, .tgz, .tar.bz2, .tar.xz or .zip.",
            hint="Name the project's folder or an sdist, for example: samewheel build PROJECT",
        )
    return Source(kind=SourceKind.SDIST, path=path, root=path.resolve())


def _invalid(archive: Path, error: Exception) -> InvalidProjectError:
    return InvalidProjectError(
        f"{archive} is not a valid archive", cause=str(error) or type(error).__name__, hint=HINT
    )


@contextmanager
def _explaining(archive: Path) -> Iterator[None]:
    """Turn what the standard library raises into our errors."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # of bz2 and gzip
            raise _invalid(archive, error) from error
        raise SamewheelError(f"cannot unpack {archive}", cause=str(error)) from error
    except DAMAGES as error:
        raise _invalid(archive, error) from error


def take(source: Source, into: Path) -> Snapshot:
    """Unpack an sdist; the snapshot's root is its one top folder, ``NAME-VERSION`` as a rule, in ``into``.

    Raises:
        InvalidProjectError: it is damaged, too large or empty, or a member is unsafe; the message names it.
        SamewheelError: it cannot be read, or not be unpacked to the end.
    """
    path = source.path
    into.mkdir()
    with _explaining(path):
        members = Members(path, into)
        if (suffix := _suffix(path)) in TARS:
            with TARS[suffix](path) as tar:
                unpack_tar(tar, members)
        else:
            with path.open("rb") as stream:
                unpack_zip(stream, members)
    if not members.tops:
        raise InvalidProjectError(f"{path} is empty", cause="The archive has no members.")
    top = into / next(iter(members.tops))
    return finish(source, top, newest=members.newest, times=members.times, left_out=set(), warnings=[])
