"""Every reader of documents, with valid ones to begin from, and what must hold whatever the bytes are."""

from __future__ import annotations

import json
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from samewheel._types import Sha256
from samewheel.attesting.envelopes import bundled, encoded, read_envelopes
from samewheel.attesting.keys import public_pem, read_public
from samewheel.attesting.statements import read_statement
from samewheel.attesting.statements import written as statement_bytes
from samewheel.audit.inputs.pylock import read_pylock
from samewheel.audit.inputs.requirements import read_requirements
from samewheel.audit.inputs.uv_lock import read_uv_lock
from samewheel.buildinfo import SCHEMA as BUILDINFO
from samewheel.buildinfo import read_buildinfo, to_json
from samewheel.checking.policy import read_policy
from samewheel.constraints.reading import parse_constraints
from samewheel.errors import Flaw, InvalidWheelError, SamewheelError
from samewheel.index.pages import read_page, supplement
from samewheel.project import read_project
from samewheel.rebuilding.plans import plan_text, read_plan
from samewheel.rebuilding.provenance import read_provenance
from samewheel.verification import SCHEMA as VERIFY
from samewheel.verification import read_verification
from samewheel.wheel.metadata import read_headers
from samewheel.wheel.record import read_record, write_record
from tests.fuzzing import laws
from tests.fuzzing.garbling import garbled, garbled_archive
from tests.hostile_wheels import CONTROLS
from tests.hostile_wheels.base import FILES, METADATA, WHEEL, record
from tests.index_server import JSON, entry
from tests.unit import provenances, test_constraints, test_index_pages
from tests.unit.attestations import ALICE, BOB, PAULA, enveloped, put_policy
from tests.unit.audits import target_of
from tests.unit.test_buildinfo import example
from tests.unit.test_rebuild_plans import DIGEST, GIT, PLAN
from tests.unit.test_verification import report
from tests.unit.wheels import SMALLEST, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from random import Random

__all__ = ["Reader", "is_accepted", "readers"]

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "tests" / "unit" / "audit_files"

BROAD = b"""\
Metadata-Version: 2.4
Name: demo
Version: 1.0
Keywords: a
 b
Requires-Dist: x>=1; extra == "y"
Provides-Extra: y
Description-Content-Type: text/markdown

# demo
"""


class Reader(NamedTuple):
    """A reader of ours."""

    name: str
    seeds: tuple[bytes, ...]
    """Valid documents."""
    read: Callable[[bytes], Any]
    """Returns a value, or refuses with an error of ours."""
    write: Callable[[Any], bytes] | None = None
    """The inverse of reading: what it gives is read as the same value."""
    garble: Callable[[Random, Sequence[bytes]], bytes] = garbled
    """Changes valid documents."""


def is_accepted(reader: Reader, content: bytes) -> bool:
    """Check what holds for one document, and tell whether it was accepted.

    Refused, it is refused by an error of ours. Accepted, reading it again gives the same value, and so does reading
    what is written of that value.

    Raises:
        AssertionError: two readings differ.
        Exception: the reader has failed: any other error than ours is one.
    """
    try:
        value = reader.read(content)
    except (SamewheelError, Flaw):
        return False
    if reader.write is not None:
        assert reader.read(reader.write(value)) == value
    return True


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory()


def _from_file(name: str, read: Callable[[Path], Any], content: bytes) -> Any:  # noqa: ANN401 - of any reader
    """Read a document from a file: what reads no other way."""
    path = Path(_folder().name, name)
    path.write_bytes(content)
    return read(path)


def _all(read: Callable[..., Iterable[object]], *more: object) -> Callable[[bytes], tuple[object, ...]]:
    """Return a reader that reads to the end, where one yields as it goes."""
    return lambda content: tuple(read(content, "the file", *more))


def _policies() -> tuple[bytes, ...]:
    with TemporaryDirectory() as folder:
        return (put_policy(Path(folder)).read_bytes(), put_policy(Path(folder), ALICE, BOB, PAULA).read_bytes())


def _envelopes() -> tuple[bytes, ...]:
    with TemporaryDirectory() as folder:
        wheel = written(Path(folder), SMALLEST)
        native = tuple(enveloped(wheel, by) for by in (ALICE, PAULA))
    bundles = tuple(bundled(read_envelopes(one, "x")[0]) for one in native)
    return (*native, *bundles, b"".join(native))


def _page(content: bytes, media_type: str) -> object:
    return read_page(content, media_type, test_index_pages.BASE, "six")


