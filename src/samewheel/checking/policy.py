"""What a gate accepts: a TOML file that people write (``policy.toml``, schema ``samewheel/policy/1``)."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec

from samewheel._types import Value
from samewheel.attesting.keys import PublicKey, keyid, read_public
from samewheel.comparison import Verdict
from samewheel.errors import UsageError

__all__ = ["ACCEPTABLE", "ANY", "SCHEMA", "Apart", "Builder", "Identity", "Policy", "Trusted", "read_policy"]

SCHEMA = "samewheel/policy/1"

ACCEPTABLE = (Verdict.IDENTICAL, Verdict.IDENTICAL_AFTER_REPLAY, Verdict.SAME_CONTENTS)
"""The verdicts that a policy may ask for: below them, files that are installed may be others."""

ANY = "*"
"""What stands for any value of a parameter."""


_Word = Annotated[str, msgspec.Meta(min_length=1)]
"""A text that says something."""


class Apart(StrEnum):
    """How far a build must have been kept apart, from not at all."""

    NONE = "none"
    """It need not have been."""
    NO_NETWORK = "no-network"
    """Without a network."""
    HIDDEN = "hidden"
    """No network, and no files but the system's and its own."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of the policy; a key that is not known is an error, as it may be a rule with a slip in it."""


class Identity(_Table, frozen=True, kw_only=True):
    """Who signed without a key of their own: all that is given must be in the certificate, to the letter."""

    issuer: _Word
    """The OIDC issuer."""
    subject: _Word
    """The certificate's subject alternative name, such as a workflow at a ref."""
    tags: str = ""
    """A name of tags, in which ``*`` stands for anything; where it is given, the subject is without its ref, and the
    certificate's must be at such a tag."""
    repository: str = ""
    """The URI of the source repository."""
    runner: str = "github-hosted"
    """The environment that ran the workflow; empty: any."""
    trusted_root: str = ""
    """The path of a file, relative to the policy, with the authorities and logs to trust; empty: Sigstore's own."""

    @property
    def workflow(self) -> tuple[str, str]:
        """The issuer, and the subject at whatever ref; an address of mail has none."""
        return self.issuer, self.subject.partition("@")[0] if "://" in self.subject else self.subject


class Builder(_Table, frozen=True, kw_only=True):
    """Who may build, and by what they are known: a key, or an identity."""

    id: _Word
    """The URI that their provenance has as ``builder.id``."""
    group: _Word
    """Who operates it: builders of one group count once."""
    key: str = ""
    """A public key in PEM, or the path of one, relative to the policy."""
    identity: Identity | None = None
    """Instead of a key: who signed."""
    valid_from: dt.date | None = None
    """The first day (UTC) on which it may be used; None: always before."""
    valid_until: dt.date | None = None
    """The last day (UTC) on which it may be used; None: always after."""
    revoked: bool = False
    """Whether it is not believed any more, whatever the day."""


class _Wheel(_Table, frozen=True, kw_only=True):
    names: tuple[str, ...] = ()
    """File names; ``*`` stands for anything. None: any name."""


class _Source(_Table, frozen=True, kw_only=True):
    uri: str | None = None
    """Of the repository, to the letter; None: any."""
    ref: str | None = None
    """The tag or branch, to the letter; None: any."""
    commit: str | None = None
    """In full; None: any."""
    sha256: str | None = None
    """Of the sdist, where that is the source."""


class _Build(_Table, frozen=True, kw_only=True):
    types: tuple[str, ...]
    """URIs of the types of build that are accepted."""
    constraints: str | None = None
    """SHA-256 of the constraints file."""
    parameters: dict[str, tuple[str, ...]] = {}
    """The external parameters that are allowed, and their values; ``*`` is any."""


class _Accept(_Table, frozen=True, kw_only=True):
    threshold: int = 1
    """Groups of builders that must say the same."""
    verdict: Verdict | None = None
    """The worst verdict of ``samewheel verify``; None: it need not have been verified."""
    varied: tuple[str, ...] = ()
    """Conditions that the second build must really have had otherwise."""
    isolation: Apart = Apart.NONE
    """The least that counts."""
    max_age_days: Annotated[int, msgspec.Meta(ge=0, le=36500)] | None = None
    """Days since it was built or signed; None: any number."""
    not_before: dt.date | None = None
    """The first day (UTC) on which it may have been built or signed; None: any."""


