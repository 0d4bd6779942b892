"""What a comparison says: differences with stable codes, and the verdict that follows from them."""

from __future__ import annotations

import hashlib

import msgspec

from samewheel.compare.verdict import Verdict

__all__ = ["Comparison", "Difference", "difference", "shown"]

RUNGS = {"SW1": Verdict.SAME_CONTENTS, "SW2": Verdict.METADATA_DIFFERS, "SW3": Verdict.PAYLOAD_DIFFERS}
"""The rung of each hundred of codes: the ZIP layer, ``*.dist-info``, the payload."""

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


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What two wheels have in common, said by what they have not."""

    verdict: Verdict
    differences: tuple[Difference, ...]
    """Sorted by code, member and field; empty exactly if the verdict is ``identical``."""


def difference(code: str, field: str, a: str, b: str, *, member: str = "") -> Difference:
    """Return a difference on the rung that its code belongs to."""
    return Difference(code=code, rung=RUNGS[code[:3]], member=member, field=field, a=a, b=b)


def shown(content: bytes) -> str:
    """Return a short field's bytes in hexadecimal, and a long one's digest."""
    return content.hex() if len(content) <= LONGEST_SHOWN else f"sha256:{hashlib.sha256(content).hexdigest()}"
