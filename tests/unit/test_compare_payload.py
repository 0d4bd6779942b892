"""What differs in what is installed, SW301 to SW304; what is seen inside of files has tests of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import Verdict, compare
from tests.unit.wheels import FILES, INFO, INIT, check, check_following, recorded, without, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("usual", "mode", "values"),
    [
        (0o100644, 0o100755, ("100644", "100755")),
        (0o100644, 0o100645, ("100644", "100645")),
        (0o100644, 0o755, ("100644", "000755")),
        (0o100755, 0o755, ("100755", "000755")),
    ],
    ids=["executable", "for others", "no type", "type only"],
)
@pytest.mark.parametrize("member", [INIT, f"{INFO}/METADATA"])
def test_executable_bit_is_payload(
    tmp_path: Path, *, usual: int, mode: int, values: tuple[str, str], member: str
) -> None:
    """What an installer makes of a mode is part of what is installed; pip heeds the bit of regular files only."""
    files = {member: FILES[member], **without(FILES, member)}
    a, b = (
        written(tmp_path / side, files, change={"external_attr": bits << 16})
        for side, bits in (("a", usual), ("b", mode))
    )
    found = check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW303", member, "mode"))
    assert (found[0].a, found[0].b) == values


def test_executable_bit_explains_no_row_of_record(tmp_path: Path) -> None:
    """RECORD has hashes of contents: its row follows from those, though both differences are of one member."""
    a = written(tmp_path / "a", {"demo/x": b"1\n", **FILES})
    b = written(tmp_path / "b", {"demo/x": b"2\n", **FILES}, change={"external_attr": 0o100755 << 16})
    found = check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW309", "demo/x", "lines"), ("SW303", "demo/x", "mode"))
    check_following(found[0], "row of demo/x")
    check_following(found[1])


def test_contents_are_payload(tmp_path: Path) -> None:
    """Contents of which nothing better is known are told by where they differ, and RECORD only follows."""
    a, b = (
        written(tmp_path / side, {**FILES, "demo/x": content}) for side, content in (("a", b"\0\1"), ("b", b"\0\2"))
    )
    found = check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW301", "demo/x", "byte 1, 1 of 2 differ"))
    assert (found[0].a, found[0].b) == ("01", "02")
    check_following(found[0], "row of demo/x")


def test_row_of_record_is_under_the_first_of_several_differences(tmp_path: Path) -> None:
    """A member with two differences has one row, and the first difference is the likely origin."""
    a, b = (
        written(tmp_path / side, {**FILES, "demo/x": content}) for side, content in (("a", b"\0"), ("b", b"\1\2"))
    )
    found = check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW301", "demo/x", "byte 0"), ("SW301", "demo/x", "size"))
    check_following(found[0], "row of demo/x")
    check_following(found[1])


def test_member_of_one_wheel_is_payload(tmp_path: Path) -> None:
    """A member that one wheel lacks is named, and RECORD only follows."""
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", without(FILES, "demo/run.sh")),
        Verdict.PAYLOAD_DIFFERS,
        ("SW302", "demo/run.sh", "presence"),
    )
    assert (found[0].a, found[0].b) == ("present", "absent")
    check_following(found[0], "row of demo/run.sh")


def test_members_that_either_wheel_lacks_come_by_name(tmp_path: Path) -> None:
    """Which wheel comes first changes values, not the order of what is told."""
    check(
        written(tmp_path / "a", {**FILES, "demo/a.py": b"", "demo/c.py": b""}),
        written(tmp_path / "b", {**FILES, "demo/b.py": b"", "demo/d.py": b""}),
        Verdict.PAYLOAD_DIFFERS,
        *(("SW302", f"demo/{name}.py", "presence") for name in "abcd"),
    )


def test_empty_folder_is_payload(tmp_path: Path) -> None:
    """Some installers make it, and nothing else does: there is nothing in it that would."""
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {"empty/": b"", **FILES}),
        Verdict.PAYLOAD_DIFFERS,
        ("SW302", "empty/", "presence"),
    )
    check_following(found[0])


def test_folder_in_which_only_the_other_wheel_has_something_is_payload(tmp_path: Path) -> None:
    """Whether its entry matters is told by what is in the wheel that has it."""
    check(
        written(tmp_path / "a", {"data/": b"", **FILES}),
        written(tmp_path / "b", {"data/x": b"", **FILES}),
        Verdict.PAYLOAD_DIFFERS,
        ("SW302", "data/", "presence"),
        ("SW302", "data/x", "presence"),
    )


def test_file_called_like_dist_info_is_payload(tmp_path: Path) -> None:
    """Only what is in the folder is metadata, and only at the top of the archive."""
    name = "demo/demo-1.0.dist-info/METADATA"
    a, b = (written(tmp_path / side, {**FILES, name: content}) for side, content in (("a", b"1\n"), ("b", b"2\n")))
    check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW309", name, "lines"))


@pytest.mark.parametrize("name", ["demo-1.0-py2.py3-none-any.whl", "demo-1.0-1-py3-none-any.whl"])
def test_file_name_is_payload(tmp_path: Path, name: str) -> None:
    """Installers believe a wheel's name: its tags and build number decide whether it is installed."""
    a, b = written(tmp_path / "a"), written(tmp_path / "b", name=name)
    found = compare(a, b).differences
    assert [(one.code, one.a, one.b) for one in found] == [("SW304", a.name, name)]


def test_layers_come_from_the_file_inwards(tmp_path: Path) -> None:
    """Whoever reads from the top meets the cheapest explanation first, and the worst last."""
    wheel = f"{INFO}/WHEEL"
    b = {**FILES, "demo/run.sh": b"#!/bin/zsh\n", wheel: FILES[wheel].replace(b"1.27", b"1.28")}
    found = compare(
        written(tmp_path / "a"), written(tmp_path / "b", recorded(b), change={"create_system": 0}, comment=b"hi")
    )
    assert [one.code for one in found.differences] == ["SW105", "SW108", "SW201", "SW309"]
    assert found.verdict == Verdict.PAYLOAD_DIFFERS
