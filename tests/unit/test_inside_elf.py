"""What is said of ELF files that differ: real ones, compiled here, with one thing changed."""

from __future__ import annotations

import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison.inside.elf_file import read_elf
from tests.unit.insides import content, look, places

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")

SOURCE = """
const char *name(void) { return "a robot that walks"; }
int steps = 7;
int walk(int n) { return n * steps; }
"""


def compiled(folder: Path, *options: str, source: str = SOURCE) -> bytes:
    """Return a shared object made by the compiler of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "robot.c").write_text(source, "utf-8")
    usual = ["cc", "-shared", "-fPIC", "-O1", "-nostdlib", "-o", "robot.so", "robot.c"]
    subprocess.run([*usual, *options], cwd=folder, check=True, capture_output=True)
    return (folder / "robot.so").read_bytes()


def section(data: bytes, name: str) -> slice:
    """Return where a section is."""
    found = read_elf(content(data)).section(name)
    assert found
    return slice(found.offset, found.offset + found.size)


def changed(data: bytes, place: int) -> bytes:
    """Return the data with one byte changed."""
    return data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A shared object with a build-id."""
    return compiled(tmp_path_factory.mktemp("plain"), "-Wl,--build-id=sha1")


def test_build_id_alone_is_said_to_be_alone(tmp_path: Path, plain: bytes) -> None:
    """Two files that differ in nothing else say so."""
    other = compiled(tmp_path, "-Wl,--build-id=0x" + "ab" * 20)
    (found,) = look("x.so", plain, other)
    assert (found.code, found.field) == ("SW401", "section .note.gnu.build-id, and nothing else")
    assert "ab" * 20 in {found.a, found.b}


@pytest.mark.parametrize(
    "where", [".text", ".rodata", ".comment", ".symtab", "ELF header", "section headers", "padding"]
)
def test_build_id_is_not_alone(plain: bytes, where: str) -> None:
    """One more byte, wherever it is, and the build-id no longer claims to be all; what else differs comes first."""
    both = changed(plain, section(plain, ".note.gnu.build-id").start + 20)
    elf = read_elf(content(plain))
    offsets = {
        "ELF header": 25,
        "section headers": elf.header["e_shoff"] + 2 * elf.header["e_shentsize"] + 44,
        "padding": plain.index(bytes(8), section(plain, ".text").stop),
    }
    place = offsets[where] if where in offsets else section(plain, where).start + 2
    found = look("x.so", plain, changed(both, place))
    assert (found[-1].code, found[-1].field) == ("SW401", "section .note.gnu.build-id")
    assert where in found[0].field


def test_file_without_a_build_id_lacks_a_section(tmp_path: Path, plain: bytes) -> None:
    """A linker that was told to write none leaves a section out."""
    found = look("x.so", plain, compiled(tmp_path, "-Wl,--build-id=none"))
    assert ("SW405", "section .note.gnu.build-id") in places(found)


def test_appended_bytes_are_layout(plain: bytes) -> None:
    """What follows a file is in no section, and is seen."""
    assert places(look("x.so", plain, plain + b"\0")) == [("SW405", "size of the file")]


def test_compiler_is_said(plain: bytes) -> None:
    """Another version of the compiler in .comment, at the same length, is that and nothing else."""
    where = section(plain, ".comment")
    other = plain[: where.start] + plain[where].replace(b"GCC", b"CCC") + plain[where.stop :]
    (found,) = look("x.so", plain, other)
    assert (found.code, found.field) == ("SW402", "section .comment")


def test_build_folder_in_debug_information_is_said(tmp_path: Path) -> None:
    """The folder of the build, mapped in two ways, is named first, before the sections that it is in."""
    a, b = (
        compiled(tmp_path / "here", "-g", f"-fdebug-prefix-map={tmp_path / 'here'}={name}", "-Wl,--build-id=sha1")
        for name in ("/build/one", "/build/second")
    )
    found = look("x.so", a, b)
    assert (found[0].code, found[0].field) == ("SW403", "unit 0, DW_AT_comp_dir")
    assert {found[0].a, found[0].b} == {"/build/one", "/build/second"}
    codes = [one.code for one in found]
    assert codes[-1] == "SW401"
    assert "SW404" in codes
    assert not any(".text" in one.field for one in found)


@pytest.mark.parametrize("compression", ["none", "zlib"])
def test_compressed_debug_information_is_read(tmp_path: Path, compression: str) -> None:
    """Folders are found in compressed sections too."""
    a, b = (
        compiled(
            tmp_path / "here", "-g", f"-gz={compression}", f"-fdebug-prefix-map={tmp_path / 'here'}=/build/{name}"
        )
        for name in ("one", "second")
    )
    assert look("x.so", a, b)[0].a == "/build/one"


