"""Sdists that are ZIP archives; hostile ones of that kind are for the most part in tests/hostile_wheels."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from tests.hostile_sdists.tar_bytes import FILES, TOP
from tests.hostile_sdists.values import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["CASES", "zipped"]

FILE_NAME = f"{TOP}.zip"
MEGABYTE = bytes(1 << 20)


def zipped(more: Mapping[str, bytes] | None = None, *, attributes: int = 0o100644 << 16) -> bytes:
    """Return the base's sdist with more members, which get these attributes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        everything = [(f"{TOP}/{name}", content, 0o100644 << 16) for name, content in FILES.items()]
        everything += [(name, content, attributes) for name, content in (more or {}).items()]
        for name, content, mode in everything:
            info = zipfile.ZipInfo("x", (2020, 9, 13, 12, 26, 40))
            info.filename, info.external_attr, info.create_system = name, mode, 3
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return made.getvalue()


def _patched(content: bytes, name: bytes, place: int, value: bytes) -> bytes:
    """Return it with other bytes in the directory's row for a name."""
    row = content.rindex(name) - 46
    return content[: row + place] + value + content[row + place + len(value) :]


def _lies(_: str) -> bytes:
    """Return one whose member says that it has ten bytes, and has a megabyte."""
    return _patched(zipped({f"{TOP}/zeros": MEGABYTE}), f"{TOP}/zeros".encode(), 24, (10).to_bytes(4, "little"))


def _twice(_: str) -> bytes:
    return zipped({f"{TOP}/demo.pY": b"evil = 1\n"}).replace(b"demo.pY", b"demo.py")


def _encrypted(_: str) -> bytes:
    whole = zipped({f"{TOP}/x": b"x"})
    place = whole.index(f"{TOP}/x".encode()) - 30
    whole = whole[: place + 6] + b"\1" + whole[place + 7 :]
    return _patched(whole, f"{TOP}/x".encode(), 8, b"\1")


def _long_directory(_: str) -> bytes:
    """Return one whose directory is said to have 4 GB, as it would be with a million members."""
    whole = zipped()
    return whole[:-10] + b"\xff\xff\xff\xfe" + whole[-6:]


def _bomb(_: str) -> bytes:
    return zipped({f"{TOP}/{number}": MEGABYTE for number in range(300)})


ROWS: tuple[tuple[str, str, str, Callable[[str], bytes]], ...] = (
    ("zip-name-absolute", "{decoy}/evil", "As in a tar.", lambda d: zipped({f"{d}/evil": b""})),
    ("zip-name-parent", f"{TOP}/../evil", "As in a tar.", lambda _: zipped({f"{TOP}/../evil": b""})),
    (
        "zip-name-with-backslash",
        "evil",
        "It separates folders on some machines, and not on others.",
        lambda _: zipped({f"{TOP}\\..\\evil": b""}),
    ),
    (
        "zip-link",
        f"{TOP}/l",
        "Some readers make a link of it, and some a file.",
        lambda d: zipped({f"{TOP}/l": d.encode()}, attributes=0o120777 << 16),
    ),
    ("zip-twice", f"{TOP}/demo.py", "Readers take the first or the last.", _twice),
    ("zip-encrypted", "", "Nobody can read it.", _encrypted),
    ("zip-size-lies", "", "It has more than it says.", _lies),
    ("zip-long-directory", "", "A directory that is said to be larger than the memory.", _long_directory),
    ("zip-bomb", f"{TOP}/", "300 files of a megabyte in 300 kB.", _bomb),
    (
        "zip-crc-wrong",
        "",
        "Damage, or a change.",
        lambda _: _patched(zipped(), b"demo-1.0/demo.py", 16, (zlib.crc32(b"") + 1).to_bytes(4, "little")),
    ),
)
"""Name, member, why, what makes it."""

CASES: tuple[Case, ...] = tuple(
    Case(name=name, why=why, member=member, content=content, file_name=FILE_NAME, large=name == "zip-bomb")
    for name, member, why, content in ROWS
)
"""ZIP archives that must be refused."""