class Policy(_Table, frozen=True, kw_only=True):
    """What a gate accepts of a wheel, and from whom."""

    schema: str
    """``samewheel/policy/1``."""
    wheel: _Wheel = _Wheel()
    """Which files it is for."""
    source: _Source = _Source()
    """What they must be built from."""
    build: _Build
    """How they must be built."""
    accept: _Accept = _Accept()
    """What must have come of it, and how many must say so."""
    builders: tuple[Builder, ...] = msgspec.field(name="builder")
    """Those who are believed; at least as many groups of them as the threshold."""

    @property
    def groups(self) -> frozenset[str]:
        """Who there is that may be believed."""
        return frozenset(builder.group for builder in self.builders)


class Trusted(Value, frozen=True, kw_only=True):
    """A policy with the keys of its builders."""

    policy: Policy
    keys: tuple[PublicKey | None, ...]
    """Of each builder, in their order; None for one that is known by an identity."""
    digest: str
    """SHA-256 of the policy's file."""
    folder: Path = Path()
    """Where the policy is."""

    def root(self, identity: Identity) -> Path | None:
        """Return the file with the authorities and logs by which an identity is known; None: Sigstore's own."""
        return self.folder / identity.trusted_root if identity.trusted_root else None


def _key(builder: Builder, where: Path) -> PublicKey | None:
    if (not builder.key) == (builder.identity is None):
        raise UsageError(f"{where}: the builder {builder.id} needs a key, or an identity, and not both")
    if not builder.key:
        return None
    if builder.key.lstrip().startswith("-----BEGIN"):
        return read_public(builder.key.encode(), f"of the builder {builder.id}")
    path = where.parent / builder.key
    try:
        return read_public(path.read_bytes(), str(path))
    except (OSError, ValueError) as error:
        # ValueError: a name with a NUL.
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot read the key of the builder {builder.id}", cause=f"{path}: {reason}") from error


def _refuse(policy: Policy, keys: tuple[PublicKey | None, ...], where: Path) -> None:
    """Refuse what can never be met, or says less than it seems to.

    Raises:
        UsageError: the policy does.
    """
    names = [keyid(key) for key in keys if key is not None]
    known = [one.identity for one in policy.builders if one.identity is not None]
    identities = [(one.issuer, one.subject) for one in known]
    refs = [one.subject for one in known if one.tags]
    workflows = {(one.identity.workflow, one.group) for one in policy.builders if one.identity is not None}
    verdict = policy.accept.verdict
    operators = {(builder.id, builder.group) for builder in policy.builders}
    alike = {group.strip().casefold() for group in policy.groups}
    problems = {
        f"Its schema is {policy.schema!r}, not {SCHEMA!r}.": policy.schema != SCHEMA,
        f"The threshold is {policy.accept.threshold}; it has {len(policy.groups)} groups of builders.": not (
            1 <= policy.accept.threshold <= len(policy.groups)
        ),
        "A key is there twice: each belongs to one builder.": len({*names}) != len(names),
        "An identity is there twice: each belongs to one builder.": len({*identities}) != len(identities),
        "A workflow is there in two groups of builders: it is one, at whatever ref.": len(
            {who for who, _ in workflows}
        )
        != len(workflows),
        "With tags, the subject of an identity is without its ref.": any("@" in subject for subject in refs),
        "A builder's id is there in two groups: each belongs to one.": len({who for who, _ in operators})
        != len(operators),
        "Two groups of builders have names that look alike.": len(alike) != len(policy.groups),
        "It accepts no type of build.": not policy.build.types,
        f"A gate cannot accept {verdict}: files that are installed differ.": verdict is not None
        and verdict not in ACCEPTABLE,
    }
    for problem, is_so in problems.items():
        if is_so:
            raise UsageError(f"the policy {where} cannot be used", cause=problem)


def read_policy(path: Path) -> Trusted:
    """Read a policy, and the keys that it names.

    Raises:
        UsageError: it cannot be read, has a key that is not known, or can never be met.
    """
    try:
        content = path.read_bytes()
        document: dict[str, Any] = tomllib.loads(content.decode())
        policy = msgspec.convert(document, Policy)
    except OSError as error:
        raise UsageError(f"cannot read the policy {path}", cause=str(error.strerror)) from error
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        # ValueError: no TOML, or no UTF-8; RecursionError: brackets without end.
        hint = f"One to begin with: samewheel check WHEEL --init-policy {path}"
        raise UsageError(f"the policy {path} cannot be used", cause=str(error), hint=hint) from error
    keys = tuple(_key(builder, path) for builder in policy.builders)
    _refuse(policy, keys, path)
    return Trusted(policy=policy, keys=keys, digest=hashlib.sha256(content).hexdigest(), folder=path.parent)
