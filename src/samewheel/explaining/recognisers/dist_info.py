"""RECORD, and the files of ``*.dist-info`` that have no fields: licences, SBOMs, what tools say of their run."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from samewheel.comparison.facts import place
from samewheel.explaining.causing import REPAIR_FILES
from samewheel.explaining.recognisers.said import alone, by_member, coded, consistent, may_be_backend, shown, side
from samewheel.wheel.record import ALGORITHMS, is_right

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised
    from samewheel.wheel import Row

__all__ = ["BY_BACKEND", "RECOGNISERS", "SURE", "is_licence", "written"]

LICENCES = ("licen", "copying", "notice", "authors", "copyright", "unlicense", "thirdparty", "third_party")
"""How the names of files begin that say who may do what, in lower case."""

SBOMS = ("/sboms/", ".cdx.json", ".spdx.json", "sbom")

BY_BACKEND = frozenset(
    {
        *("metadata.json", "zip-safe", "namespace_packages.txt", "dependency_links.txt", "DESCRIPTION.rst"),
        *("top_level.txt", "entry_points.txt", "not-zip-safe", "pydist.json", "requires.txt", "SOURCES.txt"),
    }
)
"""Files that backends write, or do not."""

LARGEST = 1 << 21
"""Bytes of an SBOM that is parsed."""


def is_licence(name: str) -> bool:
    """Tell by its name whether a file is a licence or the like."""
    return name.rpartition("/")[2].lower().startswith(LICENCES)


def record_order(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """RECORD with the same rows in another order or form."""
    del case
    for one in coded(left, "SW203"):
        algorithms = [text.partition("=")[0] for text in (one.a, one.b)]
        is_hash = one.field.startswith("row of") and algorithms[0] != algorithms[1] and "absent" not in algorithms
        if one.field in {"order", "form"} or is_hash:
            yield consistent("record-order", one)


def edited(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """RECORD is wrong about a file; shown, if it gives the hash that the file has in the other wheel."""
    found = coded(left, "SW205")
    of_rows = {other.field: other for other in coded(left, "SW203")} if found else {}
    of_members = by_member(case.differences) if found else {}
    for one in found:
        row = of_rows.get(f"row of {_place(case, one)}")
        rows = [one, row] if row is not None else [one]
        if _is_hash_of_the_other(case, one.member):
            evidence = f"{one.member}: both RECORDs give it the same hash, and only one of the files has it"
            contents = [other for other in of_members[one.member] if other != one]
            yield shown("edited-after", *rows, evidence=evidence)
            if contents:
                yield shown("edited-after", *contents, evidence=evidence, whole=False)
        else:
            yield consistent("edited-after", *rows)


def false_row(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """A file is the same in both wheels, and a RECORD gives it a hash or a size that it does not have."""
    for one in coded(left, "SW203"):
        name = one.field.removeprefix("row of ")
        rows, contents = _rows(case, name), case.contents(name)
        if rows is None or contents is None or contents[0] != contents[1]:
            continue
        wrong = [number for number, row in zip(("first", "second"), rows, strict=True) if _is_wrong(row, contents[0])]
        if wrong:
            evidence = (
                f"{name} is the same in both wheels, and RECORD is wrong about it in the {' and the '.join(wrong)}"
            )
            yield consistent("edited-after", one, evidence=evidence)


def _is_wrong(row: Row, content: bytes) -> bool:
    return row.algorithm in ALGORITHMS and not is_right(row, [content])


def _place(case: Case, one: Difference) -> str:
    """Return how RECORD's differences call a member."""
    found = (place(one.member, wheel.dist_info) for wheel in case.wheels if one.member in wheel.members)
    return next(found, one.member)


def _is_hash_of_the_other(case: Case, name: str) -> bool:
    rows, contents = _rows(case, name), case.contents(name)
    if rows is None or contents is None or rows[0].recorded != rows[1].recorded:
        return False
    algorithm, _, _ = rows[0].recorded.partition("=")
    return algorithm == "sha256" and sum(_hash(content) == rows[0].recorded for content in contents) == 1


