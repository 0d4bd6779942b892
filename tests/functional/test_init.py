"""``samewheel init``: shown, asked, written, and then it works; a second run has nothing to do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from samewheel import SamewheelError, UsageError
from samewheel._files import write_atomic
from samewheel.adopting import Adoption, Change, Outcome, Part, write, writing
from samewheel.adopting.settings import BESIDE
from tests.conftest import PROJECTS, ROOT
from tests.functional.adopting import adopt, carry_on, environment, repository
from tests.functional.builds import OURS, make_project
from tests.functional.git_projects import commit, contents, files_in, git
from tests.functional.terminals import on_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel

ESCAPE = "\x1b["

WRITTEN = [
    ".github/workflows/audit.yml",
    ".github/workflows/release.yml",
    ".gitignore",
    "justfile",
    "package.just",
    "policy.toml",
]
"""What a project gets that has its pins already."""

NO_TOOLS = ("--without", "tools")
"""This part asks the index."""

QUICK = ("flit", "setuptools-legacy", "setuptools-scm")
OTHERS = ("c-extension", "hatch-vcs", "meson-python", "pdm", "poetry", "scikit-build-core", "setuptools", "uv-build")
"""Of hatchling is the next one."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that builds in no time, and has its pins."""
    body = 'files["sample.py"] = "x = 1\\n"'
    folder = make_project(tmp_path / "project", body, constraints=OURS)
    give_tools(folder)
    return repository(folder)


def give_tools(folder: Path) -> None:
    """Have what workflows install, pinned by somebody: without it, there would be none."""
    (folder / ".github").mkdir()
    (folder / ".github" / "samewheel.txt").write_text("# Pinned by us.\n")


def check_package(samewheel: Samewheel, project: Path) -> None:
    """Add samewheel, do what it says is next, and see that the wheel is the same each time, and nothing to do."""
    said = carry_on(adopt(samewheel, project, *NO_TOOLS), project)
    assert re.search(r"^identical \S+\.whl$", said, re.MULTILINE)
    # What was built is not in the way of the next commit, and of the build after it.
    assert git(project, "status", "--porcelain") == ""
    assert adopt(samewheel, project, *NO_TOOLS) == ""


@pytest.mark.index
@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.long) for name in OTHERS)])
def test_package_works_after_init_with_every_backend(name: str, copied: ProjectCopier, samewheel: Samewheel) -> None:
    """Minutes after having heard of it, a maintainer has a wheel that is proved to be the same everywhere."""
    check_package(samewheel, repository(copied(name)))


@pytest.mark.index
def test_pins_are_made_where_there_are_none(copied: ProjectCopier, samewheel: Samewheel) -> None:
    """They are for all Pythons of the workflows, whichever one happens to run init."""
    project = copied("hatchling")
    (project / "constraints.txt").unlink()
    check_package(samewheel, repository(project))
    assert "# requires-python: >=3.11\n" in (project / "constraints.txt").read_text()


def test_what_is_shown_is_what_is_written(project: Path, samewheel: Samewheel) -> None:
    """The diff can be applied by git, and gives the same files to the byte."""
    (project / "Justfile").write_text("test:\n    echo no end of line")
    (project / ".pre-commit-config.yaml").write_bytes(b"repos:\r\n- repo: meta\r\n  hooks:\r\n  - id: identity\r\n")
    commit(project)
    copy = shutil.copytree(project, project.with_name("copy"))
    shown = samewheel("init", "--quiet", *NO_TOOLS, cwd=copy).stdout
    assert ESCAPE not in shown
    patch = shown.partition("  left out")[0].replace("\r", "")
    assert "a/Justfile" in patch
    adopt(samewheel, project, *NO_TOOLS)
    # A terminal does not get the ends of lines of another system.
    git(copy, "apply", "--ignore-whitespace", str(_saved(patch, copy)))
    written = {name: (project / name).read_bytes().replace(b"\r", b"") for name in files_in(project)}
    assert {name: (copy / name).read_bytes().replace(b"\r", b"") for name in files_in(copy)} == written
    config = (project / ".pre-commit-config.yaml").read_bytes()
    assert config.count(b"\r\n") == config.count(b"\n") == 12


def _saved(text: str, beside: Path) -> Path:
    path = beside.with_name("init.patch")
    path.write_text(text)
    return path


