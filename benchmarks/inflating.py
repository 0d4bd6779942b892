"""Inflate each distinct stream of some wheels once, for its CRC, and do nothing else.

    python benchmarks/inflating.py WHEEL...

What every program has to do that compares wheels and trusts none of them: by Python's own reader of archives and the
library that samewheel inflates with, in as many threads as there are cores.
"""

from __future__ import annotations

import os
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from isal import igzip_lib, isal_zlib

CHUNK = 1 << 18

NAME_SIZES_AT = 26
"""Where the sizes of name and extra field stand in a local header of 30 bytes (APPNOTE 4.3.7)."""


def inflate(path: Path, entry: zipfile.ZipInfo) -> bool:
    """Tell whether what a stream holds has the CRC that the directory says."""
    with path.open("rb", buffering=0) as file:
        file.seek(entry.header_offset + NAME_SIZES_AT)
        sizes = file.read(4)
        file.seek(int.from_bytes(sizes[:2], "little") + int.from_bytes(sizes[2:], "little"), os.SEEK_CUR)
        left, crc = entry.compress_size, 0
        inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
        while left:
            piece = file.read(min(left, CHUNK))
            left -= len(piece)
            if entry.compress_type == zipfile.ZIP_STORED:
                crc = isal_zlib.crc32(piece, crc)
                continue
            crc = isal_zlib.crc32(inflater.decompress(piece, CHUNK), crc)
            while not inflater.needs_input and not inflater.eof:
                crc = isal_zlib.crc32(inflater.decompress(b"", CHUNK), crc)
    return crc == entry.CRC


def main(paths: list[str]) -> int:
    """Inflate, the largest first."""
    streams = {
        (entry.CRC, entry.file_size, entry.compress_size): (path, entry)
        for path in map(Path, paths)
        for entry in zipfile.ZipFile(path).infolist()
    }
    largest_first = sorted(streams.values(), key=lambda stream: -stream[1].file_size)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return 0 if all(pool.map(inflate, *zip(*largest_first, strict=True))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
