"""The recipes for just: beside those of the project, and never instead of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from samewheel.adopting.asking import asking
from samewheel.adopting.owning import FIRST_LINE, template
from samewheel.adopting.recipes import FILE, LINE, imports_of, loaded_by, names_of, recipes

from .adoptions import only_change, there

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.adopting.values import Outcome, There

THEIRS = """set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments
version := "1"
export NAME := `echo a:b`

# Run the tests
test *args="a:b":
    echo "package: no recipe"
    pytest {{ args }}

@quiet a b="c": test
    echo

alias t := test
mod docs
"""


def dumped(folder: Path) -> dict[str, Any]:
    """Return a justfile as just itself reads it."""
    just = shutil.which("just")
    assert just is not None, "just is one of the development dependencies: run the tests by `uv run` or `just test`"
    command = [just, "--justfile", str(folder / "justfile"), "--dump", "--dump-format", "json"]
    document: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return document


def written(project: There, outcome: Outcome, into: Path) -> Path:
    """Write the files of a project at the top of its repository, with what an outcome changes."""
    contents = {**project.files, **{change.path: change.after for change in outcome.changes}}
    for name, content in contents.items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).write_bytes(content)
    return into


def test_names_are_those_that_just_finds(tmp_path: Path) -> None:
    """A recipe that we miss would be a clash that only just reports, and one too many a clash that there is not."""
    (tmp_path / "justfile").write_text(THEIRS.replace("mod docs\n", ""))
    document = dumped(tmp_path)
    assert names_of(THEIRS) == {*document["recipes"], *document["aliases"], "docs"}


def test_our_recipes_are_explained_and_one_group(tmp_path: Path) -> None:
    """`just --list` shows them under a heading of their own, each with what it is for."""
    (tmp_path / "justfile").write_text(template(FILE))
    document = dumped(tmp_path)
    for name, recipe in document["recipes"].items():
        assert name.startswith("package")
        assert recipe["doc"]
        assert recipe["attributes"] == [{"group": "package"}]
    # Both would be errors in a justfile that has them, too.
    assert document["assignments"] == {}
    assert not any(document["settings"][name] for name in ("shell", "positional_arguments", "export", "fallback"))
    steps = [step["recipe"] for step in document["recipes"]["package"]["dependencies"]]
    assert steps == ["package-build", "package-verify"]


def test_recipes_of_the_project_stay(tmp_path: Path) -> None:
    """One line at the end is all that changes; the default recipe is still theirs."""
    project = there({"justfile": THEIRS.replace("mod docs\n", "")})
    outcome = recipes(project)
    ours, justfile = outcome.changes
    assert (ours.path, justfile.path) == (FILE, "justfile")
    assert justfile.after == project.files["justfile"] + f"\n{LINE}\n".encode()
    document = dumped(written(project, outcome, tmp_path))
    assert document["first"] == "test"
    assert {"test", "quiet", "package", "package-verify"} <= set(document["recipes"])


@pytest.mark.parametrize("below", ["", "packages/one/"])
def test_a_project_without_a_justfile_gets_one(below: str, tmp_path: Path) -> None:
    """It lists what there is; one in a repository that has others lets them be found as before."""
    project = there(below=below, has_justfile_above=bool(below))
    outcome = recipes(project)
    assert [change.path for change in outcome.changes] == [f"{below}package.just", f"{below}justfile"]
    document = dumped(written(project, outcome, tmp_path) / below)
    assert document["first"] == "default"
    assert document["settings"]["fallback"] == bool(below)
    assert "package" in document["recipes"]


@pytest.mark.parametrize("name", ["justfile", "Justfile", ".justfile", "JUSTFILE"])
@pytest.mark.parametrize("text", ["test:\n  x", "test:\r\n  x\r\n", "test:\n  x \\\n", ""])
def test_the_line_ends_up_on_its_own(name: str, text: str) -> None:
    """Whatever the file is called and ends with, the line after it is ours alone."""
    outcome = recipes(there({name: text}))
    change = outcome.changes[-1]
    assert change.path == name
    lines = change.after.decode().split("\r\n" if "\r\n" in text else "\n")
    assert lines[-3:] == ["", LINE, ""]
    assert change.after.startswith(text.encode())


def test_two_justfiles_are_one_too_many() -> None:
    """Just does not run at all then, so there is no right one to add to."""
    outcome = recipes(there({"justfile": "", ".justfile": ""}))
    assert outcome.changes == ()
    assert ".justfile, justfile" in outcome.reason


@pytest.mark.parametrize("spelt", [LINE, f'import "{FILE}"', f"import? './{FILE}'", f"mod samewheel '{FILE}'"])
def test_a_line_of_their_own_counts(spelt: str) -> None:
    """However it is spelt, it is not added twice."""
    outcome = recipes(there({"justfile": f"{spelt}\n\ntest:\n  x\n"}))
    assert [change.path for change in outcome.changes] == [FILE]


CLASHES = {
    "after a mark": {"justfile": "\ufeffpackage:\n    echo mine\n"},
    "a colon in a default": {"justfile": "package x='a:=b':\n    echo mine\n"},
    "a header of two lines": {"justfile": 'package\\\n    x="1":\n    echo mine\n'},
    "imported by another name": {"justfile": "import 'own'\n", "own": "package:\n"},
    "recipe": {"justfile": "package:\n    echo mine\n"},
    "alias": {"justfile": "test:\n  x\nalias package := test\n"},
    "with parameters": {"justfile": "test:\n  x\npackage-build target='a:b': test\n  x\n"},
    "imported": {"justfile": "import 'more/own.just'\n", "more/own.just": "package:\n"},
}


@pytest.mark.parametrize("files", CLASHES.values(), ids=CLASHES)
def test_recipes_of_the_same_names_leave_it_out(files: dict[str, str]) -> None:
    """Just would refuse the whole justfile; nothing is written, and the hint says what to do."""
    outcome = recipes(there(files))
    assert outcome.changes == ()
    assert "package" in outcome.reason
    assert f"mod samewheel '{FILE}'" in outcome.hint


@pytest.mark.parametrize("files", CLASHES.values(), ids=CLASHES)
def test_just_says_the_same(files: dict[str, str]) -> None:
    """Whoever has just gets its own answer, which does not depend on how we read justfiles."""
    outcome = recipes(there(files), asking())
    assert outcome.changes == ()
    assert re.search("just would refuse it: .*package", outcome.reason)


def test_what_is_above_in_the_repository_counts() -> None:
    """Packages of one repository share recipes; nothing outside of it is read."""
    files = {"pk/a/justfile": "import '../../shared.just'\n", "shared.just": "package:\n    echo mine\n"}
    for ask in (None, asking()):
        assert recipes(there(files, below="pk/a/"), ask).changes == ()
    assert list(loaded_by("pk/a/justfile", b"import '../../shared.just'\n")) == ["shared.just"]
    assert list(loaded_by("pk/a/justfile", b"import '../../../no'\nimport '/no'\nimport '../../..'\n")) == []


def test_a_text_is_no_recipe(tmp_path: Path) -> None:
    """A help text of theirs may speak of a package; that is no reason to do without."""
    text = 'help := """\nUse\npackage: foo\n"""\n\ntest:\n    echo {{ help }}\n'
    for ask in (None, asking()):
        project = there({"justfile": text})
        outcome = recipes(project, ask)
        assert len(outcome.changes) == 2
        assert "package" in dumped(written(project, outcome, tmp_path))["recipes"]


def test_a_justfile_that_just_refuses_already_is_compared_by_names() -> None:
    """Its answer would not be about us; nor is it where a file is missing in our copy."""
    broken = "import 'missing.just'\n\ntest:\n    x\n"
    assert recipes(there({"justfile": broken}), asking()).changes
    assert recipes(there({"justfile": f"{broken}package:\n    x\n"}), asking()).changes == ()


def test_modules_are_read_as_just_looks_for_them() -> None:
    """Without them, just would refuse the copy that it is asked about."""
    files = {"justfile": "mod docs\nmod more 'x/y.just'\n", "docs/mod.just": "a:\n    x\n", "x/y.just": "package:\n"}
    assert {"docs/mod.just", "x/y.just"} <= {*loaded_by("justfile", files["justfile"].encode())}
    # A recipe of a module has another name.
    assert recipes(there(files), asking()).changes
    # The control: just did answer, so it is by just that they were let pass.
    ask = asking()
    assert ask is not None
    assert ask({name: text.encode() for name, text in files.items()}, "justfile") == ""


SETTINGS = {
    "another folder": "set working-directory := 'src'\n",
    "no unmatched glob": 'set shell := ["bash", "-O", "failglob", "-c"]\n',
    "another shell": 'set shell := ["python3", "-c"]\n',
    "a folder and a module": "set working-directory := 'src'\n",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_recipes_work_whatever_the_justfile_sets(name: str, tmp_path: Path) -> None:
    """Shell and folder of the project's own recipes are not ours to depend on."""
    module = f"mod samewheel '{FILE}'\n" if "module" in name else ""
    project = there({"justfile": f"{SETTINGS[name]}{module}\ntest:\n    x\n", "src/empty": ""})
    folder = written(project, recipes(project, asking()), tmp_path / "a 'folder'")
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "samewheel"
    tool.write_text('#!/bin/sh\necho "$PWD: $@" >> "$SAID"\nmkdir -p dist\ntouch dist/a.whl\n')
    tool.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["just", *(["samewheel", "package"] if module else ["package"])]
    said = tmp_path / "said"
    subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path, "SAID": str(said)}, check=True)
    assert said.read_text().splitlines() == [f"{folder}: build", f"{folder}: verify --against dist/a.whl"]


