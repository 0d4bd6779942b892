"""Every code and every cause was seen: in a project that is built, or in two wheels that are made here."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from samewheel._types import Via
from samewheel.buildinfo import BuildInfo, Digest, Epoch, Tool
from samewheel.comparison import diff
from samewheel.comparison.codes import CODES
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.explaining import explain
from samewheel.explaining.pages import files
from tests.conftest import PROJECTS
from tests.unit.test_compare_builds import ONE, TOOLCHAIN, other, pair
from tests.unit.test_compare_codes import TREES, codes_in
from tests.unit.test_inside_elf import SOURCE, changed, compiled, section
from tests.unit.test_inside_pyc import packed as modules
from tests.unit.test_recognisers_laws import installed
from tests.unit.wheels import FILES, INFO, INIT, METADATA, WHEEL, Files, record_of, written

Make = Callable[[Path], tuple[Path, Path]]


class Made(NamedTuple):
    """Two wheels that differ in one way."""

    code: str
    cause: str
    make: Make
    compiler: bool = False
    """Whether it takes a C compiler to make them."""


def of_files(a: Files, b: Files) -> Make:
    """Return what writes two wheels with other files beside the usual ones."""

    def make(folder: Path) -> tuple[Path, Path]:
        return written(folder / "a", {**FILES, **a}), written(folder / "b", {**FILES, **b})

    return make


def of_file(name: str, a: bytes, b: bytes) -> Make:
    """Return what writes two wheels with other contents of one member."""
    return of_files({name: a}, {name: b})


def of_headers(**changes: object) -> Make:
    """Return what writes two wheels, of which one has other headers of its first member."""
    return lambda folder: (written(folder / "a"), written(folder / "b", change=changes))


def of_builds(changed: BuildInfo) -> Make:
    """Return what writes two wheels with buildinfos beside them."""
    return lambda folder: pair(folder, changed=changed)


def of_sources(a: str, b: str) -> Make:
    """Return what writes two wheels with a library that has other words."""

    def make(folder: Path) -> tuple[Path, Path]:
        one, two = (
            compiled(folder / side, source=SOURCE.replace("a robot that walks", words))
            for side, words in (("a", a), ("b", b))
        )
        return of_file("demo/_fast.so", one, two)(folder)

    return make


def of_compilers(folder: Path) -> tuple[Path, Path]:
    """Write two wheels with a library that says to be of another compiler, and has another byte in its header."""
    plain = compiled(folder)
    where = section(plain, ".comment")
    renamed = plain[: where.start] + plain[where].replace(b"GCC", b"CCC") + plain[where.stop :]
    return of_file("demo/_fast.so", plain, changed(renamed, E_ENTRY))(folder)


E_ENTRY = 25
"""The place of a byte in an ELF header that says where a program begins: of no matter for a library."""

CODE = "x = 1\n"
REQUIRES = b"Requires-Dist: robot (>=1)\n"
LICENSE = FILES[f"{INFO}/licenses/LICENSE"]
TEXT = b"one\ntwo\n"
EDITED = {**FILES, INIT: b"x = 3\n", f"{INFO}/RECORD": record_of(FILES)}

MADE = (
    Made("SW104", "compressor", lambda folder: (written(folder / "a", level=1), written(folder / "b", level=0))),
    Made("SW105", "windows", of_headers(create_system=0)),
    Made("SW107", "archive-system", of_files({}, {"demo/": b""})),
    Made("SW201", "backend-version", of_file(f"{INFO}/WHEEL", WHEEL, WHEEL.replace(b"1.27", b"1.28"))),
    Made("SW202", "metadata-blank-lines", of_file(f"{INFO}/METADATA", METADATA + b"\nx\n", METADATA + b"\nx\n\n\n")),
    Made(
        "SW202",
        "requirement-format",
        of_file(f"{INFO}/METADATA", METADATA + REQUIRES, METADATA + REQUIRES.replace(b"(>=1)", b">=1")),
    ),
    Made(
        "SW203", "record-order", of_file(f"{INFO}/RECORD", record_of(FILES), record_of(dict([*FILES.items()][::-1])))
    ),
    Made("SW204", "licence-files", of_files({f"{INFO}/AUTHORS": LICENSE}, {f"{INFO}/licenses/AUTHORS": LICENSE})),
    Made("SW205", "edited-after", lambda folder: (written(folder / "a"), written(folder / "b", EDITED))),
    Made("SW302", "stale-files", of_files({}, {f"build/lib/{INIT}": FILES[INIT]})),
    Made("SW305", "line-endings", of_file("demo/a.txt", TEXT, TEXT.replace(b"\n", b"\r\n"))),
    Made("SW307", "blank-end", of_file("demo/a.txt", TEXT, TEXT + b"\n\n")),
    Made(
        "SW310", "version-file", of_file("demo/_version.py", b"commit = '1a2b3c4d5e'\n", b"commit = '9f8e7d6c5b'\n")
    ),
    Made(
        "SW311", "bytecode", of_file("demo/x.pyc", modules(CODE), modules(CODE, header=struct.pack("<3I", 0, 0, 7)))
    ),
    Made(
        "SW404",
        "rust-path",
        of_sources("/home/a/.cargo/registry/src/x.rs", "/home/b/.cargo/registry/src/x.rs"),
        compiler=True,
    ),
    Made("SW404", "date-macro", of_sources("Nov 22 2026", "Nov 23 2026"), compiler=True),
    Made("SW405", "compiler", of_compilers, compiler=True),
    Made("SW501", "other-source", of_builds(other(source=msgspec.structs.replace(ONE.source, commit="b" * 40)))),
    Made("SW502", "backend-version", of_builds(installed("hatchling", "1.28"))),
    Made("SW502", "dependencies", of_builds(other(constraints=Digest(sha256=ONE.source.digest)))),
    Made(
        "SW503",
        "python-version",
        of_builds(other(interpreter=msgspec.structs.replace(ONE.interpreter, version="3.12"))),
    ),
    Made("SW504", "compressor", of_builds(other(zlib="1.3.1.zlib-ng"))),
    Made("SW505", "frontend", of_builds(other(frontend=Tool(name="build", version="1")))),
    Made("SW505", "via-sdist", of_builds(other(via=Via.SDIST))),
    Made("SW506", "compiler", of_builds(other(toolchain=msgspec.structs.replace(TOOLCHAIN, linker="ld 2.44")))),
    Made("SW507", "epoch", of_builds(other(epoch=Epoch(value=1, origin="default")))),
    Made("SW508", "settings", of_builds(other(env={"CFLAGS": "-O3"}))),
    Made("SW509", "conditions", of_builds(other(conditions={"umask": "077"}))),
)

NOT_BY_WHEELS = {
    "fetched-data": "what a build downloads cannot be told from what it has, and our builds have no network",
    "left-out": "the source tells it: tests/unit/test_recognisers_origins.py",
    "native-cpu": "what builds print tells it: tests/unit/test_recognisers_logs.py",
    "not-in-source": "the source tells it, as left-out",
    "profile": "what builds print tells it, as native-cpu",
    "unheeded-seed": "looks like any chance in lines: the project of that name is told as randomness",
}
"""Causes that have a page, and that no two wheels tell by themselves; each with the reason."""

EXPECTED: dict[str, dict[str, Any]] = {
    path.parent.name: json.loads(path.read_text("utf-8"))
    for path in sorted((PROJECTS / "defects").glob("*/expected.json"))
}
BUILT_CODES = {code for defect in EXPECTED.values() for code in defect["codes"]}
BUILT_CAUSES = {defect["cause"] for defect in EXPECTED.values()} - {None}

ELSEWHERE = {"gzip-parallel": "another stream of gzip is of another compressor nearly always: its page says so first"}
"""Defects whose codes are not on the page of their cause, with the reason."""


@pytest.mark.parametrize("made", MADE, ids=lambda made: f"{made.code}-{made.cause}")
def test_made_wheels_have_the_code_and_are_told_the_cause(made: Made, tmp_path: Path) -> None:
    """The code occurs between them, and its explanation names the cause: so it is not unknown."""
    if made.compiler and shutil.which("cc") is None:
        pytest.skip("no C compiler")
    a, b = made.make(tmp_path)
    differences = diff(a, b).differences
    assert made.code in {one.code for one in differences}
    assert made.cause in {one.cause for one in explain(a, b, differences) if made.code in one.codes}
    assert made.code in CAUSES[made.cause].codes


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page_a_rule_a_cause_and_a_fixture(code: str) -> None:
    """A code that was never seen may be wrong in any of them, and nobody would know."""
    assert f"{code}.md" in files()
    assert any(code in codes_in(tree) for tree in TREES)
    assert any(code in cause.codes for cause in CAUSES.values())
    assert code in BUILT_CODES | {made.code for made in MADE}


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_a_fixture_or_a_reason(cause: str) -> None:
    """A cause that is never told is a page that nobody is sent to; and a reason that no longer holds is removed."""
    seen = BUILT_CAUSES | {made.cause for made in MADE}
    assert (cause in seen) != (cause in NOT_BY_WHEELS)


def test_reasons_are_of_causes() -> None:
    """The name of a cause that was renamed would excuse nothing."""
    assert NOT_BY_WHEELS.keys() <= CAUSES.keys()


@pytest.mark.parametrize("defect", EXPECTED)
def test_codes_of_defects_are_on_the_page_of_their_cause(defect: str) -> None:
    """Whoever looks up the code of what the project shows, finds the cause there."""
    cause, codes = EXPECTED[defect]["cause"], set(EXPECTED[defect]["codes"])
    there = cause is None or not codes.isdisjoint(CAUSES[cause].codes)
    assert there != (defect in ELSEWHERE)
