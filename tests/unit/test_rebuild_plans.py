"""Plans: inferred from what a wheel shows, corrected by what came of them, written and read again."""

from __future__ import annotations

import zipfile
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel._types import Sha256, Via
from samewheel.comparison import Difference, Verdict
from samewheel.epoch import EARLIEST, LATEST
from samewheel.errors import UsageError
from samewheel.rebuilding.correcting import Outcome, corrections
from samewheel.rebuilding.matching import by_source_path
from samewheel.rebuilding.planning import first_plan
from samewheel.rebuilding.plans import plan_text, read_plan, write_plan
from samewheel.rebuilding.published import read_published
from samewheel.rebuilding.values import Command, Modes, Newlines, Plan, PlannedSource, PlannedWheel, Times
from tests.schemas import from_toml, validate
from tests.unit.wheels import FILES, INFO, METADATA, NAME, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from samewheel.rebuilding.published import Published

    Moment = tuple[int, int, int, int, int, int]

DIGEST = Sha256("0" * 64)
SOURCE = PlannedSource(sdist="demo-1.0.tar.gz", sha256=DIGEST)
GIT = PlannedSource(git="https://example.org/x.git", commit="0" * 40, subdirectory="a")
PLAN = Plan(wheel=PlannedWheel(filename=NAME, sha256=DIGEST), source=SOURCE, python="3.11")
MADE_BY = b"Wheel-Version: 1.0\nGenerator: %s\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
NOON = (2021, 5, 5, 12, 0, 0)
LATER = (2021, 5, 5, 12, 0, 2)
NOON_SECONDS = 1620216000


def published(
    folder: Path,
    generator: bytes = b"hatchling 1.27",
    *,
    time: tuple[int, ...] = (1980, 1, 1, 0, 0, 0),
    times: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
    modes: Mapping[str, int] = MappingProxyType({}),
    files: Mapping[str, bytes] = MappingProxyType({}),
) -> Published:
    """Make a wheel whose members have these times, modes and contents, and read it as a published one."""
    plain = written(folder, {**FILES, f"{INFO}/WHEEL": MADE_BY % generator, **files})
    (folder / "dressed").mkdir(exist_ok=True)
    dressed = folder / "dressed" / NAME
    with zipfile.ZipFile(plain) as archive, zipfile.ZipFile(dressed, "w") as copy:
        for member in archive.infolist():
            info = zipfile.ZipInfo(member.filename, cast("Moment", times.get(member.filename, time)))
            info.external_attr = modes.get(member.filename, 0o100644) << 16
            copy.writestr(info, archive.read(member))
    return read_published(dressed, "2021-05-05T14:18:17Z")


def inferred(wheel: Published) -> Plan:
    """Return the first plan for a wheel."""
    return first_plan(wheel, SOURCE, "3.9", "it was current")


def differs(code: str, field: str, a: str, b: str, member: str = f"{INFO}/METADATA") -> Difference:
    """Return a difference between the published wheel (a) and ours (b)."""
    return Difference(code=code, rung=Verdict.METADATA_DIFFERS, member=member, field=field, a=a, b=b)


def corrected(wheel: Published, *differences: Difference, failure: str = "", plan: Plan = PLAN) -> list[Plan]:
    """Return the corrections of a plan, likeliest first."""
    outcome = Outcome(
        plan=plan, published=wheel, differences=differences, failure=failure, pythons=("3.11", "3.10", "3.9")
    )
    return [one.plan for one in corrections(outcome)]


@pytest.mark.parametrize(
    ("generator", "pins"),
    [
        (b"hatchling 1.27.0", ("hatchling==1.27.0",)),
        (b"flit 3.9.0", ("flit_core==3.9.0",)),
        (b"poetry 1.0.7", ("poetry-core==1.0.7",)),
        (b"setuptools (75.1.0)", ("setuptools==75.1.0",)),
        (b"bdist_wheel (0.37.1)", ("setuptools<70.1", "wheel==0.37.1")),
        (b"pdm-backend (2.5.0)", ("pdm-backend==2.5.0",)),
        (b"uv 0.9.1", ("uv-build==0.9.1",)),
        (b"something-else 1.0", ()),
        (b"hatchling newest", ()),
    ],
)
def test_the_generator_pins_the_backend(tmp_path: Path, generator: bytes, pins: tuple[str, ...]) -> None:
    """WHEEL names the backend and its version; one that is not known pins nothing."""
    assert inferred(published(tmp_path, generator)).pins == pins


