"""A rebuild as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._words import plural
from samewheel.report.lines import isolated
from samewheel.report.markdown import code, details, escaped, fenced, page, table, verdict_line
from samewheel.report.markdown_wheels import MEANINGS, cause_blocks, difference_block
from samewheel.report.rebuilt import PROVEN, built_first, moments, proof, source, tools, unpublished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.rebuilding import Rebuilt

__all__ = ["rebuilt_blocks", "rebuilt_markdown"]


def _published(rebuilt: Rebuilt) -> str:
    if rebuilt.on_index:
        return f"{code(rebuilt.wheel.sha256)}, on the index"
    return f"{code(rebuilt.wheel.sha256)}, {unpublished(rebuilt)}"


def _facts(rebuilt: Rebuilt) -> Iterator[tuple[str, str]]:
    """Yield what was built from what, in rows of two."""
    yield "published", _published(rebuilt)
    if rebuilt.sha256 is not None:
        yield "rebuilt", code(rebuilt.sha256)
    if rebuilt.verdict in PROVEN:
        yield "proven", escaped(proof(rebuilt))
    if rebuilt.plan is not None:
        yield "source", code(source(rebuilt.plan))
        yield "built with", code(tools(rebuilt.plan))
        if rebuilt.built:
            yield "built first", code(built_first(rebuilt))
        yield "time", escaped(moments(rebuilt.plan))
    if rebuilt.isolation is not None:
        yield "isolation", escaped(isolated(rebuilt.isolation))


def rebuilt_blocks(rebuilt: Rebuilt) -> Iterator[str]:
    """Yield the blocks that tell about a rebuild: the verdict first."""
    good = rebuilt.verdict in PROVEN
    yield verdict_line(rebuilt.verdict.value, rebuilt.wheel.name, MEANINGS[rebuilt.verdict], good=good)
    yield table(("", ""), list(_facts(rebuilt)))
    if rebuilt.reason:
        yield fenced(rebuilt.reason)
    yield from cause_blocks(rebuilt.causes)
    yield from difference_block(rebuilt.differences, "published", "rebuilt")
    if rebuilt.attempts:
        rows = [(str(number), one.verdict.value, escaped(one.why)) for number, one in enumerate(rebuilt.attempts, 1)]
        yield details(f"{plural(len(rows), 'plan')} tried", table(("", "verdict", "why it was tried"), rows))


def rebuilt_markdown(rebuilt: Rebuilt) -> Iterator[str]:
    """Yield a rebuild as lines of Markdown: the verdict first."""
    return page(rebuilt_blocks(rebuilt))
