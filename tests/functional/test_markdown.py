"""``--markdown`` of the commands, as a CI job appends it to its summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.builds import OURS, make_project
from tests.rendered import links_and_tags
from tests.unit.audits import entries_of
from tests.unit.wheels import NAME, SMALLEST, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Samewheel


@pytest.mark.parametrize(
    "command",
    [
        ("verify", "."),
        ("diff", "a.whl", "a.whl"),
        ("rebuild", "six==1.16.0"),
        ("check", "a.whl", "--policy", "x"),
        ("audit", "a.whl"),
        ("audit", "list"),
        ("audit", "show", "six"),
    ],
)
def test_one_form_at_a_time(command: tuple[str, ...], tmp_path: Path, samewheel: Samewheel) -> None:
    """Two documents on one stream are none."""
    (tmp_path / "a.whl").touch()
    finished = samewheel(*command, "--json", "--markdown")
    assert finished.returncode == 2
    assert "--json or --markdown: give one of them." in finished.stderr
    assert not finished.stdout


def test_diff_of_wheels(tmp_path: Path, samewheel: Samewheel) -> None:
    """The exit code is the verdict's, whatever the form."""
    (tmp_path / "b").mkdir()
    a = written(tmp_path, SMALLEST)
    b = written(tmp_path / "b", {**SMALLEST, "demo.py": b"@other = 1\n"})
    same, other = samewheel("diff", a, a, "--markdown"), samewheel("diff", a, b, "--markdown")
    assert (same.returncode, other.returncode) == (0, 13)
    assert same.stdout.startswith(f"### ✅ identical: `{NAME}`")
    assert other.stdout.startswith(f"### ❌ payload-differs: `{NAME}`")
    assert links_and_tags(other.stdout) == []


@pytest.mark.index
def test_rebuild_of_a_published_wheel(samewheel: Samewheel) -> None:
    """What is proven, from what, and with what."""
    finished = samewheel("rebuild", "-q", "six==1.16.0", "--markdown")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("### ✅ identical: `six-1.16.0-py2.py3-none-any.whl`, equal to the bit")
    assert "| source | `six-1.16.0.tar.gz` |" in finished.stdout
    assert links_and_tags(finished.stdout) == []


def test_verification_that_fails(tmp_path: Path, samewheel: Samewheel) -> None:
    """The cause and its remedy are on the summary's first screen."""
    body = 'files["sample.py"] = "user = " + repr(os.environ["USER"])'
    make_project(tmp_path, body, constraints=OURS)
    finished = samewheel("verify", "-q", "--no-via-sdist", "--markdown")
    assert finished.returncode == 13, finished.stderr
    lines = finished.stdout.splitlines()
    assert lines[0].startswith("### ❌ payload-differs: `sample-1.0-py3-none-any.whl`, two builds under opposite")
    assert any(line.startswith("**Cause:** `user-name`") for line in lines)
    assert links_and_tags(finished.stdout) == []


def test_lock_that_is_stale(tmp_path: Path, samewheel: Samewheel) -> None:
    """What changed, and the command to run; only ``--check`` has something to say."""
    make_project(tmp_path, "", requires='"hatchling"', constraints=OURS)
    stale = samewheel("lock", "-q", "--check", "--offline", "--markdown")
    assert stale.returncode == 20, stale.stderr
    assert stale.stdout.startswith("### ❌ stale: ")
    assert "+ hatchling" in stale.stdout
    assert samewheel("lock", "--markdown").returncode == 2


def test_audit_that_is_kept(tmp_path: Path, samewheel: Samewheel) -> None:
    """From the store, all of it and one package."""
    entries_of(tmp_path)
    listed = samewheel("audit", "list", "--store", "audit.sqlite3", "--markdown")
    shown = samewheel("audit", "show", "not-buildable", "--store", "audit.sqlite3", "--markdown")
    assert listed.stdout.startswith("### ❌ audited: `list.txt`, 1 of 5 packages")
    assert shown.stdout.startswith("### ❌ not-buildable: ")
    assert links_and_tags(listed.stdout + "\n") == []
