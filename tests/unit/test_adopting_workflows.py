"""Workflows and policy: written where there is room, for the repository that there is, and never over anything."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from samewheel.adopting.owning import FIRST_LINE, is_marked, template
from samewheel.adopting.policies import policy, policy_text, repository_at
from samewheel.adopting.pythons import oldest
from samewheel.adopting.tools import TOOLS
from samewheel.adopting.values import Part
from samewheel.adopting.workflows import has_workflows, place, workflow
from samewheel.checking.policy import read_policy
from samewheel.project import Settings

from .adoptions import REMOTE, only_change, there

if TYPE_CHECKING:
    from pathlib import Path

RELEASE = ".github/workflows/release.yml"
BESIDE = ".github/workflows/release-samewheel.yml"

THEIRS = "name: release\non: push\njobs: {}\n"

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: text != "*")

PUBLISHES = "jobs:\n  a:\n    steps:\n      - uses: pypa/gh-action-pypi-publish@v1\n"

workflows = pytest.mark.parametrize("part", [Part.RELEASE, Part.AUDIT])


@pytest.mark.parametrize(
    ("requires_python", "python"),
    [
        ("", "3.11"),
        (">=3.8", "3.11"),
        (">=3.12", "3.12"),
        (">=3.11.4,<4", "3.11"),
        ("!=3.11.*,>=3.7", "3.12"),
        (">3.12.90", "3.13"),
        ("<3.11", None),
        ("==2.7.*", None),
    ],
)
def test_the_python_is_the_oldest_that_both_run_on(requires_python: str, python: str | None) -> None:
    """A release is made with what the project promises to work on, and samewheel does, too."""
    assert oldest(requires_python) == python


@pytest.mark.parametrize("name", ["package.just", "release.yml", "audit.yml"])
def test_templates_say_whose_they_are(name: str) -> None:
    """Without the first line, a second run would take our own file for somebody else's."""
    assert template(name).splitlines()[0] == FIRST_LINE
    assert is_marked(template(name).encode())


@workflows
def test_nothing_is_left_to_fill_in(part: Part) -> None:
    """What is written is YAML for one Python and one project."""
    text = only_change(workflow(there(requires_python=">=3.12"), part))
    assert 'version: "3.12"' in text.replace("VERSION", "version").replace("python_", "python-")
    assert not re.search("@[A-Z]+@", text)
    assert yaml.safe_load(text)["jobs"]


def test_the_audit_is_of_the_pins_wherever_they_are() -> None:
    """Constraints of something else are often called constraints.txt; to audit those would say nothing of a build."""
    moved = "build-constraints.txt"
    assert f"samewheel audit {moved} --markdown" in only_change(
        workflow(there({"constraints.txt": "a<3\n"}), Part.AUDIT)
    )
    named = there(settings=Settings(constraints="locks/pins.txt"))
    assert "samewheel audit locks/pins.txt --markdown" in only_change(workflow(named, Part.AUDIT))
    assert "samewheel audit constraints.txt --markdown" in only_change(workflow(there(), Part.AUDIT))
    for odd in ("$(touch x)", "a b", "-o", "${{ x }}"):
        assert workflow(there(settings=Settings(constraints=odd)), Part.AUDIT).changes == ()


def test_who_signs_is_who_the_policy_trusts(tmp_path: Path) -> None:
    """Beside a release.yml of somebody else, ours has another name: attestations and policy say that one."""
    project = there({RELEASE: THEIRS})
    text = only_change(workflow(project, Part.RELEASE))
    assert f'--builder "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/{BESIDE}"' in text
    (tmp_path / "policy.toml").write_text(only_change(policy(project, BESIDE)))
    (builder,) = read_policy(tmp_path / "policy.toml").policy.builders
    assert builder.identity is not None
    assert builder.id == builder.identity.subject == f"{REMOTE}/{BESIDE}"


def test_a_workflow_of_that_name_is_never_written_over() -> None:
    """Theirs stays; ours gets a name beside it."""
    outcome = workflow(there({RELEASE: THEIRS}), Part.RELEASE)
    (change,) = outcome.changes
    assert (change.path, change.before) == (BESIDE, None)
    both = workflow(there({RELEASE: THEIRS, BESIDE: THEIRS}), Part.RELEASE)
    assert (both.changes, BESIDE in both.reason) == ((), True)


