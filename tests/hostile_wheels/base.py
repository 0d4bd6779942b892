"""The small valid wheel that every case starts from, and the ways to change it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.hostile_wheels.zip_bytes import Archive, End, member_of, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.hostile_wheels.zip_bytes import Member

__all__ = [
    "EVIL",
    "FILES",
    "INFO",
    "METADATA",
    "MODULE",
    "RECORD",
    "WHEEL",
    "archive",
    "changed",
    "digest",
    "followed",
    "name_of",
    "record",
    "row",
    "wheel",
    "with_record",
]

INFO = "demo-1.0.dist-info"
MODULE, METADATA, WHEEL, RECORD = "demo/__init__.py", f"{INFO}/METADATA", f"{INFO}/WHEEL", f"{INFO}/RECORD"

EVIL = b"print('another module')\n"
"""What a misled reader would install in place of the module."""

FILES: Mapping[str, bytes] = {
    MODULE: b'"""The module that everybody reviewed."""\n',
    METADATA: b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nSummary: a sample\n\nA sample.\n",
    WHEEL: b"Wheel-Version: 1.0\nGenerator: samewheel-tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
"""Contents by name, without RECORD, which follows from them."""


def digest(content: bytes, algorithm: str = "sha256") -> str:
    """Return a hash as RECORD writes it."""
    value = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(value).rstrip(b'=').decode()}"


def row(name: str, content: bytes, algorithm: str = "sha256") -> str:
    """Return a row of RECORD; a name that needs quotes gets them."""
    quoted = '"' + name.replace('"', '""') + '"' if set(name) & set(',"\r\n') else name
    return f"{quoted},{digest(content, algorithm)},{len(content)}\n"


def record(files: Mapping[str, bytes], *, algorithm: str = "sha256", own: str = RECORD) -> bytes:
    """Return the RECORD of files, with a row for itself; folders have none."""
    rows = [row(name, content, algorithm) for name, content in files.items() if not name.endswith("/")]
    return "".join([*rows, f"{own},,\n"]).encode("utf-8", "surrogateescape")


def archive(more: Mapping[str, bytes | None] | None = None) -> Archive:
    """Return the valid wheel with these files added, replaced or (None) removed, and with the RECORD of them all."""
    files = {name: content for name, content in {**FILES, **(more or {})}.items() if content is not None}
    files[RECORD] = record(files)
    return Archive(members=tuple(member_of(name, content) for name, content in files.items()))


def with_record(content: bytes | None, more: Mapping[str, bytes] | None = None) -> Archive:
    """Return the wheel with these files added and a RECORD of this content, or (None) without any."""
    files = {**FILES, **(more or {})} | ({} if content is None else {RECORD: content})
    return Archive(members=tuple(member_of(name, content) for name, content in files.items()))


def name_of(member: Member) -> str | None:
    """Return a member's name in the directory, if it is there."""
    return member.entry.header.name.decode() if member.entry else None


def changed(change: Callable[[Member], Member], name: str = MODULE, *, of: Archive | None = None) -> Archive:
    """Return the wheel with one member changed."""
    whole = of or archive()
    assert [name_of(member) for member in whole.members].count(name) == 1
    members = (change(member) if name_of(member) == name else member for member in whole.members)
    return replace(whole, members=tuple(members))


def followed(members: Iterable[Member], of: Archive | None = None) -> Archive:
    """Return the wheel with members after its own."""
    whole = of or archive()
    return replace(whole, members=(*whole.members, *members))


def wheel(more: Mapping[str, bytes | None] | None = None, *, end: End | None = None) -> bytes:
    """Return the file of the valid wheel, with these files changed."""
    return packed(replace(archive(more), end=end or End()))
