"""Which causes are told from native code: real files, compiled here, with one thing changed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import diff
from samewheel.comparison.values import difference
from samewheel.explaining.case import Given, Recognised, opened
from samewheel.explaining.explaining import join, look_into
from samewheel.explaining.following import following
from tests.unit.recognising import CONSISTENT, SHOWN, UNTOLD, Told, told_of
from tests.unit.test_inside_containers import TWO, archived, launcher, mach_o
from tests.unit.test_inside_elf import SOURCE, changed, compiled, section
from tests.unit.wheels import FILES, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.explaining.values import Certainty

compiles = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")

BUILD_ID = "-Wl,--build-id=sha1"

WORDS = "a robot that walks"
"""What the library says."""


def of_libraries(folder: Path, a: bytes, b: bytes, name: str = "demo/_fast.so") -> Told:
    """Return what is told of wheels with these files."""
    return told_of(folder, {name: a}, {name: b})


def of_sources(folder: Path, a: str, b: str) -> Told:
    """Return what is told of wheels with libraries that hold these words."""
    one, other = (
        compiled(folder / side, BUILD_ID, source=SOURCE.replace(WORDS, words))
        for side, words in (("one", a), ("two", b))
    )
    return of_libraries(folder, one, other)


@compiles
def test_build_id_alone_follows_from_what_is_gone(tmp_path: Path) -> None:
    """Where only the build-id differs, something differed that is no longer in the file."""
    one, other = (compiled(tmp_path, f"-Wl,--build-id=0x{byte * 20}") for byte in ("ab", "cd"))
    found = of_libraries(tmp_path, one, other)
    assert found == {("build-id", CONSISTENT): ("SW401",)}


@compiles
def test_compilers_show_themselves(tmp_path: Path) -> None:
    """The compiler is named in the file; that its code differs, too, is what one expects."""
    plain = compiled(tmp_path, BUILD_ID)
    where = section(plain, ".comment")
    other = plain[: where.start] + plain[where].replace(b"GCC", b"CCC") + plain[where.stop :]
    assert of_libraries(tmp_path / "1", plain, other) == {("compiler", SHOWN): ("SW402",)}
    other = changed(changed(other, section(plain, ".text").start), section(plain, ".note.gnu.build-id").start + 20)
    assert of_libraries(tmp_path / "2", plain, other) == {
        ("compiler", SHOWN): ("SW402",),
        ("compiler", CONSISTENT): ("SW401", "SW404"),
    }


@compiles
def test_code_alone_tells_no_compiler(tmp_path: Path) -> None:
    """Other instructions from the same compiler have a reason that is not in the file."""
    plain = compiled(tmp_path, BUILD_ID)
    other = changed(changed(plain, section(plain, ".text").start), section(plain, ".note.gnu.build-id").start + 20)
    assert of_libraries(tmp_path / "1", plain, other) == {UNTOLD: ("SW404",), ("build-id", CONSISTENT): ("SW401",)}


@compiles
def test_folder_in_debug_information_is_shown(tmp_path: Path) -> None:
    """The folder that compilers worked in is named; all else in the file follows from it."""
    one, other = (
        compiled(tmp_path / "x", "-g", f"-fdebug-prefix-map={tmp_path / 'x'}=/build/{name}", BUILD_ID)
        for name in ("one", "second")
    )
    found = of_libraries(tmp_path, one, other)
    assert "SW403" in found["debug-path", SHOWN]
    assert {"SW401", "SW404"} <= {*found["debug-path", CONSISTENT]}
    assert len(found) == 2


@compiles
def test_options_of_compilers_are_shown(tmp_path: Path) -> None:
    """What the compiler was called with stands in the debug information."""
    one, other = (compiled(tmp_path, "-g", option) for option in ("-fno-common", "-fno-math-errno"))
    found = of_libraries(tmp_path, one, other)
    assert "SW403" in found["compiler", SHOWN]
    assert UNTOLD not in found


@compiles
def test_other_source_is_no_folder(tmp_path: Path) -> None:
    """A source of another name in the same folder is not the folder's doing."""
    one, other = (compiled(tmp_path, "-g", source=f'# 1 "{name}.c"\n{SOURCE}') for name in ("/x/one", "/x/two"))
    found = of_libraries(tmp_path, one, other)
    assert ("debug-path", SHOWN) not in found


