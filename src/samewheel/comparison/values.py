"""What a comparison says: differences with stable codes, and the verdict that follows from them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from samewheel._types import Sha256
from samewheel.comparison.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Comparison", "Diff", "Difference", "File", "difference", "rungs", "shown"]

RUNGS = {
    "SW1": Verdict.SAME_CONTENTS,
    "SW2": Verdict.METADATA_DIFFERS,
    "SW3": Verdict.PAYLOAD_DIFFERS,
    "SW4": Verdict.PAYLOAD_DIFFERS,
    "SW5": Verdict.IDENTICAL,
}
"""The rung of each hundred: the ZIP layer, ``*.dist-info``, the payload, native code in it; how it was built."""

LONGEST_SHOWN = 32
"""Bytes up to which a field is shown as it is."""


class Difference(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """One observed difference between two wheels."""

    code: str
    """Stable: ``SW101``; the hundreds say which layer of the wheel it is in."""
    rung: Verdict
    """The best verdict that is left with this difference."""
    member: str
    """The member's name in the archive; empty for the whole archive."""
    field: str
    """What of the member, or of the archive, differs."""
    a: str
    """The first wheel's value, short: digests and bytes in hexadecimal, modes in octal, times as in ISO 8601."""
    b: str
    """The second wheel's value, likewise."""
    consequences: tuple[Difference, ...] = ()
    """Differences that follow from this one, such as RECORD's row of a file that differs."""


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of two wheels that are compared."""

    name: str
    """Of the file, without folders."""
    sha256: Sha256
    """Of its bytes."""
    size: int
    """In bytes."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What two wheels have in common, said by what they have not."""

    verdict: Verdict
    differences: tuple[Difference, ...]
    """By layer, from the ZIP file inwards; in a member, the likely origin first. Empty exactly if ``identical``."""


class Diff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``samewheel diff`` says: a comparison, and of what."""

    a: File
    b: File
    verdict: Verdict
    differences: tuple[Difference, ...]


def difference(
    code: str, field: str, a: str, b: str, *, member: str = "", consequences: tuple[Difference, ...] = ()
) -> Difference:
    """Return a difference on the rung that its code belongs to."""
    return Difference(
        code=code, rung=RUNGS[code[:3]], member=member, field=field, a=a, b=b, consequences=consequences
    )


def rungs(differences: Iterable[Difference]) -> Iterator[Verdict]:
    """Yield the rungs of differences, and of what follows from them."""
    for one in differences:
        yield one.rung
        yield from rungs(one.consequences)


def shown(content: bytes) -> str:
    """Return a short field's bytes in hexadecimal, and a long one's digest."""
    return content.hex() if len(content) <= LONGEST_SHOWN else f"sha256:{hashlib.sha256(content).hexdigest()}"
