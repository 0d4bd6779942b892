"""The outcome of a check, as lines for a terminal and as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._text import printable
from samewheel.report.lines import headline, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.checking.values import Checked, Judged

__all__ = ["checked_lines", "checked_markdown"]


def _said(one: Judged) -> str:
    who = f"{one.group}: {one.builder}" if one.builder else "nobody whom the policy knows"
    return f"{one.name} ({who})"


def checked_lines(found: Checked) -> Iterator[str]:
    """Yield whether a wheel is accepted, then what was said of it, and each rule that fails with its reason."""
    yield headline("accepted" if found.accepted else "refused", found.name, good=found.accepted)
    yield row("sha256", found.sha256)
    yield row("attested by", f"{', '.join(found.groups) or 'nobody'} ({found.threshold} needed)")
    for failure in found.failures:
        yield row(failure.rule, failure.reason)
    for one in found.attestations:
        yield row("counts" if one.accepted else "does not", _said(one))
        if one.lenient:
            yield row("", "read leniently: not in the form that samewheel writes")
        for failure in one.failures:
            yield row("", f"{failure.rule}: {failure.reason}")


def _cell(text: str) -> str:
    """Return text that Markdown shows as it is, in a table."""
    plain = printable(text)
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>()#+!|~&" else letter for letter in plain)


def checked_markdown(found: Checked) -> Iterator[str]:
    """Yield the same as Markdown, for the summary of a job."""
    yield f"### {'✅ accepted' if found.accepted else '❌ refused'}: {_cell(found.name)}"
    yield ""
    groups = _cell(", ".join(found.groups) or "nobody")
    yield f"SHA-256 `{found.sha256}`, attested by {groups} ({found.threshold} needed)"
    yield ""
    yield "| attestation | by | counts | why not |"
    yield "| --- | --- | --- | --- |"
    for one in found.attestations:
        why = "; ".join(f"{failure.rule}: {failure.reason}" for failure in one.failures)
        yield f"| {_cell(one.name)} | {_cell(one.builder)} | {'yes' if one.accepted else 'no'} | {_cell(why)} |"
    for failure in found.failures:
        yield f"| | | no | {_cell(failure.rule)}: {_cell(failure.reason)} |"
