"""Which causes the source tells, where a wheel was built from it to be a published one again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel._types import Sha256
from samewheel.comparison import diff
from samewheel.explaining.case import InSource
from samewheel.rebuilding.reasoning import find_causes, source_digests
from samewheel.wheel.replaying import Replayed
from tests.unit.recognising import CONSISTENT, SHOWN, UNTOLD, Told
from tests.unit.wheels import FILES, INFO, INIT, METADATA, Files, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.explaining.values import Explanation

EXTRA = "demo/extra.py"

NATIVE = "demo/_fast.so"


def causes_of(
    folder: Path,
    source: Files,
    published: Files,
    ours: Files,
    *,
    unmade: dict[str, str] | None = None,
    level: int = 9,
) -> tuple[Explanation, ...]:
    """Return the causes of a rebuild: both wheels have these files beside the usual ones."""
    root = folder / "source"
    for name, content in source.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    a = written(folder / "a", {**FILES, **published}, level=level)
    b = written(folder / "b", {**FILES, **ours})
    replayed = Replayed(published=Sha256("0" * 64), sha256=None, reason="no", makers={}, unmade=unmade or {})
    return find_causes(a, b, root, diff(a, b).differences, replayed)


def told(folder: Path, source: Files, published: Files, ours: Files) -> Told:
    """Return the members of each explanation, by cause and certainty."""
    return {(one.cause, one.certainty): one.members for one in causes_of(folder, source, published, ours)}


def test_a_file_that_the_source_lacks_is_shown(tmp_path: Path) -> None:
    """Only the published wheel has it, and the source has neither its name nor its contents."""
    found = told(tmp_path, {INIT: b""}, {EXTRA: b"x = 1\n"}, {})
    assert found == {("not-in-source", SHOWN): (EXTRA,)}


@pytest.mark.parametrize("place", [EXTRA, f"src/{EXTRA}"])
def test_a_file_of_the_source_was_left_out(tmp_path: Path, place: str) -> None:
    """The source has it: under its path, or below a folder."""
    found = told(tmp_path, {place: b"x = 1\n"}, {EXTRA: b"x = 1\n"}, {})
    assert found == {("left-out", SHOWN): (EXTRA,)}


def test_the_same_contents_elsewhere_are_not_shown_to_be_left_out(tmp_path: Path) -> None:
    """Builds can move files, and short ones are alike by chance."""
    found = told(tmp_path, {"lib/other.py": b"x = 1\n"}, {EXTRA: b"x = 1\n"}, {})
    assert found == {("left-out", CONSISTENT): (EXTRA,)}


def test_a_published_wheel_may_lack_files_of_the_source(tmp_path: Path) -> None:
    """Our build packs a file of the source, and the publisher's did not."""
    found = told(tmp_path, {EXTRA: b"x = 1\n"}, {}, {EXTRA: b"x = 1\n"})
    assert found == {("left-out", SHOWN): (EXTRA,)}


def test_other_contents_under_the_same_name_are_not_shown_to_be_left_out(tmp_path: Path) -> None:
    """The file of the source may be another one that only has the same name."""
    found = told(tmp_path, {EXTRA: b"x = 2\n"}, {EXTRA: b"x = 1\n"}, {})
    assert found == {("left-out", CONSISTENT): (EXTRA,)}


def test_empty_files_are_told_by_their_names_alone(tmp_path: Path) -> None:
    """Any two empty files have the same contents: that an other one is in the source tells nothing."""
    found = told(tmp_path, {INIT: b""}, {"demo/py.typed": b""}, {})
    assert found == {("not-in-source", SHOWN): ("demo/py.typed",)}


def test_what_our_build_alone_makes_stays_unknown(tmp_path: Path) -> None:
    """The source does not have it, so our build made it; why the publisher's did not, nothing tells."""
    found = told(tmp_path, {INIT: b""}, {}, {EXTRA: b"x = 1\n"})
    assert found == {UNTOLD: (EXTRA,)}


@pytest.mark.parametrize("name", [NATIVE, "demo-nspkg.pth", "demo/__pycache__/x.pyc", f"{INFO}/top_level.txt"])
def test_what_builds_make_is_not_missed_in_the_source(tmp_path: Path, name: str) -> None:
    """No source has compiled files, or what backends write; that our build makes none has other causes."""
    found = told(tmp_path, {INIT: b""}, {name: b"1"}, {})
    assert not {"not-in-source", "left-out"} & {cause for cause, _ in found}


def test_a_licence_that_the_source_lacks_is_no_matter_of_the_backend(tmp_path: Path) -> None:
    """No backend could have packed it; without a source it may have been that."""
    name = f"{INFO}/licenses/AUTHORS"
    found = told(tmp_path, {INIT: b""}, {name: b"Ada\n"}, {})
    assert found == {("not-in-source", SHOWN): (name,)}


def test_a_licence_that_moved_is_in_both(tmp_path: Path) -> None:
    """The same licence at two places was not left out."""
    places = f"{INFO}/AUTHORS", f"{INFO}/licenses/AUTHORS"
    found = told(tmp_path, {"AUTHORS": b"Ada\n"}, {places[0]: b"Ada\n"}, {places[1]: b"Ada\n"})
    assert found == {("licence-files", SHOWN): places}