def test_one_time_of_all_members_is_the_epoch(tmp_path: Path) -> None:
    """Who sets SOURCE_DATE_EPOCH has it in every member."""
    plan = inferred(published(tmp_path, time=NOON))
    assert (plan.epoch, plan.clock, plan.times) == (NOON_SECONDS, None, Times.EPOCH)


def test_several_times_are_a_clock_and_files(tmp_path: Path) -> None:
    """Without it, generated files have the time of the build, and the others that of the checkout."""
    plan = inferred(published(tmp_path, times={"demo/run.sh": LATER}, time=NOON))
    assert (plan.epoch, plan.clock, plan.times) == (None, NOON_SECONDS, Times.PUBLISHED)


@pytest.mark.parametrize(("mode", "umask"), [(0o100664, "002"), (0o100644, "022"), (0o100600, "077")])
def test_the_mode_of_a_generated_file_tells_the_umask(tmp_path: Path, mode: int, umask: str) -> None:
    """WHEEL is made during the build, whatever the source has."""
    assert inferred(published(tmp_path, modes={f"{INFO}/WHEEL": mode})).umask == umask


def test_odd_modes_are_taken_from_the_wheel(tmp_path: Path) -> None:
    """A mode that no umask gives to a file of the source was there before the build; usual ones need no word."""
    plain = dict.fromkeys(FILES, 0o100644)
    assert inferred(published(tmp_path, modes=plain)).modes is Modes.PLAIN
    assert inferred(published(tmp_path, modes={**plain, "demo/run.sh": 0o100775})).modes is Modes.PUBLISHED


def test_carriage_returns_tell_of_windows(tmp_path: Path) -> None:
    """Python ends the lines of text files there with both."""
    crlf = {f"{INFO}/METADATA": METADATA.replace(b"\n", b"\r\n")}
    assert inferred(published(tmp_path, files=crlf)).newlines is Newlines.WINDOWS


def test_every_inferred_field_has_its_evidence(tmp_path: Path) -> None:
    """A plan that nobody can check is a guess."""
    plan = inferred(published(tmp_path, b"bdist_wheel (0.37.1)", times={"demo/run.sh": LATER}, time=NOON))
    assert {"clock", "pins", "python", "times", "uploaded-before"} <= set(plan.evidence)
    assert all(plan.evidence.values())


LICENSED = differs("SW202", "License-File", "absent", "line 9: LICENSE")
VENDORED = "demo/vendor/other-1.dist-info/LICENSE"
PLATFORM = differs("SW202", "Platform", "line 9: UNKNOWN", "absent")


@pytest.mark.parametrize(
    ("differences", "pin"),
    [
        ([LICENSED], "setuptools<57"),
        ([PLATFORM], "setuptools<62.2"),
        ([LICENSED, PLATFORM], "setuptools<57"),
        ([differs("SW202", "Requires-Dist", "line 9: b (<2)", "line 9: b <2")], "wheel<0.41.1"),
        ([PLATFORM, differs("SW202", "Home-page", "line 5: UNKNOWN", "absent")], "setuptools<60.6"),
        ([differs("SW202", "order from header 6", "Author: a", "Download-URL: d")], "setuptools<60.6"),
        ([PLATFORM, differs("SW207", "end of file", r"\n\n", r"\n")], "setuptools<60.9"),
        ([differs("SW202", "end of the description", r"\n\n\n", r"\n")], "setuptools<62.2"),
    ],
)
def test_the_shape_of_metadata_tells_the_age_of_the_tools(
    tmp_path: Path, differences: list[Difference], pin: str
) -> None:
    """Each of these was written by every release before the one named, and by none from it on."""
    assert pin in corrected(published(tmp_path), *differences)[0].pins


def test_the_other_way_round_tells_nothing(tmp_path: Path) -> None:
    """What ours lacks and the published one has was not written by an older tool."""
    mirrored = differs("SW202", "License-File", "line 9: LICENSE", "absent")
    assert not any(plan.pins for plan in corrected(published(tmp_path), mirrored))


def test_tags_of_python_2_are_asked_for(tmp_path: Path) -> None:
    """They come from an option on the publisher's command line, which old hooks have no way for."""
    tags = differs("SW206", "Tag", "line 4: py2-none-any", "absent", member=f"{INFO}/WHEEL")
    new = replace(PLAN, locked=("setuptools==75.1.0 --hash=sha256:0",))
    old = replace(PLAN, locked=("setuptools==56.0.0 --hash=sha256:0",))
    for plan, command in ((new, Command.PEP517), (old, Command.SETUP_PY)):
        first = corrected(published(tmp_path), tags, plan=plan)[0]
        assert (first.config_settings, first.command) == ({"--build-option": "--universal"}, command)


