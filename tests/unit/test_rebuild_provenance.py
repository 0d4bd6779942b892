"""Reading provenance files: what a certificate names, and everything that is not read."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._types import Sha256
from samewheel.errors import SamewheelError
from samewheel.rebuilding.provenance import Origin, read_provenance
from tests.unit.provenances import (
    COMMIT,
    REAL,
    REF,
    REPOSITORY,
    attestation,
    certificate,
    naming,
    provenance,
    statement,
    utf8_string,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DIGEST = Sha256("ab" * 32)
GOOD = provenance(attestation(naming(), statement(DIGEST)))


def read(content: bytes) -> Origin | None:
    """Read a provenance of the file that all of these are about."""
    return read_provenance(content, "demo-1.0-py3-none-any.whl", DIGEST)


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return a good provenance with something else in its first attestation."""
    document = json.loads(GOOD)
    change(document["attestation_bundles"][0]["attestations"][0])
    return json.dumps(document).encode()


def test_a_real_certificate_names_repository_commit_and_tag() -> None:
    """As the authority made it when the release was published."""
    assert read(provenance(attestation(REAL, statement(DIGEST)))) == Origin(
        repository="https://github.com/trailofbits/pypi-attestations",
        commit="08802efe1f8e5fec4ad842d6b8ce97656092ee72",
        ref="refs/tags/v0.0.19",
    )


@pytest.mark.parametrize("length", [1, 127, 128, 200])
def test_texts_of_all_lengths_are_read(length: int) -> None:
    """DER writes short lengths in another way than long ones."""
    ref = "refs/" + "x" * length
    found = read(provenance(attestation(naming(ref=ref), statement(DIGEST))))
    assert found == Origin(repository=REPOSITORY, commit=COMMIT, ref=ref if length <= 200 else "")


def test_attestations_that_agree_are_one_origin() -> None:
    """A file may have one by its publisher, and one by what built it."""
    both = provenance(*[attestation(naming(), statement(DIGEST))] * 2)
    assert read(both) == Origin(repository=REPOSITORY, commit=COMMIT, ref=REF)


@pytest.mark.parametrize("extensions", [{}, {12: utf8_string(REPOSITORY)}, {13: utf8_string(COMMIT)}])
def test_a_certificate_may_name_no_source(extensions: dict[int, bytes]) -> None:
    """That of a person has a mail address, and half of a source is none."""
    assert read(provenance(attestation(certificate(extensions), statement(DIGEST)))) is None


def test_a_file_may_have_no_attestations() -> None:
    """Then nothing is known."""
    assert read(provenance()) is None


@pytest.mark.parametrize(
    "repository",
    [
        "http://example.org/us/demo",
        "file:///etc/passwd",
        "ext::sh -c true",
        "git@example.org:us/demo",
        "https://user@example.org/us/demo",
        "https://example.org/us/demo?x=1",
        "https://example.org/us/../demo",
        "https://example.org/--upload-pack=x",
        "https://example.org/us/demo\n",
        "https://localhost/us/demo",
        "https://example.org",
        "",
        "https://example.org/" + "x/" * 50_000,
    ],
)
def test_only_plain_addresses_of_repositories_are_taken(repository: str) -> None:
    """Git gets it as an argument, and would take some for something else than an address of the network."""
    with pytest.raises(SamewheelError, match=r"repository|certificate"):
        read(provenance(attestation(naming(repository=repository), statement(DIGEST))))


@pytest.mark.parametrize(
    "commit", ["", "main", "--orphan", COMMIT[:-1], COMMIT.upper().replace("0", "A"), COMMIT + "\n"]
)
def test_only_whole_commits_are_taken(commit: str) -> None:
    """A branch is another commit tomorrow."""
    with pytest.raises(SamewheelError, match="names the commit"):
        read(provenance(attestation(naming(commit=commit), statement(DIGEST))))


