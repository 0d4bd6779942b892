"""Signing without a key: Sigstore certifies the identity of a CI job, and a log keeps that it signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.attesting.attesting import Attested
    from samewheel.attesting.statements import Statement

__all__ = ["attest_keyless"]


def attest_keyless(statement: Statement, folder: Path) -> Attested:
    """Sign a statement as the CI job that this runs in, and write it as a Sigstore bundle."""
    raise UsageError("keyless signing is not built yet", cause=f"{statement.type} {folder}")
