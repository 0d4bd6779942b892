"""The source that a wheel's provenance names: built from where there is no sdist, and noted where there is one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from samewheel._types import SILENT
from samewheel.comparison import Verdict
from samewheel.errors import UsageError
from samewheel.index import Index
from samewheel.rebuilding import Rebuilt, Wanted, plan_text, rebuild, repository, sourcing
from samewheel.rebuilding.values import PlannedSource
from samewheel.report.rebuilt import explained_lines
from samewheel.sources import remote
from tests.functional.git_projects import commit, git
from tests.functional.sdist_only import BACKEND, PYTHON, THEN, sdist, wheel_of
from tests.index_server import PackageIndex, Reply, entry, package_index
from tests.unit.provenances import REPOSITORY, attestation, naming, provenance, statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULES = {"demo": "value = 1\n", "build_it": BACKEND}
OTHER = "f" * 40


class Release:
    """A project of which the index has a wheel, and perhaps more."""

    def __init__(self, index: PackageIndex, folder: Path, **known: str) -> None:
        """Put a wheel on the index, and its source into a repository."""
        self.index = index
        self.wheel = wheel_of("demo", "1.0", MODULES["demo"], folder / "made", **known)
        self.sha256 = hashlib.sha256(self.wheel.read_bytes()).hexdigest()
        self.repository = folder / "repository"
        self.repository.mkdir()
        (self.repository / "demo.py").write_text(MODULES["demo"], "utf-8")
        (self.repository / "build_it.py").write_text(BACKEND, "utf-8")
        about = {"name": "demo", "version": "1.0", "modules": ["demo"], **known}
        (self.repository / "about.json").write_text(json.dumps(about), "utf-8")
        (self.repository / "pyproject.toml").write_text(
            '[build-system]\nrequires = []\nbuild-backend = "build_it"\nbackend-path = ["."]\n', "utf-8"
        )
        git(self.repository, "init")
        self.commit = commit(self.repository, "release")
        (self.repository / "demo.py").write_text("value = 2\n", "utf-8")
        commit(self.repository, "after the release")

    def publish(self, said: bytes | None, *, source: bytes | None = None) -> None:
        """Publish the wheel, with a provenance and an sdist where there is one."""
        content = self.wheel.read_bytes()
        files = [{**entry(self.wheel.name, content), "upload-time": THEN}]
        self.index.put(f"/files/{self.wheel.name}", Reply(content))
        if said is not None:
            files[0]["provenance"] = f"{self.index.url}/integrity/{self.wheel.name}"
            self.index.put(f"/integrity/{self.wheel.name}", Reply(said))
        if source is not None:
            files.append({**entry("demo-1.0.tar.gz", source), "upload-time": THEN})
            self.index.put("/files/demo-1.0.tar.gz", Reply(source))
        self.index.put_json("demo", *files)

    def attested(self, **changed: str) -> bytes:
        """Return a provenance of the wheel that names the commit of its release."""
        named = naming(**{"commit": self.commit, **changed})
        return provenance(attestation(named, statement(self.sha256)))


class Told:
    """Progress that keeps warnings."""

    def __init__(self) -> None:
        """Begin with none."""
        self.warnings: list[str] = []

    def step(self, what: str) -> None:
        """Pass over it."""

    def warn(self, what: str) -> None:
        """Keep it."""
        self.warnings.append(what)


@pytest.fixture(params=[{}])
def release(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    """Run an index; the address that certificates name leads to a repository of the test, and to no other place."""
    with package_index() as index:
        monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.simple)
        monkeypatch.delenv("UV_OFFLINE", raising=False)
        found = Release(index, tmp_path, **request.param)
        places = {REPOSITORY: str(found.repository)}
        monkeypatch.setattr(sourcing, "clone", lambda url, ref, into: remote.clone(places[url], ref, into))
        monkeypatch.setattr(repository, "tags", lambda url, cwd: remote.tags(places[url], cwd))
        yield found


def rebuilt(told: Told | None = None, **changed: object) -> Rebuilt:
    """Build the wheel of ``demo`` again."""
    wanted = Wanted(target="demo==1.0", python=PYTHON, tries=1, **changed)  # type: ignore[arg-type]
    return rebuild(wanted, Index(), progress=told or SILENT)


def test_without_an_sdist_the_attested_commit_is_the_source(release: Release) -> None:
    """Not the branch's newest one; the plan names it, says whence it is known, and can be followed without asking."""
    release.publish(release.attested())
    first = rebuilt()
    assert first.verdict is Verdict.IDENTICAL, first.reason
    assert first.plan is not None
    assert (first.plan.source.git, first.plan.source.commit) == (REPOSITORY, release.commit)
    why = first.plan.evidence["source"]
    assert f"{REPOSITORY} at {release.commit}, refs/tags/v1.0" in why
    assert "not verified here; the rebuild's bytes decide" in why
    assert why in "\n".join(explained_lines(first))
    assert why in plan_text(first.plan)
    asked = release.index.paths().count(f"/integrity/{release.wheel.name}")
    again = rebuilt(plan=first.plan)
    assert (again.verdict, again.plan) == (Verdict.IDENTICAL, first.plan)
    assert release.index.paths().count(f"/integrity/{release.wheel.name}") == asked == 1


