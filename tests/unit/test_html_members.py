"""What pages say of members and verdicts: the right word for each, and nothing left out without a word."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec
import pytest

from samewheel._temporary import without_places
from samewheel.comparison import Verdict
from samewheel.comparison.values import difference
from samewheel.excerpts import Excerpts, Seen, read_excerpts
from samewheel.explaining.diffs import explain_diff
from samewheel.report.html.bars import stacked_chart, verdicts_chart
from samewheel.report.html.diffed import diff_page
from samewheel.report.html.members import (
    MOST_MEMBERS,
    MOST_NAMES,
    MOST_SAME,
    counted,
    differing_members,
    groups,
    tree,
)
from samewheel.report.html.verified import verified_page
from samewheel.report.html.words import BADGES, VERDICTS, many

from .test_verification import report
from .wheels import FILES, INIT, without, written

if TYPE_CHECKING:
    from pathlib import Path

    from .wheels import Files


def elf_of(sections: dict[str, bytes]) -> bytes:
    """Return an ELF file of 64 bits that has nothing but these sections (gABI, chapter 4)."""
    everything = {"": b"", **sections, ".shstrtab": b""}
    names = b"\0".join(name.encode() for name in everything) + b"\0"
    everything[".shstrtab"] = names
    body, headers = b"", b""
    for name, content in everything.items():
        kind, place = (3 if name == ".shstrtab" else bool(name)), names.index(name.encode() + b"\0")
        headers += struct.pack("<2I4Q2I2Q", place, kind, 0, 0, 64 + len(body), len(content), 0, 0, 1, 0)
        body += content
    count = len(everything)
    numbers = struct.pack("<2HI3QI6H", 3, 62, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, count, count - 1)
    return b"\x7fELF\x02\x01\x01" + bytes(9) + numbers + body + headers


def words_of(folder: Path, a: Files, b: Files) -> dict[str, str]:
    """Return the word that the tree has for each member that is not the same."""
    one, other = written(folder / "a", a), written(folder / "b", b)
    members, more = differing_members(explain_diff(one, other).differences, read_excerpts(one, other))
    assert not more
    return {member.name: member.badge.word for member in members}


def test_each_member_has_the_word_for_what_it_is(tmp_path: Path) -> None:
    """What is installed, what only describes, what is missing; RECORD only follows."""
    metadata = "demo-1.0.dist-info/METADATA"
    b = without(FILES, "demo/run.sh") | {
        INIT: b"x = 2\n",
        metadata: FILES[metadata] + b"Keywords: x\n",
        "new.py": b"",
    }
    assert words_of(tmp_path, FILES, b) == {
        INIT: "differs",
        metadata: "metadata differ",
        "demo/run.sh": "only in the first",
        "new.py": "only in the second",
        "demo-1.0.dist-info/RECORD": "follows",
    }


def test_time_in_the_archive_is_no_other_content(tmp_path: Path) -> None:
    """It is said once, for all members that have it, and none of them is said to differ."""
    a = written(tmp_path / "a", FILES)
    b = written(tmp_path / "b", FILES, change={"date_time": (2020, 2, 2, 2, 2, 2)})
    found, excerpts = explain_diff(a, b).differences, read_excerpts(a, b)
    assert differing_members(found, excerpts) == ((), 0)
    (group,) = groups(found)
    assert (group.said.code, group.members) == ("SW101", (INIT,))
    top = tree(excerpts, found, ())
    assert (top.differing, top.archived, top.total) == (0, 1, 6)
    assert counted(excerpts, found) == "6 members: 5 same, 1 archive differs."


def test_what_is_not_shown_is_counted() -> None:
    """Of very many, each number still adds up."""
    seen = [Seen(name=f"p/{number:04}.py", a=1, b=1, same=number >= 500) for number in range(1000)]
    excerpts = Excerpts(members=tuple(seen))
    found = [difference("SW309", "lines", "1: a", "1: b", member=one.name) for one in seen if not one.same]
    members, more = differing_members(found, excerpts)
    assert (len(members), more) == (MOST_MEMBERS, 500 - MOST_MEMBERS)
    (folder,) = tree(excerpts, found, members).folders
    assert (folder.total, folder.differing, folder.left_out) == (1000, 500, 500 - MOST_SAME)
    assert len(folder.leaves) + folder.left_out == 1000
    (group,) = groups([difference("SW102", "mode", "1", "2", member=one.name) for one in seen])
    assert len(group.members) + group.more == 1000
    assert len(group.members) == MOST_NAMES


def test_page_counts_the_lines_that_it_has_no_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of members of which it shows none, as those before them have taken all the room of the page."""
    monkeypatch.setattr("samewheel.excerpts.reading.MOST_LINES_OF_ALL", 15)
    sides = [
        {
            **FILES,
            **{f"demo/{name}.py": f"{side}\n".encode() * count for name, count in (("a", 20), ("b", 9), ("c", 1))},
        }
        for side in range(2)
    ]
    a, b = (written(tmp_path / str(number), side) for number, side in enumerate(sides))
    excerpts = read_excerpts(a, b)
    texts = {seen.name: seen.text for seen in excerpts.members if seen.text is not None}
    page = diff_page(explain_diff(a, b), excerpts)
    assert [len(texts[f"demo/{name}.py"].lines) for name in "bc"] == [0, 0]
    assert f">{texts['demo/a.py'].left_out} more lines differ and are not shown.<" in page
    assert ">9 lines differ and are not shown.<" in page
    assert ">1 line differs and is not shown.<" in page


