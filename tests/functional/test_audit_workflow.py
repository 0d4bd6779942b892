"""audit.yml, run: ours and the template, over files that name one small package instead of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.functional.git_projects import commit, git, make_repository
from tests.functional.hosted import Service, read

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = {
    "ours": ROOT / ".github" / "workflows" / "audit.yml",
    "theirs": ROOT / "src" / "samewheel" / "adopting" / "templates" / "audit.yml",
}

SMALL = "idna==3.10\n"
"""What is audited: it can be rebuilt to the bit."""


@pytest.mark.index
@pytest.mark.parametrize("whose", WORKFLOWS)
def test_audit_is_in_the_summary_and_its_store_is_kept(whose: str, tmp_path: Path) -> None:
    """Once a week, people read the one, and programs the other."""
    repository = tmp_path / "repository"
    if whose == "ours":
        git(ROOT, "clone", "--quiet", str(ROOT), str(repository))
        (repository / ".github" / "samewheel.txt").write_text("")
        (repository / "constraints.txt").write_text(SMALL)
        commit(repository)
    else:
        make_repository(repository, {"constraints.txt": SMALL})
    service = Service(read(WORKFLOWS[whose]), tmp_path / "room", repository=repository)
    (outcome,) = service.run_all().values()
    assert outcome.result == "success", outcome.output
    assert "idna" in outcome.summary
    assert "1 of 1 package has the contents" in outcome.summary
    assert [path.name for path in (service.artifacts / "audit").iterdir()] == ["audit.sqlite3"]


@pytest.mark.parametrize("whose", WORKFLOWS)
def test_audit_that_could_not_begin_fails_and_keeps_nothing(whose: str, tmp_path: Path) -> None:
    """The control: a pipe's last command succeeds whatever the first one says."""
    files = {"src/.keep": "", ".github/samewheel.txt": "", "constraints.txt": "one==\n"}
    if whose == "ours":
        files = {name: content for name, content in files.items() if name != "constraints.txt"}
    repository = make_repository(tmp_path / "repository", files)
    service = Service(read(WORKFLOWS[whose]), tmp_path / "room", repository=repository)
    (outcome,) = service.run_all().values()
    assert outcome.failed == "Rebuild"
    assert not service.artifacts.exists()
