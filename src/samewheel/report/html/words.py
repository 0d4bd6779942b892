"""Verdicts in one sentence each, and the word, sign and tone that stand for them."""

from __future__ import annotations

from samewheel.audit.values import Status
from samewheel.comparison import Verdict
from samewheel.report.html.values import Badge, Tone

__all__ = ["ABSENT", "BADGES", "DIFFERENT", "FOLLOWS", "SAME", "VERDICTS", "badge", "many"]

VERDICTS = {
    Verdict.IDENTICAL: Badge("identical", Tone.GOOD, "="),
    Verdict.IDENTICAL_AFTER_REPLAY: Badge("identical-after-replay", Tone.NEAR, "≈"),
    Verdict.SAME_CONTENTS: Badge("same-contents", Tone.NEAR, "≈"),
    Verdict.METADATA_DIFFERS: Badge("metadata-differs", Tone.WARN, "!"),
    Verdict.PAYLOAD_DIFFERS: Badge("payload-differs", Tone.BAD, "≠"),
    Verdict.NOT_BUILDABLE: Badge("not-buildable", Tone.BAD, "∅"),
    Verdict.NO_SOURCE: Badge("no-source", Tone.NONE, "?"),
}

STATUSES = {
    Status.FAILED: Badge("failed", Tone.WARN, "!"),
    Status.PENDING: Badge("pending", Tone.NONE, "…"),
    Status.SKIPPED: Badge("skipped", Tone.NONE, "-"),
}

BADGES = {one.word: one for one in (*VERDICTS.values(), *STATUSES.values())}
"""Every word that a package of an audit may have, best first."""

SAME = Badge("same", Tone.GOOD, "=")

DIFFERENT = {
    Verdict.IDENTICAL: SAME,
    Verdict.SAME_CONTENTS: Badge("archive differs", Tone.NEAR, "≈"),
    Verdict.METADATA_DIFFERS: Badge("metadata differ", Tone.WARN, "!"),
    Verdict.PAYLOAD_DIFFERS: Badge("differs", Tone.BAD, "≠"),
}
"""What a member is, by the worst rung of what is said of it."""

FIRST_ONLY, SECOND_ONLY = "only in the first", "only in the second"

ABSENT = {
    ("a", Tone.BAD): Badge(SECOND_ONLY, Tone.BAD, "+"),
    ("b", Tone.BAD): Badge(FIRST_ONLY, Tone.BAD, "-"),
    ("a", Tone.NEAR): Badge(SECOND_ONLY, Tone.NEAR, "+"),
    ("b", Tone.NEAR): Badge(FIRST_ONLY, Tone.NEAR, "-"),
}
"""What a member is that one of both has not: by that one, and by what it means; an entry of a folder means little."""

FOLLOWS = Badge("follows", Tone.NONE, "↳")
"""What RECORD is where nothing of its own differs: its rows are those of members that do."""


SEVERAL = {"archive differs": "archives differ", "differs": "differ", "follows": "follow"}
"""What is said of several members instead of a word for one."""


def badge(word: str) -> Badge:
    """Return the badge of a verdict or status."""
    return BADGES[word]


def many(count: int, word: str) -> str:
    """Return how many members are what, such as ``2 differ``."""
    return f"{count:,} {word if count == 1 else SEVERAL.get(word, word)}"