def test_with_an_sdist_the_commit_is_noted(release: Release) -> None:
    """It is the published source; what else is known stands in the evidence."""
    release.publish(release.attested(), source=sdist("demo", "1.0", own="build_it", files=MODULES))
    found = rebuilt()
    assert found.verdict is Verdict.IDENTICAL, found.reason
    assert found.plan is not None
    assert found.plan.source.sdist == "demo-1.0.tar.gz"
    assert release.commit in found.plan.evidence["source"]


@pytest.mark.parametrize(
    "place", ["{folder}", "file://{folder}", "ssh://git@example.org/x", "git@example.org:x", "http://example.org/x"]
)
def test_a_plan_alone_leads_to_the_web_only(release: Release, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Whoever wrote it could have private files packed, or the user's keys tried; the error says what to name."""
    release.publish(release.attested())
    plan = rebuilt().plan
    assert plan is not None
    place = place.replace("{folder}", str(release.repository))
    planted = replace(plan, source=PlannedSource(git=place, commit=release.commit))
    asked: list[str] = []
    monkeypatch.setattr(sourcing, "clone", lambda url, *_: asked.append(url))
    with pytest.raises(UsageError, match="the plan alone cannot name this repository") as refused:
        rebuilt(plan=planted)
    assert asked == []
    assert refused.value.hint.startswith("If you mean it, name it, too: --git ")
    assert refused.value.hint.endswith(f"@{release.commit}")


def test_a_plan_of_a_repository_here_is_followed_if_that_is_named(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the error of the plan says; at its commit, and at no other one."""
    monkeypatch.setattr(sourcing, "clone", remote.clone)
    release.publish(None)
    first = rebuilt(git=f"{release.repository}@{release.commit}")
    assert first.verdict is Verdict.IDENTICAL, first.reason
    with pytest.raises(UsageError, match="cannot name this repository") as refused:
        rebuilt(plan=first.plan)
    _, _, named = refused.value.hint.partition("--git ")
    again = rebuilt(plan=first.plan, git=named)
    assert (again.verdict, again.plan) == (Verdict.IDENTICAL, first.plan)
    with pytest.raises(UsageError, match="is not the commit of the plan"):
        rebuilt(plan=first.plan, git=f"{release.repository}@HEAD")
    with pytest.raises(UsageError, match="the plan names another source"):
        rebuilt(plan=first.plan, git=f"{release.repository}/.git@{release.commit}")


def test_a_commit_that_is_not_there_is_no_source(release: Release) -> None:
    """The certificate may name what was removed since."""
    release.publish(release.attested(commit=OTHER))
    assert rebuilt().verdict is Verdict.NO_SOURCE


@pytest.mark.parametrize("said", [None, b"no provenance", provenance()])
def test_without_a_provenance_that_can_be_read_there_is_no_source(release: Release, said: bytes | None) -> None:
    """The control: nothing is guessed; one that is damaged is warned of."""
    release.publish(said)
    told = Told()
    found = rebuilt(told)
    assert found.verdict is Verdict.NO_SOURCE
    assert "there is no source" in found.reason
    assert bool(told.warnings) is (said == b"no provenance")


def test_a_provenance_of_another_file_counts_for_nothing(release: Release) -> None:
    """Whoever swaps files of an index cannot bring the source of one of them along."""
    release.publish(provenance(attestation(naming(commit=release.commit), statement("0" * 64))))
    told = Told()
    assert rebuilt(told).verdict is Verdict.NO_SOURCE
    assert "is about a file with another SHA-256" in told.warnings[0]


def test_who_names_a_source_is_not_corrected(release: Release) -> None:
    """Neither is the provenance asked for."""
    release.publish(release.attested(commit=OTHER))
    found = rebuilt(git=f"{REPOSITORY}@{release.commit}")
    assert found.verdict is Verdict.IDENTICAL, found.reason
    assert found.plan is not None
    assert "source" not in found.plan.evidence
    assert f"/integrity/{release.wheel.name}" not in release.index.paths()


@pytest.mark.parametrize("release", [{"source": f"{REPOSITORY}/tree/main"}], indirect=True)
def test_a_tag_of_the_repository_that_metadata_names_is_the_last_resort(release: Release) -> None:
    """Of the release, and of no other; the plan names the commit, whatever becomes of the tag."""
    release.publish(None)
    assert rebuilt().verdict is Verdict.NO_SOURCE
    git(release.repository, "tag", "v1.0.1")
    git(release.repository, "tag", "-a", "-m", "release", "demo-v1.0", release.commit)
    found = rebuilt()
    assert found.verdict is Verdict.IDENTICAL, found.reason
    assert found.plan is not None
    assert (found.plan.source.git, found.plan.source.commit) == (REPOSITORY, release.commit)
    assert found.plan.evidence["source"] == f"METADATA names {REPOSITORY}, whose tag demo-v1.0 it is"
