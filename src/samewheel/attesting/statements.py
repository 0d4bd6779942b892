"""In-toto statements (v1): which files, and what is said of them."""

from __future__ import annotations

import re

import msgspec

from samewheel.attesting.strictness import canonical, strictly
from samewheel.errors import InvalidAttestationError

__all__ = ["STATEMENT", "Resource", "Statement", "read_statement", "written"]

STATEMENT = "https://in-toto.io/Statement/v1"
"""The type of a statement."""

DIGEST = re.compile(r"[0-9a-f]+")


class Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A file or the like (in-toto ResourceDescriptor); it has a digest, a URI or contents."""

    name: str = ""
    """Of a file, or what it is here."""
    uri: str = ""
    """Where it is, or what it is called everywhere."""
    digest: dict[str, str] = msgspec.field(default_factory=dict)
    """In lower-case hexadecimal digits, by the name of the algorithm."""
    content: str = ""
    """In base64."""
    media_type: str = ""
    """Of the contents (RFC 6838)."""
    annotations: dict[str, object] = msgspec.field(default_factory=dict)
    """What else is said of it."""


class Statement(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is said of files."""

    type: str = msgspec.field(name="_type", default=STATEMENT)
    """``https://in-toto.io/Statement/v1``."""
    subject: tuple[Resource, ...]
    """What it is about."""
    predicate_type: str
    """What kind of thing is said: a URI."""
    predicate: dict[str, object]
    """What is said."""


def written(statement: Statement) -> bytes:
    """Return the bytes of a statement that are signed: canonical JSON."""
    return canonical(msgspec.to_builtins(statement))


def read_statement(content: bytes, where: str, *, lenient: bool = False) -> Statement:
    """Read a statement from the very bytes whose signature was verified.

    Args:
        content: these bytes.
        where: what they are from, for messages.
        lenient: take unknown fields and other forms of JSON than ours; what is said is the same.

    Raises:
        InvalidAttestationError: it is no such statement, or could be read in two ways.
    """
    document = strictly(content, where)
    try:
        statement = msgspec.convert(document, Statement)
    except msgspec.ValidationError as error:
        raise InvalidAttestationError(f"{where} holds no in-toto statement", cause=str(error)) from error
    if statement.type != STATEMENT:
        raise InvalidAttestationError(f"{where} holds no in-toto statement of version 1", cause=statement.type)
    if not lenient and written(statement) != content:
        raise InvalidAttestationError(f"{where} holds a statement that samewheel did not write")
    for one in statement.subject:
        for algorithm, digest in one.digest.items():
            if not DIGEST.fullmatch(digest):
                raise InvalidAttestationError(
                    f"{where} holds a digest that is none", cause=f"{algorithm}: {digest!r}"
                )
    return statement
