"""The schemas: docs/lookup/schemas is what the values are, and refuses what they are not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from samewheel.buildinfo import to_json
from samewheel.explaining import pages
from samewheel.schemas.describing import below, plainly
from samewheel.schemas.documents import DOCUMENTS, Document
from samewheel.schemas.generating import files, schema_of
from tests.conftest import ROOT
from tests.schemas import FOLDER, fits, validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = files()

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.file)


def objects(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever JSON has
    """Yield each part of a schema that says what an object has."""
    if isinstance(part, dict):
        if "properties" in part and "type" in part:
            yield part
        for value in part.values():
            yield from objects(value)
    elif isinstance(part, list):
        for value in part:
            yield from objects(value)


def document_of_a_page() -> dict[str, Any]:
    """Return a document that is always the same."""
    found: dict[str, Any] = json.loads(to_json(pages.SCHEMA, pages.explained(["SW102"])))
    return found


def test_docs_are_what_the_values_are() -> None:
    """A value that changes changes the promise: run ``just schemas``, and see whether the number must go up."""
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == FILES


def test_docs_are_written_anew_without_remains(tmp_path: Path) -> None:
    """A schema of a document that is none any more does not stay behind, and other files do."""
    for name in ("gone-1.json", "notes.txt"):
        (tmp_path / name).write_text("", "utf-8")
    subprocess.run([sys.executable, "-m", "samewheel.schemas", tmp_path], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "notes.txt"}


def test_every_schema_that_the_source_names_has_a_file() -> None:
    """A document without a schema is one that nobody outside can rely on."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = set(re.findall(r'"(samewheel/[a-z-]+/[0-9]+)"', source))
    assert named == {document.schema for document in DOCUMENTS}


def test_page_has_a_row_for_every_document() -> None:
    """Which command writes it, and where its schema is; nothing that there is not."""
    page = (ROOT / "docs" / "lookup" / "schemas.md").read_text("utf-8")
    rows = re.findall(r"^\| `(samewheel/\S+)` \| (.+) \| \[(\S+)\]\(schemas/(\S+)\) \|$", page, re.MULTILINE)
    assert [(schema, where.replace("`", ""), name, link) for schema, where, name, link in rows] == [
        (one.schema, one.where, one.file, one.file) for one in DOCUMENTS
    ]


@every_document
def test_schema_is_one(document: Document) -> None:
    """What is no schema of its dialect refuses nothing."""
    Draft202012Validator.check_schema(schema_of(document))


@every_document
def test_every_field_says_what_it_is(document: Document) -> None:
    """Whoever reads a schema has no source beside it."""
    silent = [
        name
        for part in objects(schema_of(document))
        for name, field in part["properties"].items()
        if not field.get("description")
    ]
    assert not silent


@every_document
def test_no_text_is_one_of_the_source_alone(document: Document) -> None:
    """Sphinx's roles, Python's None and names that begin with an underscore mean nothing to others."""
    text = FILES[document.file].decode()
    assert not re.search(r":\w+:`|\bNone\b|``|/_[A-Z]", text)


def test_a_changed_type_is_refused() -> None:
    """The control: a schema that takes everything would pass all other tests."""
    document = document_of_a_page()
    validate(document)
    document["codes"] = "SW102"
    with pytest.raises(ValidationError, match="is not of type 'array'"):
        validate(document)


def test_a_removed_key_is_refused() -> None:
    """As before, for what is missing."""
    document = document_of_a_page()
    del document["codes"][0]["summary"]
    with pytest.raises(ValidationError, match="'summary' is a required property"):
        validate(document)


def test_another_verdict_is_refused() -> None:
    """As before, for a word that is none of a closed set."""
    document = document_of_a_page()
    document["codes"][0]["verdict"] = "almost-identical"
    with pytest.raises(ValidationError, match="is not one of"):
        validate(document)


def test_a_document_without_a_schema_is_noticed() -> None:
    """What tests hold against schemas must say which one it has, and say it first."""
    with pytest.raises(AssertionError):
        fits('{"name": "sample", "schema": "samewheel/explain/1"}')
    with pytest.raises(AssertionError):
        validate({"schema": "another/1"})


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.file.startswith(("build", "verify", "check"))])
def test_what_readers_refuse_schemas_refuse(document: Document) -> None:
    """Readers take no key that they do not know; a file that passes here must not fail there."""
    closed = [part["additionalProperties"] for part in objects(schema_of(document)) if part["type"] == "object"]
    assert closed
    assert set(closed) == {False}


def test_texts_below_fields_are_found_where_they_are() -> None:
    """The text of one field must not be told of another."""
    found = below(Document)
    assert found["schema"] == "What it says it is: ``samewheel/NAME/NUMBER``."
    assert set(found) == {"schema", "value", "where", "toml"}


def test_texts_are_told_to_readers_of_json() -> None:
    """The same text serves people who read the source, and people who do not."""
    assert plainly(":class:`samewheel.buildinfo.Isolation`; None:\n  ``none``") == "buildinfo.Isolation; null: `none`"
    assert plainly("None: any", toml=True) == "absent: any"