def test_nothing_is_written_where_nobody_can_be_asked(project: Path, samewheel: Samewheel) -> None:
    """A script that forgot --yes gets the diff, the reason and the option."""
    before = contents(project)
    done = samewheel("init", *NO_TOOLS, cwd=project)
    assert done.returncode == 2
    assert "+++ b/package.just" in done.stdout
    assert "nothing was written" in done.stderr
    assert "samewheel init --yes" in done.stderr
    assert contents(project) == before


@pytest.mark.parametrize(("typed", "is_written"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_one_question_is_asked_on_a_terminal(typed: str, is_written: bool, project: Path) -> None:  # noqa: FBT001
    """Only a yes is one; the diff has colours there, and is all that there is to decide by."""
    code, said = on_terminal("init", project, *NO_TOOLS, stderr=True, typed=typed)
    assert code == 0
    assert said.count("Write 6 files? [y/N]") == 1
    assert f"{ESCAPE}32m+# Written by samewheel init" in said
    found = [name for name in WRITTEN if (project / name).exists()]
    assert found == (WRITTEN if is_written else [])
    assert ("nothing was written" in said) != is_written


def test_check_names_each_file_and_why(project: Path, samewheel: Samewheel) -> None:
    """CI fails as long as something is out of date, with the names; nothing is written by that."""
    before = contents(project)
    done = samewheel("init", "--check", "-q", *NO_TOOLS, cwd=project)
    assert done.returncode == 20
    assert sorted(re.findall(r"^stale (.*)$", done.stdout, re.MULTILINE)) == WRITTEN
    assert contents(project) == before

    adopt(samewheel, project, *NO_TOOLS)
    path = project / ".github" / "workflows" / "audit.yml"
    path.write_text(path.read_text() + "# more\n")
    done = samewheel("init", "--check", "-q", *NO_TOOLS, cwd=project)
    assert (done.returncode, done.stdout.splitlines()[:2]) == (
        20,
        ["stale .github/workflows/audit.yml", "  audit        it is out of date"],
    )
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]).replace("audit", "samewheel audit"))
    done = samewheel("init", "--check", "-q", *NO_TOOLS, cwd=project)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "fresh .")


@pytest.mark.index
def test_stale_pins_are_locked_again(copied: ProjectCopier, samewheel: Samewheel) -> None:
    """They are ours to keep up, too; pins that still fit stay."""
    project = repository(copied("hatchling"))
    adopt(samewheel, project, *NO_TOOLS)
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace('requires = ["hatchling', 'requires = ["editables", "hatchling'))
    done = samewheel("init", "--check", "-q", *NO_TOOLS, cwd=project)
    assert done.returncode == 20
    assert "stale constraints.txt\n  constraints  it is stale: + editables, nothing pins editables\n" in done.stdout
    before = re.findall(r"^[\w-]+==\S+", (project / "constraints.txt").read_text(), re.MULTILINE)
    adopt(samewheel, project, *NO_TOOLS)
    after = re.findall(r"^[\w-]+==\S+", (project / "constraints.txt").read_text(), re.MULTILINE)
    assert {name.partition("==")[0] for name in set(after) - set(before)} == {"editables"}


@pytest.mark.index
def test_constraints_of_something_else_stay(copied: ProjectCopier, samewheel: Samewheel) -> None:
    """Ours go beside them, and everything finds them there."""
    project = copied("hatchling")
    (project / "constraints.txt").write_text("requests==2.0\n")
    before = (project / "pyproject.toml").read_text()
    check_package(samewheel, repository(project))
    assert (project / "constraints.txt").read_text() == "requests==2.0\n"
    assert "hatchling==" in (project / BESIDE).read_text()
    after = (project / "pyproject.toml").read_text()
    assert after.startswith(before)
    assert f'[tool.samewheel]\nconstraints = "{BESIDE}"\n' in after


def test_parts_can_be_chosen(project: Path, samewheel: Samewheel) -> None:
    """What is named is done, what is optional included; a part that there is not is an error that lists them."""
    adopt(samewheel, project, "--only", "just,pre-commit")
    assert git(project, "status", "--porcelain") == "?? .pre-commit-config.yaml\n?? justfile\n?? package.just"
    command = adopt(samewheel, project, "--without", "just,release,tools,policy")
    assert command.endswith("&& samewheel build")
    assert not (project / ".github" / "workflows" / "release.yml").exists()
    assert (project / ".github" / "workflows" / "audit.yml").exists()
    wrong = samewheel("init", "--only", "recipes", cwd=project)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert all(part in wrong.stderr for part in Part)
    help_text = " ".join(samewheel("init", "--help").stdout.split()).replace("- ", "-")
    assert ", ".join(Part) in help_text


