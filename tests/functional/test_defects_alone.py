"""Each project of tests/projects/defects has the one defect that it says, and no other.

No samewheel and no sandbox is in between: the hooks run in plain processes whose surroundings are set here. So these
tests say what ``verify`` has to find, not whether it does.
"""

from __future__ import annotations

import json
import locale
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from samewheel.wheel.checking import check_wheel

DEFECTS = Path(__file__).parents[1] / "projects" / "defects"
PROJECTS = sorted(path.name for path in DEFECTS.iterdir() if path.is_dir())
VERDICTS = ("identical", "same-contents", "metadata-differs", "payload-differs")

RUN_THE_HOOK = """
import json, os, socket, sys, time, tomllib

seen, out, libraries = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
sys.path.append(libraries)
listdir = os.listdir
os.listdir = lambda path=".": sorted(listdir(path), reverse=seen["directory_order"] == "backwards")
os.getuid = lambda: seen["uid"]
socket.gethostname = lambda: seen["host"]
time.time = lambda: float(seen["clock"])
if seen["cpus"]:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: seen["cpus"]])
system = tomllib.load(open("pyproject.toml", "rb"))["build-system"]
sys.path[:0] = map(os.path.abspath, system.get("backend-path", []))
backend = __import__(system["build-backend"], fromlist=["build_wheel"])
print("built", backend.build_wheel(out))
"""
"""Builds in the current folder. What a process cannot change of itself has a stand-in, which only Python code of the
process notices: the clock, the host, the user id, the order of directories."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What a build notices, by the names that ``expected.json`` uses; the defaults are those of first builds."""

    source_path: str = "one/project"
    environment_path: str = ""
    """A virtual environment to make and to use; the tests' own interpreter if empty."""
    umask: int = 0o022
    timezone: str = "UTC"
    locale: str = "C.UTF-8"
    hash_seed: int = 0
    home: str = "/home/one"
    user: str = "one"
    uid: int = 1001
    host: str = "one"
    source_mtime: int = 1_500_000_000
    directory_order: str = "forwards"
    clock: int = 1_600_000_000
    cpus: int = 0
    """To how many processors the build is bound; not bound if 0."""
    temp: str = "temp-one"
    frontend: str = "one"
    """Which program calls the hooks; ``build`` tells the backend its own name by the environment."""


FIRST = World()
OPPOSITE = World(
    source_path="deux à part/project",
    environment_path="environment",
    umask=0o077,
    timezone="XXX-05:45",
    locale="tr_TR.ISO8859-9",  # on most machines, it is not installed: then it is a name without a locale
    hash_seed=1,
    home="/home/deux",
    user="deux",
    uid=1002,
    host="deux",
    source_mtime=1_300_000_000,
    directory_order="backwards",
    clock=1_900_000_000,
    cpus=1,
    temp="temp-deux",
    frontend="build",
)
CONDITIONS = tuple(field.name for field in fields(World))


class Expected(NamedTuple):
    """What ``expected.json`` says."""

    verdict: str
    guilty: tuple[str, ...]
    codes: tuple[str, ...]
    cause: str | None
    together: bool = False
    """Whether all that are guilty must change: one of them alone does nothing."""
    tools: tuple[str, ...] = ()
    """Programs that the build runs."""


def expected(name: str) -> Expected:
    """Read the ``expected.json`` of a project."""
    read = json.loads((DEFECTS / name / "expected.json").read_bytes())
    lists: dict[str, Any] = {key: tuple(read.pop(key, ())) for key in ("guilty", "codes", "tools")}
    return Expected(**lists, **read)


def changed(*conditions: str) -> World:
    """Return the first world with some of its conditions turned into their opposites."""
    return replace(FIRST, **{name: getattr(OPPOSITE, name) for name in conditions})


