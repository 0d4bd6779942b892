"""``samewheel init`` in the trees of real projects, one of each backend, as their sdists have them."""

from __future__ import annotations

import re
import tarfile
from typing import TYPE_CHECKING, NamedTuple

import pytest

from samewheel._files import sha256_of
from samewheel.index import Index
from tests.functional.adopting import adopt, carry_on, repository
from tests.functional.git_projects import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Samewheel

pytestmark = pytest.mark.index


class Real(NamedTuple):
    """A project, and what is special about it."""

    sdist: str
    sha256: str
    added: tuple[str, ...] = ("justfile",)
    """Files that init writes besides those that every project gets."""


ALWAYS = {"constraints.txt", "package.just", ".gitignore", ".github/workflows/audit.yml"}
"""Not the release: without a remote, there is no policy that its jobs could be checked against."""

PROJECTS = {
    # hatchling; a configuration of pre-commit, and a workflow that publishes.
    "attrs": Real(
        "attrs-26.1.0.tar.gz",
        "d03ceb89cb322a8fd706d4fb91940737b6642aa36998fe130a9bc96c985eff32",
        ("justfile", ".pre-commit-config.yaml"),
    ),
    # hatchling and hatch-vcs; a justfile, and a workflow that publishes.
    "cattrs": Real(
        "cattrs-26.2.1.tar.gz", "679132bfdc225c5ee40c024fc42519954767c387f950dc6751946c586bccdc6d", ("Justfile",)
    ),
    # flit_core.
    "click": Real("click-8.5.1.tar.gz", "9bbfada76703fd1d784b83eea012e3e8c6a001a876543ef104fa56aaaeb072b4"),
    # poetry-core.
    "tomlkit": Real("tomlkit-0.15.2.tar.gz", "83e32755ba1d20d9340bd069ee97e9f6232ba2346b63ffcba425de01f7e327a6"),
    # setuptools.
    "requests": Real("requests-2.34.2.tar.gz", "f288924cae4e29463698d6d60bc6a4da69c89185ad1e0bcc4104f584e960b9ed"),
    # pdm-backend.
    "annotated-doc": Real(
        "annotated_doc-0.0.7.tar.gz", "0a30ef8f5322a4173720ae6712dc9a5e58f5a19868f3f167b4b5778db066c2b5"
    ),
    # uv_build.
    "dnspython": Real("dnspython-2.9.2.tar.gz", "8d4d39a513e649d634004ce4d39ade2352efcea472a0247535a5c2d18a9d7ba9"),
    # A backend of its own around setuptools, with C.
    "pyyaml": Real("pyyaml-6.0.3.tar.gz", "d76623373421df22fb4cf8817020cbb7ef15c725b9d5e45f17e189bfc384190f"),
}

QUICK = "attrs"


def unpacked(name: str, into: Path) -> Path:
    """Return the tree of a project as a repository with one commit."""
    index = Index()
    real = PROJECTS[name]
    (file,) = [one for one in index.files(name) if one.filename == real.sdist]
    sdist = index.fetch(file)
    assert sha256_of(sdist) == real.sha256
    with tarfile.open(sdist) as archive:
        archive.extractall(into, filter="data")
    (folder,) = into.iterdir()
    # As in the project's own repository: backends that ask git find the version that the sdist says.
    (folder / ".github").mkdir(exist_ok=True)
    (folder / ".github" / "samewheel.txt").write_text("# What workflows install, pinned by somebody.\n")
    version = real.sdist.removesuffix(".tar.gz").rpartition("-")[2]
    return repository(folder, remote="", tag=f"v{version}")


@pytest.mark.parametrize("name", [QUICK, *(pytest.param(n, marks=pytest.mark.long) for n in PROJECTS if n != QUICK)])
def test_package_works_after_init_in_a_real_project(name: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """What others have written stays, what is added works, and a second run has nothing to add."""
    project = unpacked(name, tmp_path / "unpacked")
    before = git(project, "ls-files").splitlines()
    command = adopt(samewheel, project, "--without", "tools")
    changed = git(project, "status", "--porcelain", "--untracked-files=all", "--ignored").splitlines()
    assert {line[3:] for line in changed} == ALWAYS | {*PROJECTS[name].added}
    # Of what was there, lines were added to these, and none went.
    numbers = git(project, "diff", "--numstat").splitlines()
    assert {re.split(r"\t", line)[2] for line in numbers} == {*before} & (ALWAYS | {*PROJECTS[name].added})
    assert all(re.split(r"\t", line)[1] == "0" for line in numbers)
    assert re.search(r"^identical \S+\.whl$", carry_on(command, project), re.MULTILINE)
    assert adopt(samewheel, project, "--without", "tools") == ""
