"""confs/*.yaml as frozen values: an unknown key or a wrong type is an error that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from bikes.errors import BikesError

if TYPE_CHECKING:
    from pathlib import Path

Seed = Annotated[int, msgspec.Meta(ge=0, lt=2**32)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Format = Literal["skops-canonical", "skops"]


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows test the model; the seed is not the model's, so that one can change without the other."""

    seed: Seed
    test_share: Annotated[float, msgspec.Meta(gt=0, lt=1)]


class Forest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The forest's size, and the form of its file."""

    trees: Count
    min_samples_leaf: Count
    format: Format


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One training. `seed: null` leaves everything to chance, which the tests use as their control."""

    data: str
    target: str
    drop: tuple[str, ...]
    split: Split
    seed: Seed | None
    threads: Count
    model: Forest


def parse(content: bytes, name: str) -> Config:
    """Return the configuration.

    Raises:
        BikesError: not YAML, an unknown or missing key, a wrong type or range.
    """
    try:
        return msgspec.yaml.decode(content, type=Config)
    except msgspec.DecodeError as error:
        raise BikesError(f"{name}: {error}", "compare it with confs/training.yaml") from error


def load(path: Path) -> tuple[Config, bytes]:
    """Return the configuration and the bytes that its digest is made of.

    Raises:
        BikesError: no such file, or what `parse` says.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BikesError(
            f"cannot read {path.name}: {error.strerror}", "give a file such as confs/training.yaml"
        ) from error
    return parse(content, path.name), content
