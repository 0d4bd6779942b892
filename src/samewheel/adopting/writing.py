"""Writes what was shown: each file whole, and nothing if one of them is not any more what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._files import check_writable, write_atomic
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.adopting.values import Adoption

__all__ = ["write"]


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _check_folders(adoption: Adoption) -> None:
    """Refuse before the first file what could not be written after some.

    Raises:
        SamewheelError: a folder cannot be written to.
    """
    for change in adoption.changes:
        hint = "Nothing was written. Allow yourself to write there, then run it again."
        try:
            check_writable((adoption.top / change.path).parent, hint)
        except SamewheelError as error:
            raise SamewheelError(f"cannot write {change.path}", cause=error.cause, hint=hint) from error


def write(adoption: Adoption) -> tuple[str, ...]:
    """Write all changes, and return the paths of the files from the top, in the order in which they were written.

    Raises:
        UsageError: a file was changed since it was read; nothing is written then.
        SamewheelError: a folder cannot be written to, and nothing was written; or a file cannot, and the message says
            which were.
    """
    for change in adoption.changes:
        if _content(adoption.top / change.path) != change.before:
            cause = "It is not any more what it was when it was read."
            raise UsageError(
                f"{change.path} was changed meanwhile, so nothing was written", cause=cause, hint="Again."
            )
    _check_folders(adoption)
    written: list[str] = []
    for change in adoption.changes:
        try:
            write_atomic(adoption.top / change.path, change.after)
        except SamewheelError as error:
            done = ", ".join(written) or "nothing"
            raise SamewheelError(
                error.what, cause=f"{error.cause}\nWritten before it: {done}.", hint=error.hint
            ) from error
        written.append(change.path)
    return tuple(written)