@pytest.mark.parametrize(
    "line",
    [
        "uses: pypa/gh-action-pypi-publish@abc",
        "run: twine upload dist/*",
        "run: uv publish",
        "run: poetry publish",
        "uses: us/shared/.github/workflows/pypi-publish.yml@main",
        "run: make upload",
        "run: python -m twine  upload dist/*",
        "run: twine --repository x upload dist/*",
        """run: 'echo "#"; twine upload dist/*'""",
        "uses: PyO3/maturin-action@v1\n        with:\n          command: upload",
        "uses: python-semantic-release/publish-action@v9",
        "uses: python-semantic-release/python-semantic-release@v9",
    ],
)
def test_nothing_publishes_twice_unasked(line: str) -> None:
    """Two workflows for one tag would race for the index: the second one is written only if somebody names it."""
    other = ".github/workflows/wheels.yml"
    project = there({other: f"jobs:\n  a:\n    steps:\n      - {line}\n"})
    outcome = workflow(project, Part.RELEASE)
    assert (outcome.changes, other in outcome.reason) == ((), True)
    assert "--only release" in outcome.hint
    assert workflow(project, Part.RELEASE, asked=True).changes[0].path == RELEASE
    assert workflow(project, Part.AUDIT).changes
    commented = line.replace("\n", "\n#")
    harmless = there({other: f"jobs:\n  a:\n    steps:\n      # - {commented}\n"})
    assert workflow(harmless, Part.RELEASE).changes


@pytest.mark.parametrize(
    "on",
    [
        "on: release",
        "on: [push, release]",
        "on:\n  release:\n    types: [published]",
        "'on':\n  push:\n    tags:\n      - 'v*'",
        "on:\n\n  # when\n  push:\n    branches: [main]\n    tags: [v*]",
        "on: {push: {tags: [v*]}}",
    ],
)
def test_what_begins_with_a_release_may_publish(on: str) -> None:
    """What it runs may be in a script, or elsewhere: when unsure, ours is left out."""
    other = ".github/workflows/wheels.yml"
    text = f"name: a\n{on}\n\njobs:\n  a:\n    steps:\n      - run: ./do\n"
    assert workflow(there({other: text}), Part.RELEASE).changes == ()


def test_a_usual_ci_is_no_reason_to_leave_it_out() -> None:
    """The control: nearly everybody has one."""
    text = """name: ci
on:
  push:
    branches: [main]
  pull_request: # not for tags
jobs:
  release: # a job of this name
    steps:
      - uses: actions/checkout@v5
      - uses: actions/upload-artifact@v4 # what to publish
      - uses: actions/upload-pages-artifact@v3
      - run: pip install -e . && pytest
"""
    assert workflow(there({".github/workflows/ci.yml": text}), Part.RELEASE).changes
    ours = only_change(workflow(there(), Part.AUDIT))
    assert workflow(there({".github/workflows/audit.yml": ours}), Part.RELEASE).changes


@workflows
def test_to_be_mentioned_is_not_to_be_used(part: Part) -> None:
    """A file that only speaks of samewheel is not made from ours, and nobody would sign for a policy."""
    path = f".github/workflows/{part}.yml"
    text = "# no samewheel attest, no samewheel audit\non: push\njobs: {a: {steps: [{run: pip install samewheel}]}}\n"
    assert place(there({path: text}), part) is None
    (change,) = workflow(there({path: text}), part).changes
    assert change.path == f".github/workflows/{part}-samewheel.yml"


@workflows
def test_ours_is_kept_up_to_date_and_what_became_theirs_is_not(part: Part) -> None:
    """The first line decides; without it, a file that runs samewheel is somebody's version of ours."""
    path = f".github/workflows/{part}.yml"
    old = f"{FIRST_LINE}\nname: {part}\n"
    assert workflow(there({path: old}), part).changes[0].path == path
    verb = "attest" if part is Part.RELEASE else "audit"
    theirs = f"name: {part}\njobs: {{a: {{steps: [{{run: python -m samewheel {verb}}}]}}}}\n"
    outcome = workflow(there({path: theirs}), part)
    assert (outcome.changes, outcome.reason) == ((), "")
    assert place(there({path: theirs}), part) == path


@workflows
def test_other_line_ends_are_no_change(part: Part) -> None:
    """Git may check files out as another system has them."""
    text = only_change(workflow(there(), part)).replace("\n", "\r\n")
    assert workflow(there({f".github/workflows/{part}.yml": text}), part).changes == ()


@workflows
@pytest.mark.parametrize(
    ("project", "word"),
    [
        (there(has_git=False, remote=None), "no git repository"),
        (there(below="packages/one/"), "packages/one/"),
        (there(remote="https://gitlab.com/us/demo"), "gitlab.com"),
        (there(requires_python="<3.11"), "<3.11"),
    ],
    ids=["no git", "a part of a repository", "another host", "too old"],
)
def test_what_has_no_use_for_them_gets_none(part: Part, project: object, word: str) -> None:
    """A workflow that could not work is worse than none; the reason is said."""
    assert isinstance(project, type(there()))
    outcome = workflow(project, part)
    assert (outcome.changes, word in outcome.reason) == ((), True)