def make_source(name: str, source: Path, mtime: int) -> None:
    """Copy a project to a new folder, with one time and mode for all its files."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(DEFECTS / name, source, ignore=shutil.ignore_patterns("__pycache__"))
    for path in sorted(source.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (mtime, mtime))


def interpreter(world: World, tmp_path: Path) -> str:
    """Return the interpreter of the world's environment, which is made if it is not there."""
    if not world.environment_path:
        return sys.executable
    environment = tmp_path / world.environment_path
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    return str(environment / "bin" / "python")


def build(name: str, world: World, tmp_path: Path) -> Path:
    """Build the wheel of a project; what it notices of ``world`` is all that differs between two calls."""
    source, temp = tmp_path / world.source_path, tmp_path / world.temp
    out = tmp_path / f"out-{len(list(tmp_path.glob('out-*')))}"
    make_source(name, source, world.source_mtime)
    out.mkdir()
    temp.mkdir(exist_ok=True)
    env = {
        "HOME": world.home,
        "LC_ALL": world.locale,
        "LOGNAME": world.user,
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": str(world.hash_seed),
        "SOURCE_DATE_EPOCH": "1400000000",
        "TMPDIR": str(temp),
        "TZ": world.timezone,
        "USER": world.user,
        **({"_PYPROJECT_HOOKS_BUILD_BACKEND": "backend"} if world.frontend == "build" else {}),
    }
    arguments = [json.dumps(asdict(world)), str(out), sysconfig.get_path("purelib")]
    command = [interpreter(world, tmp_path), "-P", "-c", RUN_THE_HOOK, *arguments]
    done = subprocess.run(
        command, cwd=source, env=env, umask=world.umask, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.iterdir()
    return wheel


def payload(wheel: Path, *, metadata: bool) -> dict[str, tuple[bytes, bool]]:
    """Return the members of a wheel and which are executable; those of its ``.dist-info`` only if asked for."""
    with zipfile.ZipFile(wheel) as archive:
        members = [member for member in archive.infolist() if metadata or ".dist-info/" not in member.filename]
        return {
            member.filename: (archive.read(member), bool(member.external_attr >> 16 & 0o111)) for member in members
        }


def verdict(one: Path, other: Path) -> str:
    """Return the verdict on two wheels: just what these projects need of the ladder in docs/lookup/exit-codes.md."""
    if one.name != other.name:
        return "payload-differs"
    if one.read_bytes() == other.read_bytes():
        return "identical"
    if payload(one, metadata=True) == payload(other, metadata=True):
        return "same-contents"
    if payload(one, metadata=False) == payload(other, metadata=False):
        return "metadata-differs"
    return "payload-differs"


def skip_what_cannot_vary(condition: str) -> None:
    """Skip a test for which this machine has no second value."""
    if condition == "cpus" and len(os.sched_getaffinity(0)) == 1:
        pytest.skip("one processor: there is no smaller number to bind a build to")
    if condition == "locale":
        before = locale.setlocale(locale.LC_ALL)
        try:
            locale.setlocale(locale.LC_ALL, FIRST.locale)
        except locale.Error:
            pytest.skip(f"no locale but {OPPOSITE.locale}: {FIRST.locale} is not installed")
        finally:
            locale.setlocale(locale.LC_ALL, before)


@pytest.fixture(params=PROJECTS)
def project(request: pytest.FixtureRequest) -> str:
    """The name of each project, where it can be built."""
    name = str(request.param)
    for tool in expected(name).tools:
        if shutil.which(tool, path=os.defpath) is None:
            pytest.skip(f"no {tool}")
    if (DEFECTS / name / "setup.py").exists():
        pytest.importorskip("setuptools", minversion="77", reason="the project's backend is not installed here")
        if shutil.which("cc", path=os.defpath) is None and shutil.which("gcc", path=os.defpath) is None:
            pytest.skip("no C compiler")
    return name


NOT_ALONE = {
    "date-macro": "a compiler looks at the clock itself",
    "environment-dump": "frontends name folders in variables, and a clock that is varied has some of its own",
    "locale-order": "no locale but C may be installed, and a mere name has no other order",
}
"""Projects whose guilty condition no stand-in can change, and why; ``verify`` is all that shows them."""

GUILTY = [
    (name, conditions)
    for name in PROJECTS
    if name not in NOT_ALONE
    for conditions in (
        [expected(name).guilty] if expected(name).together else [(one,) for one in expected(name).guilty]
    )
]
"""Conditions that make a project's wheels differ, if they are all that changes."""

TOGETHER = [(name, condition) for name in PROJECTS if expected(name).together for condition in expected(name).guilty]
RANDOM = [name for name in PROJECTS if expected(name).verdict != "identical" and not expected(name).guilty]


def test_opposite_world_differs_in_every_condition() -> None:
    """A condition with the same value twice would find nothing and clear everybody."""
    assert [name for name in CONDITIONS if getattr(FIRST, name) == getattr(OPPOSITE, name)] == []


@pytest.mark.parametrize("name", PROJECTS)
def test_expectation_names_known_conditions_and_a_known_verdict(name: str) -> None:
    """A misspelt name would be a defect that nobody ever looks for."""
    assert expected(name).verdict in VERDICTS
    assert set(expected(name).guilty) <= set(CONDITIONS)


def test_every_condition_is_guilty_of_some_defect() -> None:
    """A condition that no project suffers from could be varied in vain and nobody would see it."""
    assert {condition for _, conditions in GUILTY for condition in conditions} == set(CONDITIONS)


def test_only_randomness_needs_no_guilty_condition() -> None:
    """A defect without a culprit must be meant, not forgotten; what is identical can have none."""
    assert {expected(name).cause for name in RANDOM} == {"link-stamp", "random-symbols", "randomness"}
    assert all(not expected(name).guilty for name in PROJECTS if expected(name).verdict == "identical")


def test_wheels_are_well_formed(project: str, tmp_path: Path) -> None:
    """The defect must be all that is wrong: with a bad RECORD a build would end before any comparison."""
    check_wheel(build(project, FIRST, tmp_path))


@pytest.mark.parametrize(
    ("project", "conditions"),
    [pytest.param(name, conditions, id=f"{name}-{'-'.join(conditions)}") for name, conditions in GUILTY],
    indirect=["project"],
)
def test_guilty_condition_alone_makes_the_wheels_differ(
    project: str, conditions: tuple[str, ...], tmp_path: Path
) -> None:
    """One thing is changed, and the wheels are as far apart as the project says."""
    for condition in conditions:
        skip_what_cannot_vary(condition)
    wheels = [build(project, world, tmp_path) for world in (FIRST, changed(*conditions))]
    assert verdict(*wheels) == expected(project).verdict


@pytest.mark.parametrize(("project", "condition"), TOGETHER, indirect=["project"])
def test_one_of_two_that_are_guilty_together_changes_nothing(project: str, condition: str, tmp_path: Path) -> None:
    """Whoever varies one condition at a time finds nothing, so the search has to go on."""
    wheels = [build(project, world, tmp_path) for world in (FIRST, changed(condition))]
    assert verdict(*wheels) == "identical"


@pytest.mark.parametrize("project", [name for name in PROJECTS if name not in RANDOM], indirect=True)
def test_all_other_conditions_together_change_nothing(project: str, tmp_path: Path) -> None:
    """A second culprit would let the search for the first one pass by luck; the controls have none at all."""
    others = [name for name in CONDITIONS if name not in expected(project).guilty]
    wheels = [build(project, world, tmp_path) for world in (FIRST, changed(*others))]
    assert verdict(*wheels) == "identical"


def test_nothing_changed_gives_the_same_wheel_unless_random(project: str, tmp_path: Path) -> None:
    """Without variations the defects pass: so it is the variations that catch them."""
    wheels = [build(project, FIRST, tmp_path) for _ in range(2)]
    assert verdict(*wheels) == (expected(project).verdict if project in RANDOM else "identical")
