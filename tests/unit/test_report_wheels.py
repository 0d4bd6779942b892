"""The lines about wheels: what is alike is said once, the worst first, and each fits where it can."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._text import printable
from samewheel._types import Sha256
from samewheel.buildinfo import Epoch
from samewheel.canonicalizing import CanonicalReport, Form
from samewheel.comparison import Difference, File, Verdict
from samewheel.comparison.values import difference
from samewheel.explaining.diffs import Explained
from samewheel.report.wheels import MOST_GROUPS, canonicalized_lines, diff_lines, difference_lines

ONE, OTHER = Sha256("1" * 64), Sha256("2" * 64)
ROW = difference("SW203", "row of demo/x.py", "a", "b", member="demo-1.0.dist-info/RECORD")
ORDER = difference("SW203", "order", "a", "b", member="demo-1.0.dist-info/RECORD")


def plain(differences: list[Difference], width: int = 1 << 20) -> list[str]:
    """Return the lines without colours."""
    return [click.unstyle(line) for line in difference_lines(differences, width)]


def time(member: str, a: str = "1980", b: str = "2020") -> Difference:
    """Return a difference of the ZIP layer."""
    return difference("SW101", "time", a, b, member=member)


def payload(member: str, a: str = "x", b: str = "y", follows: tuple[Difference, ...] = ()) -> Difference:
    """Return a difference of contents."""
    return difference("SW301", "contents", a, b, member=member, consequences=follows)


def test_nothing_differs_in_no_lines() -> None:
    """The verdict alone says it."""
    assert plain([]) == []


def test_one_difference_is_told_whole() -> None:
    """Code, what, where, both values."""
    assert plain([time("demo/x.py")]) == ["  SW101 time: demo/x.py", "    - 1980", "    + 2020"]


def test_what_belongs_to_no_member_names_none() -> None:
    """The archive's comment is nobody's."""
    assert plain([difference("SW108", "comment", "", "6869")]) == ["  SW108 comment", "    - ", "    + 6869"]


def test_difference_without_values_is_one_line() -> None:
    """Where nothing can be shown, no empty signs stand."""
    assert plain([payload("demo/x.py", "", "")]) == ["  SW301 contents: demo/x.py"]


def test_same_values_are_said_once() -> None:
    """A thousand members with one other time are one fact; names are sorted."""
    assert plain([time("b.py"), time("c.py"), time("a.py")]) == [
        "  SW101 time of 3 members: a.py, b.py, c.py",
        "    - 1980",
        "    + 2020",
    ]


def test_other_values_of_the_zip_layer_are_an_example() -> None:
    """Each member may have its own time; the example says of which member it is."""
    assert plain([time("b.py"), time("a.py", "1990")]) == [
        "  SW101 time of 2 members: a.py, b.py",
        "    for example, in b.py:",
        "    - 1980",
        "    + 2020",
    ]


def test_other_values_of_contents_are_told_each() -> None:
    """What is installed is never an example."""
    lines = plain([payload("a.py"), payload("b.py", "z"), payload("c.py")])
    assert [line for line in lines if line.startswith("  SW")] == [
        "  SW301 contents of 2 members: a.py, c.py",
        "  SW301 contents: b.py",
    ]
    assert not any("example" in line for line in lines)


def test_other_fields_are_other_groups() -> None:
    """A field is what is said, so two fields of one code are two lines."""
    found = [difference("SW106", field, "1", "2", member="a.py") for field in ("flags", "extra")]
    assert [line for line in plain(found) if "SW" in line] == ["    SW106 flags", "    SW106 extra"]


def test_name_of_a_member_is_said_once() -> None:
    """A file in which much differs is a heading, and what follows from all of it comes last."""
    row = difference("SW203", "row of a.py", "1", "2", member="RECORD")
    found = [
        difference("SW310", "code, in f", "1", "2", member="a.py", consequences=(row,)),
        difference("SW310", "code, in g", "3", "4", member="a.py"),
        difference("SW309", "lines", "5", "6", member="b.txt"),
    ]
    assert plain(found) == [
        *(
            "  a.py",
            "    SW310 code, in f",
            "      - 1",
            "      + 2",
            "    SW310 code, in g",
            "      - 3",
            "      + 4",
        ),
        *("      and so 1 row of RECORD", "  SW309 lines: b.txt", "    - 5", "    + 6"),
    ]


def test_worst_rung_is_first_and_order_is_kept_in_it() -> None:
    """Who sees one line must see what decides."""
    found = [
        time("a.py"),
        difference("SW103", "order", "a", "b"),
        difference("SW202", "Keywords", "a", "b", member="M"),
        payload("b.py"),
        difference("SW409", "symbols", "a", "b", member="a.so"),
    ]
    codes = [line.split()[0] for line in plain(found) if line.startswith("  SW")]
    assert codes == ["SW301", "SW409", "SW202", "SW101", "SW103"]


@pytest.mark.parametrize(
    ("follows", "said"),
    [
        ([()], None),
        ([(ROW,)], "and so 1 row of RECORD"),
        ([(ROW,), (ROW,), ()], "and so 2 rows of RECORD"),
        ([(ORDER,)], "and so the order of RECORD"),
        ([(ROW,), (ROW, ORDER)], "and so 2 rows and the order of RECORD"),
    ],
)
def test_what_follows_is_counted(follows: list[tuple[Difference, ...]], said: str | None) -> None:
    """Rows of RECORD are no news, and no secret."""
    lines = plain([payload(f"{index}.py", follows=one) for index, one in enumerate(follows)])
    assert [line.strip() for line in lines if "and so" in line] == ([said] if said else [])


def test_long_values_are_cut_in_the_middle() -> None:
    """Both ends of a digest or path tell more than its start alone."""
    lines = plain([payload("a.py", "a" * 50 + "b" * 50, "c" * 34)], width=40)
    assert lines[1:] == [f"    - {'a' * 16}…{'b' * 17}", f"    + {'c' * 34}"]


def test_names_are_as_many_as_fit() -> None:
    """And the rest is counted; one name is always there, whole."""
    found = [time(f"demo/module_{index}.py") for index in range(10)]
    line = "  SW101 time of 10 members: demo/module_0.py, demo/module_1.py, demo/module_2.py and 7 more"
    assert plain(found, width=len(line))[0] == line
    assert plain(found, width=len(line) - 1)[0] == line.replace(", demo/module_2.py and 7", " and 8")
    assert plain(found, width=40)[0] == "  SW101 time of 10 members: demo/module_0.py and 9 more"
    assert plain(found)[0].endswith("demo/module_8.py, demo/module_9.py")
    escaped = [time(f"\x1b{index}.py") for index in range(5)]
    assert plain(escaped, width=44)[0] == "  SW101 time of 5 members: \\x1b0.py and 4 more"
    assert plain(escaped, width=56)[0] == "  SW101 time of 5 members: \\x1b0.py, \\x1b1.py and 3 more"
    long = "demo/" + "x" * 99
    assert plain([time(long), time("z.py")], width=40)[0].endswith(f": {long} and 1 more")


def test_names_are_never_too_many() -> None:
    """A file has no width, and a line of a thousand names is no line."""
    (line, *_) = plain([time(f"{index:04}.py") for index in range(1000)])
    assert line.count(".py") == 20
    assert line.endswith("0019.py and 980 more")


def test_groups_are_bounded() -> None:
    """What is left out is counted, and where to find it is said."""
    found = [payload(f"{index:03}.py", str(index)) for index in range(MOST_GROUPS + 7)]
    lines = plain(found)
    assert sum(line.startswith("  SW") for line in lines) == MOST_GROUPS
    assert lines[-1] == "  and 7 more kinds of differences: --json has them all"
    assert plain(found[:MOST_GROUPS])[-1] == "    + y"


differences = st.builds(
    lambda kind, member, a, b: difference(kind[0], kind[1], a, b, member=member),
    st.sampled_from([("SW101", "time"), ("SW104", "stream"), ("SW203", "order"), ("SW301", "contents")]),
    st.text(max_size=20),
    st.text(max_size=90),
    st.text(max_size=90),
)


@given(st.lists(differences, max_size=40), st.integers(40, 200))
def test_lines_are_printable_and_values_fit(found: list[Difference], width: int) -> None:
    """Whatever a wheel says, no line has a control character, and no value is wider than the terminal."""
    lines = plain(found, width)
    assert all(line.isprintable() for line in lines)
    values = [line for line in lines if line.lstrip().startswith(("- ", "+ "))]
    assert all(len(line) <= width for line in values)
    codes = {line.split()[0] for line in lines if re.match(" +SW[0-9]{3} ", line)}
    assert codes == {one.code for one in found}


@given(st.text())
def test_printable_is_one_line_and_itself_if_it_can(text: str) -> None:
    """Escaping what is harmless would change names; leaving a line end would add lines."""
    shown = printable(text)
    assert shown.isprintable()
    assert (shown == text) == text.isprintable()


def test_diff_begins_with_the_verdict() -> None:
    """Then what was compared, with digests that can be copied whole."""
    files = (File(name=f"\x1b{name}.whl", sha256=sha256, size=1234) for name, sha256 in (("a", ONE), ("b", OTHER)))
    a, b = files
    found = Explained(a=a, b=b, verdict=Verdict.SAME_CONTENTS, differences=(time("a.py"),), causes=())
    assert [click.unstyle(line) for line in diff_lines(found)] == [
        "same-contents \\x1ba.whl",
        f"  - sha256     {ONE}  1,234 bytes",
        f"  + sha256     {OTHER}  1,234 bytes",
        "",
        "  SW101 time: a.py",
        "    - 1980",
        "    + 2020",
    ]
    same = Explained(a=a, b=a, verdict=Verdict.IDENTICAL, differences=(), causes=())
    assert len(list(diff_lines(same))) == 3


@pytest.mark.parametrize(
    ("before", "path", "expected"),
    [
        (ONE, None, ["canonical w.whl", f"sha256       {ONE}"]),
        (OTHER, None, ["not canonical w.whl", f"sha256       {OTHER}", f"canonical    {ONE}"]),
        (ONE, "w.whl", ["unchanged w.whl", f"sha256       {ONE}"]),
        (OTHER, "w.whl", ["packed w.whl", f"sha256       {ONE}", f"before       {OTHER}"]),
    ],
)
def test_canonicalized_says_what_became_of_it(before: Sha256, path: str | None, expected: list[str]) -> None:
    """The first digest is always that of the file that is there now."""
    report = CanonicalReport(
        wheel="w.whl",
        sha256=ONE,
        before=before,
        canonical=before == ONE,
        epoch=Epoch(value=315532800, origin="default"),
        form=Form.DEFLATED,
    )
    lines = [click.unstyle(line).strip() for line in canonicalized_lines(report, Path(path) if path else None)]
    assert lines == [*expected, "form         canonical-1, epoch 315532800"]