def _rows(case: Case, name: str) -> tuple[Row, Row] | None:
    members = [members.get(name) for members in case.members]
    rows = [
        wheel.record.get(member.name)
        for wheel, member in zip(case.wheels, members, strict=True)
        if member is not None
    ]
    found = [row for row in rows if row is not None]
    return (found[0], found[1]) if len(found) == len(case.wheels) else None


def _hash(content: bytes) -> str:
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


def licence_places(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Licences in another folder of ``*.dist-info``, shown by equal contents."""
    there: dict[tuple[int, str], list[Difference]] = {}
    for one in _licences(left, "SW204", "SW302"):
        content = alone(case, one)
        if content is not None:
            there.setdefault((side(one), hashlib.sha256(content).hexdigest()), []).append(one)
    for (which, digest), ones in there.items():
        others = there.get((1 - which, digest), [])
        if others and which == 0:
            names = f"{ones[0].member} in the first, {others[0].member} in the second, with the same contents"
            yield shown("licence-files", *ones, *others, evidence=names)


def licences(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Licences in only one wheel's ``*.dist-info``."""
    del case
    for one in _licences(left, "SW204"):
        yield consistent("licence-files", one)


def _licences(left: Sequence[Difference], *codes: str) -> list[Difference]:
    """Return the differences that are licences of only one wheel."""
    return [one for one in coded(left, *codes) if one.field == "presence" and is_licence(one.member)]


def _is_sbom(name: str) -> bool:
    return any(part in name.lower() for part in SBOMS)


def sbom_order(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """An SBOM with the same entries in another order."""
    for name, found in by_member(coded(left, "SW204", "SW314", "SW315")).items():
        contents = case.contents(name) if _is_sbom(name) and found[0].field != "presence" else None
        if contents is None or max(map(len, contents)) > LARGEST:
            continue
        try:
            a, b = map(json.loads, contents)
            same = a != b and _sorted(a) == _sorted(b)
        except (ValueError, RecursionError):
            continue
        if same:
            yield shown("sbom-order", *found)


def _sorted(document: object) -> str:
    """Return a document as a text that shows no order."""
    if isinstance(document, dict):
        return f"{{{','.join(f'{json.dumps(key)}:{_sorted(inner)}' for key, inner in sorted(document.items()))}}}"
    if isinstance(document, list):
        return f"[{','.join(sorted(map(_sorted, document)))}]"
    return json.dumps(document)


def sbom_serial(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The serial number of an SBOM, which its format wants to be random."""
    del case
    for one in coded(left, "SW204", "SW315"):
        if _is_sbom(one.member) and one.field == "key serialNumber" and "urn:uuid:" in one.a and "urn:uuid:" in one.b:
            yield consistent("randomness", one)


def repair(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Files by which tools that repair wheels say that they did."""
    del case
    for one in coded(left, "SW204"):
        if one.member.rpartition("/")[2] in REPAIR_FILES:
            yield shown("repair-tool", one)


def list_order(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same lines of a text that a backend writes, in another order."""
    del case
    for one in coded(left, "SW204", "SW207", "SW208"):
        if one.field.startswith("order of lines"):
            yield consistent("set-order", one)
            if one.code != "SW207":
                yield consistent("directory-order", one)


def written(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Files that backends write, or write otherwise, where another one may have written them."""
    if not may_be_backend(case):
        return
    for one in coded(left, "SW204", "SW207", "SW208"):
        is_theirs = one.member.rpartition("/")[2] in BY_BACKEND
        if is_theirs and one.field in {"presence", "end of file"}:
            yield consistent("backend-version", one)


SURE = (repair, licence_places)
"""What names and contents tell for sure."""

RECOGNISERS = (licences, sbom_order, sbom_serial, edited, false_row, record_order, list_order)
"""The surest first; `written` comes after all others."""
