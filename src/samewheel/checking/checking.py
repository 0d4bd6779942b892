"""The check: read a wheel once, judge each of its attestations, and count the groups of those that hold."""

from __future__ import annotations

import datetime as dt
import glob
import hashlib
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace
from packaging.utils import InvalidWheelFilename

from samewheel._text import printable
from samewheel._types import Sha256, Value
from samewheel.attesting.envelopes import read_envelopes
from samewheel.attesting.keys import keyid
from samewheel.attesting.statements import read_statement
from samewheel.attesting.strictness import LARGEST
from samewheel.checking.rules import RULES, Given
from samewheel.checking.values import Checked, Failure, Judged
from samewheel.errors import InvalidAttestationError, InvalidWheelError, SamewheelError, UsageError
from samewheel.wheel import CHUNK, read_file_name, wheel_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from io import FileIO
    from pathlib import Path

    from samewheel.attesting.envelopes import Envelope
    from samewheel.checking.policy import Builder, Policy, Trusted

__all__ = ["check", "evidence_of", "today"]


class _About(Value, frozen=True, kw_only=True):
    """What attestations are checked against."""

    wheel: str
    sha256: Sha256
    trusted: Trusted
    today: dt.date


LONGEST = 300
"""Characters of a reason: what is wrong with a file may be that it has too many."""


def _in_a_line(error: SamewheelError) -> str:
    said = ": ".join(" ".join(part.split()) for part in (error.what, error.cause) if part)
    return printable(said if len(said) <= LONGEST else f"{said[:LONGEST]}…")


def _is_wheels_name(name: str) -> bool:
    """Tell whether a file has a wheel's name, in letters that look like no others."""
    try:
        read_file_name(name)
    except InvalidWheelFilename:
        return False
    return name.isascii() and name.isprintable()


def _fits(name: str, pattern: str) -> bool:
    """Tell whether a name is one of a pattern in which ``*`` stands for anything, and all else for itself."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def _file_failures(file: FileIO, path: Path, policy: Policy) -> Iterator[Failure]:
    """Yield what is wrong with a file: its name must be what the policy has, and what the wheel says of itself."""
    if not _is_wheels_name(path.name):
        yield Failure(rule="file-name", reason=f"{path.name!r} is no name of a wheel")
    names = policy.wheel.names
    if names and not any(_fits(path.name, pattern) for pattern in names):
        yield Failure(rule="file-name", reason=f"it is {path.name!r}; the policy has {', '.join(names)}")
    try:
        wheel_in(file, path)
    except InvalidWheelError as error:
        yield Failure(rule="wheel", reason=_in_a_line(error))


class _Signed(Value, frozen=True, kw_only=True):
    """An envelope whose signature holds."""

    builder: Builder
    signer: str
    """The key's id, or the identity."""
    payload: bytes
    """The very bytes that were verified."""


def _unknown(reason: str = "no builder that the policy knows has signed it") -> tuple[Failure, ...]:
    return (Failure(rule="signature", reason=reason),)


def _keyed(envelope: Envelope, trusted: Trusted) -> _Signed | tuple[Failure, ...]:
    """Return which of the policy's builders signed an envelope, by their keys."""
    for builder, key in zip(trusted.policy.builders, trusted.keys, strict=True):
        if key is not None and any(True for _ in envelope.signers([key])):
            return _Signed(builder=builder, signer=keyid(key), payload=envelope.payload)
    return _unknown()


def _certified(envelope: Envelope, trusted: Trusted) -> _Signed | tuple[Failure, ...]:
    """Return which of the policy's builders signed a bundle with a certificate; else why the likeliest did not."""
    known = [(one, one.identity) for one in trusted.policy.builders if one.identity is not None]
    if not known:
        return _unknown("it has a certificate, and the policy knows no builder by an identity")
    from samewheel.attesting.certificates import need_sigstore, subject_of

    need_sigstore("a bundle with a certificate")
    from samewheel.checking.identities import verified, verifier_for

    refused: list[tuple[Failure, ...]] = []
    for builder, identity in known:
        found = verified(envelope, identity, verifier_for(trusted.root(identity)))
        if isinstance(found, bytes):
            signer = subject_of(envelope.certified) if identity.tags else identity.subject
            return _Signed(builder=builder, signer=signer, payload=found)
        refused.append(found)
    return min(refused, key=len)


def _ruled(signed: _Signed, one: Judged, about: _About) -> Judged:
    """Return what is to be said of an attestation that a builder signed."""
    try:
        statement = read_statement(signed.payload, one.name, lenient=one.lenient)
    except InvalidAttestationError as error:
        return replace(one, failures=(Failure(rule="statement", reason=_in_a_line(error)),))
    given = Given(
        statement=statement,
        builder=signed.builder,
        policy=about.trusted.policy,
        wheel=about.wheel,
        sha256=about.sha256,
        today=about.today,
    )
    return replace(
        one, source=given.said.source, failures=tuple(failure for rule in RULES for failure in rule(given))
    )


def _judged(envelope: Envelope, one: Judged, about: _About) -> Judged:
    """Return what is to be said of an attestation of which only the file is known."""
    who = _keyed if envelope.certified is None else _certified
    signed = who(envelope, about.trusted)
    if not isinstance(signed, _Signed):
        return replace(one, lenient=envelope.lenient, failures=signed)
    by = signed.builder
    known = replace(one, builder=by.id, group=by.group, keyid=signed.signer, lenient=envelope.lenient)
    return _ruled(signed, known, about)


