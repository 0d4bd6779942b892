"""The same contents in many ZIP archives: everything drawn that a canonical form must not depend on."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.unit.wheels import FILES, INFO, Files, hashed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CONTENTS", "EXECUTABLE", "Layer", "archive_of", "layers", "written_with"]

CONTENTS: Files = {
    **FILES,
    "demo/empty.py": b"",
    "demo/naïve.txt": "größer\n".encode(),
    "demo/run.sh": b"#!/bin/sh\n",
    "demo/data/long.txt": b"a line like many others\n" * 200,
    "demo/a,b.txt": b'needs "quotes" in RECORD',
    "empty/": b"",
}
"""What all of the wheels hold."""

EXECUTABLE = frozenset({"demo/run.sh"})
IMPLIED = ("demo/", "demo/data/", f"{INFO}/", f"{INFO}/licenses/")
RECORD = f"{INFO}/RECORD"


class _Pipe(io.BytesIO):
    """A file that can only be written to, so that descriptors follow the streams."""

    def tell(self) -> int:
        """Refuse, as zipfile asks for this to find out."""
        raise io.UnsupportedOperation


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """How an archive is written, whatever it holds."""

    order: tuple[str, ...]
    """Of all members, RECORD and folders too."""
    listed: tuple[str, ...]
    """Of RECORD's rows."""
    infos: Mapping[str, Mapping[str, object]]
    """Attributes of each member's headers."""
    wide: frozenset[str]
    """Members with sizes of 64 bits."""
    streamed: bool
    level: int
    comment: bytes
    algorithm: str


def _info(draw: st.DrawFn, name: str) -> dict[str, object]:
    modes = [0o100644, 0o100664, 0o100600, 0o100444, 0o644, 0]
    if name in EXECUTABLE:
        modes = [0o100755, 0o100775, 0o100700, 0o100111]
    if name.endswith("/"):
        modes = [0o40755, 0o40775, 0]
    return {
        "date_time": draw(
            st.sampled_from([(1980, 1, 1, 0, 0, 0), (2020, 2, 2, 2, 2, 2), (2107, 12, 31, 23, 59, 58)])
        ),
        "create_system": draw(st.sampled_from([0, 3, 19])),
        "create_version": draw(st.sampled_from([20, 45, 63])),
        "external_attr": draw(st.sampled_from(modes)) << 16,
        "internal_attr": draw(st.integers(0, 1)),
        "comment": draw(st.sampled_from([b"", b"by hand"])),
        "extra": draw(st.sampled_from([b"", b"\1\2\2\0hi"])),
        "compress_type": draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])),
    }


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    """Draw a way to write the archive."""
    implied = [name for name in IMPLIED if draw(st.booleans())]
    order = tuple(draw(st.permutations([*CONTENTS, *implied, RECORD])))
    return Layer(
        order=order,
        listed=tuple(draw(st.permutations([*(name for name in CONTENTS if name[-1] != "/"), RECORD]))),
        infos={name: _info(draw, name) for name in order},
        wide=frozenset(name for name in order if name[-1] != "/" and draw(st.booleans())),
        streamed=draw(st.booleans()),
        level=draw(st.sampled_from([1, 6, 9])),
        comment=draw(st.sampled_from([b"", b"a comment"])),
        algorithm=draw(st.sampled_from(["sha256", "sha512", "blake2b"])),
    )


def _record(layer: Layer) -> bytes:
    rows = []
    for name in layer.listed:
        quoted = f'"{name}"' if "," in name else name
        content = CONTENTS.get(name)
        rows.append(f"{quoted},,\n" if content is None else f"{quoted},{hashed(content, layer.algorithm)},\n")
    return "".join(rows).encode()


def archive_of(layer: Layer) -> bytes:
    """Return the wheel, written like this."""
    file = _Pipe() if layer.streamed else io.BytesIO()
    with zipfile.ZipFile(file, "w", compresslevel=layer.level) as archive:
        archive.comment = layer.comment
        for name in layer.order:
            info = zipfile.ZipInfo(name)
            for attribute, value in layer.infos[name].items():
                setattr(info, attribute, value)
            if name.endswith("/"):
                info.compress_type, info.extra = zipfile.ZIP_STORED, b""
            elif layer.streamed:
                info.compress_type = zipfile.ZIP_DEFLATED
            if name.endswith("/") and not layer.streamed:
                archive.writestr(info, b"")
                continue
            with archive.open(info, "w", force_zip64=name in layer.wide) as member:
                member.write(_record(layer) if name == RECORD else CONTENTS.get(name, b""))
    return file.getvalue()


def written_with(layer: Layer, path: Path) -> Path:
    """Write the wheel to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(archive_of(layer))
    return path
