"""The scripts that show a build the clock and the newlines of its publisher, in every Python at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import samewheel
from samewheel.pythons import find_pythons

if TYPE_CHECKING:
    from samewheel.pythons import Found

PACKAGE = Path(samewheel.__file__).parent
NOW = 1_600_000_001
"""An odd second of September 2020."""

PYTHONS = {one.minor: one for one in reversed(find_pythons()) if one.implementation == "cpython"}


def run(python: Path | str, script: str, code: str, folder: Path, since: float = 0.0) -> str:
    """Run code in a Python that began with one of the scripts, and return what it prints."""
    text = (PACKAGE / f"_{script}.py").read_text("utf-8")
    text = text.replace('"@NOW@"', repr(str(NOW))).replace('"@SINCE@"', repr(str(since)))
    (folder / "script.py").write_text(f"{text}\n{code}\n", "utf-8")
    done = subprocess.run(
        [python, "-I", folder / "script.py"], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_the_clock_stands_still(python: Found, tmp_path: Path) -> None:
    """For everything in Python's time module; what is given a time keeps it."""
    code = """
print(time.time(), time.localtime()[:1] == time.localtime(NOW)[:1], time.gmtime()[:6], time.gmtime(0)[0])
print(time.strftime("%Y", time.gmtime(0)), time.strftime("%Y"), time.ctime() == time.ctime(NOW))
"""
    first, second = run(python.path, "clock", code, tmp_path).splitlines()
    assert first == f"{float(NOW)} True (2020, 9, 13, 12, 26, 41) 1970"
    assert second == "1970 2020 True"


@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_new_files_have_the_time_of_the_clock(python: Found, tmp_path: Path) -> None:
    """Those that were there before, and copies that keep their times, have their own."""
    (tmp_path / "old").touch()
    code = """
import pathlib, shutil, zipfile
os.utime("old", (1000000000, 1000000000))
with open("new", "w") as file:
    print(os.fstat(file.fileno()).st_mtime)
shutil.copy2("old", "copy")
print(os.stat("new").st_mtime_ns, os.lstat("new").st_mtime, os.path.getmtime("new"), pathlib.Path("new").stat()[8])
print(os.stat("old").st_mtime, os.stat("copy").st_mtime, os.stat(".", follow_symlinks=False).st_mode > 0)
print(zipfile.ZipInfo.from_file("new").date_time[:3], os.stat("new").st_size, pathlib.Path("new").exists())
shutil.rmtree("nowhere", ignore_errors=True)
"""
    lines = run(python.path, "clock", code, tmp_path, since=1_100_000_000).splitlines()
    assert lines[0] == f"{float(NOW)}"
    assert lines[1] == f"{NOW}000000000 {float(NOW)} {float(NOW)} {NOW}"
    assert lines[2] == "1000000000.0 1000000000.0 True"
    assert lines[3] == "(2020, 9, 13) 0 True"


@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_text_is_written_as_on_windows(python: Found, tmp_path: Path) -> None:
    """Bytes are not, nor text of which somebody says how its lines end, nor what is read."""
    code = """
import pathlib
with open("text", "w") as file:
    file.write("a\\nb\\n")
with open("said", "w", newline="") as file:
    file.write("a\\n")
with open("bytes", "wb") as file:
    file.write(b"a\\n")
pathlib.Path("path").write_text("a\\n")
print([open(name, "rb").read() for name in ("text", "said", "bytes", "path")], open("text").read())
"""
    expected = [b"a\r\nb\r\n", b"a\n", b"a\n", b"a\r\n"]
    assert run(python.path, "newlines", code, tmp_path) == f"{expected} a\nb\n\n"


def test_this_python_is_among_those_at_hand() -> None:
    """Otherwise nothing was tried."""
    assert "{}.{}".format(*sys.version_info) in PYTHONS
