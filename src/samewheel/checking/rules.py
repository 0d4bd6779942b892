"""The rules of a policy, one function each: they take a statement whose signature holds, and yield what fails.

The order is that of the check: who signed what kind of statement, of which file, built how, from what, and when.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.attesting.slsa import PROVENANCE, SIGNED_ON
from samewheel.checking.policy import ACCEPTABLE, ANY, Apart
from samewheel.checking.provenances import Provenance
from samewheel.checking.values import Failure
from samewheel.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from samewheel.attesting.statements import Statement
    from samewheel.checking.policy import Builder, Policy

__all__ = ["RULES", "Given"]

HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


class Given(Value, frozen=True, kw_only=True):
    """What a rule looks at."""

    statement: Statement
    builder: Builder
    """Who signed it."""
    policy: Policy
    wheel: str
    """The file's name."""
    sha256: str
    """Of the file."""
    today: dt.date
    """In UTC."""

    @property
    def said(self) -> Provenance:
        """What is said of how it was built."""
        return Provenance(predicate=self.statement.predicate)


def _failure(rule: str, reason: str) -> Failure:
    return Failure(rule=rule, reason=reason)


def _among(text: object, allowed: Sequence[str]) -> bool:
    return isinstance(text, str) and (ANY in allowed or text in allowed)


def predicate_type(given: Given) -> Iterator[Failure]:
    """The statement is SLSA provenance."""
    if given.statement.predicate_type != PROVENANCE:
        yield _failure("predicate-type", f"it states {given.statement.predicate_type}, which is no provenance")


def subject(given: Given) -> Iterator[Failure]:
    """It is about this file alone, by name and by SHA-256."""
    subjects = given.statement.subject
    if len(subjects) != 1:
        yield _failure("subject", f"it is about {len(subjects)} files")
        return
    (one,) = subjects
    if one.name != given.wheel:
        yield _failure("subject-name", f"it is about {one.name or 'a file without a name'!r}, not {given.wheel!r}")
    if one.digest.keys() != {"sha256"} or not HEXADECIMAL.fullmatch(one.digest["sha256"]):
        yield _failure("subject-digest", f"it names the file by {', '.join(sorted(one.digest)) or 'no digest'}")
    elif one.digest["sha256"] != given.sha256:
        yield _failure(
            "subject-digest", f"it is about another file: {one.digest['sha256']}, and this one has {given.sha256}"
        )


def validity(given: Given) -> Iterator[Failure]:
    """Who signed may still, and does so in the name of the builder they are bound to."""
    builder, said = given.builder, given.said.at("runDetails", "builder", "id")
    if builder.revoked:
        yield _failure("builder-revoked", f"{builder.id} is revoked")
    if builder.valid_from is not None and given.today < builder.valid_from:
        yield _failure("builder-validity", f"{builder.id} may be believed from {builder.valid_from}")
    if builder.valid_until is not None and given.today > builder.valid_until:
        yield _failure("builder-validity", f"{builder.id} could be believed until {builder.valid_until}")
    if said != builder.id:
        yield _failure("builder-id", f"it says that {said} built; its signer is {builder.id}")


def build_type(given: Given) -> Iterator[Failure]:
    """It was built in a way that the policy knows."""
    said = given.said.at("buildDefinition", "buildType")
    if said not in given.policy.build.types:
        yield _failure("build-type", f"it is {said}; the policy has {', '.join(given.policy.build.types)}")


def _wanted(given: Given) -> dict[str, str | None]:
    """Return the parameters that the policy's table ``source`` is about."""
    return {"source": given.policy.source.uri, "ref": given.policy.source.ref}


def parameters(given: Given) -> Iterator[Failure]:
    """All that the caller of the build decided is allowed; what the policy does not know is not."""
    said = given.said.parameters
    if said is None:
        yield _failure("parameters", "it has none")
        return
    allowed = dict(given.policy.build.parameters)
    # These have a rule of their own.
    allowed |= {key: (ANY,) for key, value in _wanted(given).items() if value is not None}
    for key, value in sorted(said.items()):
        if key not in allowed:
            yield _failure("parameters", f"{key} = {value!r} is not known to the policy")
        elif not _among(value, allowed[key]):
            yield _failure("parameters", f"{key} = {value!r}; the policy has {', '.join(allowed[key])}")


