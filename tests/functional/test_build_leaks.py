"""One build shows what its wheel holds of where and by whom it was built, and says what to do about it."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import samewheel
from samewheel import compilers
from samewheel.sandbox import choose_sandbox
from samewheel.verifying import verify
from tests.conftest import PROJECTS
from tests.functional.builds import make_project, members
from tests.functional.defects import DEFECTS, FETCHING, needs_tools

if TYPE_CHECKING:
    from samewheel.buildinfo import BuildInfo, Leak
    from tests.conftest import ProjectCopier, Samewheel

isolated = pytest.mark.skipif(
    choose_sandbox().isolation.mechanism == "none", reason="this machine forbids user namespaces"
)

VERBATIM = {
    "bytecode-constant": ("source_path", "sample_bytecode_constant.pyc", r"byte \d+"),
    "bytecode-path": ("source_path", "sample_bytecode_path.pyc", r"byte \d+"),
    "compiled-path": ("source_path", "sample_compiled_path.so", r"\.rodata, byte \d+"),
    "cython-path": ("source_path", "sample_cython_path.c", "line 3"),
    "debug-path": ("source_path", "sample_debug_path.so", r"\.debug_\w*str, byte \d+"),
    "environment-path": ("environment_path", "sample_environment_path.py", "line 1"),
    "gzip-path": ("source_path", "sample_gzip_path.txt.gz", "unzipped: line 1"),
    "gzip-user": ("user", "sample_gzip_user.txt.gz", "byte 10"),
    "home": ("home", "sample_home.py", "line 1"),
    "home-url": ("home", "sample_home_url.cfg", "line 2"),
    "host": ("host", "sample_host.py", "line 1"),
    "ident-host": ("host", "sample_ident_host.so", r"\.comment, byte \d+"),
    "info-user": ("user", "sample_info_user-1.0.dist-info/build.txt", "line 1"),
    "metadata-host": ("host", "sample_metadata_host-1.0.dist-info/METADATA", "line 4"),
    "metadata-user": ("user", "sample_metadata_user-1.0.dist-info/METADATA", "line 4"),
    "nested-path": ("source_path", "sample_nested_path.jar", r"byte \d+"),
    "parent-path": ("source_path", "sample_parent_path.py", "line 1"),
    "path": ("source_path", "sample_path.py", "line 1"),
    "path-base64": ("source_path", "sample_path_base64.txt", "line 1"),
    "path-hex": ("source_path", "sample_path_hex.txt", "line 1"),
    "path-pickle": ("source_path", "sample_path_pickle.pickle", "byte 24"),
    "path-utf-16": ("source_path", "sample_path_utf_16.bin", "byte 0"),
    "repair-tool": ("temp", "sample_repair_tool-1.0.dist-info/DELVEWHEEL", "line 2"),
    "run-path": ("source_path", "sample_run_path.so", r"\.dynstr, byte \d+"),
    "script-interpreter": ("environment_path", "sample_script_interpreter-1.0.data/scripts/sample", "line 1"),
    "temp-path": ("temp", "sample_temp_path.py", "line 1"),
    "user": ("user", "sample_user.py", "line 1"),
}
"""The defects that write a condition as it is, and where it then stands: the place as a pattern."""

BESIDE = {"archive-comment"}
"""Defects that write a condition as it is, but outside of all members, where a build does not look."""

SEVERAL = {"environment-dump"}
"""Defects that write many conditions as they are."""

OTHERS = [path for path in DEFECTS if path.name not in VERBATIM.keys() | BESIDE | SEVERAL]
"""Defects that write something else, such as a number, and controls."""


class Heard:
    """Remembers the warnings."""

    def __init__(self) -> None:
        """Have heard nothing yet."""
        self.warnings: list[str] = []

    def step(self, text: str) -> None:
        """Forget it."""

    def warn(self, text: str) -> None:
        """Remember it."""
        self.warnings.append(text)


def leaks_of(buildinfo: BuildInfo) -> tuple[Leak, ...]:
    """Return the leaks of a build that looked for them."""
    assert buildinfo.leaks is not None
    return buildinfo.leaks


@isolated
@pytest.mark.parametrize("defect", sorted(VERBATIM))
def test_defect_that_writes_a_condition_is_found_after_one_build(defect: str, copied: ProjectCopier) -> None:
    """Most causes of different wheels show without a second build: with the member and the place in it."""
    needs_tools(PROJECTS / "defects" / defect)
    heard = Heard()
    built = samewheel.build(copied(f"defects/{defect}"), progress=heard)
    (leak,) = leaks_of(built.buildinfo)
    condition, member, place = VERBATIM[defect]
    assert (leak.condition, leak.member) == (condition, member)
    assert re.fullmatch(place, leak.place)
    (warning,) = heard.warnings
    assert f"({leak.condition}): {leak.member} ({leak.place}" in warning


@pytest.mark.parametrize(
    "defect",
    [pytest.param(path, id=path.name, marks=[pytest.mark.index] if path.name in FETCHING else []) for path in OTHERS],
)
def test_wheel_that_holds_no_condition_gives_no_warning(defect: Path, tmp_path: Path) -> None:
    """The control: a number, a date or an order is not a path or a name."""
    needs_tools(defect)
    project = Path(shutil.copytree(defect, tmp_path / defect.name))
    leaks = leaks_of(samewheel.build(project).buildinfo)
    assert [leak for leak in leaks if leak.condition != "interpreter"] == []


def test_project_that_speaks_of_our_folders_gives_no_warning(tmp_path: Path) -> None:
    """Our own wheel holds these names; what the source says, no build has added."""
    project = make_project(tmp_path / "project", 'files["a.py"] = open("a.py").read()')
    text = "# See /samewheel-build/source, samewheel-host and samewheel-user.\n"
    (project / "a.py").write_text(text)
    built = samewheel.build(project)
    assert members(built.wheel)["a.py"].decode() == text
    assert built.buildinfo.leaks == ()


def test_member_is_found_by_its_encoding(tmp_path: Path) -> None:
    """Generated files quote paths in the way of their format."""
    body = """
