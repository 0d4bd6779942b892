"""What a CI job demands of an audit: a lowest rung, builds kept apart, and whether things may be skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.audit.values import Skipped, Status
from samewheel.comparison import Verdict
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.audit.values import Entry

__all__ = ["Policy", "anything_rebuilt", "confined", "meets", "missed", "parse_policy"]

LADDER = (Verdict.IDENTICAL, Verdict.IDENTICAL_AFTER_REPLAY, Verdict.SAME_CONTENTS)
"""What a policy can accept, best first. Below, a rung says how far apart wheels are, not how safe they are."""


class Policy(Value, frozen=True, kw_only=True):
    """What is demanded of every package."""

    minimum: Verdict
    skips: bool = False
    """Whether what was skipped is no failure."""
    unconfined: bool = False
    """Whether builds count that nothing kept apart: such a one could have fetched the published wheel itself."""


WORDS = {"skips": ("allow", "refuse"), "isolation": ("none",)}
"""What can be said besides the minimum."""

EXAMPLE = "For example: --policy min=same-contents,skips=allow"


def _minimum(text: str) -> Verdict:
    rungs = [verdict.value for verdict in LADDER]
    if text not in rungs:
        raise UsageError(
            f"--policy min={text} cannot be asked for",
            cause="Lower rungs order distance, not safety: an entry point that was added is metadata-differs, too."
            if text in set(Verdict)
            else "It is no verdict.",
            hint=f"One of: {', '.join(rungs)}",
        )
    return Verdict(text)


def parse_policy(texts: Iterable[str]) -> Policy | None:
    """Return the policy that words such as ``min=same-contents,skips=allow`` say; None for no words.

    Raises:
        UsageError: they say something else, or something twice.
    """
    said: dict[str, str] = {}
    for word in (word.strip() for text in texts for word in text.split(",")):
        key, _, value = word.partition("=")
        if key in said or (key != "min" and value not in WORDS.get(key, ())):
            raise UsageError(f"--policy {word!r} is not understood", hint=EXAMPLE)
        said[key] = value
    if not said:
        return None
    if "min" not in said:
        raise UsageError("--policy names no minimum", hint=EXAMPLE)
    return Policy(
        minimum=_minimum(said["min"]), skips=said.get("skips") == "allow", unconfined=said.get("isolation") == "none"
    )


def confined(entry: Entry) -> bool:
    """Tell whether something kept the build apart; a result that does not say so was kept apart by nothing."""
    return entry.isolation not in {None, "none"}


HARMLESS = frozenset({Skipped.DUPLICATE, Skipped.NOT_INSTALLED, Skipped.OTHER_PLATFORM})
"""Reasons to skip what nothing here installs, or what is rebuilt under another line."""

SUSPECT = frozenset({Skipped.OTHER_FILE})
"""Reasons to skip that no policy passes over: a file that has a release's name, and is not one of its files."""


def meets(entry: Entry, policy: Policy) -> bool:
    """Tell whether one package is as the policy demands; what failed or is still to do is not."""
    if entry.status is Status.SKIPPED:
        return entry.skipped in HARMLESS or (policy.skips and entry.skipped not in SUSPECT)
    accepted = LADDER[: LADDER.index(policy.minimum) + 1]
    reached = entry.status is Status.REBUILT and entry.verdict in accepted
    return reached and (policy.unconfined or confined(entry))


def anything_rebuilt(entries: Iterable[Entry]) -> bool:
    """Tell whether there is a verdict at all: of an audit without one, every policy would be met."""
    return any(entry.status is Status.REBUILT for entry in entries)


def missed(entries: Iterable[Entry], policy: Policy) -> tuple[Entry, ...]:
    """Return what is not as the policy demands."""
    return tuple(entry for entry in entries if not meets(entry, policy))