def _read(path: Path) -> tuple[bytes, Sha256]:
    """Return what an attestation's file holds, not more of it than is refused as too large, and its digest.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
            digest = hashlib.sha256(content)
            while rest := file.read(CHUNK):
                digest.update(rest)
    except OSError as error:
        raise UsageError(f"cannot read the attestation {path}", cause=str(error.strerror)) from error
    return content, Sha256(digest.hexdigest())


OF_FORM = frozenset({"form", "signature", "statement"})
"""Rules that fail of what others may write in forms of their own."""


def _all_judged(path: Path, about: _About, *, lenient: bool) -> list[Judged]:
    """Return what is to be said of each attestation in a file; what is in our form is never read leniently."""
    content, digest = _read(path)
    # Some names are no text at all, and could not be written into what comes of it.
    name = printable(path.name)
    found = list(_judged_as(content, name, digest, about, lenient=False))
    if lenient and any(failure.rule in OF_FORM for one in found for failure in one.failures):
        return list(_judged_as(content, name, digest, about, lenient=True))
    return found


def _judged_as(content: bytes, name: str, digest: Sha256, about: _About, *, lenient: bool) -> Iterator[Judged]:
    try:
        envelopes = read_envelopes(content, name, lenient=lenient)
    except InvalidAttestationError as error:
        yield Judged(file=name, sha256=digest, failures=(Failure(rule="form", reason=_in_a_line(error)),))
        return
    for number, envelope in enumerate(envelopes, 1):
        yield _judged(envelope, Judged(file=name, number=number, sha256=digest), about)


SOURCES = ("gitCommit", "sha256", "samewheelTree")
"""The digests of a source that two attestations may contradict each other in."""


def _groups(found: Iterable[Judged]) -> frozenset[str]:
    return frozenset(one.group for one in found)


def _order(groups: frozenset[str]) -> tuple[int, list[str]]:
    """Return the key by which the most groups come first, of several sets of one size the first by name."""
    return -len(groups), sorted(groups)


def _most(found: Sequence[Judged], kinds: Sequence[str], most: frozenset[str]) -> frozenset[str]:
    """Return the most groups that name no two digests of these kinds; ``most``, if they are no more than that."""
    if _order(_groups(found)) >= _order(most):
        return most
    if not kinds:
        return _groups(found)
    kind, *others = kinds
    values = {one.source[kind] for one in found if kind in one.source}
    parts = [[one for one in found if one.source.get(kind, value) == value] for value in values] or [list(found)]
    # The largest first: what cannot be larger than what was found is not looked into.
    for part in sorted(parts, key=lambda part: _order(_groups(part))):
        most = _most(part, others, most)
    return most


def _agreeing(judged: Sequence[Judged]) -> frozenset[str]:
    """Return the most groups of builders whose attestations count and name no two sources.

    One may name a commit, and another an sdist: that is no contradiction.
    """
    return _most([one for one in judged if one.accepted], SOURCES, frozenset())


def _enough(judged: Sequence[Judged], groups: frozenset[str], wanted: int) -> Iterator[Failure]:
    """Yield what fails where too few groups of builders say the same."""
    if len(groups) < wanted:
        others = {one.group for one in judged if one.accepted} - groups
        said = ", ".join(sorted(groups)) or "nobody"
        but = f"; of another source: {', '.join(sorted(others))}" if others else ""
        yield Failure(rule="threshold", reason=f"{len(groups)} of {wanted} groups of builders attest it: {said}{but}")


def evidence_of(wheel: Path, folder: Path) -> tuple[Path, ...]:
    """Return the attestations of a wheel in a folder, sorted: envelopes, and bundles that are not of the same."""
    name = glob.escape(wheel.name)
    # Beside a bundle that names a key, there is its envelope.
    envelopes, bundles = (
        [path for path in (*folder.glob(f"{name}.{ending}"), *folder.glob(f"{name}.*.{ending}")) if path.is_file()]
        for ending in ("intoto.jsonl", "sigstore.json")
    )
    return tuple(sorted([*envelopes, *(path for path in bundles if b'"certificate"' in _read(path)[0])]))


def today() -> dt.date:
    """Return the day, in UTC."""
    return dt.datetime.now(dt.UTC).date()


def check(
    wheel: Path, attestations: Sequence[Path], trusted: Trusted, *, on: dt.date, lenient: bool = False
) -> Checked:
    """Check a wheel against a policy.

    Args:
        wheel: the file; it is opened once, and everything is said of what was read then.
        attestations: files of envelopes or bundles.
        trusted: the policy.
        on: the day, in UTC; decides who may still sign, and what is too old.
        lenient: take attestations in forms that other tools write.

    Raises:
        UsageError: a file cannot be read.
    """
    try:
        with wheel.open("rb", buffering=0) as file:
            sha256 = Sha256(hashlib.file_digest(file, "sha256").hexdigest())
            failures = list(_file_failures(file, wheel, trusted.policy))
    except OSError as error:
        raise UsageError(f"cannot read the wheel {wheel}", cause=str(error.strerror)) from error
    about = _About(wheel=wheel.name, sha256=sha256, trusted=trusted, today=on)
    judged = [one for path in attestations for one in _all_judged(path, about, lenient=lenient)]
    groups, wanted = _agreeing(judged), trusted.policy.accept.threshold
    failures += _enough(judged, groups, wanted)
    return Checked(
        name=printable(wheel.name),
        sha256=sha256,
        accepted=not failures,
        threshold=wanted,
        groups=tuple(sorted(groups)),
        policy=Sha256(trusted.digest),
        attestations=tuple(judged),
        failures=tuple(failures),
    )
