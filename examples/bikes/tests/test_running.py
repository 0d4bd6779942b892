"""What is asked of a training is looked at before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from bikes.__main__ import main
from bikes.errors import BikesError
from bikes.running import recordable

from .processes import ROOT

CONF = "confs/training.yaml"


@pytest.mark.parametrize("threads", ["0", "-1"])
def test_no_thread_is_refused(threads: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Zero is not the configuration's number, and less is no number of threads."""
    arguments = [str(ROOT / CONF), "--project", str(ROOT), "--output", str(tmp_path / "out"), "--threads", threads]
    assert main(arguments) == 1
    assert f"{threads} threads" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_configuration_outside_confs_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record has its name and digest only: who reproduces it looks into confs/ of the commit."""
    (tmp_path / "mine.yaml").write_bytes((ROOT / CONF).read_bytes())
    arguments = [str(tmp_path / "mine.yaml"), "--project", str(ROOT), "--output", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert "mine.yaml is not in confs/" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_configuration_in_confs_is_taken_by_any_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the project's folder or from elsewhere; but a folder in confs/ is not confs/."""
    monkeypatch.chdir(ROOT)
    for project, conf in ((Path(), Path(CONF)), (ROOT, ROOT / CONF), (Path(), ROOT / "src" / ".." / CONF)):
        assert recordable(project, conf) == conf
    with pytest.raises(BikesError, match="is not in confs"):
        recordable(ROOT, ROOT / "confs" / "more" / "training.yaml")
