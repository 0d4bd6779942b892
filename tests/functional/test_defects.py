"""Each defect, verified: it gets the verdict and the codes that it must, by the guilty condition and by no other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import Verdict
from samewheel.explaining.causes import CAUSES
from samewheel.verifying import available, verify
from tests.functional.defects import DEFECTS, FETCHING, expected, needs_tools

if TYPE_CHECKING:
    from tests.conftest import ProjectCopier

each_defect = pytest.mark.parametrize(
    "defect",
    [
        pytest.param(path, id=path.name, marks=[pytest.mark.index] if path.name in FETCHING else [])
        for path in DEFECTS
    ],
)


def needs(defect: Path) -> None:
    """Skip a defect that cannot be built here, or whose guilty condition cannot be varied."""
    needs_tools(defect)
    for name in expected(defect)["guilty"]:
        if reason := available()[name]:
            pytest.skip(f"{name}: {reason}")


@each_defect
def test_defect_gets_its_verdict_its_cause_and_its_condition(defect: Path, tmp_path: Path) -> None:
    """All conditions at once, as a user runs it: what differs, why, and who is guilty; nothing slips through."""
    needs(defect)
    project = Path(shutil.copytree(defect, tmp_path / defect.name))
    found = verify(project, via_sdist=False).verification
    codes = {difference.code for difference in found.differences if not difference.code.startswith("SW5")}
    assert (found.verdict, sorted(codes)) == (Verdict(expected(defect)["verdict"]), expected(defect)["codes"])
    wanted = expected(defect)["cause"]
    assert [one.cause for one in found.causes] == ([wanted] if wanted else [])
    assert sorted(name for one in found.causes for name in one.conditions) == sorted(expected(defect)["guilty"])


@each_defect
def test_defect_passes_without_its_condition(defect: Path, tmp_path: Path) -> None:
    """The control of the harness: with the guilty condition left alone, nothing differs; so it is what catches it."""
    guilty = expected(defect)["guilty"]
    if not guilty and expected(defect)["verdict"] != Verdict.IDENTICAL:
        pytest.skip("random: no condition is guilty")
    if "clock" in guilty:
        pytest.skip("clock: two builds at the same time may see two seconds")
    needs(defect)
    others = [name for name, reason in available().items() if not reason and name not in guilty]
    project = Path(shutil.copytree(defect, tmp_path / defect.name))
    assert verify(project, names=others, via_sdist=False).verification.verdict is Verdict.IDENTICAL


def test_every_cause_that_a_condition_decides_has_a_defect() -> None:
    """A cause without a project is one that nobody has seen: two need a tool chain or a processor of their own."""
    decided = {cause.name for cause in CAUSES.values() if cause.conditions}
    assert decided - {expected(defect)["cause"] for defect in DEFECTS} == {"rust-path"}


@pytest.mark.index
def test_compiled_wheel_that_falls_back_to_a_pure_one_is_named(copied: ProjectCopier) -> None:
    """Wheels of one name, one with compiled code and one without: the source's path alone decides which it is."""
    found = verify(copied("defects/optional-c-extension"), names=["source_path"]).verification
    (missing,) = found.differences
    assert (missing.code, missing.a, missing.b) == ("SW302", "present", "absent")
    assert missing.member.startswith("_sample_speedups.")
    assert len({one.wheel.name for one in found.builds}) == 1


@pytest.mark.index
def test_fallback_that_changes_the_tag_is_named_too(copied: ProjectCopier) -> None:
    """Other projects leave the extension out themselves; then it is a wheel for every platform."""
    project = copied("defects/optional-c-extension")
    setup = (project / "setup.py").read_text("utf-8")
    left_out = 'ext_modules=[] if " " in os.getcwd() else [speedups]'
    (project / "setup.py").write_text(setup.replace("ext_modules=[speedups]", left_out), "utf-8")
    found = verify(project, names=["source_path"]).verification
    one, two = (build.wheel.name.removesuffix(".whl") for build in found.builds)
    assert (one.endswith("-none-any"), two.endswith("-py3-none-any")) == (False, True)
    assert found.verdict is Verdict.PAYLOAD_DIFFERS
    assert {"SW302", "SW304"} <= {difference.code for difference in found.differences}
