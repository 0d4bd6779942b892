"""What a workflow of ours cannot do without: it is not written where a file that it names would be missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from samewheel.adopting.values import Outcome, Part, Stale, left_out
from samewheel.adopting.workflows import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.adopting.values import There

__all__ = ["with_needs", "without_release"]


def _names(content: bytes, path: str) -> bool:
    """Tell whether a workflow names a file."""
    return re.search(rf"(?:^|[^\w.-]){re.escape(path)}(?![\w-])", content.decode("utf-8", "replace")) is not None


def _missing(there: There, content: bytes, given: Mapping[str, Outcome | None]) -> Iterator[str]:
    for path, outcome in given.items():
        will_be = path in there.files or (outcome is not None and outcome.changes)
        if not will_be and _names(content, path):
            yield path


def _left_out(part: Part, path: str, given: Outcome | None) -> Outcome:
    if given is None or not given.reason:
        return left_out(part, f"it needs {path}, which is missing and was not asked for", "samewheel init")
    return left_out(part, f"it needs {path}, which is left out: {given.reason}", given.hint)


def with_needs(there: There, outcome: Outcome, given: Mapping[str, Outcome | None]) -> Outcome:
    """Return the outcome of a workflow where files that it names may be missing.

    A new one is left out then. One that is there is kept up, and called stale: its jobs would fail.

    Args:
        there: what is there.
        outcome: of ``release`` or ``audit``.
        given: for each file that such a workflow can name, the outcome of its part; None: it is not asked for.
    """
    path = outcome.changes[0].path if outcome.changes else place(there, outcome.part)
    if path is None or outcome.reason or there.below:
        return outcome
    missing = list(_missing(there, outcome.changes[0].after if outcome.changes else there.files[path], given))
    if not missing:
        return outcome
    if path not in there.files:
        return _left_out(outcome.part, missing[0], given[missing[0]])
    stale = tuple(Stale(path=path, why=f"it needs {name}, which is missing") for name in missing)
    return msgspec.structs.replace(outcome, stale=(*outcome.stale, *stale))


def without_release(policy: Outcome, release: Outcome) -> Outcome:
    """Return the outcome of a policy for the workflow that is left out: one that is missing stays so, too."""
    if not policy.changes or policy.changes[0].before is not None:
        return policy
    return left_out(Part.POLICY, "the release workflow that it would trust is left out", release.hint)
