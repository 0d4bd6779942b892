"""The data: a CSV whose SHA-256 stands in a manifest in git, read into numbers, and split to fit and to test."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from bikes.errors import BikesError
from bikes.files import sha256

if TYPE_CHECKING:
    from pathlib import Path

    from bikes.config import Config, Split

MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
WEATHER = ("clear", "cloudy/misty", "light rain/snow", "heavy rain/snow")
WORDS = {"mnth": MONTHS, "weathersit": WEATHER}
"""Columns of words, each with its words in order; the number of a word is its place."""

FETCH = "just data"
RESTORE = "git restore data/manifest.json, or name it as `data` in the configuration"


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the file comes from: a member of a package that is fetched by the hashes of a lock."""

    package: str
    member: str
    lock: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the data must be. Size in bytes; rows without the header."""

    schema: str
    name: str
    sha256: str
    size: int
    rows: int
    origin: Origin


class Table(msgspec.Struct, frozen=True):
    """Numbers, a column for each name, and the digest of the file that they were read from."""

    manifest: Manifest
    names: tuple[str, ...]
    features: NDArray[np.float64]
    target: NDArray[np.float64]


class Rows(msgspec.Struct, frozen=True):
    """Row numbers, sorted: those to fit, those to test, and a digest of the latter."""

    fit: NDArray[np.int64]
    test: NDArray[np.int64]
    sha256: str


def load(manifest: Path, config: Config) -> Table:
    """Return the table of the file beside the manifest.

    Raises:
        BikesError: no manifest or no file, or not the one that the manifest names.
    """
    wanted = described(manifest)
    return read(checked(manifest.with_name(wanted.name), wanted), wanted, config)


def described(path: Path) -> Manifest:
    """Return the manifest.

    Raises:
        BikesError: no file, no JSON, or something in it that is not what it should be.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise BikesError(f"cannot read the manifest {path.name}: {error.strerror}", RESTORE) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BikesError(f"{path.name} is no manifest: {error}", RESTORE) from error


def checked(path: Path, wanted: Manifest) -> bytes:
    """Return the bytes of the file, which are those of the manifest.

    Raises:
        BikesError: no file, or another SHA-256.
    """
    if not path.is_file():
        raise BikesError(f"{wanted.name} is not there", FETCH)
    content = path.read_bytes()
    found = sha256(content)
    if found != wanted.sha256:
        raise BikesError(
            f"{wanted.name} is not the data of the manifest\n  wanted  {wanted.sha256}\n  found   {found}",
            f"{FETCH}, or write a new manifest if the change is meant",
        )
    return content


def read(content: bytes, manifest: Manifest, config: Config) -> Table:
    """Return the columns as numbers, without those that the configuration drops.

    Raises:
        BikesError: a column that is not there, or a cell that is no number and no known word.
    """
    rows = list(csv.DictReader(content.decode("utf-8").splitlines()))
    if not rows:
        raise BikesError(f"{manifest.name} has no rows", FETCH)
    header = tuple(rows[0])
    if missing := sorted({config.target, *config.drop} - set(header)):
        raise BikesError(f"no column {missing[0]} in {manifest.name}", f"name some of {', '.join(header)}")
    names = tuple(name for name in header if name != config.target and name not in config.drop)
    numbers = [[number(name, row[name]) for name in names] for row in rows]
    target = [number(config.target, row[config.target]) for row in rows]
    return Table(manifest, names, np.array(numbers, np.float64), np.array(target, np.float64))


def number(column: str, cell: str) -> float:
    """Return a cell as a number.

    Raises:
        BikesError: neither a number nor a word of the column.
    """
    try:
        return float(WORDS[column].index(cell)) if column in WORDS else float(cell)
    except ValueError as error:
        raise BikesError(f"{cell!r} in column {column}", "add the word to bikes.dataset.WORDS") from error


def split(count: int, how: Split) -> Rows:
    """Return which of `count` rows fit and which test.

    The rows with the smallest digests of seed and row number test: no library's stream of random numbers is in it,
    so that the split is the same with every NumPy.

    Raises:
        BikesError: a share of so few rows that none would fit, or none test.
    """
    if not 0 < how.test_share < 1 or not 0 < round(count * how.test_share) < count:
        raise BikesError(
            f"test_share: {how.test_share} of {count} rows leaves none to fit or none to test", "give another share"
        )
    order = sorted(range(count), key=lambda row: sha256(f"{how.seed}:{row}".encode()))
    tested = sorted(order[: round(count * how.test_share)])
    fitted = sorted(order[len(tested) :])
    digest = sha256("".join(f"{row}\n" for row in tested).encode())
    return Rows(np.array(fitted, np.int64), np.array(tested, np.int64), digest)