def test_as_a_module_they_do_not_clash(tmp_path: Path) -> None:
    """What the hint says works: the project's own recipe and ours, under its own name."""
    project = there({"justfile": f"mod samewheel '{FILE}'\n\npackage:\n    echo mine\n"})
    document = dumped(written(project, recipes(project), tmp_path))
    assert list(document["recipes"]) == ["package"]
    assert "package-verify" in document["modules"]["samewheel"]["recipes"]


def test_the_second_run_has_nothing_to_do() -> None:
    """All that the first one writes is what there should be."""
    project = there({"justfile": THEIRS})
    first = recipes(project)
    again = there({change.path: change.after.decode() for change in first.changes})
    assert recipes(again).changes == ()


def test_only_a_file_of_ours_is_brought_up_to_date() -> None:
    """The first line decides: without it, the file is somebody's."""
    old = f"{FIRST_LINE}\n# Something older.\n"
    assert only_change(recipes(there({FILE: old, "justfile": LINE}))) == template(FILE)
    outcome = recipes(there({FILE: "# mine\n", "justfile": ""}))
    assert (outcome.changes, FILE in outcome.reason) == ((), True)


def test_imports_are_found_in_both_quotes() -> None:
    """What is imported can clash, too."""
    assert imports_of("import 'a.just'\nimport? \"b/c.just\"\n# import 'no'\n") == ("a.just", "b/c.just")
