"""release.yml, run: its jobs one after the other, on this machine, each in a clone of its own; ours and the template.

The steps are those of the working tree, the code of this project's own release is that of the last commit.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from samewheel.checking.policy import read_policy
from tests.conftest import ROOT
from tests.functional.hosted import SKIPPED, Service, read
from tests.functional.hosted_actions import FORGETFUL_CHECKOUT
from tests.functional.releases import (
    HOME,
    OUR_TAG,
    calls_of_gh,
    change_one_byte,
    described_repository,
    our_repository,
    service,
    their_repository,
)
from tests.private_sigstore import PrivateSigstore
from tests.unit.test_workflows import INSTALL, SANDBOXES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.functional.hosted import Outcome

pytest.importorskip("sigstore", reason="the extra sigstore is not installed")
pytestmark = pytest.mark.index

OURS = read(ROOT / ".github" / "workflows" / "release.yml")
THEIRS = read(ROOT / "src" / "samewheel" / "adopting" / "templates" / "release.yml")

SIGSTORE = PrivateSigstore()

EVERY_JOB = {"build", "rebuild", "compare", "explain", "attest", "check", "publish", "release"}

SAME_DIGEST = "Check that it is the wheel that was compared, and what was said of it"
"""The step that looks at what came through the artifacts."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the file with whom policies trust."""
    path = tmp_path / "trusted_root.json"
    path.write_text(json.dumps(SIGSTORE.trusted_root()))
    return path