def test_a_file_that_our_build_took_as_it_is_may_be_of_another_source(tmp_path: Path) -> None:
    """The published wheel has it otherwise: another source, or a build that changed it; nobody can tell for sure."""
    found = told(tmp_path, {EXTRA: b"x = 1\n"}, {EXTRA: b"y = 2\n"}, {EXTRA: b"x = 1\n"})
    assert found == {("other-source", CONSISTENT): (EXTRA,)}


def test_a_file_that_our_build_moved_may_be_of_another_source(tmp_path: Path) -> None:
    """The source has it in another folder, as it is; the published wheel has it otherwise."""
    found = told(tmp_path, {"lib/other.py": b"x = 1\n"}, {EXTRA: b"y = 2\n"}, {EXTRA: b"x = 1\n"})
    assert found == {("other-source", CONSISTENT): (EXTRA,)}


def test_a_file_of_the_source_under_the_name_of_another_one_is_no_other_source(tmp_path: Path) -> None:
    """Builds choose among files, by the version of Python for example: the source may well be the same."""
    source = {EXTRA: b"x = 1\n", "demo/extra_3.py": b"y = 2\n"}
    found = told(tmp_path, source, {EXTRA: source["demo/extra_3.py"]}, {EXTRA: source[EXTRA]})
    assert found == {UNTOLD: (EXTRA,)}


def test_a_file_that_our_build_changed_tells_nothing_of_the_source(tmp_path: Path) -> None:
    """Neither wheel has the source's file, so a build makes it, and may make it differently."""
    found = told(tmp_path, {EXTRA: b"x = 1\n"}, {EXTRA: b"y = 2\n"}, {EXTRA: b"z = 3\n"})
    assert found == {UNTOLD: (EXTRA,)}


def test_a_shape_of_its_own_comes_before_another_source(tmp_path: Path) -> None:
    """Lines that end as on Windows are that, and no other source."""
    found = told(tmp_path, {EXTRA: b"x = 1\n"}, {EXTRA: b"x = 1\r\n"}, {EXTRA: b"x = 1\n"})
    assert found == {("line-endings", SHOWN): (EXTRA,)}


def elf(word: bytes) -> bytes:
    """Return an ELF file for x86-64 that has a header and a word."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00\x01\x00\x00\x00" + bytes(24)
    return header + bytes(4) + b"\x40\x00\x38\x00\x00\x00\x40\x00\x00\x00\x00\x00" + word


def test_native_code_was_compiled_on_two_machines(tmp_path: Path) -> None:
    """Where the file does not say why, another compiler would explain it, and so may something else."""
    found = causes_of(tmp_path, {INIT: b""}, {NATIVE: elf(b"one")}, {NATIVE: elf(b"other")})
    assert [(one.cause, one.certainty, one.members) for one in found] == [("compiler", CONSISTENT, (NATIVE,))]


def test_a_compressor_is_told_by_what_the_replay_tried(tmp_path: Path) -> None:
    """That nothing at hand makes the stream says more than two sizes; of other members it says nothing."""
    files = {INIT: b"x" * 99}
    (found,) = causes_of(tmp_path, files, files, files, unmade={INIT: "not zlib 1.3"}, level=0)
    assert (found.cause, found.certainty) == ("compressor", SHOWN)
    assert f"{INIT}: nothing at hand makes its stream, which is not zlib 1.3" in found.evidence
    assert len(found.members) > 1


def test_rebuilds_that_are_identical_have_no_causes(tmp_path: Path) -> None:
    """There is nothing to explain."""
    assert causes_of(tmp_path, {EXTRA: b""}, {}, {}) == ()


def test_two_members_of_one_file_are_both_found(tmp_path: Path) -> None:
    """A licence beside the code and in dist-info is one file of the source; a folder and a link are none."""
    names = "LICENSE", f"{INFO}/licenses/LICENSE"
    wheel = written(tmp_path / "wheel", {**FILES, "LICENSE": b"Do not.\n", "demo/link.py": b"1"})
    (tmp_path / "source" / "demo").mkdir(parents=True)
    (tmp_path / "source" / "LICENSE").write_bytes(b"Do not.\n")
    (tmp_path / "source" / "demo" / "link.py").symlink_to("../LICENSE")
    found = source_digests(wheel, tmp_path / "source", {*names, "demo/", "demo/link.py"})
    assert found == {names[0]: InSource.SAME, names[1]: InSource.OTHERWISE}


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        (b"One\ntwo.\n", ("other-source", CONSISTENT)),
        (b"One three.\n", UNTOLD),
        (b"Four.\n", UNTOLD),
        (b"", UNTOLD),
    ],
    ids=["ours", "theirs", "nobody's", "empty"],
)
def test_a_description_that_our_build_took_may_be_of_another_source(
    tmp_path: Path, readme: bytes, expected: tuple[str, object]
) -> None:
    """The words of the README are in our description, however they are wrapped, and not in the published one."""
    name = f"{INFO}/METADATA"
    one, other = ({name: METADATA + b"\n" + body} for body in (b"One three.\n", b"One two.\n"))
    found = told(tmp_path, {"README.md": readme}, one, other)
    assert found == {expected: (name,)}
