"""What there are schemas of: each kind of document, with the value that it holds and the command that writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel import buildinfo, canonicalizing, verification
from samewheel._types import Value
from samewheel.attesting.statements import Statement
from samewheel.checking import policy
from samewheel.checking import values as checked
from samewheel.explaining import diffs, pages
from samewheel.rebuilding import values as rebuilt
from samewheel.report import audit_tables, conditions

if TYPE_CHECKING:
    import msgspec

__all__ = ["DOCUMENTS", "STATEMENT", "Document"]


class Document(Value, frozen=True, kw_only=True):
    """One kind of document."""

    schema: str
    """What it says it is: ``samewheel/NAME/NUMBER``."""
    value: type[msgspec.Struct]
    """What it holds besides."""
    where: str
    """The commands that write or read it, and the files that it is in."""
    toml: bool = False
    """Whether it is TOML, where what is null in JSON is absent."""

    @property
    def file(self) -> str:
        """The name of its schema's file."""
        return f"{self.schema.removeprefix('samewheel/').replace('/', '-')}.json"


STATEMENT = Document(
    schema="samewheel/statement/1", value=Statement, where="attest --json; the payload of *.intoto.jsonl"
)
"""An in-toto statement, whose form is not ours: it has its own way to say what it is."""

DOCUMENTS = (
    Document(
        schema=buildinfo.SCHEMA,
        value=buildinfo.BuildInfo,
        where="build --json; evidence/WHEEL.buildinfo.json",
    ),
    Document(
        schema=verification.SCHEMA,
        value=verification.Verification,
        where="verify --json; evidence/WHEEL.verify.json",
    ),
    Document(schema=conditions.SCHEMA, value=conditions.Conditions, where="conditions --json"),
    Document(schema=diffs.SCHEMA, value=diffs.Explained, where="diff --json"),
    Document(schema=pages.SCHEMA, value=pages.Pages, where="explain --json"),
    Document(schema=canonicalizing.SCHEMA, value=canonicalizing.CanonicalReport, where="canonicalize --json"),
    Document(schema=rebuilt.SCHEMA, value=rebuilt.Rebuilt, where="rebuild --json; evidence/WHEEL.rebuild.json"),
    Document(schema=rebuilt.PLAN_SCHEMA, value=rebuilt.Plan, where="rebuild --plan FILE", toml=True),
    Document(schema=audit_tables.LISTING_SCHEMA, value=audit_tables.Listing, where="audit --json; audit list --json"),
    Document(schema=audit_tables.SHOWN_SCHEMA, value=audit_tables.Shown, where="audit show --json"),
    Document(schema=audit_tables.MERGED_SCHEMA, value=audit_tables.MergedAudits, where="audit merge --json"),
    Document(schema=checked.SCHEMA, value=checked.Checked, where="check --json"),
    Document(
        schema=policy.SCHEMA, value=policy.Policy, where="check --policy FILE; check --init-policy FILE", toml=True
    ),
    STATEMENT,
)
"""All of them; a command's page lists them in this order."""
