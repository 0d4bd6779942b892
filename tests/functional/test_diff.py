"""``samewheel diff``: codes for scripts, JSON for programs, few lines for people."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel.buildinfo import from_json
from samewheel.explaining.diffs import Explained, explain_diff
from tests.functional.terminals import on_terminal
from tests.hostile_wheels import CASES
from tests.unit.wheels import FILES, INFO, INIT, METADATA, NAME, SMALLEST, Change, Files, record_of, written

if TYPE_CHECKING:
    from tests.conftest import Samewheel

SCHEMA = "samewheel/diff/1"
ESCAPE = "\x1b"
COLOUR = re.compile(r"\x1b\[[\d;]*m")

INTERRUPTED = """
import signal, sys
from unittest.mock import patch
from samewheel.cli.main import run

def interrupt(*_, **__):
    signal.raise_signal(signal.SIGINT)

with patch("samewheel.comparison.reading._differing", interrupt):
    sys.exit(run(sys.argv[1:]))
"""

SAME: Files = FILES
METADATA_DIFFERS: Files = {**FILES, f"{INFO}/METADATA": METADATA + b"Keywords: x\n"}
PAYLOAD_DIFFERS: Files = {**FILES, INIT: b"x = 2\n"}
ALL: Files = {**METADATA_DIFFERS, INIT: b"x = 2\n"}

many = {f"demo/m{index:04}.py": b"%d" % index for index in range(1000)}


def pair(folder: Path, files: Files = ALL, change: Change | None = None) -> tuple[Path, Path]:
    """Write a wheel, and another of the same name with other files, or another first header."""
    return written(folder / "a", FILES), written(folder / "b", files, change=change)


TIME = {"date_time": (2020, 2, 2, 2, 2, 2)}


@pytest.mark.parametrize(
    ("files", "change", "expected"),
    [
        (SAME, {}, (0, "identical")),
        (SAME, TIME, (11, "same-contents")),
        (METADATA_DIFFERS, TIME, (12, "metadata-differs")),
        (PAYLOAD_DIFFERS, {}, (13, "payload-differs")),
    ],
    ids=["same", "zip-layer", "metadata", "payload"],
)
def test_exit_code_is_the_verdicts(
    files: Files, change: Change, expected: tuple[int, str], tmp_path: Path, samewheel: Samewheel
) -> None:
    """Scripts decide by it, with and without JSON; people read the word first."""
    code, verdict = expected
    a, b = pair(tmp_path, files, change)
    shown, as_json = samewheel("diff", a, b), samewheel("diff", a, b, "--json")
    assert (shown.returncode, as_json.returncode) == (code, code)
    assert shown.stdout.startswith(f"{verdict} {NAME}\n")
    assert json.loads(as_json.stdout)["verdict"] == verdict


def test_json_is_what_the_library_returns(tmp_path: Path, samewheel: Samewheel) -> None:
    """One value, in the project's form: schema first, keys sorted, nothing else on standard output."""
    a, b = pair(tmp_path, change=TIME)
    text = samewheel("diff", a, b, "--json").stdout
    document = json.loads(text)
    assert list(document) == ["schema", "a", "b", "causes", "differences", "verdict"]
    assert document["schema"] == SCHEMA
    for one in document["differences"]:
        assert list(one) == sorted(one)
    assert from_json(SCHEMA, Explained, text.encode(), "it") == explain_diff(a, b)
    assert text.endswith("}\n")


def test_json_is_the_same_on_every_machine(tmp_path: Path, samewheel: Samewheel) -> None:
    """It is published beside wheels: no path, and no trace of where it was made, or of a locale."""
    a, b = pair(tmp_path, change=TIME)
    other = tmp_path / "elsewhere"
    other.mkdir()
    first = samewheel("diff", a, b, "--json").stdout
    second = samewheel(
        "diff",
        os.path.relpath(a, other),
        os.path.relpath(b, other),
        "--json",
        cwd=other,
        PYTHONHASHSEED="7",
        TZ="Asia/Tokyo",
        LC_ALL="C",
        COLUMNS="30",
        FORCE_COLOR="1",
    ).stdout
    assert first == second
    for place in {str(tmp_path), str(Path.home()), sys.prefix, tempfile.gettempdir()} - {"/", "/usr", "/usr/local"}:
        assert place not in first


