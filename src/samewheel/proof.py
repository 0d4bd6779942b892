"""What the probes in two builds saw, and which variations that proves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from samewheel.errors import BuildFailedError
from samewheel.verification import NotVaried, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from samewheel.building import Product

__all__ = ["masked", "observe", "proven", "without_folders"]


def _seen(product: Product, now: float, folders: Sequence[Path]) -> dict[str, object]:
    """Return what a build saw, with its clock as days of difference to ours: a report holds no time of day."""
    if product.observed is None:
        raise BuildFailedError(
            "the probe in the build process reported nothing",
            cause="Without it, nothing shows that the conditions really differed.",
            hint="Tell us how this backend starts Python.",
        )
    # Where places cannot be moved, a build sees folders of this machine, which no report may name.
    # As it will be read again: JSON has lists for tuples.
    observed = msgspec.json.decode(msgspec.json.encode(product.observed))
    seen = {name: masked(value, folders) if isinstance(value, str) else value for name, value in observed.items()}
    clock = product.observed.clock
    return {**seen, "clock": None if clock is None else round((clock - now) / 86400)}


def observe(
    products: tuple[Product, Product], folders: Sequence[Path]
) -> tuple[dict[str, object], dict[str, object]]:
    """Return what two builds saw that have just ended.

    Args:
        products: what they left, with a probe's report.
        folders: the folders of this machine that they worked in.

    Raises:
        BuildFailedError: a probe reported nothing.
    """
    now = time.time()
    one, two = _seen(products[0], now, folders), _seen(products[1], now, folders)
    # How a disk lists files is its own business, and would make each machine's report another one.
    first = one["directory_order"]
    return (
        {**one, "directory_order": _order(first, first)},
        {**two, "directory_order": _order(first, two["directory_order"])},
    )


def masked(text: str, folders: Sequence[Path]) -> str:
    """Return a text without the names of our own folders."""
    for folder in folders:
        text = text.replace(str(folder), "$WORK")
    return text


def without_folders(verification: Verification, folders: Sequence[Path]) -> Verification:
    """Return a report without the names of our own folders, wherever a wheel or a build has put them into it."""
    said = msgspec.json.encode(verification).decode()
    text = masked(said, folders)
    # Most reports name none of them, and to prepare for decoding takes as long as to compare two wheels.
    return msgspec.json.decode(text, type=Verification) if text != said else verification


def _order(first: object, names: object) -> str | None:
    """Return in a word how names are listed, compared with the first build's; None if either is not known."""
    if first is None or names is None:
        return None
    if names == first:
        return "as it is"
    turned = isinstance(first, list) and names == first[::-1]
    return "the other way round" if turned else "another"


def proven(
    apply: Iterable[str], one: dict[str, object], two: dict[str, object]
) -> tuple[tuple[str, ...], list[NotVaried]]:
    """Return the variations that took effect, and those that did not though they were applied."""
    varied, idle = [], []
    for name in apply:
        # What a process could not tell, or could not follow, proves nothing.
        if None not in (one.get(name), two.get(name)) and one.get(name) != two.get(name):
            varied.append(name)
        else:
            idle.append(NotVaried(name=name, reason="applied, but both build processes saw the same"))
    return tuple(sorted(varied)), idle