def test_tools_are_for_workflows() -> None:
    """Without a workflow, nobody would install them."""
    project = there()
    assert not has_workflows((), project)
    assert has_workflows((workflow(project, Part.AUDIT),), project)
    assert has_workflows((), there({RELEASE: template("release.yml")}))
    assert not has_workflows((), there({RELEASE: THEIRS, TOOLS: ""}))


@pytest.mark.parametrize(
    ("remote", "repository"),
    [
        ("https://github.com/us/demo", REMOTE),
        ("https://github.com/us/demo.git", REMOTE),
        ("ssh://github.com/us/demo.git", REMOTE),
        ("ssh://ssh.github.com:443/us/demo.git", REMOTE),
        ("https://github.com/us/demo/", REMOTE),
        ("https://github.com/us/demo.py.git", f"{REMOTE}.py"),
        ("https://github.com/us", None),
        ("https://github.com/us/demo/more", None),
        ("https://github.com.example.org/us/demo", None),
        ("https://example.org/github.com/us/demo", None),
        ("", None),
    ],
)
def test_the_repository_is_named_as_its_jobs_name_it(remote: str, repository: str | None) -> None:
    """A certificate has one spelling, and a policy compares to the letter."""
    assert repository_at(remote) == repository


def test_the_policy_can_be_read_and_trusts_one_workflow(tmp_path: Path) -> None:
    """What is written is accepted by the gate itself, and names this repository's workflow alone."""
    (tmp_path / "policy.toml").write_text(only_change(policy(there(), RELEASE)))
    found = read_policy(tmp_path / "policy.toml").policy
    (builder,) = found.builders
    assert builder.identity is not None
    assert builder.identity.subject == f"{REMOTE}/{RELEASE}"
    assert (builder.identity.repository, builder.identity.runner) == (REMOTE, "github-hosted")
    assert found.source.uri == REMOTE
    assert found.wheel.names == ("demo-*.whl",)
    assert (found.accept.verdict, found.accept.isolation) == ("identical", "hidden")
    # It would have to follow each lock, and the commit that is attested has the pins anyway.
    assert found.build.constraints is None


def test_the_policy_allows_what_the_project_itself_sets(tmp_path: Path) -> None:
    """Parameters that a policy does not know are refused, so those of the project's own table must be in it."""
    settings = Settings(config_settings={"a.b": ["1", "2"]}, env={"NAME": 'v"'})
    (tmp_path / "policy.toml").write_text(only_change(policy(there(settings=settings), RELEASE)))
    allowed = read_policy(tmp_path / "policy.toml").policy.build.parameters
    assert allowed == {
        "frontend": ("uv",),
        "via": ("tree",),
        "ref": ("*",),
        "config:a.b": ("1\n2",),
        "env:NAME": ('v"',),
    }


@given(st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_a_policy_is_toml_whatever_the_project_sets(env: dict[str, str]) -> None:
    """Its own values are copied: with an emoji, JSON has two halves, of which TOML takes neither."""
    text = policy_text(there(settings=Settings(env=env)), REMOTE, RELEASE)
    allowed = tomllib.loads(text)["build"]["parameters"]
    assert {key: value for key, value in allowed.items() if key.startswith("env:")} == {
        f"env:{key}": [value] for key, value in env.items()
    }
    assert all(line.isprintable() for line in text.splitlines())


@pytest.mark.parametrize("settings", [Settings(env={"DEFINES": "*"}), Settings(config_settings={"DEFINES": ["*"]})])
def test_a_value_that_a_policy_takes_for_any_is_in_none(settings: Settings) -> None:
    """It would allow what the project does not set; `check --init-policy` refuses the same."""
    outcome = policy(there(settings=settings), RELEASE)
    assert outcome.changes == ()
    assert "DEFINES is '*'" in outcome.reason


@pytest.mark.parametrize(
    ("remote", "hint"), [(None, "git remote add origin"), ("https://gitlab.com/us/demo", "--trust KEY.pub")]
)
def test_no_identity_is_invented(remote: str | None, hint: str) -> None:
    """Without a repository whose jobs can sign, a policy would trust nobody, or somebody else."""
    outcome = policy(there(remote=remote), RELEASE)
    assert outcome.changes == ()
    assert hint in outcome.hint
    assert policy(there(), None).changes == ()


def test_a_policy_of_their_own_is_left_alone() -> None:
    """People edit policies; the first line says whether they did."""
    outcome = policy(there({"policy.toml": "schema = 'mine'\n"}), RELEASE)
    assert (outcome.changes, outcome.reason) == ((), "")
    written = only_change(policy(there(), RELEASE))
    assert policy(there({"policy.toml": written}), RELEASE).changes == ()
    moved = there({"policy.toml": written}, remote="https://github.com/they/demo")
    assert "they/demo" in only_change(policy(moved, RELEASE))
