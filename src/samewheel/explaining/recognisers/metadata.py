"""METADATA: requirements and other fields in another form or order, and what the backend's version decides."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from samewheel._standards import requirement_of
from samewheel.explaining.recognisers.said import coded, consistent, last, may_be_backend, pair, shown
from samewheel.explaining.recognisers.shapes import misread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.requirements import Requirement

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised
    from samewheel.wheel import Headers

__all__ = ["RECOGNISERS", "by_backend", "line_endings"]

REQUIREMENTS = "requires-dist"

LONGEST = 500
"""Characters of a requirement that is parsed."""

MOST_CHARACTERS = 1 << 17
"""Characters of all requirements that are parsed, each of which may take ten microseconds."""

LICENCES = frozenset({"license-file", "license", "license-expression"})

BY_BACKEND = frozenset(
    {
        *("metadata-version", "dynamic", "platform", "home-page", "download-url", "project-url", "provides-extra"),
        *("description-content-type", "keywords", "author", "author-email", "maintainer", "maintainer-email"),
        *("license", "license-expression", "classifier", "requires-python", "import-name", "import-namespace"),
        *("provides", "requires", "obsoletes", "supported-platform"),
    }
)
"""Fields, in lower case, that backends leave out, add, or write in a way of their own."""

EVERYWHERE = frozenset({"metadata-version", "dynamic", "import-name", "import-namespace"})
"""Those of them that no source gives."""


def _of_metadata(left: Sequence[Difference], *fields: str) -> list[Difference]:
    return [one for one in coded(left, "SW202") if one.field.lower() in fields]


def _requirements(texts: Sequence[str]) -> list[Requirement] | None:
    """Return requirements, as they are read; None if one cannot be."""
    from packaging.requirements import InvalidRequirement

    sizes = [len(text) for text in texts]
    if sum(sizes) > MOST_CHARACTERS or max(sizes, default=0) > LONGEST:
        return None
    try:
        return [requirement_of(text) for text in texts]
    except InvalidRequirement:
        return None


def requirement_format(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same requirements, once they are read: parentheses, white space, quotes, the order of specifiers."""
    for one in _of_metadata(left, REQUIREMENTS):
        texts = [headers.all(one.field) for headers in case.metadata]
        a, b = map(_requirements, texts)
        if a is not None and b is not None and Counter(map(_key, a)) == Counter(map(_key, b)):
            yield consistent("requirement-format", one)
            if Counter(map(_parts, texts[0])) == Counter(map(_parts, texts[1])):
                yield consistent("set-order", one)


def _key(requirement: Requirement) -> str:
    """Return a requirement in the form that packaging gives it, where its hash and order are of no use."""
    return str(requirement).lower() if requirement.url is None else str(requirement)


def _parts(text: str) -> str:
    """Return a requirement without the order of what commas divide in it."""
    specifiers, _, marker = text.partition(";")
    name, bracket, rest = specifiers.partition("[")
    extras, _, versions = rest.partition("]") if bracket else ("", "", name)
    return f"{sorted(extras.split(','))}{sorted(versions.split(','))}{marker}{name if bracket else ''}"


def keyword_order(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same keywords in another order."""
    for one in _of_metadata(left, "keywords"):
        a, b = (_words(",".join(headers.all(one.field))) for headers in case.metadata)
        if a != b and sorted(a) == sorted(b):
            yield consistent("set-order", one, evidence=f"{one.member}: the same {len(a)} keywords in another order")


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def header_order(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same fields in another order: that of the values of one of them, or that of the fields."""
    moved = [one for one in coded(left, "SW202") if one.field.startswith("order from header")]
    if not moved:
        return
    a, b = case.metadata
    of_a, of_b = _by_key(a), _by_key(b)
    for one in moved:
        for key, values in of_a.items():
            if values != of_b.get(key):
                evidence = f"{one.member}: the {len(values)} values of {key} are the same, in another order"
                yield consistent("set-order", one, evidence=evidence)
        if [field.key for field in a.fields] != [field.key for field in b.fields] and may_be_backend(case):
            yield consistent("backend-version", one)


def _by_key(headers: Headers) -> dict[str, list[str]]:
    """Return the values of each header, by its name as it is written."""
    found: dict[str, list[str]] = {}
    for field in headers.fields:
        found.setdefault(field.key, []).append(field.value)
    return found


def description(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The description: its line endings, empty lines before and after it, and letters that were read as others."""
    found = [one for one in coded(left, "SW202") if one.field.endswith("of the description")]
    if not found:
        return
    a, b = (headers.body for headers in case.metadata)
    plain = [text.replace("\r\n", "\n") for text in (a, b)]
    codec = misread(*plain) or misread(*reversed(plain))
    if codec:
        evidence = f"{found[0].member}: the description of one is that of the other, its UTF-8 read as {codec}"
        yield shown("text-encoding", *found, evidence=evidence)
    if plain[0].strip() != plain[1].strip():
        return
    if a.rstrip().count("\r\n") != b.rstrip().count("\r\n") or plain[0] == plain[1]:
        yield shown("line-endings", *found)
    if plain[0] != plain[1]:
        yield consistent("metadata-blank-lines", *found)


def line_endings(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Lines that end as on Windows, in a text of ``*.dist-info`` that says the same."""
    del case
    for one in coded(left, "SW202", "SW204", "SW206", "SW207", "SW208"):
        if one.field == "line endings" or one.field.startswith("ending of line"):
            yield shown("line-endings", one)


def licence_fields(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """License-File, as far as the files are found; the other fields of licences are a matter of the backend."""
    del case
    for one in _of_metadata(left, "license-file"):
        yield consistent("licence-files", one)


def by_backend(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Fields that backends write each in a way of their own, where another one may have written them."""
    if not may_be_backend(case):
        return
    reworded = _reworded(case, left)
    for one in coded(left, "SW202"):
        field = one.field.lower()
        unknown = "UNKNOWN" in pair(one) or "" in pair(one)
        a, b = (" ".join(text.split()) for text in pair(one))
        is_form = last(field).startswith("form of line") or a == b
        if field in EVERYWHERE or is_form or (field in BY_BACKEND and (unknown or one in reworded)):
            yield consistent("backend-version", one)


def _reworded(case: Case, left: Sequence[Difference]) -> list[Difference]:
    """Return fields that hold the same words as another one that differs, in any order: people, URLs, licences."""
    found = _of_metadata(left, *BY_BACKEND)
    if not found:
        return []
    fields = sorted({one.field for one in found})
    words = [Counter(_words(" ".join(" ".join(headers.all(field)) for field in fields))) for headers in case.metadata]
    return found if words[0] == words[1] else []


RECOGNISERS = (requirement_format, keyword_order, header_order, description, line_endings, licence_fields)
"""The surest first; `by_backend` comes after all others."""