def _supplemented(content: bytes) -> object:
    pages = test_index_pages
    return supplement(read_page(pages.page(entry(pages.WHEEL)), JSON, pages.BASE, "six"), content)


def _archive(content: bytes) -> None:
    """Read a wheel, and hold what we find against what others do."""
    if not laws.read(content):
        raise InvalidWheelError("refused")


@cache
def readers() -> tuple[Reader, ...]:
    """Return all of them, in the order of the data's way through samewheel."""
    pages = test_index_pages
    file = {"filename": pages.WHEEL, "url": f"{pages.BASE}{pages.WHEEL}", "digests": {"sha256": pages.DIGEST}}
    old = {"releases": {"1.16.0": [{**file, "upload_time_iso_8601": "2021-05-05T14:18:17.379524Z"}]}}
    anchor = f'<a href="{pages.WHEEL}#sha256={pages.DIGEST}" data-requires-python="&gt;=2.7">{pages.WHEEL}</a>'
    envelopes = _envelopes()
    keys = tuple(public_pem(one.key.public_key()) for one in (ALICE, PAULA))
    said = provenances.provenance(provenances.attestation(provenances.naming(), provenances.statement(DIGEST)))
    real = provenances.provenance(provenances.attestation(provenances.REAL, provenances.statement(DIGEST)))
    lock, exported, compiled, pylock = (
        (LOCKS / name).read_bytes() for name in ("uv.lock", "uv-export.txt", "pip-compile.txt", "pylock.toml")
    )
    projects = [path.read_bytes() for path in sorted((ROOT / "tests" / "projects").glob("*/pyproject.toml"))]
    table = b'[tool.samewheel]\nvia = "sdist"\ntimeout = 5.0\ninclude = ["a/*.txt"]\n[tool.samewheel.env]\nA = "1"\n'
    plans = tuple(plan_text(plan).encode() for plan in (PLAN, replace(PLAN, source=GIT, pins=("a==1",), umask="077")))
    return (
        Reader(
            "pyproject",
            (*projects, projects[0] + table),
            partial(_from_file, "pyproject.toml", lambda path: read_project(path.parent)),
        ),
        Reader("constraints", (test_constraints.UV, compiled, exported), lambda one: parse_constraints(one, "c.txt")),
        Reader("archive", tuple(one.make() for one in CONTROLS if not one.large), _archive, garble=garbled_archive),
        Reader("RECORD", (record(FILES),), lambda one: read_record(one, "RECORD"), write_record),
        Reader("METADATA", (FILES[METADATA], FILES[WHEEL], BROAD), lambda one: read_headers(one, "METADATA")),
        Reader(
            *("buildinfo", (to_json(BUILDINFO, example()),)),
            *(lambda one: read_buildinfo(one, "b"), lambda value: to_json(BUILDINFO, value)),
        ),
        Reader(
            *("verify report", (to_json(VERIFY, report()),)),
            *(lambda one: read_verification(one, "v"), lambda value: to_json(VERIFY, value)),
        ),
        Reader("plan", plans, partial(_from_file, "plan.toml", read_plan), lambda plan: plan_text(plan).encode()),
        Reader("policy", _policies(), partial(_from_file, "policy.toml", read_policy)),
        Reader("envelope", envelopes[:-1], lambda one: read_envelopes(one, "e")[0], encoded),
        Reader("envelope of others", envelopes, lambda one: read_envelopes(one, "e", lenient=True)),
        Reader(
            *("statement", tuple(read_envelopes(one, "e")[0].payload for one in envelopes[:-1])),
            *(lambda one: read_statement(one, "s"), statement_bytes),
        ),
        Reader("public key", keys, lambda one: read_public(one, "k"), public_pem),
        Reader("page in JSON", (pages.page(entry(pages.WHEEL)),), lambda one: _page(one, JSON)),
        Reader("page in HTML", (f"<html>{anchor * 2}</html>".encode(),), lambda one: _page(one, "text/html")),
        Reader("page of the old form", (json.dumps(old).encode(),), _supplemented),
        Reader("provenance", (said, real), lambda one: read_provenance(one, "x", Sha256(DIGEST))),
        Reader("requirements", (exported, compiled), _all(read_requirements)),
        Reader("pylock.toml", (pylock,), lambda one: read_pylock(one, "pylock.toml")),
        Reader("uv.lock", (lock,), _all(read_uv_lock, target_of())),
    )
