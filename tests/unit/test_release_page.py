"""docs/do/release.md says what the template, the action and their files say."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from .test_recipes import ROOT
from .test_workflows import ACTION, RIGHTS, TEMPLATES, WORKFLOWS

TEXT = (ROOT / "docs" / "do" / "release.md").read_text("utf-8")

BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)

DEFINITION: dict[str, Any] = yaml.safe_load(ACTION.read_text("utf-8"))


def rows(after: str) -> dict[str, list[str]]:
    """Return the table below a heading or a header, by the first cell, which is code."""
    table = TEXT.partition(after)[2].partition("\n\n")[0] if after.startswith("|") else TEXT.partition(after)[2]
    found = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", table.partition("\n## ")[0], re.MULTILINE)
    return {name: rest.split(" | ") for name, rest in found}


def test_table_of_jobs_has_their_rights() -> None:
    """Who reads what a job may do need not look into the file; neither knows of a job that the other has not."""
    said = {name: cells[0] for name, cells in rows("## The jobs").items()}
    wanted = {
        name: ", ".join(f"{key}: {value}" for key, value in rights.items()) or "nothing"
        for name, rights in RIGHTS["release.yml"].items()
    }
    assert said == wanted


def test_tables_of_the_action_have_its_inputs_and_outputs() -> None:
    """With what they are unless told."""
    said = rows("| input | what it says | unless told |")
    assert set(said) == set(DEFINITION["inputs"])
    assert set(rows("| output | what it says |")) == set(DEFINITION["outputs"])
    assert said["python-version"][1] == DEFINITION["inputs"]["python-version"]["default"]
    assert said["summary"][1] == f"`{DEFINITION['inputs']['summary']['default']}`"


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_examples_use_the_action_as_it_is(block: str) -> None:
    """They are YAML, their inputs and outputs exist, and other actions have the commits of our own workflows."""
    document = yaml.safe_load(block)
    steps = document if isinstance(document, list) else document["jobs"]["verify"]["steps"]
    (ours,) = (step for step in steps if step["uses"] == "OWNER/samewheel@COMMIT")
    assert set(ours["with"]) <= set(DEFINITION["inputs"])
    assert ours["with"]["command"] in {"verify", "audit", "check"}
    assert set(re.findall(r"steps\.samewheel\.outputs\.([\w-]+)", block)) <= set(DEFINITION["outputs"])
    used = "".join(path.read_text("utf-8") for path in (*WORKFLOWS, *TEMPLATES))
    assert all(action in used for action in re.findall(r"uses: (\S+@[0-9a-f]{40} # \S+)", block))


def test_every_command_of_the_action_has_an_example() -> None:
    """The control: the blocks are found."""
    assert [re.findall(r"command: (\w+)", block) for block in BLOCKS] == [["verify"], ["audit"], ["check"]]
