"""What workflows cannot do without: they are left out, or called stale, where it would be missing."""

from __future__ import annotations

import pytest

from samewheel.adopting.needing import with_needs, without_release
from samewheel.adopting.policies import policy
from samewheel.adopting.tools import TOOLS
from samewheel.adopting.values import Change, Outcome, Part, left_out
from samewheel.adopting.workflows import workflow

from .adoptions import only_change, there

workflows = pytest.mark.parametrize("part", [Part.RELEASE, Part.AUDIT])

REFUSED = left_out(Part.TOOLS, "the index has none", "ask another")


@workflows
def test_a_new_workflow_without_its_tools_is_left_out(part: Part) -> None:
    """Each of its jobs would fail at its first step; the reason and the next command are those of the tools."""
    outcome = with_needs(there(), workflow(there(), part), {TOOLS: REFUSED})
    assert outcome.changes == ()
    assert outcome.reason == f"it needs {TOOLS}, which is left out: the index has none"
    assert outcome.hint == "ask another"
    unasked = with_needs(there(), workflow(there(), part), {TOOLS: None})
    assert (unasked.changes, unasked.hint) == ((), "samewheel init")


@workflows
def test_what_is_there_or_will_be_is_not_missing(part: Part) -> None:
    """The control: a file of the user's own does, too."""
    change = Change(path=TOOLS, before=None, after=b"", why="")
    made = Outcome(part=Part.TOOLS, changes=(change,))
    for project, given in ((there(), made), (there({TOOLS: ""}), REFUSED), (there({TOOLS: ""}), None)):
        outcome = with_needs(project, workflow(project, part), {TOOLS: given})
        assert (len(outcome.changes), outcome.stale) == (1, ())


@workflows
def test_a_workflow_that_is_there_and_lacks_a_file_is_stale(part: Part) -> None:
    """It is nothing to be called fresh, whoever keeps it up."""
    path = f".github/workflows/{part}.yml"
    ours = only_change(workflow(there(), part))
    theirs = ours.partition("\n")[2]
    for text in (ours, theirs):
        project = there({path: text})
        outcome = with_needs(project, workflow(project, part), {TOOLS: REFUSED})
        (stale,) = outcome.stale
        assert (stale.path, stale.why) == (path, f"it needs {TOOLS}, which is missing")
    elsewhere = there({path: theirs.replace(TOOLS, "tools/pins.txt")})
    assert with_needs(elsewhere, workflow(elsewhere, part), {TOOLS: None}).stale == ()


def test_all_that_is_missing_is_said() -> None:
    """One after the other: the second does not hide the first."""
    text = only_change(workflow(there(), Part.RELEASE))
    project = there({".github/workflows/release.yml": text})
    outcome = with_needs(project, workflow(project, Part.RELEASE), {"policy.toml": None})
    outcome = with_needs(project, outcome, {TOOLS: None})
    assert [stale.why.split()[2] for stale in outcome.stale] == ["policy.toml,", f"{TOOLS},"]


def test_a_policy_for_no_workflow_is_left_out() -> None:
    """It would trust a job that is not there; one that is there is kept up."""
    made = policy(there(), ".github/workflows/release.yml")
    outcome = without_release(made, left_out(Part.RELEASE, "it needs more", "ask another"))
    assert (outcome.changes, outcome.hint) == ((), "ask another")
    old = there({"policy.toml": only_change(made).replace("threshold = 1", "threshold = 2")})
    made = policy(old, ".github/workflows/release.yml")
    assert without_release(made, left_out(Part.RELEASE, "")) == made
