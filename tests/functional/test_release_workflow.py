"""release.yml, run: its jobs one after the other, on this machine, each in a clone of its own.

The steps are those of the working tree, the code is that of the last commit.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT
from tests.functional.hosted import Service, in_order, read
from tests.unit.test_workflows import SETUP

if TYPE_CHECKING:
    from pathlib import Path

RELEASE = read(ROOT / ".github" / "workflows" / "release.yml")


def change_one_byte(wheel: Path, name: str) -> None:
    """Replace the last byte of a member, and leave all else as it is."""
    with zipfile.ZipFile(wheel) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for info, content in members:
            archive.writestr(info, content[:-1] + b" " if info.filename == name else content)


def report_in(artifacts: Path) -> dict[str, Any]:
    """Return the one verify report among the evidence that the last job handed over."""
    (path,) = (artifacts / "evidence").glob("*.verify.json")
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return report


@pytest.mark.index
def test_release_is_rebuilt_elsewhere_or_fails(tmp_path: Path) -> None:
    """The second job builds the first one's wheel again and says so; it refuses a wheel in which one byte is new."""
    service = Service(RELEASE, tmp_path)
    names = in_order(RELEASE)
    for name in names:
        outcome = service.run(name)
        assert outcome.failed is None, outcome.output
        assert outcome.left_out == {"pip install uv rust-just"} < SETUP
    (wheel,) = (service.artifacts / "wheel").iterdir()
    report = report_in(service.artifacts)
    assert (report["verdict"], report["against"]) == ("identical", hashlib.sha256(wheel.read_bytes()).hexdigest())

    change_one_byte(wheel, "samewheel/__init__.py")
    assert service.run(names[-1], "2").failed == "just package-verify"
    differences = report_in(service.artifacts)["differences"]
    module = "samewheel/__init__.py"
    said = [(each["member"], each["field"]) for each in differences]
    assert said == [(module, "hash in RECORD"), (module, "end of file")]


def test_nothing_to_verify_fails_where_it_is_missed(tmp_path: Path) -> None:
    """Without a wheel the second job ends at the download, and hands over no evidence: nothing was proved."""
    service = Service(RELEASE, tmp_path)
    assert service.run(in_order(RELEASE)[-1]).failed == "actions/download-artifact"
    assert not service.artifacts.exists()
