"""The compressor of canonical wheels: the same contents become the same bytes on every machine (RFC 1951).

zlib's output is not that: it depends on which zlib an interpreter was linked with. docs/lookup/canonical.md has what
was compared, and what is promised.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import deflate

from samewheel._early import once
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

__all__ = ["COMPRESSOR", "LEVEL", "Form", "Packed", "check_compressor", "pack"]

LEVEL = 6
"""libdeflate's own default. Its output may never change for a form that has been published."""

COMPRESSOR = "deflate>=0.8,<0.10"
"""The releases of the Python package whose output was compared; pyproject.toml asks for the same."""

ANSWER = "07f06fd4641743b522dff7261d40df10d65a65c0d496d5fd46f92b4ff69a40b6"
"""SHA-256 of what the compressor makes of the samples."""


class Form(StrEnum):
    """How the members of a canonical wheel are compressed; other output is another form, with another name."""

    DEFLATED = "canonical-1"
    """By libdeflate 1.19 to 1.25 at level 6, but stored where that is not smaller."""
    STORED = "canonical-1-stored"
    """Not at all: no compressor that could change."""


class Packed(NamedTuple):
    """What a member's contents become in the archive."""

    method: int
    """8 (deflated) or 0 (stored), as in APPNOTE 4.4.5."""
    stream: memoryview
    """The bytes after the member's local header; a view of the contents themselves if they are stored."""


def pack(contents: ReadableBuffer, *, member: str, form: Form = Form.DEFLATED) -> Packed:
    """Compress a member as the canonical form says.

    Args:
        contents: all of them, as there are no streams in libdeflate; large ones can be a file that is mapped.
        member: its name, for errors.
        form: how.

    Raises:
        SamewheelError: the installed compressor is another than the form's, or has not enough memory.
    """
    plain = memoryview(contents).cast("B")
    if form is Form.DEFLATED and plain.nbytes:
        check_compressor()
        stream = _compress(plain, member)
        if len(stream) < plain.nbytes:
            return Packed(zipfile.ZIP_DEFLATED, memoryview(stream))
    return Packed(zipfile.ZIP_STORED, plain)


@once
def check_compressor() -> None:
    """Check by samples that the compressor makes the bytes that it made when the form was published.

    A version says too little: builds from source may be linked with the system's libdeflate.

    Raises:
        SamewheelError: it makes others.
    """
    digest = hashlib.sha256()
    for sample in _samples():
        stream = _compress(memoryview(sample), "a sample")
        digest.update(len(stream).to_bytes(4, "little") + stream)
    if digest.hexdigest() != ANSWER:
        raise SamewheelError(
            f"deflate {deflate.__version__} does not compress as {Form.DEFLATED} says",
            cause=f"What it makes of samewheel's samples has the SHA-256 {digest.hexdigest()} instead of {ANSWER}.",
            hint=f'Install it from a wheel: pip install --only-binary deflate "{COMPRESSOR}"',
        )


def _compress(plain: memoryview, member: str) -> bytearray:
    """Return the deflate stream of some contents."""
    try:
        return deflate.deflate_compress(plain, LEVEL)
    except (deflate.DeflateError, MemoryError) as error:
        raise SamewheelError(
            f"{member} cannot be compressed", cause=f"It has {plain.nbytes} bytes: {str(error) or 'too many'}."
        ) from error


def _samples() -> Iterator[bytes]:
    """Yield what shows each decision of a compressor: short and long, noise and runs, text, tables, all in one."""
    noise = hashlib.shake_256(b"samewheel").digest(1 << 13)
    words = [noise[i : i + 1 + i % 7].hex().encode() for i in range(256)]
    text = b" ".join(words[byte] for byte in noise)
    few = noise.translate(bytes(byte.bit_count() for byte in range(256)))
    table = b"".join(struct.pack("<IHB", 3 * i, i % 7, few[i]) for i in range(1 << 12))
    yield from (text[i * 37 : i * 38] for i in range(1, 100))
    # Each phrase is there a third time, after a near repetition of n bytes and a far one of all: which is taken?
    phrases = b"".join(noise[50 * n :][:200] + noise[50 * n :][:n] + noise[50 * n :][:200] for n in range(1, 150))
    yield from (noise, few, table, phrases, bytes(1 << 19))
    yield noise + text + few + table + bytes(1 << 16) + text[::-1] + noise
