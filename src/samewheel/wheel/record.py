"""RECORD: the list of a wheel's files with their hashes (binary distribution format, "The .dist-info directory")."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, NamedTuple

from samewheel.errors import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ALGORITHMS", "SIGNATURES", "Row", "digest_of", "is_right", "read_record", "sha256_row", "write_record"]

ALGORITHMS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})
"""What RECORD may hash with: SHA-256 or better, and neither MD5 nor SHA-1."""

SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""What may stand beside RECORD in the same folder, and need not be in it: they are made after it, and sign it."""

COLUMNS = 3
"""Path, hash and size."""


class Row(NamedTuple):
    """What RECORD says of one file."""

    path: str
    recorded: str
    """Algorithm and digest, ``sha256=…`` in URL-safe base64 without padding; empty for RECORD and its signatures."""
    size: str
    """Bytes in decimal digits; may be empty."""

    @property
    def algorithm(self) -> str:
        """Return the name of the hash, as hashlib knows it; empty if there is none."""
        return self.recorded.partition("=")[0]


def digest_of(digest: bytes) -> str:
    """Return a digest as RECORD writes it."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def read_record(text: bytes, name: str) -> tuple[Row, ...]:
    """Return the rows of a RECORD; ``name`` is the member's, for messages.

    Raises:
        Flaw: it is not UTF-8 or not CSV, a row has not three columns, or a path is there twice.
    """
    if b"\0" in text or b"\r" in text.replace(b"\r\n", b"") or text.startswith(BOM_UTF8):
        raise Flaw(
            name, "it has a NUL, a lone carriage return or a byte order mark, which readers understand differently"
        )
    try:
        rows = list(csv.reader(io.StringIO(text.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Flaw(name, f"it is not CSV in UTF-8: {error}") from None
    if wrong := next((row for row in rows if row and len(row) != COLUMNS), None):
        raise Flaw(name, f"a row has not path, hash and size: {','.join(wrong)!r}")
    found = tuple(Row._make(row) for row in rows if row)
    seen: set[str] = set()
    for row in found:
        if not row.path:
            raise Flaw(name, "it has a row without a path")
        if row.path in seen:
            raise Flaw(name, f"it has {row.path} twice")
        seen.add(row.path)
    return found


def sha256_row(path: str, digest: bytes, size: int) -> Row:
    """Return the row of a file."""
    return Row(path, f"sha256={digest_of(digest)}", str(size))


def write_record(rows: Iterable[Row]) -> bytes:
    """Return a RECORD with these rows in this order."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()


def is_right(row: Row, contents: Iterable[bytes]) -> bool:
    """Tell whether a row has the hash and the size of these contents.

    Raises:
        ValueError: its algorithm is none of ``ALGORITHMS``.
    """
    if row.algorithm not in ALGORITHMS:
        raise ValueError(row.algorithm)
    digest, size = hashlib.new(row.algorithm), 0
    for piece in contents:
        digest.update(piece)
        size += len(piece)
    return row.recorded == f"{row.algorithm}={digest_of(digest.digest())}" and row.size in {"", str(size)}
