"""Two resolvers agree on names, versions and whole sets of hashes, or a sentence says where they do not."""

from __future__ import annotations

from dataclasses import replace

from packaging.utils import canonicalize_name

from samewheel.constraints import Pin
from samewheel.locking.comparing import agree

A, B, C, D, E = (f"sha256:{letter * 64}" for letter in "abcde")
LINUX = {"sys_platform": "linux", "python_full_version": "3.11.7", "python_version": "3.11"}


def pin(name: str, version: str, *hashes: str, marker: str | None = None) -> Pin:
    """Return a pin."""
    return Pin(name=canonicalize_name(name), version=version, marker=marker, hashes=hashes or (A,))


def test_same_pins_agree() -> None:
    """Order and annotations are no difference."""
    one, two = pin("a", "1", A, B), pin("b", "2")
    assert agree([one, two], [replace(two, via=("a",)), one], LINUX) == ()


def test_pins_of_other_platforms_do_not_count() -> None:
    """pip-tools answers for this interpreter only."""
    universal = [
        pin("colorama", "0.4.6", marker='sys_platform == "win32"'),
        pin("numpy", "2.4", marker='python_full_version < "3.12"'),
        pin("numpy", "2.5", marker='python_full_version >= "3.12"'),
    ]
    assert agree(universal, [pin("numpy", "2.4")], LINUX) == ()


def test_pin_of_one_resolver_is_told() -> None:
    """A package that only one of them would install is the worst of differences."""
    assert agree([pin("a", "1")], [pin("b", "2")], LINUX) == (
        "a: only uv pins it, 1",
        "b: only pip-tools pins it, 2",
    )


def test_other_version_is_told() -> None:
    """Hashes of different versions are not compared: they always differ."""
    assert agree([pin("a", "1", A)], [pin("a", "2", B)], LINUX) == ("a: uv pins 1, pip-tools 2",)


def test_additional_hash_is_told() -> None:
    """A subset is not enough: the additional hash would let another file in."""
    assert agree([pin("a", "1", A, B)], [pin("a", "1", A)], LINUX) == (f"a 1: only uv has {B}",)
    assert agree([pin("a", "1", A)], [pin("a", "1", A, B)], LINUX) == (f"a 1: only pip-tools has {B}",)


def test_other_hashes_are_told_from_both_sides() -> None:
    """Which side is right is not ours to say."""
    assert agree([pin("a", "1", A)], [pin("a", "1", B)], LINUX) == (
        f"a 1: only uv has {A}",
        f"a 1: only pip-tools has {B}",
    )


def test_many_hashes_are_counted() -> None:
    """A compiled package has a hundred files; a message has a few lines."""
    assert agree([pin("a", "1", A)], [pin("a", "1", A, B, C, D, E)], LINUX) == (
        f"a 1: only pip-tools has {B}, {C}, {D} and 1 more",
    )
