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


CODE: dict[str, Any] = {"commit": "c" * 40, "dirty": False, "changed": [], "wheel": {"name": "w", "sha256": "0" * 64}}
RECORD: dict[str, Any] = {
    "code": CODE,
    "environment": {"lock": "1" * 64, "python": "CPython", "machine": "Linux", "cpu": [], "packages": {}},
    "config": {"name": "training.yaml", "sha256": "2" * 64, "threads": 1},
    "data": {"sha256": "3" * 64, "split": "4" * 64},
    "randomness": {"seed": 42},
    "result": {"model": "5" * 64, "predictions": "6" * 64, "metrics": "7" * 64},
}


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
    path.write_text(json.dumps(RECORD))
    assert reproduce.wanted(path) == RECORD
    path.write_text(json.dumps({**RECORD, "code": {**CODE, **change}}))
    with pytest.raises(FailedError, match=said):
        reproduce.wanted(path)


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("code", "commit", "HEAD"),
        ("code", "commit", "--orphan"),
        ("code", "commit", "c" * 39),
        ("code", "commit", 7),
        ("code", "wheel", {}),
        ("code", "wheel", "w"),
        ("code", "dirty", None),
        ("config", "name", "../training.yaml"),
        ("config", "name", "--output=x"),
        ("config", "name", None),
        ("config", "threads", 0),
        ("config", "threads", "1"),
        ("environment", "lock", None),
        ("data", "sha256", "3"),
        ("result", "model", None),
        ("environment", None, []),
        ("result", None, None),
    ],
)
def test_malformed_record_is_refused(tmp_path: Path, part: str, key: str | None, value: object) -> None:
    """A record comes from somebody else: no part of it reaches git or a path before it was looked at."""
    path = tmp_path / "record.json"
    changed = value if key is None else {**RECORD[part], key: value}
    path.write_text(json.dumps({**RECORD, part: changed}))
    with pytest.raises(FailedError, match="is no record"):
        reproduce.wanted(path)


@pytest.mark.parametrize("part", RECORD)
def test_record_without_a_part_is_refused(tmp_path: Path, part: str) -> None:
    """Before anything is checked out, and not when it comes to comparing."""
    path = tmp_path / "record.json"
    path.write_text(json.dumps({name: value for name, value in RECORD.items() if name != part}))
    with pytest.raises(FailedError, match="is no record"):
        reproduce.wanted(path)


def test_configuration_that_the_commit_does_not_have_is_named(tmp_path: Path) -> None:
    """And not by a traceback."""
    with pytest.raises(FailedError, match=r"has no confs/mine\.yaml"):
        reproduce.digest(tmp_path, "confs/mine.yaml")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"code": []}', '{"code": {"commit": 1}}'])
def test_file_that_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    """In words, and not by a traceback."""
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(FailedError, match="is no record"):
        reproduce.wanted(path)
