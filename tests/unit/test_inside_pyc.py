"""What is said of compiled modules that differ, of the running Python and of those before it."""

from __future__ import annotations

import base64
import importlib.util
import marshal
import py_compile
import struct
from types import CodeType
from typing import TYPE_CHECKING

import pytest

from .compiled_modules import MODULES
from .insides import look, places

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
class Robot:
    def walk(self, step):
        if step in {"left", "right"}:
            return [0.5, 300000000000]
        return None
"""
MAGIC = importlib.util.MAGIC_NUMBER


def packed(source: str, name: str = "robot.py", header: bytes = bytes(12)) -> bytes:
    """Return a compiled module."""
    return MAGIC + header + marshal.dumps(compile(source, name, "exec", dont_inherit=True))


def test_modes_of_checking_are_headers(tmp_path: Path) -> None:
    """What py_compile writes for the same source in two modes differs in the header alone."""
    source, found = tmp_path / "robot.py", []
    source.write_text(SOURCE, "utf-8")
    for mode in (py_compile.PycInvalidationMode.CHECKED_HASH, py_compile.PycInvalidationMode.UNCHECKED_HASH):
        target = py_compile.compile(str(source), str(tmp_path / mode.name), "robot.py", invalidation_mode=mode)
        assert target
        found.append((tmp_path / mode.name).read_bytes())
    ((code, field, a, b),) = look("robot.pyc", *found)
    assert (code, field, a, b) == ("SW311", "header check", "checked hash", "unchecked hash")


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (struct.pack("<3I", 0, 7, 0), ["header source mtime"]),
        (struct.pack("<3I", 0, 0, 7), ["header source size"]),
        (
            struct.pack("<3I", 3, 1, 0),
            ["header check", "header source hash", "header source mtime", "header source size"],
        ),
    ],
)
def test_header_is_told_by_field(header: bytes, fields: list[str]) -> None:
    """The time, the size and the hash of the source are told apart."""
    assert places(look("x.pyc", packed(SOURCE), packed(SOURCE, header=header))) == [
        ("SW311", field) for field in fields
    ]


def test_file_name_is_told_once() -> None:
    """The folder of the build in all code objects is one finding, and no difference of code."""
    (found,) = look("x.pyc", packed(SOURCE, "/build/one/robot.py"), packed(SOURCE, "/build/second/robot.py"))
    assert (found.code, found.field, found.a) == ("SW312", "co_filename of 3 code objects", "/build/one/robot.py")


def test_code_beside_the_file_name_is_said() -> None:
    """A file name explains nothing but itself."""
    found = look("x.pyc", packed(SOURCE, "a.py"), packed(SOURCE.replace("0.5", "0.25"), "b.py"))
    assert found[0].code == "SW312"
    assert ("SW313", "0.5", "0.25") in [(one.code, one.a, one.b) for one in found]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("0.5", "-0.5", "Robot.walk: constants"),
        ("step in", "step not in", "Robot.walk: bytecode"),
        ("return None", "\n        return None", "Robot.walk: line table"),
        ("class Robot", "\nclass Robot", "<module>: "),
        ("300000000000", "300000000001", "Robot.walk: constants"),
    ],
)
def test_code_is_told_by_object_and_attribute(old: str, new: str, field: str) -> None:
    """What differs in code is told with the function that it is in, and the attribute."""
    found = look("x.pyc", packed(SOURCE), packed(SOURCE.replace(old, new)))
    assert any(one.code == "SW313" and one.field.startswith(field) for one in found)
    assert {one.code for one in found} == {"SW313"}


def test_order_of_a_frozenset_is_said() -> None:
    """The hash seed orders the constants of a test for membership: the same value, in another order."""
    code = packed(SOURCE)
    start, middle, end = (code.index(word) for word in (b"\x04left", b"\x05right", b"right"))
    assert start
    left, right = code[start - 1 : start + 5], code[middle - 1 : end + 5]
    low, high = sorted((start - 1, middle - 1))
    first, second = (left, right) if start < middle else (right, left)
    between = code[low + len(first) : high]
    swapped = code[:low] + second + between + first + code[high + len(second) :]
    (found,) = look("x.pyc", code, swapped)
    assert found.code == "SW313"
    assert found.field.startswith("Robot.walk: constants[")
    assert found.field.endswith(", order of a frozenset")


def held(code: CodeType) -> list[object]:
    """Return every constant of a code object and of those in it."""
    return [held(constant) if isinstance(constant, CodeType) else constant for constant in code.co_consts] + [code]


def test_reference_flags_are_said() -> None:
    """The same code is written in other bytes while something else refers to its constants: that is no other code."""
    code = compile(SOURCE, "robot.py", "exec", dont_inherit=True)
    a = MAGIC + bytes(12) + marshal.dumps(code)
    references = held(code)
    b = MAGIC + bytes(12) + marshal.dumps(code)
    assert references
    assert a != b
    (found,) = look("x.pyc", a, b)
    assert found.code == "SW313"
    assert found.field.startswith("references, value ")
    assert "FLAG_REF" in found.a + found.b


def test_reference_flags_beside_file_names_are_said() -> None:
    """A file name does not explain that values are shared in another way."""
    code = compile(SOURCE, "robot.py", "exec", dont_inherit=True)
    a = MAGIC + bytes(12) + marshal.dumps(code)
    references = held(code)
    b = MAGIC + bytes(12) + marshal.dumps(code).replace(b"robot.py", b"model.py")
    assert references
    assert [one.code for one in look("x.pyc", a, b)] == ["SW312", "SW313"]


@pytest.mark.parametrize("version", sorted(MODULES))
def test_modules_of_each_python_are_read(version: str) -> None:
    """What another version wrote is understood without that version."""
    module = base64.b64decode(MODULES[version])
    (found,) = look("x.pyc", module, module.replace(b"demo.py", b"home.py"))
    assert (found.code, found.a, found.b) == ("SW312", "demo.py", "home.py")
    (found,) = look("x.pyc", module, module.replace(b"left", b"lost"))
    assert (found.code, found.field) == ("SW313", "Robot.walk: constants[1]")
    (found,) = look("x.pyc", module, module[:8] + b"\1" + module[9:])
    assert (found.code, found.field) == ("SW311", "header source hash")


def test_two_versions_are_said_and_no_more() -> None:
    """The code of two versions of Python is never the same: the version says it all."""
    a, b = (base64.b64decode(MODULES[version]) for version in ("3.12", "3.13"))
    found = look("x.pyc", a, b)
    assert found[0].field == "header magic number"
    assert {one.code for one in found} == {"SW311"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"c",
        b")\1" * 100_000 + b"N",
        b"(\xff\xff\xff\x7f",
        b"(\xff\xff\xff\xff",
        b"\xa9\1r\0\0\0\0",
        b"r\0\0\0\0",
        b"l\xff\xff\xff\x7f",
        b"?",
        b"NN",
        b"{" * 100_000,
    ],
)
def test_hostile_modules_are_bytes(body: bytes) -> None:
    """What is no module is compared as bytes, however deep or long it claims to be."""
    found = look("x.pyc", packed(SOURCE), MAGIC + bytes(12) + body)
    assert {one.code for one in found} == {"SW301"}


def doubled(number: float) -> bytes:
    """Return a module whose constants are a tuple of the same tuple twice, and so on, a hundred times."""
    inner = b"\xa9\2" * 99 + b"\xa9\1g" + struct.pack("<d", number)
    constants = inner + b"".join(b"r" + struct.pack("<I", index) for index in range(99, 0, -1))
    nothing, text = b"s\0\0\0\0", b"z\1x"
    code = b"c" + bytes(20) + nothing + constants + b")\0)\0" + nothing + text * 3 + bytes(4) + nothing * 2
    return struct.pack("<H2s12x", 3531, b"\r\n") + code


def test_references_do_not_multiply() -> None:
    """A constant that unfolds to more values than there are atoms is compared in no time."""
    (found,) = look("x.pyc", doubled(0.5), doubled(0.25))
    assert (found.code, {found.a, found.b}) == ("SW313", {"0.5", "0.25"})
    assert found.field.startswith("x: constants[0][0][0]")
