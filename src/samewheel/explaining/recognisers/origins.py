"""What the source tells in a rebuild: the first wheel was published, and the second one is our build of the source.

The one who publishes a wheel is known by nothing but the wheel; so most of this says where a difference is, for sure,
and leaves open how it came about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.case import InSource
from samewheel.explaining.recognisers.dist_info import BY_BACKEND
from samewheel.explaining.recognisers.said import by_member, coded, consistent, shown, side
from samewheel.explaining.recognisers.wheel_file import is_native

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Origins, Recognised

__all__ = ["RECOGNISERS", "changed", "compiled", "description"]

TEXTS = ("SW204", "SW301", "SW305", "SW306", "SW307", "SW308", "SW309", "SW310", "SW314", "SW315")
"""Codes of what a file of the source holds otherwise."""

MADE = (".pyc", "-nspkg.pth")
"""How files end that builds make, and no source has."""


WORDS = {
    InSource.SAME: "the source has this file",
    InSource.OTHERWISE: "the source has other contents under that name",
    InSource.ELSEWHERE: "the source has the same contents under another name",
    None: "the source has none of that name or with these contents",
}


def _known(case: Case, origins: Origins, one: Difference, which: int) -> InSource | None:
    """Return how the source has a member of a wheel; None if it has none such."""
    member = case.members[which].get(one.member)
    return origins.in_source[which].get(member.name) if member is not None else None


def _is_made(one: Difference) -> bool:
    """Tell whether a member is what builds make, or tools that repair: that a source does not have it is no news."""
    name = one.member.rpartition("/")[2]
    by_backend = one.code != "SW302" and name in BY_BACKEND
    return by_backend or name.endswith(MADE) or is_native(name) or one.member.endswith("/")


def streams(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Streams that no compressor at hand makes, though it was tried to make the first wheel of our contents."""
    unmade = case.origins.unmade if case.origins is not None else {}
    for name, found in sorted(by_member(coded(left, "SW104")).items()):
        if name in unmade:
            evidence = f"{name}: nothing at hand makes its stream, which is {unmade[name]}"
            yield shown("compressor", *found, evidence=evidence)


def presence(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Members of only one wheel: those of the source were left out of the other; the rest came from elsewhere."""
    if case.origins is None:
        return
    for one in coded(left, "SW204", "SW302"):
        if one.field != "presence" or _is_made(one):
            continue
        which = side(one)
        known = _known(case, case.origins, one, which)
        said = f"{one.member}: only {('the published wheel', 'our build')[which]} has it; {WORDS[known]}"
        if known is not None:
            yield (shown if known is InSource.SAME else consistent)("left-out", one, evidence=said)
        elif which == 0:
            yield shown("not-in-source", one, evidence=said)


def changed(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Files that our build took from the source as they are, and that are others in the published wheel."""
    if case.origins is None:
        return
    for name, found in by_member(coded(left, *TEXTS)).items():
        a, b = (_known(case, case.origins, found[0], which) for which in (0, 1))
        ones = [one for one in found if one.field != "presence"]
        if ones and a in {InSource.OTHERWISE, None} and b in {InSource.SAME, InSource.ELSEWHERE}:
            said = f"{name}: our build has it as the source does, and the published wheel otherwise"
            yield consistent("other-source", *ones, evidence=said)


def description(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The description, where our build has the words of the source's README, and the published wheel has others."""
    found = [one for one in coded(left, "SW202") if one.field.endswith("of the description")]
    if found and case.origins is not None and case.origins.described == (False, True):
        said = f"{found[0].member}: our build has the words of the source's README, and the published wheel others"
        yield consistent("other-source", *found, evidence=said)


def compiled(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Native code of which nothing else tells why it differs: it was compiled here, and by somebody else."""
    if case.origins is not None:
        for name, found in by_member(one for one in left if one.code.startswith("SW4")).items():
            said = f"{name}: compiled here by us, and by whoever published it somewhere else"
            yield consistent("compiler", *found, evidence=said)


RECOGNISERS = (streams, presence)
"""What is sure; the others come after what has a shape of its own."""
