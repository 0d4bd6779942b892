"""The outcome of a check, as lines for a terminal and as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.report.lines import headline, row
from samewheel.report.markdown import code, escaped, page, table, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.checking.values import Checked, Judged

__all__ = ["checked_lines", "checked_markdown"]


def _said(one: Judged) -> str:
    who = f"{one.group}: {one.builder}" if one.builder else "nobody whom the policy knows"
    return f"{one.name} ({who})"


def _why(one: Judged) -> str:
    return "; ".join(f"{code(failure.rule)}: {escaped(failure.reason)}" for failure in one.failures)


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


def checked_markdown(found: Checked) -> Iterator[str]:
    """Yield the same as Markdown, for the summary of a job."""

    def blocks() -> Iterator[str]:
        yield verdict_line("accepted" if found.accepted else "refused", found.name, good=found.accepted)
        groups = ", ".join(map(code, found.groups)) or "nobody"
        yield f"SHA-256 {code(found.sha256)}, attested by {groups} ({found.threshold} needed)"
        rows = [
            (code(one.name), code(one.builder), "yes" if one.accepted else "no", _why(one))
            for one in found.attestations
        ]
        yield table(("attestation", "by", "counts", "why not"), rows)
        if found.failures:
            yield table(("rule", "why it fails"), [(code(one.rule), escaped(one.reason)) for one in found.failures])

    return page(blocks())