def test_options_of_the_compiler_are_said(tmp_path: Path) -> None:
    """What the compiler was called with stands in the debug information."""
    a, b = (compiled(tmp_path, "-g", option) for option in ("-fno-common", "-fno-math-errno"))
    assert ("SW403", "unit 0, DW_AT_producer") in places(look("x.so", a, b))


def test_sections_are_counted_and_strings_named(plain: bytes, tmp_path: Path) -> None:
    """A text that differs is named, beside the bytes of its section."""
    other = compiled(tmp_path, "-Wl,--build-id=sha1", source=SOURCE.replace("walks", "talks"))
    found = look("x.so", plain, other)
    assert [one.code for one in found] == ["SW404", "SW404", "SW401"]
    assert found[0].field == "section .rodata, byte 13, 1 of 19 differ"
    assert {found[1].a, found[1].b} == {"a robot that walks", "a robot that talks"}


def test_one_byte_of_code_is_one_finding(plain: bytes) -> None:
    """A byte of .text is told by its place in the section."""
    start = section(plain, ".text").start
    (found,) = look("x.so", plain, changed(plain, start + 9))
    assert found.field.startswith("section .text, byte 9, 1 of ")


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        ("-Wl,-soname,librobot.so.1", "-Wl,-soname,librobot.so.2", "section .dynamic, SONAME"),
        ("-Wl,--enable-new-dtags,-rpath,/a", "-Wl,--enable-new-dtags,-rpath,/b", "section .dynamic, RUNPATH"),
        ("-Wl,--disable-new-dtags,-rpath,/a", "-Wl,--disable-new-dtags,-rpath,/b", "section .dynamic, RPATH"),
        ("-Wl,--no-as-needed,-lc", "-Wl,--no-as-needed,-lm", "section .dynamic, NEEDED"),
    ],
)
def test_libraries_and_paths_are_said(tmp_path: Path, one: str, other: str, field: str) -> None:
    """What the loader looks for, and where, is told by name."""
    found = look("x.so", compiled(tmp_path, one), compiled(tmp_path, other))
    assert found[0].code == "SW406"
    assert found[0].field == field


def test_symbols_are_named(plain: bytes, tmp_path: Path) -> None:
    """A function that one file lacks is named."""
    other = compiled(tmp_path, "-Wl,--build-id=sha1", source=SOURCE + "int jump(void) { return 1; }")
    found = [one for one in look("x.so", plain, other) if one.code == "SW407"]
    assert {(one.field, one.a if one.b == "(absent)" else one.b) for one in found} == {
        ("symbols of .dynsym", "function jump"),
        ("symbols of .symtab", "function jump"),
    }


def test_order_of_symbols_is_said(plain: bytes) -> None:
    """The same symbols in another order are no news but the order."""
    where = section(plain, ".symtab")
    head, last, before = plain[: where.stop - 48], plain[where.stop - 24 : where.stop], plain[where.stop - 48 :][:24]
    found = look("x.so", plain, head + last + before + plain[where.stop :])
    assert (found[0].code, found[0].field) == ("SW407", "order of symbols of .symtab")
    assert {one.code for one in found} == {"SW407", "SW404"}


def test_machine_is_said(plain: bytes) -> None:
    """The field of the header that says for what processor a file is, is named."""
    other = plain[:18] + struct.pack("<H", 0xF3) + plain[20:]
    assert ("SW405", "header e_machine") in places(look("x.so", plain, other))


def test_damaged_files_are_compared_as_bytes(plain: bytes) -> None:
    """What ends early has no sections; it has bytes."""
    for length in range(0, len(plain), 997):
        look("x.so", plain, plain[:length])


def test_no_byte_of_the_headers_is_trusted(tmp_path: Path) -> None:
    """Whatever a header or the debug information claims, there is an answer, and never that nothing else differs."""
    data = compiled(tmp_path, "-g", "-Wl,--build-id=sha1")
    start = section(data, ".note.gnu.build-id").start
    for place in (*range(64), *range(section(data, ".debug_info").start, section(data, ".debug_abbrev").stop, 23)):
        found = look("x.so", data, changed(changed(data, place), start + 20))
        assert "nothing else" not in found[-1].field


def test_huge_debug_sections_are_not_made(tmp_path: Path) -> None:
    """A section that takes no room in the file, and says that it has terabytes, is not filled with zeros."""
    data = bytearray(compiled(tmp_path, "-g"))
    elf = read_elf(content(bytes(data)))
    index = [one.name for one in elf.sections].index(".debug_info")
    place = elf.header["e_shoff"] + index * elf.header["e_shentsize"]
    struct.pack_into("<I", data, place + 4, 8)
    struct.pack_into("<Q", data, place + 32, 1 << 60)
    other = bytearray(data)
    other[section(bytes(data), ".debug_abbrev").start] ^= 1
    assert look("x.so", bytes(data), bytes(other))[-1].code.startswith("SW40")
