"""The page of two wheels: what ``diff``, ``verify`` and ``rebuild`` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel import __version__
from samewheel._types import Value
from samewheel.report.html.causes import causes
from samewheel.report.html.flow import flow
from samewheel.report.html.members import counted, differing_members, groups, tree
from samewheel.report.html.rendering import render_page
from samewheel.report.html.words import VERDICTS

if TYPE_CHECKING:
    from samewheel.comparison import Difference, Verdict
    from samewheel.excerpts import Excerpts
    from samewheel.explaining.values import Explanation
    from samewheel.report.html.values import Fact, Rows

__all__ = ["Compared", "compared_page"]

OPENED = 12
"""Members of which all is seen at once; the others are opened by those who want to."""


class Compared(Value, frozen=True, kw_only=True):
    """What a page of two wheels shows."""

    command: str
    """Which one made it: ``diff``, ``verify`` or ``rebuild``."""
    name: str
    """Of the wheel."""
    verdict: Verdict
    sentence: str
    """What the verdict means here."""
    sides: tuple[str, str]
    """What the two wheels are called."""
    builds: tuple[str, str] | None = None
    """What the two builds are called of which tables tell; None: as the wheels."""
    facts: tuple[Fact, ...] = ()
    tables: tuple[Rows, ...] = ()
    differences: tuple[Difference, ...] = ()
    causes: tuple[Explanation, ...] = ()
    varied: tuple[str, ...] = ()
    """Conditions that the builds saw differently."""
    excerpts: Excerpts | None = None
    """None where there are no two wheels to look into."""
    plan: tuple[tuple[str, str, str], ...] = ()
    """How it was built: fields, their values, and why."""
    attempts: tuple[tuple[str, str, str], ...] = ()
    """What was tried: verdict, why, and what was changed or went wrong."""
    commands: tuple[str, ...] = ()
    """Plain commands that repeat it."""


def compared_page(found: Compared, *, back: str = "") -> str:
    """Return the page, as HTML; ``back`` is the name of the audit that it belongs to, if it does."""
    told = causes(found.causes)
    members, more = differing_members(found.differences, found.excerpts)
    folder = tree(found.excerpts, found.differences, members) if found.excerpts is not None else None
    return render_page(
        "compared.html.j2",
        scripts=("theme.js", "page.js"),
        styles=("common.css", "page.css"),
        version=__version__,
        page=found,
        builds=found.builds or found.sides,
        badge=VERDICTS[found.verdict],
        causes=told,
        flow=flow(told, found.varied),
        members=members,
        more_members=more,
        opened=OPENED,
        groups=groups(found.differences),
        tree=folder,
        counted=counted(found.excerpts, found.differences) if found.excerpts is not None else "",
        back=back,
    )
