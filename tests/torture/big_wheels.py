"""Large wheels that cost little to make; also the backend of a project that builds them, so nothing of ours is here.

What is large is one block again and again: half of it is noise, and half zeros. So deflate packs it two to one, and
each block is packed once. Sizes are known before anything is written, as nothing here is ever in memory as a whole.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

NAME = "load-1.0-py3-none-any.whl"
INFO = "load-1.0.dist-info"
BLOCK = 1 << 20
WIDE = 0xFFFFFFFF
STORED, DEFLATED = 0, 8
NOON = 12 << 11
"""In the form of MS-DOS (APPNOTE 4.4.6)."""
DATE = 40 << 9 | 1 << 5 | 1
"""2020-01-01."""


class Size(NamedTuple):
    """How large a wheel is."""

    members: int = 1
    """Modules, of some bytes each."""
    mebibytes: int = 0
    """Of one file of data."""
    deflated: bool = True
    hole: bool = False
    """Whether that file is nothing but zeros, which are not written."""


class _Member(NamedTuple):
    name: str
    size: int
    crc: int
    digest: bytes
    packed: bytes
    """What is written, so many times, before the end."""
    times: int
    end: bytes
    hole: int = 0


def _packed(content: bytes, *, deflated: bool, flush: int = zlib.Z_FINISH) -> bytes:
    if not deflated:
        return content
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(flush)


def _small(name: str, content: bytes, *, deflated: bool) -> _Member:
    packed = _packed(content, deflated=deflated)
    return _Member(name, len(content), zlib.crc32(content), hashlib.sha256(content).digest(), packed, 1, b"")


def _large(size: Size) -> _Member:
    noise = random.Random(0).randbytes(BLOCK // 2)  # noqa: S311 - it is to be the same every time
    block = bytes(BLOCK) if size.hole else noise + bytes(BLOCK // 2)
    crc, digest = 0, hashlib.sha256()
    for _ in range(size.mebibytes):
        crc = zlib.crc32(block, crc)
        digest.update(block)
    length = size.mebibytes * BLOCK
    if size.hole:
        return _Member("load/data.bin", length, crc, digest.digest(), b"", 0, b"", length)
    packed = _packed(block, deflated=size.deflated, flush=zlib.Z_FULL_FLUSH)
    end = b"\x03\x00" if size.deflated else b""
    return _Member("load/data.bin", length, crc, digest.digest(), packed, size.mebibytes, end)


def _members(size: Size, *, differs: bool) -> list[_Member]:
    contents = {f"load/m{number // 500:04}/m{number:06}.py": b"x = %d\n" % number for number in range(size.members)}
    if differs:
        contents["load/m0000/m000000.py"] = b"x = 'another'\n"
    made = [_small(name, content, deflated=size.deflated) for name, content in contents.items()]
    made += [_large(size)] if size.mebibytes else []
    about = {
        f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: load\nVersion: 1.0\n",
        f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: load\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    made += [_small(name, content, deflated=size.deflated) for name, content in about.items()]
    rows = [f"{m.name},sha256={base64.urlsafe_b64encode(m.digest).rstrip(b'=').decode()},{m.size}\n" for m in made]
    record = f"{''.join(rows)}{INFO}/RECORD,,\n".encode()
    return [*made, _small(f"{INFO}/RECORD", record, deflated=size.deflated)]


def make(path: Path, size: Size, *, differs: bool = False, time: int = NOON) -> Path:
    """Write a wheel; ``differs`` changes one member, and ``time`` all headers."""
    directory, place = [], 0
    with path.open("wb") as file:
        members = _members(size, differs=differs)
        for one in members:
            length = len(one.packed) * one.times + len(one.end) + one.hole
            wide = length >= WIDE or place >= WIDE
            method = DEFLATED if size.deflated and not one.hole else STORED
            sizes = (WIDE, WIDE) if wide else (length, one.size)
            common = struct.pack(
                "<HHHHHLLLH", 45 if wide else 20, 0, method, time, DATE, one.crc, *sizes, len(one.name)
            )
            extra = struct.pack("<HHQQ", 1, 16, one.size, length) if wide else b""
            local = b"PK\3\4" + common + struct.pack("<H", len(extra)) + one.name.encode() + extra
            extra = struct.pack("<HHQQQ", 1, 24, one.size, length, place) if wide else b""
            row = struct.pack("<HHHHLL", len(extra), 0, 0, 0, 0o100644 << 16, WIDE if wide else place)
            made_by = struct.pack("<H", 3 << 8 | 45)
            directory.append(b"PK\1\2" + made_by + common + row + one.name.encode() + extra)
            file.write(local)
            for _ in range(one.times):
                file.write(one.packed)
            file.write(one.end)
            if one.hole:
                file.truncate(file.seek(one.hole, 1))
            place = file.tell()
        rows = b"".join(directory)
        file.write(rows)
        if place >= WIDE or len(members) >= 0xFFFF:
            end = struct.pack("<QHHLLQQQQ", 44, 3 << 8 | 45, 45, 0, 0, len(members), len(members), len(rows), place)
            file.write(b"PK\6\6" + end + b"PK\6\7" + struct.pack("<LQL", 0, place + len(rows), 1))
        count = min(len(members), 0xFFFF)
        file.write(b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, count, count, len(rows), min(place, WIDE), 0))
    return path


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """Build the wheel whose size stands in ``size.json`` (PEP 517)."""
    del config_settings, metadata_directory
    make(Path(wheel_directory, NAME), Size(*json.loads(Path("size.json").read_text())))
    return NAME