files["a.json"] = __import__("json").dumps(os.getcwd()).replace("/", "\\\\/")
files["b.txt"] = base64.b64encode(os.getcwd().encode()).decode()
files["c.txt"] = os.getcwd().encode().hex()
files["d.html"] = "http://localhost/?from=" + os.getcwd().replace("/", "%2F")
"""
    leaks = leaks_of(samewheel.build(make_project(tmp_path / "project", body)).buildinfo)
    assert [(leak.member, leak.encoding) for leak in leaks if leak.condition == "source_path"] == [
        ("a.json", "escaped"),
        ("b.txt", "base64"),
        ("c.txt", "hex"),
        ("d.html", "percent"),
    ]


def test_terminal_warns_and_sums_up(tmp_path: Path, samewheel: Samewheel) -> None:
    """The build succeeds all the same: nobody but the author can say whether it matters."""
    body = 'files["a.py"] = files["b.py"] = os.getcwd()'
    finished = samewheel("build", "-q", make_project(tmp_path / "project", body))
    assert finished.returncode == 0
    assert "  leaks        source_path in 2 members\n" in finished.stdout
    assert finished.stderr.startswith("warning: the wheel holds the folder of the source")
    assert len(finished.stderr.splitlines()) == 1


def test_verification_does_not_look_for_leaks_and_does_not_claim_that_there_are_none(tmp_path: Path) -> None:
    """There, a leak is a difference with a verdict; and what was not looked for is no empty list."""
    heard = Heard()
    project = make_project(tmp_path / "project", 'files["a.py"] = os.getcwd()')
    report = verify(project, names=["source_path"], via_sdist=False, progress=heard).verification
    assert heard.warnings == []
    assert [build.leaks for build in report.builds] == [None, None]


def unmapped(real: str, maps: tuple[tuple[str, str], ...]) -> str:
    """Return a shim that adds nothing."""
    del maps
    return f'#!/bin/sh\nexec {real} "$@"\n'


@pytest.mark.index
def test_compiler_without_shims_leaks_into_the_debug_information(
    copied: ProjectCopier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The most frequent leak of all is in a section that no text search shows; the shims keep it out."""
    project = copied("c-extension")
    shimmed = samewheel.build(project).buildinfo
    assert {leak.condition for leak in leaks_of(shimmed)} <= {"interpreter"}
    monkeypatch.setattr(compilers, "shim_text", unmapped)
    plain = samewheel.build(project).buildinfo
    found = [leak for leak in leaks_of(plain) if leak.condition == "source_path"]
    if not found:
        pytest.skip("this interpreter compiles without debug information")
    (leak,) = found
    assert leak.member.startswith("sample_c.")
    section, _, byte = leak.place.partition(", byte ")
    assert section.startswith((".debug_str", ".debug_line_str"))
    assert byte.isdigit()


def test_leaks_are_not_in_the_wheel(tmp_path: Path) -> None:
    """The evidence lies beside the wheel; with it inside, looking would change what is looked at."""
    built = samewheel.build(make_project(tmp_path / "project", 'files["a.py"] = os.getcwd()'))
    assert built.buildinfo.leaks
    with zipfile.ZipFile(built.wheel) as archive:
        assert not [name for name in archive.namelist() if "leak" in name or "buildinfo" in name]
