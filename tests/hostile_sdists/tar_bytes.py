"""Tar archives, block by block, right or wrong."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BLOCK",
    "END",
    "FILES",
    "TOP",
    "base",
    "entry",
    "folder",
    "gz",
    "header",
    "link",
    "long_name",
    "padded",
    "pax",
    "sdist",
]

BLOCK = 512
END = bytes(2 * BLOCK)
TOP = "demo-1.0"
TIME = 1_600_000_000

BACKEND = b"""\
import base64, hashlib, pathlib, zipfile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name, info, rows = "demo-1.0-py3-none-any.whl", "demo-1.0.dist-info", ""
    files = {
        "demo.py": pathlib.Path("demo.py").read_bytes(),
        f"{info}/METADATA": b"Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        for path, content in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows += f"{path},sha256={digest},{len(content)}\\n"
            archive.writestr(zipfile.ZipInfo(path), content)
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), rows + f"{info}/RECORD,,\\n")
    return name
"""

FILES: Mapping[str, bytes] = {
    "PKG-INFO": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    "backend.py": BACKEND,
    "demo.py": b"x = 1\n",
    "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
}
"""A project that builds itself, and needs nothing."""


def number(value: int, width: int) -> bytes:
    """Return a field: octal, or as GNU writes what does not fit."""
    if 0 <= value < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, value)
    rest: int = value % 256 ** (width - 1)
    return (b"\xff" if value < 0 else b"\x80") + rest.to_bytes(width - 1, "big")


def header(
    name: str | bytes,
    *,
    size: int = 0,
    kind: bytes = b"0",
    mode: int = 0o644,
    target: str | bytes = b"",
    time: int = TIME,
    owner: int = 0,
    prefix: str = "",
    magic: bytes = b"ustar\x0000",
    numbers: tuple[int, int] = (0, 0),
) -> bytes:
    """Return a header, with the right checksum; ``numbers`` are a device's."""
    encoded = name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")
    linked = target if isinstance(target, bytes) else target.encode("utf-8", "surrogateescape")
    fields = [
        encoded[:100].ljust(100, b"\0"),
        number(mode, 8),
        number(owner, 8),
        number(owner, 8),
        number(size, 12),
        number(time, 12),
        b" " * 8,
        kind,
        linked[:100].ljust(100, b"\0"),
        magic.ljust(8, b"\0"),
        bytes(64),
        number(numbers[0], 8),
        number(numbers[1], 8),
        prefix.encode().ljust(155, b"\0"),
        bytes(12),
    ]
    block = b"".join(fields)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def padded(content: bytes) -> bytes:
    """Return contents filled up to whole blocks."""
    return content + bytes(-len(content) % BLOCK)


def entry(name: str | bytes, content: bytes = b"", **fields: object) -> bytes:
    """Return a member with its contents; fields are those of :func:`header`."""
    return header(name, **{"size": len(content), **fields}) + padded(content)  # type: ignore[arg-type]


def folder(name: str, mode: int = 0o755) -> bytes:
    """Return a folder."""
    return entry(f"{name}/", kind=b"5", mode=mode)


def link(name: str, target: str | bytes, kind: bytes = b"2") -> bytes:
    """Return a symbolic link, or another kind."""
    return header(name, target=target, kind=kind, mode=0o777 if kind == b"2" else 0o644)


def record(key: bytes, value: bytes) -> bytes:
    """Return a record of a pax header, which begins with its own length."""
    rest = b" %b=%b\n" % (key, value)
    length = len(rest)
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d%b" % (length, rest)


def pax(records: Mapping[str, str | bytes] | bytes, kind: bytes = b"x") -> bytes:
    """Return a pax header for the member that follows, or, of the kind ``g``, for all."""
    if isinstance(records, bytes):
        return entry("pax", records, kind=kind)
    pairs = ((key.encode(), value if isinstance(value, bytes) else value.encode()) for key, value in records.items())
    return entry("pax", b"".join(record(key, value) for key, value in pairs), kind=kind)


def long_name(name: str | bytes, kind: bytes = b"L") -> bytes:
    """Return GNU's header for a long name, or, of the kind ``K``, for a long target."""
    encoded = name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")
    return entry("././@LongLink", encoded + b"\0", kind=kind)


def base(top: str = TOP, *, without: tuple[str, ...] = (), **changed: bytes) -> bytes:
    """Return the base's members, some left out or changed, such as ``pyproject_toml`` and ``PKG_INFO``."""
    contents = {key.replace("_", "-" if key.isupper() else "."): value for key, value in changed.items()}
    return b"".join(
        entry(f"{top}/{name}", contents.get(name, content)) for name, content in FILES.items() if name not in without
    )


def gz(content: bytes, level: int = 6) -> bytes:
    """Return it compressed, the same every time."""
    return gzip.compress(content, level, mtime=0)


def sdist(*blocks: bytes, top: str = TOP, without: tuple[str, ...] = (), **changed: bytes) -> bytes:
    """Return the base's sdist with more members at its end."""
    return gz(base(top, without=without, **changed) + b"".join(blocks) + END)
