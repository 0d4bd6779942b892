"""Differences of wheels and their causes as Markdown, and all of ``samewheel diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._words import plural
from samewheel.comparison import Verdict
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.causes.pasting import CODE, COMMANDS, place, where
from samewheel.explaining.pages import LANGUAGES
from samewheel.explaining.values import UNKNOWN
from samewheel.report.causes import MOST_CAUSES, MOST_EVIDENCE, why
from samewheel.report.markdown import bullets, code, details, escaped, fenced, page, table, verdict_line
from samewheel.report.wheels import MOST_NAMES, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.diffs import Explained
    from samewheel.explaining.values import Explanation
    from samewheel.report.wheels import Group

__all__ = ["MEANINGS", "cause_blocks", "diff_markdown", "difference_block"]

MEANINGS = {
    Verdict.IDENTICAL: "equal to the bit",
    Verdict.IDENTICAL_AFTER_REPLAY: "equal to the bit once the published archive's headers are imposed on ours",
    Verdict.SAME_CONTENTS: "the same files in another archive",
    Verdict.METADATA_DIFFERS: "the same installed files with other metadata",
    Verdict.PAYLOAD_DIFFERS: "installed files differ",
    Verdict.NOT_BUILDABLE: "no build finished",
    Verdict.NO_SOURCE: "there is nothing to build from",
}
"""What a verdict says, as the end of a sentence."""


def _remedy(cause: Explanation) -> Iterator[str]:
    """Yield what to do: to be pasted where there is more than a sentence to say."""
    known = CAUSES.get(cause.cause)
    if known is not None and cause.remedy == known.do:
        return
    if "\n" not in cause.remedy:
        yield from [escaped(cause.remedy)] if cause.remedy else []
        return
    file, lines = place(cause.remedy)
    yield f"{escaped(where(file, '').capitalize() if file in {COMMANDS, CODE} else f'In {file}')}:"
    yield fenced(lines, LANGUAGES.get(file, "text"))


def cause_blocks(causes: Sequence[Explanation]) -> Iterator[str]:
    """Yield each cause with how sure it is, what it is told from, and the remedy."""
    for cause in causes[:MOST_CAUSES]:
        if cause.cause == UNKNOWN:
            yield f"**Unexplained:** {escaped(cause.sentence)}"
        else:
            yield f"**Cause:** {code(cause.cause)} ({escaped(why(cause))}): {escaped(cause.sentence)}"
        if cause.evidence:
            yield bullets(map(code, cause.evidence[:MOST_EVIDENCE]))
        yield from _remedy(cause)
        if cause.cause != UNKNOWN:
            yield f"More: {', '.join(code(f'samewheel explain {name}') for name in (cause.cause, *cause.besides))}"
    if len(causes) > MOST_CAUSES:
        yield f"and {len(causes) - MOST_CAUSES} more causes: `--json` has them all"


def _row(group: Group) -> tuple[str, ...]:
    first, names = group.first, group.members
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    members = ", ".join(map(code, names[:MOST_NAMES])) + more
    return (first.code, members, escaped(first.field), code(first.a), code(first.b))


def difference_block(differences: Sequence[Difference], a: str, b: str) -> Iterator[str]:
    """Yield a table of differences, the worst first, that opens when somebody wants to see it.

    Args:
        differences: of two wheels; none gives no block.
        a: what the first wheel is, in our words.
        b: what the second one is.
    """
    if not differences:
        return
    groups = grouped(differences)
    head = ("code", "members", "what differs", a, b)
    yield details(plural(len(differences), "difference"), table(head, [_row(group) for group in groups]))


def diff_markdown(found: Explained) -> Iterator[str]:
    """Yield how two wheels differ as lines of Markdown: the verdict first."""

    def blocks() -> Iterator[str]:
        yield verdict_line(
            found.verdict.value, found.a.name, MEANINGS[found.verdict], good=found.verdict is Verdict.IDENTICAL
        )
        files = (("first", found.a), ("second", found.b))
        rows = [(word, code(one.name), code(one.sha256), f"{one.size:,}") for word, one in files]
        yield table(("wheel", "file", "SHA-256", "bytes"), rows)
        yield from cause_blocks(found.causes)
        yield from difference_block(found.differences, "first", "second")

    return page(blocks())
