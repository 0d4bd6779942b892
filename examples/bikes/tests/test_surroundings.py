"""What scripts hand on to their children, and which records they take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import reproduce
from surroundings import FailedError, clean, run

if TYPE_CHECKING:
    from pathlib import Path

KEPT = {"HTTPS_PROXY": "proxy", "SSL_CERT_FILE": "file", "UV_CACHE_DIR": "cache", "UV_DEFAULT_INDEX": "index"}
LEFT = {
    "UV_PYTHON": "python",
    "UV_SYSTEM_PYTHON": "1",
    "PYTHONPATH": "src",
    "VIRTUAL_ENV": "env",
    "OMP_NUM_THREADS": "7",
}


def test_environment_is_made_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way to a package index goes along; what would change where or what is installed does not."""
    for name, value in {**KEPT, **LEFT}.items():
        monkeypatch.setenv(name, value)
    variables = clean(tmp_path, TZ="UTC")
    assert KEPT.items() <= variables.items()
    assert not LEFT.keys() & variables.keys()
    assert (variables["HOME"], variables["TZ"], variables["UV_REQUIRE_HASHES"]) == (str(tmp_path), "UTC", "1")


def test_program_that_is_not_there_is_named() -> None:
    """With what to install."""
    with pytest.raises(FailedError, match="there is no nothing-of-the-kind"):
        run(["nothing-of-the-kind"], {"PATH": "/usr/bin"})


CODE = {"commit": "c" * 40, "dirty": False, "changed": [], "wheel": {"name": "w", "sha256": "0"}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dirty": True, "changed": ["confs/training.yaml"]}, r"dirty.*confs/training\.yaml"),
        ({"commit": None, "dirty": None}, "no commit or no wheel"),
        ({"wheel": None}, "no commit or no wheel"),
    ],
)
def test_record_that_nobody_can_do_again_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """Before anything is checked out; the control is a record of a clean tree."""
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"code": CODE}))
    assert reproduce.wanted(path)["code"] == CODE
    path.write_text(json.dumps({"code": {**CODE, **change}}))
    with pytest.raises(FailedError, match=said):
        reproduce.wanted(path)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_file_that_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    """In words, and not by a traceback."""
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(FailedError, match="is no record"):
        reproduce.wanted(path)
