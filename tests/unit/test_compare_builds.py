"""How two wheels were built differently: what their buildinfos say is told beside what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given

from samewheel._files import sha256_of
from samewheel._types import Sha256, SourceKind, Via
from samewheel.buildinfo import (
    SCHEMA,
    BuildInfo,
    Dependency,
    Digest,
    Epoch,
    InterpreterInfo,
    Isolation,
    SourceInfo,
    Tool,
    Toolchain,
    WheelInfo,
    to_json,
)
from samewheel.comparison import Verdict, compare, diff
from samewheel.comparison.build_rules import SUMMARIES, builds
from samewheel.errors import SamewheelError
from tests.unit.test_buildinfo import buildinfos
from tests.unit.wheels import FILES, INIT, NAME, written

if TYPE_CHECKING:
    from pathlib import Path

TOOLCHAIN = Toolchain(compilers={"gcc": "gcc 12"}, linker="ld 2.40", config={"CC": "gcc"}, libraries=(), producers=())

ONE = BuildInfo(
    wheel=WheelInfo(name=NAME, sha256=Sha256("0" * 64), size=1),
    source=SourceInfo(kind=SourceKind.GIT, digest=Sha256("1" * 64), commit="a" * 40),
    constraints=Digest(sha256=Sha256("2" * 64)),
    dependencies=(Dependency(name="flit-core", version="3.12.0", filename="f.whl", sha256=Sha256("3" * 64)),),
    interpreter=InterpreterInfo(implementation="cpython", version="3.11.7", platform="linux-x86_64"),
    zlib="1.3",
    frontend=Tool(name="uv", version="0.13.9"),
    via=Via.TREE,
    epoch=Epoch(value=315532800, origin="default"),
    config_settings={},
    env={},
    conditions={"umask": "022"},
    isolation=Isolation(network="none", filesystem="hidden", mechanism="user-namespaces"),
    readable=(),
    toolchain=TOOLCHAIN,
    leaks=None,
    commands=(),
)


def other(**changes: object) -> BuildInfo:
    """Return the buildinfo with some parts changed."""
    return msgspec.structs.replace(ONE, **changes)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (other(source=msgspec.structs.replace(ONE.source, commit="b" * 40)), [("SW501", "source.commit")]),
        (other(constraints=Digest(sha256=Sha256("4" * 64))), [("SW502", "constraints.sha256")]),
        (other(dependencies=()), [("SW502", "dependencies.flit-core")]),
        (
            other(interpreter=msgspec.structs.replace(ONE.interpreter, version="3.12.0")),
            [("SW503", "interpreter.version")],
        ),
        (other(zlib="1.3.1.zlib-ng"), [("SW504", "zlib")]),
        (other(frontend=Tool(name="build", version="0.13.9")), [("SW505", "frontend.name")]),
        (other(via=Via.SDIST), [("SW505", "via")]),
        (
            other(toolchain=msgspec.structs.replace(TOOLCHAIN, linker="ld 2.44")),
            [("SW506", "toolchain.linker")],
        ),
        (other(epoch=Epoch(value=315532801, origin="default")), [("SW507", "epoch.value")]),
        (other(config_settings={"x": "1"}), [("SW508", "config_settings.x")]),
        (other(env={"CFLAGS": "-O3"}), [("SW508", "env.CFLAGS")]),
        (other(conditions={"umask": "077"}), [("SW509", "conditions.umask")]),
    ],
    ids=lambda value: value[0][1] if isinstance(value, list) else "",
)
def test_part_of_a_build_is_told_by_its_code(changed: BuildInfo, expected: list[tuple[str, str]]) -> None:
    """Each part has one code, and the key says where."""
    assert [(one.code, one.field) for one in builds(ONE, changed)] == expected


def test_every_summary_is_of_a_code_in_use() -> None:
    """A code that no part has would be documented for nothing."""
    assert {one.code for one in builds(ONE, other(
        source=msgspec.structs.replace(ONE.source, commit=None), dependencies=(), zlib="", via=Via.SDIST,
        interpreter=msgspec.structs.replace(ONE.interpreter, version=""), toolchain=None, env={"A": ""},
        epoch=Epoch(value=0, origin=""), conditions={},
    ))} == set(SUMMARIES)  # fmt: skip


@given(buildinfos, buildinfos)
def test_builds_mirror(a: BuildInfo, b: BuildInfo) -> None:
    """The other way round only the values change places, and a build does not differ from itself."""
    there, back = list(builds(a, b)), list(builds(b, a))
    assert [(one.code, one.field, one.a, one.b) for one in there] == [
        (one.code, one.field, one.b, one.a) for one in back
    ]
    assert not list(builds(a, a))


def pair(folder: Path, *, changed: BuildInfo = ONE, place: str = "evidence") -> tuple[Path, Path]:
    """Write two wheels that differ in a module, and their buildinfos beside them."""
    a = written(folder / "a")
    b = written(folder / "b", {**FILES, INIT: b"x = 2\n"})
    for wheel, info in ((a, ONE), (b, changed)):
        said = msgspec.structs.replace(info.wheel, sha256=sha256_of(wheel))
        path = wheel.parent / place / f"{wheel.name}.buildinfo.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(to_json(SCHEMA, msgspec.structs.replace(info, wheel=said)))
    return a, b


@pytest.mark.parametrize("place", ["evidence", "."])
def test_buildinfos_beside_wheels_are_compared(place: str, tmp_path: Path) -> None:
    """The module differs, and so did the interpreter: that is what a person wants to know next."""
    interpreter = msgspec.structs.replace(ONE.interpreter, version="3.12.0")
    found = compare(*pair(tmp_path, changed=other(interpreter=interpreter), place=place))
    assert found.verdict is Verdict.PAYLOAD_DIFFERS
    last = found.differences[-1]
    assert (last.code, last.rung, last.a, last.b) == ("SW503", Verdict.IDENTICAL, "3.11.7", "3.12.0")


def test_buildinfo_of_other_bytes_is_not_believed(tmp_path: Path) -> None:
    """A file of the right name may be left from an earlier build."""
    a, b = pair(tmp_path, changed=other(zlib="2"))
    assert compare(a, b).differences[-1].code == "SW504"
    written(tmp_path / "b", {**FILES, INIT: b"x = 3\n"})
    assert compare(a, b).differences[-1].code != "SW504"


def test_identical_wheels_need_no_buildinfos(tmp_path: Path) -> None:
    """That they were built in two ways is then no difference, and proves something."""
    a, b = pair(tmp_path, changed=other(zlib="2"))
    b.write_bytes(a.read_bytes())
    assert diff(a, b).differences == ()


def test_broken_buildinfo_is_named(tmp_path: Path) -> None:
    """To go on without it would hide what it might say."""
    a, b = pair(tmp_path)
    (b.parent / "evidence" / f"{NAME}.buildinfo.json").write_bytes(b"{}")
    with pytest.raises(SamewheelError, match=r"buildinfo\.json"):
        compare(a, b)
