"""``samewheel canonicalize``: a wheel packed again in its canonical form; what it holds never changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

import msgspec

from samewheel._files import put, sha256_of
from samewheel._types import Sha256, SourceKind
from samewheel.buildinfo import Epoch
from samewheel.epoch import choose_epoch
from samewheel.wheel import Form, canonical_bytes, open_wheel, strict_flaws

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from samewheel.wheel import Wheel

__all__ = ["SCHEMA", "CanonicalReport", "Canonicalized", "Form", "canonicalize", "check_canonical"]

SCHEMA = "samewheel/canonical/1"
"""Of the report."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonicalized:
    """A wheel in its canonical form."""

    path: Path
    """Where it is."""
    report: CanonicalReport


def _pieces(wheel: Wheel, epoch: Epoch, form: Form) -> Iterator[bytes | memoryview]:
    """Yield the canonical form of a wheel."""
    moment = datetime.fromtimestamp(epoch.value, UTC)
    year, month, day, hour, minute, second, *_ = moment.timetuple()
    yield from canonical_bytes(wheel, (year, month, day, hour, minute, second), form)


def _report(path: Path, sha256: Sha256, before: Sha256, epoch: Epoch, form: Form) -> CanonicalReport:
    return CanonicalReport(
        wheel=path.name, sha256=sha256, before=before, canonical=sha256 == before, epoch=epoch, form=form
    )


def _destination(path: Path, output: Path | None) -> Path:
    """Return where the result goes: to a file that is named like a wheel, or into a folder, under its own name."""
    if output is None:
        return path
    return output if output.suffix == ".whl" and not output.is_dir() else output / path.name


def canonicalize(path: Path, output: Path | None = None, *, form: Form = Form.DEFLATED) -> Canonicalized:
    """Write a wheel in its canonical form, whole or not at all.

    Args:
        path: the wheel.
        output: a folder, or a file whose name ends with ``.whl``; without it, the wheel itself is replaced.
        form: how members are compressed.

    Raises:
        InvalidWheelError: the wheel is damaged, says different things to different readers, or its RECORD is wrong.
        SamewheelError: it cannot be read, or not enough memory is left.
        UsageError: SOURCE_DATE_EPOCH is no time that a wheel can hold.
    """
    epoch = choose_epoch(SourceKind.SDIST, None)
    destination = _destination(path, output)
    digest = hashlib.sha256()

    def fill(file: IO[bytes]) -> None:
        for piece in _pieces(wheel, epoch, form):
            digest.update(piece)
            file.write(piece)

    with open_wheel(path) as wheel:
        wheel.refuse(strict_flaws(wheel))
        before = sha256_of(path)
        put(destination, fill)
    report = _report(destination, Sha256(digest.hexdigest()), before, epoch, form)
    return Canonicalized(path=destination, report=report)


def check_canonical(path: Path, *, form: Form = Form.DEFLATED) -> CanonicalReport:
    """Return what ``canonicalize`` would make of a wheel, and write nothing.

    Raises:
        InvalidWheelError: the wheel is damaged, says different things to different readers, or its RECORD is wrong.
        SamewheelError: it cannot be read, or not enough memory is left.
        UsageError: SOURCE_DATE_EPOCH is no time that a wheel can hold.
    """
    epoch = choose_epoch(SourceKind.SDIST, None)
    digest = hashlib.sha256()
    with open_wheel(path) as wheel:
        wheel.refuse(strict_flaws(wheel))
        for piece in _pieces(wheel, epoch, form):
            digest.update(piece)
        return _report(path, Sha256(digest.hexdigest()), sha256_of(path), epoch, form)
