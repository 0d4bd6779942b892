"""The outcome of a check, as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._text import printable
from samewheel.report.lines import headline, paragraph, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.checking.values import Checked, Judged

__all__ = ["checked_lines"]


def _said(one: Judged) -> str:
    who = f"{one.group}: {one.builder}" if one.builder else "nobody whom the policy knows"
    return f"{one.name} ({who})"


def checked_lines(found: Checked) -> Iterator[str]:
    """Yield whether a wheel is accepted, then what was said of it, and each rule that fails with its reason."""
    yield headline("accepted" if found.accepted else "refused", found.name, good=found.accepted)
    yield row("sha256", found.sha256)
    yield row("attested by", f"{', '.join(found.groups) or 'nobody'} ({found.threshold} needed)")
    for failure in found.failures:
        yield from paragraph(failure.rule, printable(failure.reason))
    for one in found.attestations:
        yield row("counts" if one.accepted else "does not", _said(one))
        if one.lenient:
            yield row("", "read leniently: not in the form that samewheel writes")
        for failure in one.failures:
            yield from paragraph("", printable(f"{failure.rule}: {failure.reason}"))
