"""What a CI job demands of an audit: a lowest rung, and whether things may be skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.audit.values import Status
from samewheel.comparison import Verdict
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.audit.values import Entry

__all__ = ["Policy", "meets", "missed", "parse_policy"]

LADDER = (Verdict.IDENTICAL, Verdict.IDENTICAL_AFTER_REPLAY, Verdict.SAME_CONTENTS)
"""What a policy can accept, best first. Below, a rung says how far apart wheels are, not how safe they are."""


class Policy(Value, frozen=True, kw_only=True):
    """What is demanded of every package."""

    minimum: Verdict
    skips: bool = False
    """Whether what was skipped is no failure."""


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
        if key not in {"min", "skips"} or key in said or (key == "skips" and value not in {"allow", "refuse"}):
            raise UsageError(
                f"--policy {word!r} is not understood", hint="For example: --policy min=same-contents,skips=allow"
            )
        said[key] = value
    if not said:
        return None
    if "min" not in said:
        raise UsageError("--policy names no minimum", hint="For example: --policy min=same-contents,skips=allow")
    return Policy(minimum=_minimum(said["min"]), skips=said.get("skips") == "allow")


def meets(entry: Entry, policy: Policy) -> bool:
    """Tell whether one package is as the policy demands; what failed or is still to do is not."""
    if entry.status is Status.SKIPPED:
        return policy.skips
    accepted = LADDER[: LADDER.index(policy.minimum) + 1]
    return entry.status is Status.REBUILT and entry.verdict in accepted


def missed(entries: Iterable[Entry], policy: Policy) -> tuple[Entry, ...]:
    """Return what is not as the policy demands."""
    return tuple(entry for entry in entries if not meets(entry, policy))
