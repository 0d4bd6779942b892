"""What a policy accepts: a table."""

from __future__ import annotations

import pytest
from msgspec import structs

from samewheel.audit.policy import Policy, anything_rebuilt, meets, missed, parse_policy
from samewheel.audit.values import Entry, Skipped, Status
from samewheel.comparison import Verdict
from samewheel.errors import UsageError


def entry(status: Status, verdict: Verdict | None = None, isolation: str | None = "user-namespaces") -> Entry:
    """Return an entry."""
    return Entry(
        name="demo", version="1", filename="", sha256=None, status=status, verdict=verdict, reason="",
        skipped=Skipped.URL if status is Status.SKIPPED else None, where="", log="", tool="", isolation=isolation,
    )  # fmt: skip


EVERYTHING = [
    *(entry(Status.REBUILT, verdict) for verdict in Verdict),
    *(entry(status) for status in (Status.FAILED, Status.PENDING, Status.SKIPPED)),
]


@pytest.mark.parametrize("skips", [False, True])
@pytest.mark.parametrize(("words", "rungs"), [("identical", 1), ("identical-after-replay", 2), ("same-contents", 3)])
def test_policy_accepts_its_rung_and_those_above(words: str, rungs: int, *, skips: bool) -> None:
    """And nothing else: what failed, what is still to do, and what is skipped unless that is allowed."""
    policy = parse_policy([f"min={words}", *(["skips=allow"] if skips else [])])
    assert policy is not None
    accepted = [one for one in EVERYTHING if meets(one, policy)]
    assert accepted == [*EVERYTHING[:rungs], *(EVERYTHING[-1:] if skips else [])]
    assert list(missed(EVERYTHING, policy)) == [one for one in EVERYTHING if one not in accepted]


@pytest.mark.parametrize("isolation", ["none", None])
def test_rebuild_that_nothing_kept_apart_passes_only_where_that_is_allowed(isolation: str | None) -> None:
    """It could have fetched the published wheel; a result that does not say is not taken for a good one."""
    one = entry(Status.REBUILT, Verdict.IDENTICAL, isolation)
    for words, passes in (("min=identical", False), ("min=identical,isolation=none", True)):
        policy = parse_policy([words])
        assert policy is not None
        assert meets(one, policy) is passes
    worse = entry(Status.REBUILT, Verdict.PAYLOAD_DIFFERS, isolation)
    assert not meets(worse, Policy(minimum=Verdict.IDENTICAL, unconfined=True))


@pytest.mark.parametrize("rung", [verdict.value for verdict in Verdict][3:])
def test_lower_rungs_cannot_be_accepted(rung: str) -> None:
    """They order distance, not safety: an entry point that was added is a difference of metadata."""
    with pytest.raises(UsageError) as caught:
        parse_policy([f"min={rung}"])
    assert "distance, not safety" in caught.value.cause


@pytest.mark.parametrize(
    "words",
    [
        "",
        "min",
        "min=",
        "min=best",
        "skips=allow",
        "skips=yes,min=identical",
        "max=identical",
        "min=identical,isolation=yes",
        "min=identical,isolation=none,isolation=none",
        "min=identical,min=identical",
    ],
)
def test_words_that_are_no_policy_are_refused(words: str) -> None:
    """A policy that is misread accepts everything."""
    with pytest.raises(UsageError):
        parse_policy([words])


def test_one_word_or_many_are_the_same() -> None:
    """An option may be given twice, or once with a comma."""
    both = Policy(minimum=Verdict.IDENTICAL, skips=True)
    assert parse_policy(["min=identical", "skips=allow"]) == parse_policy(["skips=allow, min=identical"]) == both
    assert parse_policy([]) is None


@pytest.mark.parametrize("reason", list(Skipped))
def test_what_is_skipped_counts_by_its_reason(reason: Skipped) -> None:
    """What nothing here installs is no gap; a file that only has a release's name must not be passed over."""
    one = structs.replace(entry(Status.SKIPPED), skipped=reason)
    harmless = {Skipped.DUPLICATE, Skipped.NOT_INSTALLED, Skipped.OTHER_PLATFORM}
    assert meets(one, Policy(minimum=Verdict.IDENTICAL)) is (reason in harmless)
    assert meets(one, Policy(minimum=Verdict.IDENTICAL, skips=True)) is (reason is not Skipped.OTHER_FILE)


def test_an_audit_without_a_verdict_proves_nothing() -> None:
    """Every policy would be met by an empty file."""
    assert not anything_rebuilt(EVERYTHING[-3:])
    assert anything_rebuilt(EVERYTHING)
