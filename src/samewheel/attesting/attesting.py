"""Attesting: what a buildinfo and a report say of a wheel becomes a signed statement beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from samewheel._files import sha256_of, write_atomic
from samewheel._text import printable
from samewheel._types import Value
from samewheel.attesting.certificates import subject_of
from samewheel.attesting.envelopes import bundled, encoded, read_envelopes, sealed
from samewheel.attesting.keys import keyid
from samewheel.attesting.provenance import provenance
from samewheel.attesting.slsa import BUILDER, PROVENANCE, SIGNED_ON
from samewheel.attesting.statements import Resource, Statement, written
from samewheel.comparison import Verdict
from samewheel.errors import InvalidAttestationError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel._types import Sha256
    from samewheel.attesting.envelopes import Envelope
    from samewheel.attesting.keys import PrivateKey
    from samewheel.buildinfo import BuildInfo
    from samewheel.verification import Verification

__all__ = ["Attested", "attest", "place", "refuse_no_text", "statement_of"]


BUILDS = 2
"""Of a verification."""

LONGEST = 200
"""Characters of a value that a message shows."""


class Attested(Value, frozen=True, kw_only=True):
    """A signed statement, and its files."""

    statement: Statement
    signer: str
    """The key's id, or the identity."""
    files: tuple[Path, ...]
    trust: Path | None = None
    """The configuration of a Sigstore that is not the public one, where such a one certified it."""


def _agree(name: str, sha256: Sha256, info: BuildInfo, report: Verification | None) -> None:
    """Check that all speak of one file.

    Raises:
        UsageError: they do not.
    """
    named: dict[str, str] = {f"the wheel {name}": sha256, "the buildinfo": info.wheel.sha256}
    if report is not None:
        if len(report.builds) != BUILDS:
            raise UsageError(f"cannot attest {name}", cause="The verification is not of two builds.")
        named["the verification's first build"] = report.builds[0].wheel.sha256
        if report.verdict is Verdict.IDENTICAL:
            named["the verification's second build"] = report.builds[1].wheel.sha256
        if report.against is not None and report.verdict is Verdict.IDENTICAL:
            named["the wheel that the verification was given"] = report.against
    if len({*named.values()}) > 1:
        said = "\n".join(f"{what}: {digest}" for what, digest in named.items())
        hint = "Build and verify again, and attest what came of that."
        raise UsageError(f"cannot attest {name}: not all name the same file", cause=said, hint=hint)
    if info.wheel.name != name:
        raise UsageError(f"cannot attest {name}", cause=f"The buildinfo is of {info.wheel.name}.")


def _inputs(info: BuildInfo) -> dict[str, object]:
    """Return what went into a build, in the words of people.

    Where it ran, by which frontend and on which Python is not of it: a verification varies them, or another machine.
    """
    source = info.source
    return {
        "commit": source.commit,
        "files of the source": source.digest,
        "folder": source.subdirectory,
        "changes that are in no commit": source.dirty,
        "files that are in no commit": source.included,
        "constraints": info.constraints.sha256,
        "way (tree or sdist)": info.via,
        "settings of the backend": info.config_settings,
        "variables": info.env,
        "readable files": info.readable,
    }


def _short_text(value: object) -> str:
    text = printable(str(value or "none"))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _same_build(name: str, info: BuildInfo, report: Verification) -> None:
    """Check that what was verified is what was built: equal wheels may come of other sources, pins or liberties.

    Raises:
        UsageError: it is not.
    """
    frontends = sorted({build.frontend.name for build in report.builds})
    other: list[tuple[str, object, object]] = []
    if info.frontend.name not in frontends:
        other.append(("frontend", info.frontend.name, ", ".join(frontends)))
    built, *verified = map(_inputs, (info, *report.builds))
    other += [(what, built[what], one[what]) for one in verified for what in built if built[what] != one[what]]
    if other:
        said = [f"{what}: {_short_text(mine)} built, {_short_text(theirs)} verified" for what, mine, theirs in other]
        raise UsageError(
            f"cannot attest {name}: it was verified from something else",
            cause="\n".join(dict.fromkeys(said)),
            hint="Verify what was built, and attest what comes of that: samewheel verify",
        )