def test_a_member_names_the_interpreter(tmp_path: Path) -> None:
    """Namespace packages and pip write its version into names."""
    member = "demo-1.0-py3.9-nspkg.pth"
    found = corrected(published(tmp_path), differs("SW302", "presence", "present", "absent", member=member))
    assert found[0].python == "3.9"


def test_a_failed_build_is_tried_with_setup_py_and_other_interpreters(tmp_path: Path) -> None:
    """Tools of another time fail in a Python of today."""
    plan = replace(PLAN, pins=("setuptools<57", "wheel==0.30.0"))
    found = corrected(published(tmp_path), failure="no module named imp", plan=plan)
    assert found[0].command is Command.SETUP_PY
    assert [one.python for one in found if one.command is Command.PEP517 and one.pins] == ["3.10", "3.9"]
    assert found[-1].pins == ()


def test_what_only_the_archive_shows_needs_no_other_plan(tmp_path: Path) -> None:
    """Another interpreter does not change it."""
    assert corrected(published(tmp_path), differs("SW101", "time", "a", "b")) == []


@pytest.mark.parametrize(
    ("members", "files", "expected"),
    [
        (["demo/a.py"], ["demo/a.py", "tests/demo/a.py"], {"demo/a.py": "demo/a.py"}),
        (["demo/a.py"], ["src/demo/a.py", "docs/a.py"], {"src/demo/a.py": "demo/a.py"}),
        ([f"{INFO}/licenses/LICENSE"], ["LICENSE", "vendored/LICENSE"], {"LICENSE": f"{INFO}/licenses/LICENSE"}),
        (["demo-1.0.data/scripts/run"], ["bin/run"], {"bin/run": "demo-1.0.data/scripts/run"}),
        (["demo/made.py"], ["other.py"], {}),
    ],
)
def test_members_are_found_in_the_source(members: list[str], files: list[str], expected: dict[str, str]) -> None:
    """By their paths, below folders such as src; of several files, the one that lies least deep."""
    assert by_source_path({name: name for name in members}, files) == expected


NOT_FOUND = "DistutilsError: Could not find suitable distribution for Requirement.parse('%s')"


@pytest.mark.parametrize(
    ("asked", "pins"),
    [
        ("vcversioner>=2.16.0.0", ("setuptools<70", "vcversioner>=2.16.0.0")),
        ("cffi >= 1.0", ("cffi>=1.0", "setuptools<70")),
        ("setuptools>=99", None),
        ("x @ https://example.org/x.whl", None),
        ("no requirement", None),
    ],
)
def test_what_setup_py_requires_is_installed(tmp_path: Path, asked: str, pins: tuple[str, ...] | None) -> None:
    """Run by itself, it would fetch that; what is pinned already or lies elsewhere is not taken from a message."""
    plan = replace(PLAN, command=Command.SETUP_PY, pins=("setuptools<70",))
    found = [one.pins for one in corrected(published(tmp_path), failure=NOT_FOUND % asked, plan=plan)]
    assert (pins in found) if pins is not None else set(found) <= {plan.pins, ()}
    by_hook = replace(plan, command=Command.PEP517)
    assert pins not in [one.pins for one in corrected(published(tmp_path), failure=NOT_FOUND % asked, plan=by_hook)]


def test_no_python_has_hooks_that_are_newer_than_the_wheel(tmp_path: Path) -> None:
    """Where setuptools of that time had none, setup.py comes first; then, other Pythons get their turn."""
    unsolved = "the build requirements cannot be locked: the requirements have no solution"
    plan = replace(PLAN, pins=("setuptools<40",))
    found = corrected(published(tmp_path), failure=unsolved, plan=plan)
    assert found[0].command is Command.SETUP_PY
    assert {one.python for one in found} == {"3.11"}
    assert {one.python for one in corrected(published(tmp_path), failure=unsolved, plan=found[0])} >= {"3.10", "3.9"}


def test_other_tools_are_resolved_anew(tmp_path: Path) -> None:
    """What was installed, and built for that, belongs to the plan that failed; so does why it was built."""
    evidence = {"built": "no wheel", "python": "it was current"}
    plan = replace(PLAN, locked=("tool==1 --hash=sha256:0",), built=("tool==1 --hash=sha256:1",), evidence=evidence)
    others = corrected(published(tmp_path), failure="it failed", plan=plan)
    assert others
    assert {(other.locked, other.built, other.evidence.get("built")) for other in others} == {((), (), None)}