def results(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Return what became of each job, in a word."""
    return {name: outcome.result for name, outcome in outcomes.items()}


def warnings(outcome: Outcome) -> list[str]:
    """Return the warnings that the service shows above all else."""
    return [line for line in outcome.output.splitlines() if line.startswith("::warning")]


def released(
    done: Service, room: Path, outcomes: Mapping[str, Outcome], tag: str = "v1.0", *, more: tuple[str, ...] = ()
) -> Path:
    """Check that all went well, and return the wheel that was published.

    Args:
        done: the jobs.
        room: where they ran.
        outcomes: of the jobs.
        tag: that was released.
        more: the kinds of evidence that the template has none of.
    """
    wanted = {name: "skipped" if name == "explain" else "success" for name in EVERY_JOB}
    assert results(outcomes) == wanted, "".join(outcome.output for outcome in outcomes.values())
    (wheel,) = done.published.glob("*.whl")
    (sdist,) = done.published.glob("*.tar.gz")
    assert len(list(done.published.iterdir())) == 2
    kinds = sorted(("buildinfo.json", "sigstore.json", "verify.json", *more))
    (call,) = calls_of_gh(room)
    assert call[:5] == ["release", "create", tag, "--repo", "us/demo"]
    assert [word for word in call if "/" in word and word != "us/demo"] == [
        f"dist/{wheel.name}",
        f"dist/{sdist.name}",
        *(f"evidence/{wheel.name}.{kind}" for kind in kinds),
    ]
    assert "accepted" in outcomes["check"].summary
    assert "not by the public Sigstore" in outcomes["attest"].output
    return wheel


def test_our_release_is_built_again_attested_checked_and_published(tmp_path: Path, root: Path) -> None:
    """What is published is the wheel that two machines, and a program that knows nothing of ours, have built."""
    repository = our_repository(tmp_path / "repository", root)
    with service(OURS, tmp_path / "room", repository, SIGSTORE, OUR_TAG) as run:
        outcomes = run.run_all()
        wheel = released(run, tmp_path / "room", outcomes, OUR_TAG, more=("cdx.json",))
        bill = run.artifacts / "sbom" / f"{wheel.name}.cdx.json"
        digest = digest_of(wheel)
        assert digest in bill.read_text("utf-8")
        release = Release(run, outcomes)
        for attack in (another_bill, bills_that_differ):
            release.restore()
            attack(release)
        assert len(calls_of_gh(tmp_path / "room")) == 1
    assert f"identical: {wheel.name} sha256:{digest}" in outcomes["rebuild"].output
    assert not warnings(outcomes["compare"])
    left_out = {command for outcome in outcomes.values() for command in outcome.left_out}
    assert left_out == {INSTALL, SANDBOXES}


def test_our_policy_names_nobody_until_there_is_a_repository() -> None:
    """It is committed before there is an address that it could name; a guess would let somebody else's pass."""
    policy = read_policy(ROOT / "policy.toml").policy
    (builder,) = policy.builders
    assert builder.identity is not None
    named = [policy.source.uri, builder.id, builder.identity.subject, builder.identity.repository]
    assert [urlsplit(str(uri)).hostname for uri in named] == ["samewheel.invalid"] * 4
    assert not builder.identity.trusted_root


class Release:
    """The template's jobs, run for a small project; each attack begins where all went well."""

    def __init__(self, run: Service, outcomes: dict[str, Outcome]) -> None:
        """Keep what the jobs handed over."""
        self.run = run
        self._outcomes = outcomes
        self._artifacts = run.artifacts.with_name("kept")
        self._attempts = 1
        shutil.copytree(run.artifacts, self._artifacts)
        (self.wheel,) = (run.artifacts / "dist").glob("*.whl")

    def again(self, *names: str) -> dict[str, Outcome]:
        """Run some jobs again, in this order, and return what became of them."""
        self._attempts += 1
        for name in names:
            self.run.run(name, str(self._attempts))
        return {name: self.run.results[name] for name in names}

    def restore(self) -> None:
        """Forget an attack."""
        shutil.rmtree(self.run.artifacts)
        shutil.copytree(self._artifacts, self.run.artifacts)
        shutil.rmtree(self.run.published, ignore_errors=True)
        self.run.results.update(self._outcomes)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differs(release: Release) -> None:
    """Have the first job build, and hand over, a wheel with one other byte."""
    change_one_byte(release.wheel, "sample_hatchling/greeting.py")
    build = release.run.results["build"]
    release.run.results["build"] = replace(build, outputs={**build.outputs, "wheel": digest_of(release.wheel)})
    outcomes = release.again("compare", "explain", "attest", "check", "publish", "release")
    assert results(outcomes) == {
        "compare": "failure", "explain": "success",
        "attest": "skipped", "check": "skipped", "publish": "skipped", "release": "skipped",
    }  # fmt: skip
    assert outcomes["compare"].failed == "Compare the wheels"
    assert "::error title=Not reproduced::" in outcomes["compare"].output
    said = (release.run.artifacts / "difference" / "difference.md").read_text("utf-8")
    assert "payload-differs" in said
    assert "greeting.py" in outcomes["explain"].summary


def changed_on_the_way(release: Release) -> None:
    """Change the artifact after it was compared: whoever can write artifacts cannot have theirs signed."""
    change_one_byte(release.wheel, "sample_hatchling/greeting.py")
    outcomes = release.again("attest", "check", "publish", "release")
    assert results(outcomes) == {"attest": "failure", "check": "skipped", "publish": "skipped", "release": "skipped"}
    assert outcomes["attest"].failed == SAME_DIGEST


def changed_before_it_is_published(release: Release) -> None:
    """Change it, or put another file beside it, when it was attested and checked."""
    (release.run.artifacts / "dist" / "more-1.0.tar.gz").write_bytes(b"")
    assert release.again("publish")["publish"].failed == "Check that these are the files that were compared"
    (release.run.artifacts / "dist" / "more-1.0.tar.gz").rename(release.run.artifacts / "dist" / "more-1.0.zip")
    assert release.again("publish")["publish"].failed == "Check that these are the files that were compared"
    assert not release.run.published.exists()


def edited(release: Release, artifact: str) -> None:
    """Put another end on each file of an artifact, as a job that was broken into could."""
    release.restore()
    for path in (release.run.artifacts / artifact).iterdir():
        path.write_bytes(path.read_bytes() + b"\n")


def other_reports(release: Release) -> None:
    """Replace what was said of the wheel: a report counts only as the job handed it over that made it."""
    edited(release, "verification")
    assert release.again("compare")["compare"].failed == "Compare the wheels"
    for artifact in ("verification", "buildinfo"):
        edited(release, artifact)
        outcomes = release.again("attest", "check", "publish", "release")
        assert outcomes["attest"].failed == SAME_DIGEST
        assert not release.run.published.exists()
        edited(release, artifact)
        assert release.again("release")["release"].failed == "Check that these are the files that were compared"
    edited(release, "attestations")
    outcomes = release.again("check", "publish")
    assert outcomes["check"].failed == "Check that it is the wheel that was compared, and what was signed of it"
    assert outcomes["publish"] == SKIPPED
    edited(release, "attestations")
    assert release.again("release")["release"].failed == "Check that these are the files that were compared"


def another_bill(release: Release) -> None:
    """Replace the bill of materials on the way: it is released as both builds have made it, or not at all."""
    edited(release, "sbom")
    failed = release.again("release")["release"].failed
    assert failed == "Check that it is the bill of materials that was compared"


def bills_that_differ(release: Release) -> None:
    """Say, as the second job, that its bill of materials was another one."""
    rebuild = release.run.results["rebuild"]
    release.run.results["rebuild"] = replace(rebuild, outputs={**rebuild.outputs, "sbom": "0" * 64})
    outcomes = release.again("compare", "attest")
    assert (outcomes["compare"].failed, outcomes["attest"]) == ("Compare the bills of materials", SKIPPED)


def more_evidence(release: Release) -> None:
    """Put a file beside the reports: what is attached to the release is what was made for it."""
    (release.run.artifacts / "buildinfo" / "more.txt").touch()
    assert release.again("attest")["attest"].failed == SAME_DIGEST
    release.restore()
    (release.run.artifacts / "buildinfo" / "more.txt").touch()
    assert release.again("release")["release"].failed == "Check that these are the files that were compared"


def another_commit(release: Release) -> None:
    """Say, as the first job, that the wheel was built from another commit: the service knows which one it was."""
    (path,) = (release.run.artifacts / "buildinfo").iterdir()
    document = json.loads(path.read_bytes())
    document["source"]["commit"] = "0" * 40
    path.write_text(json.dumps(document))
    compare = release.run.results["compare"]
    said = {**compare.outputs, "buildinfo": digest_of(path)}
    release.run.results["compare"] = replace(compare, outputs=said)
    outcomes = release.again("attest", "check")
    assert (outcomes["attest"].failed, outcomes["check"]) == ("Attest", SKIPPED)
    assert "it was not built from" in outcomes["attest"].output


def no_identity(release: Release) -> None:
    """Without the right to ask who it is, a job signs nothing, and a failure ends the release."""
    release.run.forget_identity()
    outcomes = release.again("attest", "check", "publish")
    assert (outcomes["attest"].failed, outcomes["check"], outcomes["publish"]) == ("Attest", SKIPPED, SKIPPED)


ATTACKS = (
    differs,
    changed_on_the_way,
    changed_before_it_is_published,
    other_reports,
    more_evidence,
    another_commit,
    no_identity,
)


def test_release_by_the_template_stops_at_whatever_is_not_as_it_was(tmp_path: Path, root: Path) -> None:
    """First all goes well; then one thing after the other is changed on the way, and nothing is published."""
    repository = their_repository(tmp_path / "repository", root)
    with service(THEIRS, tmp_path / "room", repository, SIGSTORE) as run:
        outcomes = run.run_all()
        wheel = released(run, tmp_path / "room", outcomes)
        assert wheel.name == "sample_hatchling-1.0-py2.py3-none-any.whl"
        assert not warnings(outcomes["compare"])
        assert f"Both builds gave the wheel `{digest_of(wheel)}`." in outcomes["compare"].summary
        release = Release(run, outcomes)
        for attack in ATTACKS:
            release.restore()
            attack(release)
        assert len(calls_of_gh(tmp_path / "room")) == 1


def test_policy_that_does_not_match_and_an_sdist_that_gives_another_wheel(tmp_path: Path, root: Path) -> None:
    """The first stops before anything is published; the second is told, as not every sdist can give the same."""
    more = '\n[tool.hatch.build.targets.sdist]\nexclude = ["data.txt"]\n'
    other = {"subject": f"{HOME}/.github/workflows/other.yml"}
    repository = their_repository(tmp_path / "repository", root, more, **other)
    with service(THEIRS, tmp_path / "room", repository, SIGSTORE) as run:
        outcomes = run.run_all()
        assert not run.published.exists()
    assert {name for name, outcome in outcomes.items() if outcome.result != "success"} == {
        *("explain", "check", "publish", "release")
    }
    assert outcomes["check"].failed == "Check against the policy"
    assert "identity-subject" in outcomes["check"].summary
    warning = "The sdist does not give the same wheel; the verify report says what is different."
    assert warnings(outcomes["compare"]) == [f"::warning title=sdist::{warning}"]
    assert warning in outcomes["compare"].summary
    assert not calls_of_gh(tmp_path / "room")


def test_rehearsal_on_a_branch_signs_and_publishes_nothing(tmp_path: Path) -> None:
    """Whoever can start a run, or push a branch, has no release by that."""
    run = Service(THEIRS, tmp_path / "room", ref="refs/heads/v1.0")
    job: dict[str, Any] = {"result": "success", "outputs": {"wheel": "0" * 64}}
    for name in ("build", "rebuild", "compare"):
        run.results[name] = replace(SKIPPED, **job)
    assert [run.run(name) for name in ("explain", "attest", "check", "publish", "release")] == [SKIPPED] * 5


def test_second_build_that_failed_hands_over_nothing(tmp_path: Path, root: Path) -> None:
    """Where there is no verdict, nothing is compared, and nobody goes on without the comparison."""
    repository = their_repository(tmp_path / "repository", root, "\n[build-system\n")
    with service(THEIRS, tmp_path / "room", repository, SIGSTORE) as run:
        outcomes = {name: run.run(name) for name in ("rebuild", "compare", "attest")}
    assert outcomes["rebuild"].failed == "Build twice under opposite conditions"
    assert results(outcomes) == {"rebuild": "failure", "compare": "skipped", "attest": "skipped"}
    assert not run.artifacts.exists()


THE_TAG = "Check that the version is that of the tag"
"""The step that compares versions."""


@pytest.mark.parametrize("checkout", ["as it is pinned", "one that forgets"])
def test_version_that_git_describes_is_that_of_the_tag(checkout: str, tmp_path: Path) -> None:
    """Twice the same wrong version is identical: the checkout must keep annotated tags, and a lost one is noticed."""
    text = json.dumps(THEIRS, default=str)
    if checkout == "one that forgets":
        text = re.sub(r"actions/checkout@[0-9a-f]{40}", FORGETFUL_CHECKOUT, text)
    run = Service(
        json.loads(text),
        tmp_path / "room",
        repository=described_repository(tmp_path / "repository"),
        ref="refs/tags/v1.0",
    )
    outcomes = {name: run.run(name) for name in ("build", "rebuild", "compare")}
    (wheel,) = (run.artifacts / "dist").glob("*.whl")
    if checkout == "as it is pinned":
        assert results(outcomes) == dict.fromkeys(outcomes, "success"), outcomes["compare"].output
        assert wheel.name.startswith("described-1.0-")
    else:
        assert results(outcomes) == {"build": "success", "rebuild": "success", "compare": "failure"}
        assert "identical" in outcomes["rebuild"].output
        assert outcomes["compare"].failed == THE_TAG
        said = "::error title=Another version::The wheel has the version '0+unknown', and the tag is 'v1.0'."
        assert said in outcomes["compare"].output
