"""Causes as sentences: what depends on what, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.causes.pasting import at_hand
from samewheel.explaining.values import Certainty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.explaining.values import Cause

__all__ = ["backend_of", "remedy", "sentence", "unexplained"]

BACKENDS = {
    "bdist_wheel": "setuptools",
    "wheel": "setuptools",
    "flit_core": "flit",
    "pdm-backend": "pdm",
    "mesonpy": "meson-python",
    "meson": "meson-python",
    "scikit_build_core": "scikit-build-core",
    "uv": "uv_build",
    "poetry-core": "poetry",
}
"""Names of backends in remedies, by what they are called in ``build-backend`` or ``Generator``, if that differs."""

ASPECTS = {
    "SW101": "the times",
    "SW102": "the modes",
    "SW103": "the order",
    "SW104": "the compression",
    "SW105": "the system",
    "SW106": "the headers",
    "SW107": "the entries for folders",
    "SW108": "the end of the archive",
    "SW209": "the name of its dist-info",
    "SW303": "the executable bits",
    "SW304": "the file name",
}
"""What it is that differs, where it is not what a member holds."""

MOST_NAMED = 2
"""Members that a sentence names."""


def _subject(members: Sequence[str], codes: Sequence[str]) -> tuple[str, bool]:
    """Return what differs, and whether that is one thing, grammatically."""
    aspects = [ASPECTS[code] for code in codes if code in ASPECTS]
    if aspects and len(aspects) == len(codes):
        words = " and ".join(dict.fromkeys(aspects))
        of = f" of {len(members)} members" if len(members) > 1 else f" of {members[0]}" if members else ""
        return words + of, len(aspects) == 1 and not words.endswith("s")
    if not members:
        return "the wheel", True
    if len(members) <= MOST_NAMED:
        return " and ".join(members), len(members) == 1
    return f"{members[0]} and {len(members) - 1} more members", False


def sentence(
    cause: Cause,
    certainty: Certainty,
    members: Sequence[str],
    codes: Sequence[str],
    besides: Sequence[Cause] = (),
) -> str:
    """Return what depends on what and what to do about it, in a sentence without its full stop.

    Args:
        cause: the cause.
        certainty: how it is known.
        members: where it shows, sorted.
        codes: of the differences, sorted.
        besides: other causes, without which this one does nothing.
    """
    subject, one = _subject(members, codes)
    if certainty is Certainty.CONSISTENT:
        return f"{subject} differ{'s' if one else ''}, which is consistent with {cause.what}: {cause.do}"
    together = f", only together with {' and '.join(other.what for other in besides)}" if besides else ""
    return f"{subject} depend{'s' if one else ''} on {cause.what}{together}: {cause.do}"


def unexplained(members: Sequence[str], codes: Sequence[str], *, built: bool) -> str:
    """Return the sentence for what nothing tells a cause of, although it may have been built again for that."""
    subject, one = _subject(members, codes)
    who = "the builds that were made do not tell" if built else "nothing here tells"
    return f"{subject} differ{'s' if one else ''}, and {who} why"


def remedy(cause: Cause | None, backend: str) -> str:
    """Return what to paste for a backend, or else what to do."""
    if cause is None:
        return ""
    lines = cause.lines.get(backend) or cause.lines.get("")
    return at_hand(lines, backend) if lines else cause.do


def backend_of(name: str) -> str:
    """Return the name of a backend in remedies.

    Args:
        name: the value of ``build-backend`` (PEP 517) or of ``Generator``: ``setuptools.build_meta``, ``flit 3.9``.
    """
    word = name.partition(" ")[0].partition(".")[0].partition(":")[0]
    return BACKENDS.get(word, word)
