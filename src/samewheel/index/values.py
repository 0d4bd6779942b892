"""What an index says of one file, and which names a file may have."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from samewheel._types import Sha256

__all__ = ["ReleaseFile", "as_sha256", "is_filename"]

FILENAME = r"[A-Za-z0-9_][A-Za-z0-9_.+!-]{0,254}"
"""What names of wheels and sdists are made of, as one part of a path of any file system."""

DIGEST = "[0-9a-f]{64}"


class ReleaseFile(msgspec.Struct, frozen=True, kw_only=True, order=False, forbid_unknown_fields=True):
    """A wheel or an sdist, as the index describes it."""

    name: str
    """The project, normalised."""
    version: str
    """Normalised."""
    filename: Annotated[str, msgspec.Meta(pattern=rf"^{FILENAME}\Z")]
    kind: Literal["wheel", "sdist"]
    url: str
    """Without credentials."""
    sha256: Annotated[Sha256, msgspec.Meta(pattern=rf"^{DIGEST}\Z")] | None = None
    """None if the index does not say."""
    uploaded: str | None = None
    """When (RFC 3339, UTC); None if the index does not say."""
    requires_python: str | None = None
    """As the project wrote it, which may be no valid specifier."""
    yanked: bool = False
    provenance: str | None = None
    """URL of the provenance file (PEP 740)."""


def is_filename(text: str) -> bool:
    """Tell whether a name is one part of a path, and has nothing that terminals or file systems stumble over."""
    return re.fullmatch(FILENAME, text) is not None


def as_sha256(text: str | None) -> Sha256 | None:
    """Return a digest in lower case; None if it is none."""
    lowered = (text or "").lower()
    return Sha256(lowered) if re.fullmatch(DIGEST, lowered) else None