def source(given: Given) -> Iterator[Failure]:
    """It was built from where the policy says, for the tag or branch that the policy names."""
    for key, wanted in _wanted(given).items():
        said = given.said.at("buildDefinition", "externalParameters", key)
        if wanted is not None and said != wanted:
            rule = "source-uri" if key == "source" else "source-ref"
            yield _failure(rule, f"it was built from {said or 'none that it names'}; the policy has {wanted}")


def commit(given: Given) -> Iterator[Failure]:
    """It was built from the commit that the policy names."""
    wanted, said = given.policy.source.commit, given.said.commit
    if wanted is not None and said != wanted:
        yield _failure("source-commit", f"it was built from {said or 'no commit'}; the policy has {wanted}")


def sdist(given: Given) -> Iterator[Failure]:
    """It was built from the sdist that the policy names."""
    wanted, said = given.policy.source.sha256, given.said.digest("source", "sha256")
    if wanted is not None and said != wanted:
        yield _failure("source-sha256", f"it was built from {said or 'no sdist'}; the policy has {wanted}")


def constraints(given: Given) -> Iterator[Failure]:
    """It was built with the pins that the policy names."""
    wanted, said = given.policy.build.constraints, given.said.constraints
    if wanted is not None and said != wanted:
        yield _failure("constraints", f"it was built with pins of {said or 'no digest'}; the policy has {wanted}")


def _subjects(given: Given) -> list[str]:
    return [digest for one in given.statement.subject if (digest := one.digest.get("sha256")) is not None]


def verdict(given: Given) -> Iterator[Failure]:
    """A second build, or the rebuild of a published file, gave what the policy asks for."""
    wanted, said = given.policy.accept.verdict, given.said.verdict
    ladder = list(Verdict)
    if said is None:
        if wanted is not None:
            yield _failure("verdict", f"it was not verified; the policy has {wanted}")
    elif said not in ACCEPTABLE or (wanted is not None and ladder.index(said) > ladder.index(wanted)):
        yield _failure(
            "verdict",
            f"it was verified as {said}; the policy has {wanted or 'none that is so far'}",
        )
    elif said is Verdict.IDENTICAL and given.said.second not in [None, *_subjects(given)]:
        yield _failure("verdict", f"it says identical, and that the second build gave {given.said.second}")


def varied(given: Given) -> Iterator[Failure]:
    """The second build was really under other conditions, as far as the policy asks for."""
    missing = sorted({*given.policy.accept.varied} - given.said.varied)
    if missing:
        yield _failure("varied", f"the second build did not vary {', '.join(missing)}")


def isolation(given: Given) -> Iterator[Failure]:
    """The build was kept apart as far as the policy asks for."""
    wanted, reached = given.policy.accept.isolation, given.said.kept_apart
    order = list(Apart)
    if order.index(reached) < order.index(wanted):
        yield _failure("isolation", f"the build was kept apart as {reached}; the policy has {wanted}")


def _day(said: object) -> dt.date:
    """Return the day in UTC of a time as RFC 3339 writes it.

    Raises:
        ValueError: it is none.
        OverflowError: it is none that there is in UTC.
    """
    moment = dt.datetime.fromisoformat(said if isinstance(said, str) else "")
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC).date()


def freshness(given: Given) -> Iterator[Failure]:
    """It is not older than the policy allows; one that says no time is of any age."""
    accept = given.policy.accept
    oldest = [accept.not_before] if accept.not_before is not None else []
    oldest += [given.today - dt.timedelta(days=accept.max_age_days)] if accept.max_age_days is not None else []
    if not oldest:
        return
    metadata = ("runDetails", "metadata")
    said = [one for key in ("finishedOn", SIGNED_ON) if (one := given.said.at(*metadata, key)) is not None]
    try:
        # The older of both: what was built long ago is no younger for being signed today.
        day = min(map(_day, said))
    except (ValueError, OverflowError):
        yield _failure("freshness", "it does not say when it was built or signed: samewheel attest --time")
        return
    if day < max(oldest):
        yield _failure("freshness", f"it is of {day}; the policy has {max(oldest)} as the earliest day")
    elif day > given.today:
        yield _failure("freshness", f"it says that it is of {day}, which is still to come")


RULES: tuple[Callable[[Given], Iterator[Failure]], ...] = (
    predicate_type,
    subject,
    validity,
    build_type,
    parameters,
    source,
    commit,
    sdist,
    constraints,
    verdict,
    varied,
    isolation,
    freshness,
)
"""In the order in which they are checked; all of them are, so that one run tells everything."""
