# /// script
# requires-python = ">=3.11"
# dependencies = ["deflate>=0.8,<0.10", "isal>=1.9", "pypi-simple>=1.6", "zlib-ng>=1.1", "zopfli>=0.4"]
# ///
"""Compressors on real wheels: size, speed, and a digest of all that they made, to compare with other machines.

    just bench-compressors                 # every wheel; or name some: click numpy
    just bench-compressors --slow click    # also those that take minutes for a large wheel

Prints a row for each compressor: bytes of all streams, those against zlib's at level 6, contents per second of
processor time, and the SHA-256 of the streams' digests. Members that would not become
smaller count as stored, as in a canonical wheel.
Nothing here judges; dated results stand in docs/lookup/canonical.md.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
import zipfile
import zlib
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pypi_simple import PyPISimple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WHEELS = (
    "attrs-26.1.0-py3-none-any.whl",
    "botocore-1.44.5-py3-none-any.whl",
    "click-8.5.1-py3-none-any.whl",
    "cryptography-50.0.2-cp311-abi3-manylinux_2_28_x86_64.whl",
    "django-5.2.19-py3-none-any.whl",
    "fonttools-4.68.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    "lxml-6.1.3-cp311-cp311-manylinux_2_26_x86_64.manylinux_2_28_x86_64.whl",
    "numpy-2.3.4-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    "orjson-3.13.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "pandas-3.1.1-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "pip-26.3-py3-none-any.whl",
    "pygments-2.21.0-py3-none-any.whl",
    "requests-2.34.2-py3-none-any.whl",
    "rich-15.0.0-py3-none-any.whl",
    "setuptools-84.2.1-py3-none-any.whl",
    "sympy-1.14.0-py3-none-any.whl",
)


def module(name: str) -> Any:  # noqa: ANN401 - most of these are not there for the type checker
    """Import a compressor."""
    return import_module(name)


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "zlib 6": lambda data: zlib.compress(data, 6, -15),
    "zlib 9": lambda data: zlib.compress(data, 9, -15),
    "zlib-ng 6": lambda data: bytes(module("zlib_ng.zlib_ng").compress(data, 6, -15)),
    "zlib-ng 9": lambda data: bytes(module("zlib_ng.zlib_ng").compress(data, 9, -15)),
    "isal 3": lambda data: bytes(module("isal.isal_zlib").compress(data, 3, -15)),
    "libdeflate 1": lambda data: bytes(module("deflate").deflate_compress(data, 1)),
    "libdeflate 6": lambda data: bytes(module("deflate").deflate_compress(data, 6)),
    "libdeflate 9": lambda data: bytes(module("deflate").deflate_compress(data, 9)),
    "stored": lambda data: data,
}

SLOW: dict[str, Callable[[bytes], bytes]] = {
    "libdeflate 12": lambda data: bytes(module("deflate").deflate_compress(data, 12)),
    # Without the header and the checksum of its format.
    "zopfli": lambda data: bytes(module("zopfli.zlib").compress(data))[2:-4],
}


def fetch(name: str, folder: Path) -> Path:
    """Fetch a wheel from the index."""
    with PyPISimple() as index:
        page = index.get_project_page(name.partition("-")[0])
        (package,) = [package for package in page.packages if package.filename == name]
        index.download_package(package, folder / name)
    return folder / name


def members(wheels: list[Path]) -> Iterator[bytes]:
    """Yield the contents of every member."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            yield from (archive.read(info) for info in archive.infolist() if info.file_size)


def measure(compress: Callable[[bytes], bytes], wheels: list[Path]) -> tuple[int, float, str]:
    """Return the bytes of all streams, contents per second in MB, and the digest."""
    digest, size, contents, seconds = hashlib.sha256(), 0, 0, 0.0
    for content in members(wheels):
        start = time.process_time()
        stream = compress(content)
        seconds += time.process_time() - start
        digest.update(hashlib.sha256(stream).digest())
        size += min(len(stream), len(content))
        contents += len(content)
    return size, contents / max(seconds, 1e-9) / 1e6, digest.hexdigest()[:12]


def main(arguments: list[str]) -> int:
    """Measure on the named wheels, or on all."""
    names = [argument for argument in arguments if argument != "--slow"]
    chosen = [wheel for wheel in WHEELS if not names or wheel.partition("-")[0] in names]
    print(
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
        *(f"{name} {version(name)}" for name in ("deflate", "isal", "zlib-ng", "zopfli")),
    )
    with tempfile.TemporaryDirectory() as temporary:
        wheels = [fetch(wheel, Path(temporary)) for wheel in chosen]
        print(f"{len(wheels)} wheels, {sum(map(len, members(wheels)))} bytes of contents")
        base = measure(COMPRESSORS["zlib 6"], wheels)[0]
        print(f"{'compressor':<14} {'bytes':>11} {'to zlib 6':>9} {'MB/s':>7} {'digest':<12}")
        for name, compress in (COMPRESSORS | (SLOW if "--slow" in arguments else {})).items():
            compress(b"imported")
            size, speed, digest = measure(compress, wheels)
            print(f"{name:<14} {size:>11} {size / base:>9.3f} {speed:>7.1f} {digest}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
