"""The outcome of a check as Markdown, for the summary of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.report.markdown import code, escaped, page, table, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.checking.values import Checked, Judged

__all__ = ["checked_markdown"]


def _why(one: Judged) -> str:
    return "; ".join(f"{code(failure.rule)}: {escaped(failure.reason)}" for failure in one.failures)


def checked_markdown(found: Checked) -> Iterator[str]:
    """Yield whether a wheel is accepted, then each attestation of it, and each rule that fails with its reason."""

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
