"""What a machine has for varying conditions, and what becomes of it when we are interrupted."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from samewheel import machine


@pytest.mark.skipif(not Path("/usr/share/i18n/locales/tr_TR").exists(), reason="no sources of locales here")
def test_locale_that_is_half_made_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Localedef may have been stopped; a locale that is none would never be varied again, for nobody."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(machine, "LOCALES", ("tr_TR",))
    half = tmp_path / "locales" / "tr_TR.UTF-8"
    half.mkdir(parents=True)
    (half / "LC_CTYPE").touch()
    found, folder = machine._find_locale()  # noqa: SLF001 - looked up once per process otherwise
    assert found == "tr_TR.UTF-8"
    if folder is None:
        pytest.skip("the system has the locale itself")
    assert (folder / "tr_TR.UTF-8" / "LC_COLLATE").stat().st_size > 0


def test_locale_that_another_process_made_meanwhile_stays(tmp_path: Path) -> None:
    """A build that runs may see it: with a cold cache, one of 14 verifications lost its locale so."""
    for name in ("fresh", "made"):
        (tmp_path / name).mkdir()
        for part in ("LC_COLLATE", "LC_CTYPE", "LC_TIME"):
            (tmp_path / name / part).write_text(name, "utf-8")
    machine._keep(tmp_path / "fresh", tmp_path / "made", tmp_path / "old")  # noqa: SLF001 - a race is not for a test
    assert (tmp_path / "made" / "LC_TIME").read_text("utf-8") == "made"
    (tmp_path / "made" / "LC_TIME").unlink()
    machine._keep(tmp_path / "fresh", tmp_path / "made", tmp_path / "old")  # noqa: SLF001 - half of one goes
    assert (tmp_path / "made" / "LC_TIME").read_text("utf-8") == "fresh"


REFUSES = """\
#define _GNU_SOURCE
#include <errno.h>
#include <time.h>
int clock_nanosleep(clockid_t id, int flags, const struct timespec *until, struct timespec *left) { return EINVAL; }
"""
"""What libfaketime 0.9.10, which systems ship, does to the sleep of Python 3.11 and newer."""


GCC = shutil.which("gcc")


@pytest.mark.skipif(GCC is None, reason="no compiler here")
def test_libfaketime_that_breaks_sleeping_is_none(tmp_path: Path) -> None:
    """A build that waits for git with a time limit failed by chance under it, and was called not reproducible."""
    (tmp_path / "refuses.c").write_text(REFUSES)
    (tmp_path / "nothing.c").write_text("")
    for name in ("refuses", "nothing"):
        subprocess.run([str(GCC), "-shared", "-fPIC", "-o", f"{name}.so", f"{name}.c"], cwd=tmp_path, check=True)
    assert not machine._lets_sleep(tmp_path / "refuses.so")  # noqa: SLF001 - which one is taken depends on the machine
    assert machine._lets_sleep(tmp_path / "nothing.so")  # noqa: SLF001


def test_own_libfaketime_lets_sleep() -> None:
    """The one of the extra is taken without being tried, as that costs time."""
    library = machine.look_around().clock_library
    assert library is not None, "it is one of the development dependencies"
    assert machine._lets_sleep(library)  # noqa: SLF001 - as above