@pytest.mark.parametrize("ref", ["", "v1.0", "refs/tags/\x1b[31m", "refs/tags/ü"])
def test_a_reference_that_is_odd_is_not_shown(ref: str) -> None:
    """It is for people to read; the commit decides."""
    found = read(provenance(attestation(naming(ref=ref), statement(DIGEST))))
    assert found == Origin(repository=REPOSITORY, commit=COMMIT, ref="")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x0c",
        COMMIT.encode(),
        b"\x13\x28" + COMMIT.encode(),
        b"\x0c\x28" + COMMIT.encode() + b"0",
        b"\x0c\x29" + COMMIT.encode(),
        b"\x0c\x81\x28" + COMMIT.encode(),
        b"\x0c\x82\x00\x28" + COMMIT.encode(),
        b"\x0c\x80" + COMMIT.encode() + b"\0\0",
        b"\x0c\xff" + COMMIT.encode(),
        b"\x0c\x02\xff\xff",
    ],
)
def test_only_der_is_read(value: bytes) -> None:
    """Other ways to write the same are for other readers, who may see something else."""
    extensions = {12: utf8_string(REPOSITORY), 13: value}
    with pytest.raises(SamewheelError, match="cannot be read"):
        read(provenance(attestation(certificate(extensions), statement(DIGEST))))


WRONG = {
    "nothing": (b"", "Expecting value"),
    "no object": (b"[]", "object"),
    "no text": (b"\xff", "utf-8"),
    "nested without end": (b"[" * 100_000, "recursion"),
    "too large": (b" " * ((1 << 20) + 1), "more than"),
    "of a later version": (GOOD.replace(b'"version": 1', b'"version": 2', 1), "version|enum"),
    "a key twice": (GOOD.replace(b'"version": 1', b'"version": 1, "version": 1', 1), "twice"),
    "too many": (provenance(*[attestation(naming(), statement(DIGEST))] * 17), "length"),
    "no envelope": (changed(lambda one: one.pop("envelope")), "envelope"),
    "no base64": (changed(lambda one: one.update(verification_material={"certificate": "!"})), "base64|Only"),
    "no certificate": (changed(lambda one: one.update(verification_material={"certificate": "AAAA"})), "pars"),
    "cut off": (changed(lambda one: one.update(verification_material={"certificate": REAL[:-8]})), "pars"),
    "more behind it": (changed(lambda one: one.update(verification_material={"certificate": REAL + "AAAA"})), "pars"),
    "a large certificate": (
        changed(lambda one: one.update(verification_material={"certificate": "A" * 100_000})),
        "more than",
    ),
    "another file": (provenance(attestation(naming(), statement("cd" * 32))), "another SHA-256"),
    "no subject": (provenance(attestation(naming(), statement(DIGEST, subject=[]))), "length"),
    "another statement": (provenance(attestation(naming(), statement(DIGEST, _type="v9"))), "_type|enum"),
    "several sources": (
        provenance(*(attestation(naming(commit=one * 40), statement(DIGEST)) for one in "ab")),
        "several sources",
    ),
}
"""What may be wrong with a provenance file, and what is said of it."""


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused(name: str) -> None:
    """With the name of the file, and as one error that a rebuild can go on after."""
    content, words = WRONG[name]
    with pytest.raises(SamewheelError, match=rf"(?s)provenance of demo-1.0.*({words})"):
        read(content)


@given(st.data())
def test_damage_is_refused_or_leaves_a_source(data: st.DataObject) -> None:
    """Whatever bit of a certificate is turned, what comes out is no other kind of thing, and no other error."""
    der = bytearray(base64.b64decode(REAL))
    place = data.draw(st.integers(0, len(der) - 1))
    der[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = read(provenance(attestation(base64.b64encode(bytes(der)).decode(), statement(DIGEST))))
    except SamewheelError as error:
        assert error.cause  # noqa: PT017 - most bits end here, and not all of them
    else:
        assert found is None or (found.repository.startswith("https://") and len(found.commit) == 40)