PINS = [f"{name}==1 --hash=sha256:{DIGEST}" for name in "ab"]

plans = st.builds(
    Plan,
    wheel=st.just(PLAN.wheel),
    source=st.sampled_from([SOURCE, GIT]),
    python=st.sampled_from(["3.9", "pypy3"]),
    via=st.sampled_from(Via),
    command=st.sampled_from(Command),
    uploaded_before=st.none() | st.just("2021-05-05T14:18:17Z"),
    pins=st.lists(st.sampled_from(["a==1", "b<2", "c"]), unique=True).map(tuple),
    epoch=st.none() | st.integers(EARLIEST, LATEST),
    clock=st.none() | st.integers(EARLIEST, LATEST),
    times=st.sampled_from(Times),
    modes=st.sampled_from(Modes),
    umask=st.sampled_from(["022", "002", "077"]),
    newlines=st.sampled_from(Newlines),
    prefix_maps=st.booleans(),
    in_tree_backend=st.booleans(),
    config_settings=st.dictionaries(st.text(min_size=1), st.text() | st.lists(st.text()), max_size=3),
    env=st.dictionaries(st.text(min_size=1), st.text(), max_size=3),
    locked=st.lists(st.sampled_from(PINS), unique=True).map(tuple),
    built=st.lists(st.sampled_from(PINS), unique=True).map(tuple),
    evidence=st.dictionaries(st.sampled_from(["python", "pins"]), st.text(min_size=1)),
)


@given(plan=plans)
def test_a_plan_that_was_written_is_read_again(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> None:
    """People commit it, and get the same build from it."""
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    write_plan(plan, path)
    assert read_plan(path) == plan
    validate(from_toml(path.read_text("utf-8")))


def test_a_plan_says_nothing_that_is_as_usual() -> None:
    """What stands in it is worth reading."""
    text = plan_text(PLAN)
    assert "umask" not in text
    assert "prefix-maps" not in text


def test_what_is_installed_stands_one_to_a_line() -> None:
    """A change of one pin is a change of one line in a commit."""
    assert 'pins = [\n    "a==1",\n    "b==2",\n]\n' in plan_text(replace(PLAN, pins=("a==1", "b==2")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "schema"),
        ("schema = 'samewheel/plan/2'", "schema"),
        ("schema = [", "cannot read"),
        ("schema = 'samewheel/plan/1'", "wheel"),
        (plan_text(PLAN).replace("python", "pyhton", 1), "pyhton"),
        (plan_text(replace(PLAN, epoch=EARLIEST)).replace(str(EARLIEST), "-5"), "epoch"),
        (plan_text(replace(PLAN, clock=EARLIEST)).replace(str(EARLIEST), "9" * 30), "clock"),
        (plan_text(PLAN).replace('"3.11"', '"/tmp/python"'), "a version, such as"),
        (plan_text(PLAN).replace('"3.11"', '"make"'), "python is 'make'"),
        (plan_text(PLAN).replace('sdist = "demo-1.0.tar.gz"', 'git = "x"\ncommit = "main"'), "commit"),
        (plan_text(replace(PLAN, source=GIT)).replace('"a"', '"a/../.."'), "subdirectory"),
        (plan_text(replace(PLAN, source=GIT)).replace('"a"', '"/etc"'), "subdirectory"),
        (plan_text(replace(PLAN, pins=("a==1",))).replace("a==1", "a=1"), "a=1"),
        (plan_text(replace(PLAN, pins=("a @ https://example.org/a ; python_version < '3'",))), "by its URL"),
        (plan_text(replace(PLAN, locked=("a==1",))), "its list"),
        (plan_text(replace(PLAN, locked=(f"a==1 ; os_name == '${{HOME}}' --hash=sha256:{'0' * 64}",))), "has a"),
        (plan_text(replace(PLAN, uploaded_before="yesterday")), "yesterday"),
        ("a = " + "[" * 5000, "cannot read"),
        (plan_text(replace(PLAN, umask="077")).replace("077", "99"), "umask"),
    ],
)
def test_a_wrong_plan_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With the name of what is wrong, rather than followed as far as it goes."""
    path = tmp_path / "plan.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=words):
        read_plan(path)
