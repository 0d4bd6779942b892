"""The entry for pre-commit: put in as text, read by a parser of YAML afterwards."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from samewheel.adopting.hooks import CONFIG, entry, pre_commit, with_entry
from tests.conftest import ROOT

from .adoptions import only_change, there

ENTRY = entry(there())

TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12)

HOOKS = st.fixed_dictionaries(
    {"id": TEXTS},
    optional={"args": st.lists(TEXTS, max_size=3), "exclude": TEXTS, "files": st.just("a\nb # c\n- repo: x\n")},
)
CONFIGS = st.fixed_dictionaries(
    {"repos": st.lists(st.fixed_dictionaries({"repo": TEXTS, "hooks": st.lists(HOOKS, min_size=1, max_size=2)}))},
    optional={
        "ci": st.fixed_dictionaries({"skip": st.lists(TEXTS)}),
        "exclude": TEXTS,
        "fail_fast": st.booleans(),
    },
)


class _Indented(yaml.SafeDumper):
    """Writes lists further in than their keys, as many people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def parsed(text: str) -> dict[str, Any]:
    """Return a configuration as pre-commit reads it."""
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def grown(before: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with our entry at the end."""
    return {**before, "repos": [*(before["repos"] or []), *yaml.safe_load("\n".join(ENTRY))]}


@given(CONFIGS, st.booleans(), st.sampled_from([None, "|", '"', "'"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_whatever_is_there_stays_to_the_byte(
    config: dict[str, Any],
    is_indented: bool,  # noqa: FBT001
    style: str | None,
    newline: str,
    is_first: bool,  # noqa: FBT001
) -> None:
    """A parser finds what was there and our entry, and all lines that were there are there; or nothing is done."""
    dumper = _Indented if is_indented else yaml.SafeDumper
    items = dict(sorted(config.items(), reverse=is_first))
    text = yaml.dump(items, Dumper=dumper, sort_keys=False, allow_unicode=True, default_style=style)
    text = text.replace("\n", newline)
    after = with_entry(text, ENTRY)
    if after is None:
        return
    assert parsed(after) == grown(parsed(text))
    remaining = iter(after.splitlines(keepends=True))
    lines = text.splitlines(keepends=True)
    assert all(line in remaining for line in lines if not re.match(r"repos: \[\]\s*$", line))


REAL = """# What it is for.
---
default_language_version:
  python: python3.12

repos:
  # The first.
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.12.0
    hooks:
      - id: ruff
        args: [--fix,
               --exit-non-zero-on-fix]

# The last comment.
"""

STYLES = {
    "indented": REAL,
    "at the margin": "repos:\n- repo: https://example.org/a\n  hooks:\n  - id: a\n",
    "wide": "repos:\n-   repo: https://example.org/a\n    hooks:\n    -   id: a\n",
    "more keys": "repos:\n  - repo: meta\n    hooks:\n      - id: a\n\n# About CI.\nci:\n  skip: [a]\n",
    "nothing yet": "# Of us.\n---\nrepos:\nci:\n  skip: [a]\n",
    "an empty list": "exclude: x\nrepos: []  # none yet\n",
    "no end of line": "repos:\n  - repo: meta\n    hooks:\n      - id: a",
    "other line ends": "repos:\r\n  - repo: meta\r\n    hooks:\r\n      - id: a\r\n",
}


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES)
def test_usual_styles_are_added_to(text: str) -> None:
    """The law above would also hold if nothing were ever added."""
    after = with_entry(text, ENTRY)
    assert after is not None
    assert parsed(after) == grown(parsed(text))
    # Not between a comment and what it is about.
    assert ("# About CI.\nci:" in after) == ("# About CI." in text)


@pytest.mark.parametrize("text", ["", "\n", "# Of us.\n", "---\n", "# Of us.\r\n"])
def test_an_empty_file_is_filled(text: str) -> None:
    """Somebody made it and got no further; all that is there stays."""
    after = with_entry(text, ENTRY)
    assert after is not None
    assert after.startswith(text)
    assert parsed(after) == grown({"repos": []})


ODD = {
    "no list": "exclude: x\n",
    "flow": "repos: [{repo: meta, hooks: [{id: a}]}]\n",
    "two documents": "repos:\n  - repo: meta\n---\nx: 1\n",
    "an end": "repos:\n  - repo: meta\n...\n",
    "tabs": "repos:\n  - repo: meta\n    rev:\tx\n",
    "kept line ends": "repos:\n  - repo: meta\n    hooks:\n      - id: a\n        files: |+\n          x\n\n",
    "mixed line ends": "repos:\r\n  - repo: meta\n    hooks: []\r\n",
    "twice": "repos:\n  - repo: meta\nrepos:\n  - repo: meta\n",
    "broken flow": "repos:\n  - repo: meta\n    hooks: [\n{id: a}\n]\n",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_styles_are_left_alone_and_what_to_paste_is_named(text: str) -> None:
    """Whoever writes YAML in a way that needs a parser pastes eight lines."""
    assert with_entry(text, ENTRY) is None
    outcome = pre_commit(there({CONFIG: text}))
    assert outcome.changes == ()
    assert all(line in outcome.hint for line in ENTRY)


def test_an_entry_that_is_there_is_not_added_again() -> None:
    """The second run has nothing to do, and neither has the first where somebody wrote such a hook before."""
    first = only_change(pre_commit(there({CONFIG: REAL})))
    assert pre_commit(there({CONFIG: first})).changes == ()
    own = "repos:\n- repo: https://example.org/samewheel\n  rev: v1\n  hooks:\n  - id: samewheel-lock-check\n"
    assert pre_commit(there({CONFIG: own})).changes == ()


def test_a_configuration_is_made_only_if_asked_for() -> None:
    """Not everybody uses pre-commit, and who does not would be told by a file to begin with it."""
    assert pre_commit(there()).changes == ()
    assert "--only pre-commit" in pre_commit(there()).hint
    document = parsed(only_change(pre_commit(there(), asked=True)))
    assert document == grown({"repos": []})


@pytest.mark.parametrize("below", ["", "packages/one/", "odd 'name' #1/", "pluß+(x)/", "\U0001f600/a\x85/"])
def test_the_entry_is_for_the_project_wherever_it_is(below: str) -> None:
    """pre-commit runs at the top of a repository, with names of files from there."""
    (repository,) = yaml.safe_load("\n".join(entry(there(below=below))))
    (hook,) = repository["hooks"]
    assert hook["entry"].startswith("samewheel lock --check")
    assert bool(below) == (hook["entry"] != "samewheel lock --check")
    for name in ("pyproject.toml", "uv.toml", "setup.py", "setup.cfg", "constraints.txt"):
        assert re.search(hook["files"], below + name)
    # uv takes settings from the root of a workspace, or any folder above: constraints of builds are among them.
    for above in (below[: match.start()] for match in re.finditer(r"(?<=/)|^", below)):
        assert re.search(hook["files"], f"{above}pyproject.toml")
        assert re.search(hook["files"], f"{above}uv.toml")
    for name in ("other/pyproject.toml", "pyprojectxtoml", "constraints.txt.bak", "setup.txt"):
        assert not re.search(hook["files"], below + name)


@pytest.mark.parametrize("below", ["-one/", "--offline/", "-/\U0001f600/"])
def test_no_folder_is_taken_for_an_option(below: str) -> None:
    """A hook that checks the top of the repository instead would pass for ever."""
    (repository,) = yaml.safe_load("\n".join(entry(there(below=below))))
    assert shlex.split(repository["hooks"][0]["entry"])[3:] == [f"./{below}".rstrip("/")]


def test_our_own_hooks_are_for_the_same_files() -> None:
    """Who takes the hook from our repository gets what init writes, installed by pre-commit."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    ((local,),) = [repository["hooks"] for repository in yaml.safe_load("\n".join(ENTRY))]
    assert hooks.keys() == {"samewheel-lock", "samewheel-lock-check"}
    for key in ("id", "name", "entry", "pass_filenames"):
        assert hooks["samewheel-lock-check"][key] == local[key]
    pattern = hooks["samewheel-lock"]["files"]
    assert pattern == hooks["samewheel-lock-check"]["files"]
    # Wherever a project is, as ours cannot know that.
    for name in ("pyproject.toml", "uv.toml", "setup.py", "setup.cfg", "constraints.txt", "build-constraints.txt"):
        assert re.search(pattern, name)
        assert re.search(pattern, f"pk/a/{name}")
    for name in ("pyprojectxtoml", "constraints.txt.bak", "setup.txt", "myconstraints.txt"):
        assert not re.search(pattern, name)
