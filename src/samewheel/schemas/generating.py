"""Schemas from values: what msgspec says of types, and what the source says of fields."""

from __future__ import annotations

import typing
from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec

from samewheel._types import Sha256
from samewheel.attesting.rebuilds import NOT_REPRODUCED, NotReproduced
from samewheel.attesting.slsa import PROVENANCE, Provenance
from samewheel.attesting.statements import STATEMENT as TYPE
from samewheel.schemas.describing import below, plainly, reachable
from samewheel.schemas.documents import DOCUMENTS, STATEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.schemas.documents import Document

__all__ = ["files", "schema_of"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

HEXADECIMAL = "^[0-9a-f]{64}$"
"""A SHA-256 digest."""

PREDICATES: dict[str, type[msgspec.Struct]] = {PROVENANCE: Provenance, NOT_REPRODUCED: NotReproduced}
"""What samewheel states; a predicate of another type is somebody else's."""


def _branches(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas of which one must hold."""
    branches: list[dict[str, Any]] = schema.get("anyOf", [schema])
    return branches


def _property(schema: dict[str, Any], kind: object, text: str, *, toml: bool) -> dict[str, Any]:
    """Return what is said of one field."""
    if Sha256 in {kind, *typing.get_args(kind)}:
        for branch in _branches(schema):
            if branch.get("type") == "string":
                branch["pattern"] = HEXADECIMAL
    if toml:
        kept = [branch for branch in _branches(schema) if branch != {"type": "null"}]
        schema = {**schema, "anyOf": kept} if len(kept) > 1 else {**schema, **kept[0]}
        if len(kept) == 1:
            schema.pop("anyOf", None)
        if schema.get("default", 0) is None:
            del schema["default"]
        elif isinstance(schema.get("default"), dict):
            schema["default"] = {key: value for key, value in schema["default"].items() if value is not None}
    return {"description": plainly(text, toml=toml), **schema} if text else schema


def _fields(cls: type[msgspec.Struct], schema: dict[str, Any], *, toml: bool) -> dict[str, Any]:
    """Return the schemas of a value's fields."""
    texts = below(cls)
    return {
        field.encode_name: _property(
            schema["properties"][field.encode_name], field.type, texts.get(field.name, ""), toml=toml
        )
        for field in msgspec.structs.fields(cls)
    }


def _members(cls: type[Enum], schema: dict[str, Any]) -> dict[str, Any]:
    """Return an enumeration, with what each member means."""
    texts = below(cls)
    said = [f"`{member.value}`: {plainly(texts[member.name])}" for member in cls if member.name in texts]
    text = " ".join([schema.get("description", ""), *said]).strip()
    return {**schema, "description": text, "enum": [member.value for member in cls]}


def _described(cls: type, schema: dict[str, Any], *, toml: bool) -> dict[str, Any]:
    """Return a class's schema with the texts of its source."""
    schema = {**schema, "description": plainly(cls.__doc__ or "")}
    del schema["title"]
    if issubclass(cls, Enum):
        return _members(cls, schema)
    if issubclass(cls, msgspec.Struct):
        return {**schema, "properties": _fields(cls, schema, toml=toml)}
    return schema


def _public(part: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    """Return a schema in which names of definitions begin with no underscore."""
    if isinstance(part, dict):
        return {key: _public(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_public(value) for value in part]
    return part.replace("#/$defs/_", "#/$defs/") if isinstance(part, str) else part


def _anything(kind: type) -> dict[str, Any]:
    """Return the schema of a type that msgspec knows none of: only ``object`` is there, which is any value.

    Raises:
        NotImplementedError: it is another one.
    """
    if kind is not object:
        raise NotImplementedError
    return {"description": "Any value."}


def _definitions(values: tuple[type[msgspec.Struct], ...], *, toml: bool) -> dict[str, Any]:
    """Return the schemas of all that values hold, and of themselves, by the name of the class."""
    _, schemas = msgspec.json.schema_components(values, schema_hook=_anything)
    classes = {cls.__name__: cls for value in values for cls in reachable(value)}
    return {
        name.lstrip("_"): _public(_described(classes[name], schema, toml=toml))
        for name, schema in sorted(schemas.items())
    }


def _stated() -> Iterator[dict[str, Any]]:
    """Yield what must hold of a predicate of each type that is ours."""
    for kind, value in sorted(PREDICATES.items()):
        yield {
            "if": {"properties": {"predicateType": {"const": kind}}},
            "then": {"properties": {"predicate": {"$ref": f"#/$defs/{value.__name__}"}}},
        }


def schema_of(document: Document) -> dict[str, Any]:
    """Return the JSON Schema of a kind of document.

    Its ``$id`` is the name of its file: where that is published, nobody can say for good.
    """
    more = tuple(PREDICATES.values()) if document is STATEMENT else ()
    definitions = _definitions((document.value, *more), toml=document.toml)
    own = definitions.pop(document.value.__name__)
    said = {"description": "What the document is.", "const": document.schema}
    if document is STATEMENT:
        own["properties"]["_type"] |= {"const": own["properties"]["_type"].pop("default")}
        own |= {"required": ["_type", *own["required"]], "allOf": list(_stated())}
    else:
        properties = {name: field for name, field in own["properties"].items() if name != "schema"}
        required = [name for name in own["required"] if name != "schema"]
        own |= {"properties": {"schema": said, **properties}, "required": ["schema", *required]}
    head = {"$schema": DIALECT, "$id": document.file, "title": TYPE if document is STATEMENT else document.schema}
    return {**head, **own, **({"$defs": definitions} if definitions else {})}


def files() -> dict[str, bytes]:
    """Return the schemas' files by name."""
    return {
        document.file: msgspec.json.format(msgspec.json.encode(schema_of(document)), indent=2) + b"\n"
        for document in DOCUMENTS
    }