@compiles
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("Nov 22 2026", "Nov 23 2026", ("date-macro", CONSISTENT)),
        ("Jan  1 2026 10:00:00", "Jan  1 2026 10:00:09", ("date-macro", CONSISTENT)),
    ],
)
def test_dates_of_the_preprocessor_are_told(tmp_path: Path, a: str, b: str, expected: tuple[str, Certainty]) -> None:
    """Files that are the same but for dates in that form, and the digest of it all; ``-D`` may have brought them."""
    assert of_sources(tmp_path, a, b) == {expected: ("SW401", "SW404")}


@compiles
def test_dates_of_builds_that_had_an_epoch_are_no_macros(tmp_path: Path) -> None:
    """Compilers had one SOURCE_DATE_EPOCH in both builds; a flag or a generated header brought the dates."""
    a, b = (
        written(
            tmp_path / name, {**FILES, "demo/_fast.so": compiled(tmp_path / name, source=SOURCE.replace(WORDS, at))}
        )
        for name, at in (("a", "Nov 22 2026"), ("b", "Nov 23 2026"))
    )
    with opened(a, b, diff(a, b).differences, given=Given()) as case:
        found = join(look_into(case))
    assert [(one.cause, one.certainty) for one in found] == [("build-date", CONSISTENT)]


@compiles
def test_date_explains_no_other_words(tmp_path: Path) -> None:
    """A date beside other words is likely, and not shown to be all."""
    found = of_sources(tmp_path, "Nov 22 2026, robot", "Nov 23 2026, teapot")
    assert ("date-macro", SHOWN) not in found
    assert ("date-macro", CONSISTENT) in found


@compiles
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("/build/one/robot.pyx", "/build/two/robot.pyx", ("cython-path", CONSISTENT)),
        ("/build/one/robot.c", "/build/two/robot.c", ("build-path", CONSISTENT)),
        ("/home/a/.cargo/registry/src/x.rs", "/home/b/.cargo/registry/src/x.rs", ("rust-path", SHOWN)),
        (f"/rustc/{'a' * 40}/lib.rs", f"/rustc/{'b' * 40}/lib.rs", ("compiler", SHOWN)),
        ("/tmp/tmpab12cd34/x.c", "/tmp/tmpxy98zw76/x.c", ("temp-path", SHOWN)),  # noqa: S108 - only words
        ("../.mesonpy-ab12cd34/x.c", "../.mesonpy-xy98zw76/x.c", ("temp-path", SHOWN)),
        ("/tmp/ccab12cd.o", "/tmp/ccxy98zw.o", ("random-symbols", SHOWN)),  # noqa: S108 - only words
        ("src/robot.c here", "src/android.c", UNTOLD),
        ("and/or of it", "either/or not", UNTOLD),
    ],
)
def test_strings_are_told_by_their_shape(tmp_path: Path, a: str, b: str, expected: tuple[str, Certainty]) -> None:
    """Paths of build folders, of cargo and of temporary files; of other words nothing is said."""
    found = of_sources(tmp_path, a, b)
    assert expected in found
    assert {cause for cause, _ in found} <= {expected[0], "build-id"}


@compiles
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("-Wl,-rpath,/build/one", "-Wl,-rpath,/build/two"), ("run-path", SHOWN)),
        (("-Wl,-rpath,$ORIGIN/../demo.libs", "-Wl,--build-id=none"), ("repair-tool", CONSISTENT)),
        (("-Wl,-rpath,$ORIGIN/a", "-Wl,-rpath,$ORIGIN/b"), ("run-path", CONSISTENT)),
        (("-Wl,-soname,libx-1a2b3c4d.so", "-Wl,-soname,libx.so"), ("repair-tool", CONSISTENT)),
        (("-Wl,-soname,libx.so.1", "-Wl,-soname,libx.so.2"), ("compiler", CONSISTENT)),
    ],
)
def test_search_paths_are_told(tmp_path: Path, options: tuple[str, str], expected: tuple[str, Certainty]) -> None:
    """Folders of builds in search paths are shown; what tools that repair write is likely theirs."""
    one, other = (compiled(tmp_path, option) for option in options)
    found = of_libraries(tmp_path, one, other)
    assert "SW406" in found[expected]
    assert {cause for cause, _ in found} == {expected[0]}


@compiles
def test_made_up_names_of_sources_are_symbols(tmp_path: Path) -> None:
    """Compilers name the source in a symbol, even if it was a temporary file."""
    files = (f'__asm__(".file \\"{name}.c\\"");\n' for name in ("ccab12cd", "ccxy98zw"))
    one, other = (compiled(tmp_path, source=line + SOURCE) for line in files)
    found = of_libraries(tmp_path, one, other)
    assert found["random-symbols", SHOWN] == ("SW407",)
    assert UNTOLD not in found