def test_one_differs_and_several_differ(tmp_path: Path) -> None:
    """Numbers and verbs agree."""
    sides = [{**FILES, **{f"{name}.py": b"%d\n" % side for name in "xyz"}} for side in range(2)]
    a, b = (written(tmp_path / str(number), side) for number, side in enumerate(sides))
    assert counted(read_excerpts(a, b), explain_diff(a, b).differences) == "9 members: 5 same, 1 follows, 3 differ."
    assert (many(2, "archive differs"), many(1, "archive differs")) == ("2 archives differ", "1 archive differs")
    assert many(1000, "same") == "1,000 same"
    assert ">1 of 1 differs" in verified_page(
        msgspec.structs.replace(report(), observed=({"locale": 1}, {"locale": 2})), None
    )


def test_deep_folders_end_somewhere() -> None:
    """A wheel may have many folders in each other; a page has a few."""
    name = "/".join("abcdefghijklmnopqrstuvwxyz")
    folder = tree(Excerpts(members=(Seen(name=name, a=1, b=1, same=True),)), (), ())
    path = []
    while folder.folders:
        (folder,) = folder.folders
        path.append(folder.name)
    (leaf,) = folder.leaves
    assert "/".join([*path, leaf.name]) == leaf.path == name


def test_sections_of_libraries_are_compared(tmp_path: Path) -> None:
    """Each section of either, with how many bytes differ and where they begin to."""
    both = ((b"abcd", ".a"), (b"abXd", ".b"))
    a, b = (elf_of({".text": b"same", ".rodata": text, name: b"x"}) for text, name in both)
    one, other = (written(tmp_path / side, {**FILES, "x.so": content}) for side, content in (("a", a), ("b", b)))
    (seen,) = [seen for seen in read_excerpts(one, other).members if seen.name == "x.so"]
    found = {section.name: (section.a, section.b, section.differing, section.first) for section in seen.sections}
    assert found[".text"] == (4, 4, 0, None)
    assert found[".rodata"] == (4, 4, 1, 2)
    assert (found[".a"][:2], found[".b"][:2]) == ((1, None), (None, 1))


def test_damaged_library_has_no_sections(tmp_path: Path) -> None:
    """A header that lies is no reason to fail."""
    broken = elf_of({".text": b"same"})[:-9]
    files = [{**FILES, "x.so": broken + tail} for tail in (b"1", b"2")]
    one, other = (written(tmp_path / side, content) for side, content in zip("ab", files, strict=True))
    (seen,) = [seen for seen in read_excerpts(one, other).members if seen.name == "x.so"]
    assert seen.sections == ()


def test_folders_of_this_machine_are_not_shown(tmp_path: Path) -> None:
    """Builds that could not be moved leave them in what they make."""
    texts = {side: f"/var/samewheel-abcd123{side}/x {side}\n".encode() for side in "ab"}
    a, b = (written(tmp_path / side, {**FILES, INIT: text}) for side, text in texts.items())
    (seen,) = [one for one in read_excerpts(a, b, masked=without_places).members if one.name == INIT]
    assert seen.text is not None
    (line,) = seen.text.lines
    assert line.a is not None
    assert "".join(part.text for part in line.a.parts) == "$TMP/x a"


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict.value.endswith("differs")])
def test_sentence_names_the_wheels_that_give_the_verdict(verdict: Verdict) -> None:
    """With a given wheel, it may be that one which is another."""
    found = msgspec.structs.replace(report(), verdict=verdict, compared=("given wheel", "first build"))
    assert "<h1>The given wheel and the first build " in verified_page(found, None)


def test_nothing_is_said_to_be_opposite_that_was_not() -> None:
    """Two equal builds under equal conditions prove little."""
    found = msgspec.structs.replace(report(), verdict=Verdict.IDENTICAL, differences=(), causes=(), against=None)
    assert "<h1>Two builds under opposite conditions gave the same file, to the bit.</h1>" in verified_page(
        found, None
    )
    assert "opposite" not in verified_page(msgspec.structs.replace(found, varied=()), None).partition("</h1>")[0]


def test_every_verdict_has_its_word_and_is_never_a_colour_alone() -> None:
    """The words are those of exit codes and JSON; signs tell apart what colours do not."""
    assert [mark.word for mark in VERDICTS.values()] == [verdict.value for verdict in Verdict]
    assert all(mark.sign for mark in BADGES.values())


def test_bars_are_as_long_as_their_numbers() -> None:
    """Twice the packages are twice the bar; shares fill a whole one, and few are seen next to many."""
    chart = verdicts_chart(["identical"] * 100 + ["no-source"] * 50)
    assert [bar.text for bar in chart.bars] == ["100", "50"]
    widths = [bar.pieces[0].width for bar in chart.bars]
    assert abs(widths[0] - 2 * widths[1]) <= 1
    shares = stacked_chart("x", [("a", "identical")] * 99 + [("a", "failed"), ("b", "failed")])
    assert [bar.text for bar in shares.bars] == ["99 of 100", "0 of 1"]
    assert all(piece.width >= 2 for bar in shares.bars for piece in bar.pieces)