def test_text_has_the_worst_first(tmp_path: Path, samewheel: Samewheel) -> None:
    """Who sees one screen of it must see what decides; RECORD's row stands under what it follows from."""
    a, b = pair(tmp_path, change=TIME)
    lines = samewheel("diff", a, b).stdout.splitlines()
    codes = [line.split()[0] for line in lines if line.startswith("  SW")]
    hundreds = [code[:3] for code in codes]
    assert hundreds == sorted(hundreds, reverse=True)
    assert {"SW1", "SW2", "SW3"} <= set(hundreds)
    assert "    and so 1 row of RECORD" in lines
    assert lines[0] == f"payload-differs {NAME}"
    assert lines[1].startswith("  ")
    assert lines[1].endswith("below)")
    assert [line.split()[:2] for line in lines[2:4]] == [["-", "sha256"], ["+", "sha256"]]


def test_a_thousand_members_give_few_lines(tmp_path: Path, samewheel: Samewheel) -> None:
    """One line for what is alike in all of them, and a bound for what is not; JSON has them all."""
    a = written(tmp_path / "a", {**many, **SMALLEST})
    b = written(tmp_path / "b", {**many, **SMALLEST}, level=0)
    alike = samewheel("diff", a, b).stdout.splitlines()
    assert len(alike) < 20
    assert any("of 10" in line and "more" in line for line in alike)
    c = written(tmp_path / "c", {name: content + b"!" for name, content in many.items()} | SMALLEST)
    unlike = samewheel("diff", a, c).stdout.splitlines()
    assert len(unlike) < 60 * 4 + 10
    assert unlike[-1].endswith("more kinds of differences: --json has them all")
    assert len(json.loads(samewheel("diff", a, c, "--json").stdout)["differences"]) >= 1000


@pytest.mark.parametrize("columns", [20, 40, 60, 132])
def test_lines_fit_the_terminal(columns: int, tmp_path: Path) -> None:
    """A line that is wrapped is no line of a table; below 40 columns nobody can be helped."""
    long = {f"demo/{'long' * 9}/{index}.py": b"" for index in range(9)}
    a = written(tmp_path / "a", {**FILES, **long})
    b = written(tmp_path / "b", {**ALL, **dict.fromkeys(long, b"y" * 99)})
    code, text = on_terminal("diff", a, b, columns=columns)
    assert code == 13
    differences = COLOUR.sub("", text).rpartition("\n\n")[2].splitlines()
    assert len(differences) > 5
    # One name is always there, and never cut, so that it can be copied.
    several = [line for line in differences if not line.startswith("  SW") or ", " in line.partition(": ")[2]]
    assert max(map(len, several)) <= max(columns, 40)


def test_columns_are_respected_on_a_terminal_only(tmp_path: Path, samewheel: Samewheel) -> None:
    """In a file or pipe, lines are whole: they are searched and parsed."""
    words = "k" * 60
    a, b = pair(tmp_path, {**FILES, f"{INFO}/METADATA": METADATA + f"Keywords: {words}\n".encode()})
    assert words in samewheel("diff", a, b, COLUMNS="40").stdout
    narrow = on_terminal("diff", a, b, columns=132, COLUMNS="40")[1]
    assert "kk…kk" in narrow
    assert words[:30] not in narrow