@compiles
def test_other_symbols_are_not_told(tmp_path: Path) -> None:
    """A function that only one file has is another source, or other options: nothing in the file tells."""
    one, other = (compiled(tmp_path, source=SOURCE.replace("walk(", name)) for name in ("jump(", "hop("))
    assert UNTOLD in of_libraries(tmp_path, one, other)


@compiles
def test_stripped_files_may_be_of_the_compilers_of_others(tmp_path: Path) -> None:
    """A file without .comment says nothing of its compiler; if others were made by another one, so may it be."""
    plain = compiled(tmp_path, BUILD_ID)
    mute = compiled(tmp_path, "-Wl,--build-id=none", "-Wl,--strip-all", "-Qn")
    where = section(plain, ".comment")
    other = plain[: where.start] + plain[where].replace(b"GCC", b"CCC") + plain[where.stop :]
    text = changed(mute, section(mute, ".text").start)
    found = told_of(tmp_path / "1", {"demo/a.so": plain, "demo/b.so": mute}, {"demo/a.so": other, "demo/b.so": text})
    assert found == {("compiler", SHOWN): ("SW402",), ("compiler", CONSISTENT): ("SW404",)}
    assert told_of(tmp_path / "2", {"demo/b.so": mute}, {"demo/b.so": text}) == {UNTOLD: ("SW404",)}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (archived(*TWO, date=b"1700000000"), ("archive-members", SHOWN)),
        (archived(*TWO, mode=b"100600"), ("archive-members", SHOWN)),
        (archived(*TWO[::-1]), ("entry-order", CONSISTENT)),
        (archived(*TWO).replace(b"0     0     100644", b"500   500   100644"), ("archive-members", SHOWN)),
        (archived((b"ccxy98zw.o/", TWO[0][1]), TWO[1]), UNTOLD),
        (archived(TWO[0]), UNTOLD),
    ],
)
def test_static_archives_are_told_by_field(tmp_path: Path, other: bytes, expected: tuple[str, Certainty]) -> None:
    """Dates, owners and modes are of whoever packed; an order has a likely reason; other members have none."""
    assert of_libraries(tmp_path, archived(*TWO), other, "demo/x.a") == {expected: ("SW318",)}


def test_stamp_of_a_linker_is_shown(tmp_path: Path) -> None:
    """A time stamp that differs alone is the linker's; beside other bytes it may be a digest of them."""
    plain, stamped = launcher(), launcher()
    header = int.from_bytes(plain[0x3C:0x40], "little")
    stamped[header + 8] ^= 0xFF
    assert of_libraries(tmp_path / "1", bytes(plain), bytes(stamped), "demo/x.exe") == {
        ("link-stamp", SHOWN): ("SW408",)
    }
    stamped[-1] ^= 0xFF
    assert of_libraries(tmp_path / "2", bytes(plain), bytes(stamped), "demo/x.exe") == {
        ("link-stamp", CONSISTENT): ("SW408",),
        UNTOLD: ("SW301",),
    }


def test_identifier_of_macos_is_a_stamp(tmp_path: Path) -> None:
    """A UUID that differs alone is the linker's."""
    one, other = mach_o(), mach_o(b"\1" * 16)
    assert of_libraries(tmp_path, one, other, "demo/x.dylib") == {("link-stamp", SHOWN): ("SW409",)}


def test_counted_differences_follow() -> None:
    """What is only counted has the cause of what was named; of another member it has none."""
    named = difference("SW309", "lines", "1: x", "1: y", member="demo/a.txt")
    counted = [difference("SW309", "and 3 more", "", "", member=f"demo/{name}.txt") for name in "ab"]
    known = Recognised(cause="build-date", certainty=SHOWN, differences=(named,), conditions=("clock",))
    (found,) = following([known], counted)
    assert (found.cause, found.certainty, found.conditions) == ("build-date", CONSISTENT, ())
    assert found.differences == (counted[0],)


def test_digests_of_nested_members_follow() -> None:
    """That a member of an archive differs, follows from what differs in it, and from nothing else."""
    inner = difference("SW309", "member a.txt: lines", "1: x", "1: y", member="demo/x.zip")
    digests = [difference("SW319", f"member {name}.txt", "1", "2", member="demo/x.zip") for name in "ab"]
    known = Recognised(cause="user-name", certainty=SHOWN, differences=(inner,))
    assert [one.differences for one in following([known], digests)] == [(digests[0],)]
