"""A record names a lock only if the environment that ran is the one that the lock describes."""

from __future__ import annotations

import importlib.metadata
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import env
from bikes import installed, provenance
from bikes.errors import BikesError
from bikes.files import sha256

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """--require-hashes
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:00
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:01
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:02
typing-extensions==4.16.0 \\
    --hash=sha256:03
./dist/bikes-1-py3-none-any.whl --hash=sha256:04
"""
GOOD = {"numpy": "2.4.6", "typing_extensions": "4.16.0", "bikes": "1"}


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a lock, in the folder that this environment seems to be in."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / provenance.LOCK).write_text(TEXT)
    return tmp_path / provenance.LOCK


def have(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    """Let these be what is installed."""
    found = [SimpleNamespace(name=name, version=version) for name, version in versions.items()]
    monkeypatch.setattr(importlib.metadata, "distributions", lambda: found)


@pytest.mark.parametrize("change", [{}, {"numpy": "2.5.5"}, {"colorama": "0.4.6"}, {"pip": "26.0"}])
def test_environment_of_the_lock_is_taken(
    lock: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    """With either version of a name, with or without what is for other platforms, and with an installer."""
    have(monkeypatch, **{**GOOD, **change})
    installed.check(lock, "bikes")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"numpy": "2.3.0"}, r"numpy 2\.3\.0 is installed, and the lock has 2\.4\.6 or 2\.5\.5"),
        ({"typing_extensions": "4.15.0"}, r"typing-extensions 4\.15\.0 is installed"),
        ({"pandas": "3.0.0"}, r"pandas 3\.0\.0 is installed, and the lock has none"),
    ],
)
def test_other_version_or_package_is_refused(
    lock: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], said: str
) -> None:
    """Else the record would name a lock that has nothing to do with what ran."""
    have(monkeypatch, **{**GOOD, **change})
    with pytest.raises(BikesError, match=rf"{said}(.|\n)*just env --anew"):
        installed.check(lock, "bikes")


def test_missing_package_is_refused(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that every platform has."""
    have(monkeypatch, numpy="2.4.6", bikes="1")
    with pytest.raises(BikesError, match="typing-extensions is not installed"):
        installed.check(lock, "bikes")


def test_environment_of_another_lock_is_refused(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the versions are the same and only a hash is another; the control is the lock as it was."""
    have(monkeypatch, **GOOD)
    (tmp_path / installed.STAMP).write_text(sha256(lock.read_bytes()))
    installed.check(lock, "bikes")
    lock.write_text(TEXT.replace("sha256:03", "sha256:05"))
    with pytest.raises(BikesError, match="was made of another"):
        installed.check(lock, "bikes")


def test_record_of_a_source_tree_names_no_lock(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs in whatever there is; the control is an environment that was checked."""
    names = {name: importlib.metadata.version(name) for name in provenance.NUMERIC}
    have(monkeypatch, **GOOD)
    assert provenance.environment(tmp_path, locked=False).lock is None
    assert provenance.environment(tmp_path, locked=True).lock == sha256(lock.read_bytes())
    assert provenance.environment(tmp_path, locked=True).packages == names


def test_changed_environment_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp says what it was made of, and not that nobody changed it since: so the hint has `--anew`."""
    made = []

    def environment(place: Path, _: Path, *, project: Path, lock: str) -> None:
        made.append((project, lock))
        place.mkdir(exist_ok=True)

    monkeypatch.setattr(env, "environment", environment)
    (tmp_path / "a.lock").write_text("x==1\n")
    for anew, count in ((False, 1), (False, 1), (True, 2)):
        env.made(".venv", "a.lock", project=tmp_path, anew=anew)
        assert len(made) == count