def test_colour_is_for_terminals(tmp_path: Path, samewheel: Samewheel) -> None:
    """And for whom else asks; NO_COLOR counts more."""
    a, b = pair(tmp_path)
    assert ESCAPE not in samewheel("diff", a, b).stdout
    assert f"{ESCAPE}[31m{ESCAPE}[1mpayload-differs" in samewheel("diff", a, b, FORCE_COLOR="1").stdout
    assert ESCAPE not in samewheel("diff", a, b, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert f"{ESCAPE}[31m{ESCAPE}[1mpayload-differs" in on_terminal("diff", a, b)[1]
    assert ESCAPE not in on_terminal("diff", a, b, NO_COLOR="1")[1]


@pytest.mark.parametrize("quiet", [True, False])
def test_names_of_files_cannot_write_to_the_terminal(*, quiet: bool, tmp_path: Path, samewheel: Samewheel) -> None:
    """A file's name is other people's: it may be no wheel's, and set the window's title."""
    evil = f"{ESCAPE}]0;title\7{ESCAPE}[2Jdemo.whl"
    a = written(tmp_path / "a", FILES, name=evil)
    b = written(tmp_path / "b", ALL)
    arguments: list[str | Path] = ["diff", a, b, *(["-q"] if quiet else [])]
    finished = samewheel(*arguments)
    assert finished.returncode == 13
    assert ESCAPE not in finished.stdout + finished.stderr
    assert "\7" not in finished.stdout + finished.stderr
    assert "\\x1b[2J" in finished.stdout
    shown = on_terminal(*arguments, stderr=True)[1]
    assert f"{ESCAPE}[2J" not in shown
    assert f"{ESCAPE}]0" not in shown
    assert "\7" not in shown


def test_names_of_members_cannot_write_to_the_terminal(tmp_path: Path, samewheel: Samewheel) -> None:
    """A member whose name no person can see is refused, and the refusal itself is harmless."""
    found = [case for case in CASES if "\x1b" in case.member or "\x07" in case.member or "\r" in case.member]
    assert found
    for case in found:
        folder = tmp_path / case.name
        folder.mkdir()
        finished = samewheel("diff", written(tmp_path / "good"), case.write(folder))
        assert finished.returncode == 1
        assert finished.stdout == ""
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", finished.stderr)


def test_values_cannot_write_to_the_terminal(tmp_path: Path, samewheel: Samewheel) -> None:
    """METADATA holds what it likes."""
    evil = METADATA + f"Summary: {ESCAPE}[2J\x9b2Jred\n".encode()
    a, b = pair(tmp_path, {**FILES, f"{INFO}/METADATA": evil})
    finished = samewheel("diff", a, b)
    assert finished.returncode == 12
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", finished.stdout)


def test_strict_reads_what_is_identical(tmp_path: Path, samewheel: Samewheel) -> None:
    """A wheel against itself is identical, whatever it is; with --strict it is read, and refused by name if wrong."""
    wrong = written(tmp_path, {**FILES, f"{INFO}/RECORD": record_of({**FILES, INIT: b"another"})})
    right = written(tmp_path / "right")
    assert samewheel("diff", wrong, wrong).returncode == 0
    assert samewheel("diff", right, right, "--strict").returncode == 0
    for other in (wrong, right):
        refused = samewheel("diff", wrong, other, "--strict")
        assert refused.returncode == 1
        assert f"error: {NAME} is not a wheel" in refused.stderr
        assert f"{INIT}: it does not have the hash" in refused.stderr
        assert refused.stdout == ""


def test_what_is_missing_is_wrong_usage(tmp_path: Path, samewheel: Samewheel) -> None:
    """A typing error is no verdict."""
    path = written(tmp_path)
    for arguments in ([path], [path, "missing.whl"], ["missing.whl", path], [path, tmp_path], [path, path, path]):
        finished = samewheel("diff", *arguments)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("content", [b"", b"no wheel\n", b"PK\3\4" * 99], ids=["empty", "text", "cut"])
def test_what_is_no_wheel_is_refused_by_name(content: bytes, tmp_path: Path, samewheel: Samewheel) -> None:
    """Also where the other one is right, and in either place."""
    good, bad = written(tmp_path), tmp_path / "bad-1.0-py3-none-any.whl"
    bad.write_bytes(content)
    for arguments in ([good, bad], [bad, good]):
        finished = samewheel("diff", *arguments, "--json")
        assert (finished.returncode, finished.stdout) == (1, "")
        assert f"error: {bad.name} is not a wheel" in finished.stderr
        assert "next: " in finished.stderr


def test_quiet_has_no_progress(tmp_path: Path, samewheel: Samewheel) -> None:
    """In a log of many comparisons, progress is noise; the result is the same."""
    a, b = pair(tmp_path)
    loud, quiet = samewheel("diff", a, b), samewheel("diff", a, b, "-q")
    assert f"Comparing two of {NAME}…" in loud.stderr
    assert quiet.stderr == ""
    assert quiet.stdout == loud.stdout


def test_interruption_ends_with_130(tmp_path: Path) -> None:
    """In the middle of reading: no traceback, no half result."""
    a, b = pair(tmp_path)
    finished = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "diff", a, b], capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stdout) == (130, "")
    assert "Interrupted" in finished.stderr
    assert "Traceback" not in finished.stderr
