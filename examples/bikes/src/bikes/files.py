"""Files, whole or not at all, and their digests."""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def as_json(value: object) -> bytes:
    """Return the one JSON text of a value: keys sorted, two spaces, a newline at the end."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"


def write(path: Path, content: bytes) -> None:
    """Write beside the place, then rename: a reader finds the old file or the new one, and no half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)  # noqa: PTH105 - one call on two paths
    finally:
        beside.unlink(missing_ok=True)
