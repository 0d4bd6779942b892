"""docs/lookup/diff.md says what ``samewheel diff`` says: its codes, verdicts, limits and keys, and one example."""

from __future__ import annotations

import io
import json
import re
import textwrap
import zipfile
from typing import TYPE_CHECKING

import click
import msgspec
import pytest

from samewheel.buildinfo import to_json
from samewheel.comparison import Difference, File, Verdict
from samewheel.comparison.codes import CODES
from samewheel.comparison.inside import gzipped, json_values, looking, sources, texts, values, zipped
from samewheel.comparison.values import RUNGS
from samewheel.explaining.diffs import Explained, explain_diff
from samewheel.explaining.values import Explanation
from samewheel.report.wheels import MOST_GROUPS, diff_lines
from samewheel.wheel.archive import BOMB_RATIO, BOMB_SIZE, MOST_MEMBERS
from samewheel.wheel.reading import LONGEST_TEXT
from tests.conftest import ROOT

from .wheels import INFO, SMALLEST, WHEEL, recorded, written

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "lookup" / "diff.md").read_text("utf-8")
MIB = 1 << 20


def test_page_has_each_code_with_its_summary() -> None:
    """docs/lookup/diff.md has the table of the code, in the same order."""
    rows = re.findall(r"^\| `(SW\d{3})` \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == list(CODES.items())


def test_page_says_what_the_hundreds_of_a_code_mean() -> None:
    """From the code alone one knows the verdict."""
    rows = re.findall(r"^\| `(SW\d)xx` \| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert rows == [(hundred, rung.value) for hundred, rung in RUNGS.items()]
    assert {code[:3] for code in CODES} == set(RUNGS)


def test_page_names_every_verdict_that_a_comparison_can_have() -> None:
    """The verdict is the first line of the output, and what a script reads."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", PAGE, re.MULTILINE)
    possible = {Verdict.IDENTICAL, *RUNGS.values()}
    assert rows == [(verdict.value, str(int(verdict.exit_code))) for verdict in Verdict if verdict in possible]


def test_page_has_every_key_of_the_json_and_no_other() -> None:
    """A program is written against the page."""
    section = PAGE.partition("## JSON")[2]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(rows) == sorted(
        ["schema", *Explained.__struct_fields__, *Explanation.__struct_fields__, *Difference.__struct_fields__]
    )
    for field in File.__struct_fields__:
        assert f"`{field}`" in section


@pytest.mark.parametrize(
    "limit",
    [
        f"{texts.LARGEST_TEXT // MIB} MiB, {texts.MOST_LINES:,} lines; above that as bytes",
        f"| JSON | {json_values.LARGEST_JSON // MIB} MiB; above that as text",
        f"| `.pyc` | {values.LARGEST_READ // MIB} MiB",
        f"{sources.LARGEST_SOURCE // 1024} KiB; above that as text",
        f"{gzipped.LARGEST_INNER // MIB} MiB taken out; looked into up to {values.LARGEST_READ // MIB} MiB",
        f"{MOST_MEMBERS:,} members; {zipped.LARGEST_INNER // MIB} MiB of members that differ",
        f"Of a member, {looking.MOST_FINDINGS} findings are told",
        f"It shows {MOST_GROUPS} groups at most",
        f"a member of more than {BOMB_SIZE // MIB} MiB",
        f"more than {BOMB_RATIO} times the bytes",
        f"| METADATA, WHEEL, RECORD | {LONGEST_TEXT // MIB} MiB;",
    ],
)
def test_page_has_the_limits_of_the_code(limit: str) -> None:
    """A limit that is written down wrong is worse than one that is not."""
    assert limit in PAGE


def jar(hour: int) -> bytes:
    """Return an archive with a time in its header."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("Robot.class", (2026, 11, 22, hour, 0, 0)), b"robot")
    return target.getvalue()


def one_of_two(folder: Path, hour: int, generator: bytes) -> Path:
    """Return a wheel that says when it was built, and by what."""
    folder.mkdir()
    files = {
        "demo/__init__.py": b"def made():\n    return 'at %d:00'\n" % hour,
        "demo/robot.jar": jar(hour),
        **SMALLEST,
        f"{INFO}/WHEEL": WHEEL.replace(b"hatchling 1.27", generator),
    }
    return written(folder, recorded(files))


def same_everywhere(text: str) -> str:
    """Replace digests and sizes: the zlib at hand decides the bytes."""
    return re.sub(r"[\d,]+ bytes", "<size>", re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", text))


def test_example_is_what_is_said(tmp_path: Path) -> None:
    """The first thing that a reader sees of the page is true."""
    one, other = one_of_two(tmp_path / "a", 10, b"hatchling 1.27"), one_of_two(tmp_path / "b", 11, b"hatchling 1.28")
    found = explain_diff(one, other)
    said = "\n".join(click.unstyle(line) for line in diff_lines(found))
    assert same_everywhere(textwrap.indent(said, "    ")) in same_everywhere(PAGE)
    document = json.loads(to_json("samewheel/diff/1", found))
    assert document.pop("schema") == "samewheel/diff/1"
    assert msgspec.convert(document, Explained) == found