def _of_commit(name: str, commit: str, info: BuildInfo, report: Verification | None) -> None:
    """Check that all that is said is of builds of one commit, as it is.

    Raises:
        UsageError: one was built from another, from none, or with changes that are in none.
    """
    named = {"the buildinfo": info.source.commit}
    if report is not None:
        named |= {f"the verification's build {n}": build.source.commit for n, build in enumerate(report.builds, 1)}
    if {*named.values()} != {commit}:
        said = "\n".join(f"{what}: {printable(found or 'no commit')}" for what, found in named.items())
        hint = "Build and verify that commit, and attest what came of it."
        raise UsageError(f"cannot attest {name}: it was not built from {printable(commit)}", cause=said, hint=hint)
    if info.source.dirty:
        said = f"Changes that are in no commit: {_short_text(', '.join(info.source.dirty))}"
        hint = "Commit them, build and verify that commit, and attest what came of it."
        raise UsageError(
            f"cannot attest {name}: it was not built from {printable(commit)} as it is", cause=said, hint=hint
        )


def refuse_no_text(what: str, text: str | None) -> None:
    """Refuse what cannot be meant: an empty text, as a variable that is not set gives, or bytes that are none.

    Raises:
        UsageError: it is one of these.
    """
    if text is not None and (not text.strip() or not text.isprintable()):
        raise UsageError(f"the {what} {printable(text)!r} says nothing", hint=f"Name one, or leave out --{what}.")


def statement_of(
    wheel: Path,
    info: BuildInfo,
    report: Verification | None = None,
    *,
    builder: str | None = None,
    ref: str | None = None,
    commit: str | None = None,
    with_time: bool = False,
) -> Statement:
    """Return what is to be signed of a wheel.

    Args:
        wheel: the file.
        info: its buildinfo.
        report: of its verification, if there was one.
        builder: the URI of who built; None: somebody on a machine of their own.
        ref: the tag or branch that the commit was built for.
        commit: what it must be built from, in full; None: anything.
        with_time: state the time, too.

    Raises:
        UsageError: wheel, buildinfo and report are not of one file, not of one build's source, pins and settings, or
            not of the commit; or a text is empty.
    """
    for what, text in (("builder", builder), ("ref", ref), ("commit", commit)):
        refuse_no_text(what, text)
    sha256 = sha256_of(wheel)
    _agree(wheel.name, sha256, info, report)
    if commit is not None:
        _of_commit(wheel.name, commit, info, report)
    if report is not None:
        _same_build(wheel.name, info, report)
    metadata = {SIGNED_ON: dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")} if with_time else {}
    return Statement(
        subject=(Resource(name=wheel.name, digest={"sha256": str(sha256)}),),
        predicate_type=PROVENANCE,
        predicate=provenance(info, report, builder=builder or BUILDER, ref=ref, metadata=metadata),
    )


def _signer(path: Path) -> str | None:
    """Return who signed the attestation that is there already; None if there is none, empty if nobody of ours."""
    try:
        (envelope,) = read_envelopes(path.read_bytes(), path.name)
        if envelope.certified is not None:
            return subject_of(envelope.certified)
    except (OSError, InvalidAttestationError, ValueError):
        return "" if path.exists() else None
    return envelope.signatures[0].keyid if envelope.signatures else ""


def _short(signer: str) -> str:
    """Return eight characters for a signer that may stand in any file's name."""
    if not signer.startswith("SHA256:"):
        return hashlib.sha256(signer.encode()).hexdigest()[:8]
    return signer.removeprefix("SHA256:").replace("/", "_").replace("+", "-")[:8]


def place(folder: Path, name: str, ending: str, signer: str) -> Path:
    """Return where a signer's attestation of a file goes: beside that of another signer, never over it.

    Args:
        folder: where attestations are.
        name: the file's.
        ending: what follows it, such as ``sigstore.json``.
        signer: the key's id, or the identity.
    """
    whole = hashlib.sha256(signer.encode()).hexdigest()
    usual = (f"{name}.{ending}", f"{name}.{_short(signer)}.{ending}")
    free = (one for one in usual if _signer(folder / one) in {None, signer})
    return folder / next(free, f"{name}.{whole}.{ending}")


def attest(statement: Statement, key: PrivateKey, folder: Path, name: str | None = None) -> Attested:
    """Sign a statement, and write it as a DSSE envelope and as a Sigstore bundle.

    Args:
        statement: with one subject.
        key: signs it.
        folder: where the files go; another signer's are not overwritten.
        name: the file that they are named after; None: the subject.

    Raises:
        SamewheelError: the files cannot be written.
    """
    envelope: Envelope = sealed(written(statement), key)
    signer, name = keyid(key.public_key()), name or statement.subject[0].name
    folder.mkdir(parents=True, exist_ok=True)
    plain, bundle = (place(folder, name, ending, signer) for ending in ("intoto.jsonl", "sigstore.json"))
    write_atomic(bundle, bundled(envelope))
    write_atomic(plain, encoded(envelope))
    return Attested(statement=statement, signer=signer, files=(plain, bundle))
