"""Holds JSON that samewheel wrote against its schemas, as another program would: by the files in docs."""

from __future__ import annotations

import functools
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parent.parent / "docs" / "lookup" / "schemas"

EVIDENCE = ("*.buildinfo.json", "*.verify.json", "*.rebuild.json")
"""Files that samewheel writes beside wheels."""

ANCIENT = 2.0
"""Seconds that the clock of a file system may be behind."""


@functools.cache
def validator(name: str) -> Draft202012Validator:
    """Return what validates a kind of document, such as ``verify-1``."""
    from jsonschema import Draft202012Validator

    schema = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def name_of(document: dict[str, Any]) -> str | None:
    """Return the name of a document's schema; None for one that is not ours."""
    if document.get("_type") == "https://in-toto.io/Statement/v1":
        return "statement-1"
    schema = document.get("schema")
    if isinstance(schema, str) and schema.startswith("samewheel/"):
        return schema.removeprefix("samewheel/").replace("/", "-")
    return None


def validate(document: dict[str, Any]) -> None:
    """Fail unless a document says which schema it has, and has it.

    Raises:
        jsonschema.ValidationError: it has another form.
    """
    name = name_of(document)
    assert name is not None, f"no schema is named: {sorted(document)}"
    validator(name).validate(document)


def fits(text: str) -> None:
    """Fail if a text is a document in JSON that is not as its schema says, or does not say first which it has."""
    if not text.startswith("{"):
        return
    document = json.loads(text)
    assert next(iter(document)) in {"schema", "_type"}
    validate(document)


def from_toml(text: str) -> dict[str, Any]:
    """Return a document in TOML as a schema sees it: days are strings."""
    document: dict[str, Any] = json.loads(json.dumps(tomllib.loads(text), default=str))
    return document


def newer(folder: Path, moment: float) -> Iterator[Path]:
    """Yield the evidence below a folder that was written since."""
    for pattern in EVIDENCE:
        for path in folder.glob(f"**/evidence/{pattern}"):
            if path.stat().st_mtime >= moment - ANCIENT:
                yield path
