"""``samewheel canonicalize``: a wheel packed again in its canonical form; what it holds never changes."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from samewheel._files import put, sha256_of
from samewheel._types import Sha256, SourceKind
from samewheel.buildinfo import Epoch
from samewheel.epoch import choose_epoch
from samewheel.errors import UsageError
from samewheel.wheel import Form, Moment, canonical_bytes, open_wheel, strict_text_flaws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from hashlib import _Hash as Hash
    from pathlib import Path

__all__ = ["SCHEMA", "CanonicalReport", "Canonicalized", "Form", "canonicalize", "check_canonical"]

SCHEMA = "samewheel/canonical/1"
"""Of the report."""

Pieces: TypeAlias = "Iterator[bytes | memoryview]"
"""A file, in the order of its bytes."""


class CanonicalReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a wheel, without a path of this machine."""

    wheel: str
    """File name."""
    sha256: Sha256
    """Of the canonical form."""
    before: Sha256
    """Of the wheel that was read."""
    canonical: bool
    """Whether that was canonical already."""
    epoch: Epoch
    """The time of all members."""
    form: Form
    """How members are compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonicalized:
    """A wheel in its canonical form."""

    path: Path
    """Where it is."""
    report: CanonicalReport


def _packed(path: Path, name: str, form: Form, keep: Callable[[Pieces], object]) -> CanonicalReport:
    """Return what becomes of a wheel that is called ``name`` then; ``keep`` takes the canonical form, all of it."""
    epoch = choose_epoch(SourceKind.SDIST, None)
    moment = Moment.of(datetime.fromtimestamp(epoch.value, UTC))
    digest = hashlib.sha256()
    with open_wheel(path) as wheel:
        wheel.refuse(strict_text_flaws(wheel))
        before = sha256_of(path)
        keep(_noted(canonical_bytes(wheel, moment, form), digest))
    sha256 = Sha256(digest.hexdigest())
    return CanonicalReport(
        wheel=name, sha256=sha256, before=before, canonical=sha256 == before, epoch=epoch, form=form
    )


def _noted(pieces: Pieces, digest: Hash) -> Pieces:
    """Yield pieces as they come, and update a digest by each."""
    for piece in pieces:
        digest.update(piece)
        yield piece


def _destination(path: Path, output: Path | None) -> Path:
    """Return where the result goes: to a file that is named like a wheel, or into a folder, under its own name."""
    if output is None:
        return path
    if output.suffix != ".whl" or output.is_dir():
        return output / path.name
    if output.name != path.name:
        raise UsageError(
            f"{output} has another name than {path.name}",
            cause="A wheel's name says what is in it, and where it runs.",
            hint="Give a folder, or a path that ends with the same name.",
        )
    return output


def canonicalize(path: Path, output: Path | None = None, *, form: Form = Form.DEFLATED) -> Canonicalized:
    """Write a wheel in its canonical form, whole or not at all.

    Args:
        path: the wheel.
        output: a folder, or a file with the same name; without it, the wheel itself is replaced.
        form: how members are compressed.

    Raises:
        InvalidWheelError: the wheel is damaged, says different things to different readers, or its RECORD is wrong.
        SamewheelError: it cannot be read, or not enough memory is left.
        UsageError: SOURCE_DATE_EPOCH is no time that a wheel can hold, or the output has another name.
    """
    destination = _destination(path, output)

    def write(pieces: Pieces) -> None:
        put(destination, lambda file: file.writelines(pieces))

    return Canonicalized(path=destination, report=_packed(path, destination.name, form, write))


def check_canonical(path: Path, *, form: Form = Form.DEFLATED) -> CanonicalReport:
    """Return what ``canonicalize`` would make of a wheel, and write nothing.

    Raises:
        InvalidWheelError: the wheel is damaged, says different things to different readers, or its RECORD is wrong.
        SamewheelError: it cannot be read, or not enough memory is left.
        UsageError: SOURCE_DATE_EPOCH is no time that a wheel can hold.
    """
    return _packed(path, path.name, form, lambda pieces: deque(pieces, maxlen=0))