@pytest.mark.parametrize("name", ["packages/one", "odd 'name' #1"])
def test_a_part_of_a_repository_is_added_to_where_it_is(name: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """Recipes go to the project, the hook to the top, where pre-commit looks; the workflows do not fit."""
    top = tmp_path / "top"
    project = make_project(top / name, 'files["sample.py"] = "x = 1\\n"', constraints=OURS)
    (top / ".pre-commit-config.yaml").write_text("repos:\n  - repo: meta\n    hooks:\n      - id: identity\n")
    (top / "justfile").write_text("above:\n    @echo from above\n")
    repository(top)
    command = adopt(samewheel, top, name)
    assert sorted(git(top, "ls-files", "-z", "--others", "--modified").strip("\0").split("\0")) == [
        ".pre-commit-config.yaml",
        f"{name}/.gitignore",
        f"{name}/justfile",
        f"{name}/package.just",
    ]
    assert "identical sample-1.0" in carry_on(command, top)
    assert carry_on("just above", project) == "from above\n"
    assert "Passed" in carry_on("pre-commit run samewheel-lock-check --all-files", top)
    assert samewheel("init", "--check", cwd=project).returncode == 0


def test_the_hook_fails_where_the_pins_do_not_fit(project: Path, samewheel: Samewheel) -> None:
    """pre-commit runs what init wrote, and lets nobody commit requirements that nothing pins."""
    adopt(samewheel, project, "--only", "pre-commit")
    commit(project)
    hook = "pre-commit run samewheel-lock-check --all-files"
    assert "Passed" in carry_on(hook, project)
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace("requires = []", 'requires = ["hatchling"]'))
    commit(project)
    done = subprocess.run(hook.split(), cwd=project, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "+ hatchling" in done.stdout


def test_a_folder_without_git_gets_what_needs_none(tmp_path: Path, samewheel: Samewheel) -> None:
    """Recipes and pins do not need a repository; the others say that they do."""
    folder = make_project(tmp_path / "project", 'files["sample.py"] = "x = 1\\n"', constraints=OURS)
    done = samewheel("init", "--yes", "-q", cwd=folder)
    assert done.returncode == 0
    assert sorted(re.findall(r"^written (.*)$", done.stdout, re.MULTILINE)) == ["justfile", "package.just"]
    assert done.stdout.count("no git repository") == 3
    assert re.findall(r"^  next +(.*)$", done.stdout, re.MULTILINE) == ["just package"]


@pytest.mark.parametrize("name", [".github", "package.just", ".pre-commit-config.yaml"])
def test_no_link_leads_out_of_the_project(name: str, project: Path, samewheel: Samewheel) -> None:
    """A stranger's project can have links to anywhere: what they lead to is neither replaced nor written to."""
    outside = project.with_name("outside")
    outside.mkdir()
    target = outside / name
    if name == ".github":
        (project / name).rename(target)
        (target / "workflows").mkdir()
    else:
        target.write_text("# Written by samewheel init\nrepos:\n  - repo: meta\n")
    (project / name).symlink_to(target)
    before = contents(outside)
    # Pins are left out: a source with such links cannot be locked at all.
    done = samewheel("init", "--yes", "-q", "--without", "constraints,tools", cwd=project)
    assert done.returncode == 0
    assert "is a link, or in a folder that is one" in done.stdout
    assert contents(outside) == before
    assert (project / name).is_symlink()


def changes(top: Path, *names: str, before: bytes | None = None) -> Adoption:
    """Return an adoption that writes these files."""
    found = tuple(Change(path=name, before=before, after=b"new\n", why="") for name in names)
    return Adoption(project=top, top=top, outcomes=(Outcome(part=Part.JUST, changes=found),))


def test_a_write_that_fails_leaves_whole_files_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before it is there to the last byte, and what comes after it was not begun."""

    def full(path: Path, content: bytes) -> None:
        if path.name == "second":
            raise SamewheelError(f"cannot write {path}", cause="No space left")
        write_atomic(path, content)

    monkeypatch.setattr(writing, "write_atomic", full)
    with pytest.raises(SamewheelError, match="Written before it: first") as caught:
        write(changes(tmp_path, "first", "folder/second", "third"))
    assert "folder/second" in caught.value.what
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"first": "new\n"}


def test_a_folder_that_cannot_be_written_to_is_found_before_the_first_file(tmp_path: Path) -> None:
    """Half an adoption is none: a workflow that cannot be written would leave recipes behind."""
    (tmp_path / "file").write_text("old")
    with pytest.raises(SamewheelError, match="cannot write file/second") as caught:
        write(changes(tmp_path, "first", "file/second", "third"))
    assert "Nothing was written" in caught.value.hint
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "old"}


def test_what_was_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    """Between the question and the answer, an editor may save; then nothing at all is written."""
    (tmp_path / "second").write_text("edited")
    with pytest.raises(UsageError, match="second was changed meanwhile"):
        write(changes(tmp_path, "first", "second"))
    assert [path.name for path in tmp_path.iterdir()] == ["second"]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("nowhere",), 15, "There is no such folder"),
        (("nowhere",), 15, "samewheel init PROJECT"),
        (("project/pyproject.toml",), 2, "is a file"),
        (("project", "--check", "--yes"), 2, "--check writes nothing"),
        (("project", "--only", ""), 2, "names no part"),
    ],
    ids=["no project", "its hint", "a file", "check and yes", "nothing"],
)
def test_mistakes_are_named(
    arguments: tuple[str, ...], code: int, word: str, project: Path, samewheel: Samewheel
) -> None:
    """What failed, and no traceback."""
    done = samewheel("init", *arguments, cwd=project.parent)
    assert done.returncode == code
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our own wheel, as an index will have it."""
    folder = tmp_path_factory.mktemp("shelf")
    command = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    return folder


@pytest.mark.index
def test_the_workflows_install_what_is_pinned(project: Path, shelf: Path, samewheel: Samewheel) -> None:
    """Pip and uv take the file as it is, with hashes and without an address; samewheel and its signer are in it."""
    path = project / ".github" / "samewheel.txt"
    path.unlink()
    command = adopt(samewheel, project, UV_FIND_LINKS=str(shelf))
    assert ".github/samewheel.txt" in command
    text = path.read_text()
    assert re.search(r"^samewheel==\S+ \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert re.search(r"^sigstore==", text, re.MULTILINE)
    assert not re.search(r"://|find-links|--index", text)
    install = ["uv", "pip", "install", "--quiet", "--dry-run", "--require-hashes", "--python", sys.executable]
    links = {**environment(), "UV_FIND_LINKS": str(shelf)}
    subprocess.run([*install, "-r", str(path)], check=True, env=links)
    # What is fresh is not asked for again, so that a check needs no such index.
    check = samewheel("init", "--check", "-q", "--only", "tools", cwd=project)
    assert (check.returncode, check.stdout) == (0, "fresh .\n")
    path.write_text(text.replace("samewheel==", "samewheel=="[::-1]))
    assert samewheel("init", "--check", cwd=project, UV_FIND_LINKS=str(shelf)).returncode == 20


@pytest.mark.index
def test_what_the_index_does_not_have_is_left_out(project: Path, samewheel: Samewheel) -> None:
    """The other parts are written all the same, and the next command is named."""
    (project / ".github" / "samewheel.txt").unlink()
    done = samewheel("init", "--yes", "--offline", cwd=project, UV_FIND_LINKS=str(PROJECTS))
    assert done.returncode == 0
    assert "tools: the index gives no samewheel[sigstore]==" in done.stdout
    left = re.findall(r"^  left out +([\w-]+): .*\n  +next +(.*)$", done.stdout, re.MULTILINE)
    hint = "With an index, or a folder named by UV_FIND_LINKS, that has it: samewheel init"
    assert [part for part, said in left if said == hint] == ["release", "audit", "tools", "policy"]
    assert not list((project / ".github").iterdir())
    assert not (project / "policy.toml").exists()
    assert (project / "package.just").exists()
    assert samewheel("init", "--check", "--offline", cwd=project, UV_FIND_LINKS=str(PROJECTS)).returncode == 0


def test_a_workflow_without_its_tools_is_not_fresh(project: Path, samewheel: Samewheel) -> None:
    """Somebody removed what its jobs install: a check says so, and so does a run that cannot mend it."""
    adopt(samewheel, project, *NO_TOOLS)
    (project / ".github" / "samewheel.txt").unlink()
    done = samewheel("init", "--check", "-q", *NO_TOOLS, cwd=project)
    assert done.returncode == 20
    said = "stale .github/workflows/release.yml\n  release      it needs .github/samewheel.txt, which is missing\n"
    assert said in done.stdout
    assert "fresh" not in done.stdout
    again = samewheel("init", "--yes", "-q", *NO_TOOLS, cwd=project)
    assert said in again.stdout
    assert "nothing to do" not in again.stdout
