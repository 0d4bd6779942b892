"""Build requirements that exist only as sdists: built first, from hashes, as of the plan's date, and by the plan."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from samewheel.attesting.rebuilds import statement_of_rebuild
from samewheel.comparison import Verdict
from samewheel.index import Index
from samewheel.pythons import find_pythons
from samewheel.rebuilding import Rebuilt, Wanted, plan_text, rebuild
from samewheel.report.rebuilt import explained_lines, rebuilt_lines
from samewheel.sandbox import choose_sandbox
from samewheel.wheel import open_wheel
from tests.functional.sdist_only import BACKEND, FAILING, LATER, OLD, PYTHON, THEN, line, publish, sdist, wheel_of
from tests.index_server import PackageIndex, package_index
from tests.levels import at_level

if TYPE_CHECKING:
    from collections.abc import Iterator

TOOL = sdist("tool", "1.1")
DEMO = {"demo": "value = 1\n"}
WHEEL = "demo-1.0-py3-none-any.whl"

ASKING = f"""{BACKEND}
def get_requires_for_build_wheel(config_settings=None):
    return ["demo<1"]
"""
"""Once it was asked, an older release is all that it needs."""

isolating = pytest.mark.skipif(
    choose_sandbox().isolation.mechanism == "none", reason="without a sandbox nothing that was built is kept"
)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return the cache of a test."""
    return tmp_path / "cache"


@pytest.fixture
def server(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """Run an index whose project ``demo`` has a wheel and an sdist, which is built by ``tool``."""
    with package_index() as index:
        monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(cache))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.simple)
        monkeypatch.delenv("UV_OFFLINE", raising=False)
        wheel = wheel_of("demo", "1.0", DEMO["demo"], tmp_path / "demo")
        publish(
            index,
            "demo",
            (wheel.name, wheel.read_bytes(), THEN),
            ("demo-1.0.tar.gz", sdist("demo", "1.0", requires=("tool>=1,<3",), backend="tool", files=DEMO), THEN),
        )
        yield index


def rebuilt_demo(**changed: object) -> Rebuilt:
    """Build the wheel of ``demo`` again."""
    return rebuild(Wanted(target="demo==1.0", python=PYTHON, tries=1, **changed), Index())  # type: ignore[arg-type]


def test_what_has_no_wheel_is_built_first(server: PackageIndex) -> None:
    """The newest sdist of that time which is allowed; the plan names it, says why, and locks what came of it."""
    publish(
        server,
        "tool",
        ("tool-1.0.tar.gz", sdist("tool", "1.0"), OLD),
        ("tool-1.1.tar.gz", TOOL, OLD),
        ("tool-1.2b1.tar.gz", sdist("tool", "1.2b1"), OLD),
        ("tool-2.0.tar.gz", sdist("tool", "2.0"), LATER),
        ("tool-3.0.tar.gz", sdist("tool", "3.0"), OLD),
    )
    rebuilt = rebuilt_demo()
    assert rebuilt.verdict is Verdict.IDENTICAL, rebuilt.reason
    assert rebuilt.plan is not None
    assert rebuilt.plan.built == (line("tool", "1.1", TOOL),)
    (locked,) = rebuilt.plan.locked
    assert locked.startswith("tool==1.1 --hash=sha256:")
    assert rebuilt.plan.evidence["built"].startswith(f"the index has no wheel of tool for Python {PYTHON}")
    assert "the index has no wheel of tool" in "\n".join(explained_lines(rebuilt))
    assert "built = " in plan_text(rebuilt.plan)


def test_a_wheel_that_is_there_is_taken(server: PackageIndex, tmp_path: Path) -> None:
    """The control: nothing is built where nothing has to be."""
    wheel = wheel_of("tool", "1.1", BACKEND, tmp_path / "tool")
    publish(server, "tool", (wheel.name, wheel.read_bytes(), OLD), ("tool-1.1.tar.gz", TOOL, OLD))
    rebuilt = rebuilt_demo()
    assert rebuilt.verdict is Verdict.IDENTICAL, rebuilt.reason
    assert rebuilt.plan is not None
    assert rebuilt.plan.built == ()
    assert "built" not in rebuilt.plan.evidence
    assert "/files/tool-1.1.tar.gz" not in server.paths()


def test_what_it_needs_itself_is_built_before_it(server: PackageIndex) -> None:
    """One after the other, and the plan names all of them."""
    helper = sdist("helper", "0.5")
    tool = sdist("tool", "1.0", requires=("helper",), backend="helper", files={"tool": BACKEND})
    publish(server, "helper", ("helper-0.5.tar.gz", helper, OLD))
    publish(server, "tool", ("tool-1.0.tar.gz", tool, OLD))
    rebuilt = rebuilt_demo()
    assert rebuilt.verdict is Verdict.IDENTICAL, rebuilt.reason
    assert rebuilt.plan is not None
    assert rebuilt.plan.built == (line("helper", "0.5", helper), line("tool", "1.0", tool))
    assert [one.partition("==")[0] for one in rebuilt.plan.locked] == ["tool"]


def test_builds_that_wait_for_each_other_end(server: PackageIndex) -> None:
    """Where everything needs another one first, that is said, after a few steps."""
    publish(server, "tool", ("tool-1.0.tar.gz", sdist("tool", "1.0", requires=("helper",), backend="helper"), OLD))
    publish(server, "helper", ("helper-1.0.tar.gz", sdist("helper", "1.0", requires=("tool",), backend="tool"), OLD))
    rebuilt = rebuilt_demo()
    assert rebuilt.verdict is Verdict.NOT_BUILDABLE
    assert "too much has to be built before" in rebuilt.reason
    assert rebuilt.reason.count("cannot be built") == 3


def test_what_was_built_first_is_named_with_all_that_was_installed_for_it(
    server: PackageIndex, tmp_path: Path
) -> None:
    """In report, lines and statement: each of these files could have brought bytes along that no source has."""
    extra = wheel_of("extra", "0.1", "", tmp_path / "extra")
    helper = sdist("helper", "0.5", requires=("extra",))
    tool = sdist("tool", "1.0", requires=("helper",), backend="helper", files={"tool": BACKEND})
    publish(server, "extra", (extra.name, extra.read_bytes(), OLD))
    publish(server, "helper", ("helper-0.5.tar.gz", helper, OLD))
    publish(server, "tool", ("tool-1.0.tar.gz", tool, OLD))
    rebuilt = rebuilt_demo()
    assert rebuilt.verdict is Verdict.IDENTICAL, rebuilt.reason
    assert [(one.filename, [each.filename for each in one.dependencies]) for one in rebuilt.built] == [
        ("helper-0.5.tar.gz", [extra.name]),
        ("tool-1.0.tar.gz", ["helper-0.5-py3-none-any.whl"]),
    ]
    assert "helper 0.5 (with extra 0.1); tool 1.0 (with helper 0.5)" in "\n".join(rebuilt_lines(rebuilt))
    stated = json.loads(json.dumps(statement_of_rebuild(rebuilt).predicate))["buildDefinition"][
        "resolvedDependencies"
    ]
    assert [one["name"] for one in stated] == [
        "source",
        "tool-1.0-py3-none-any.whl",
        extra.name,
        "helper-0.5-py3-none-any.whl",
        "helper-0.5.tar.gz",
        "tool-1.0.tar.gz",
    ]
    assert stated[2]["digest"] == {"sha256": hashlib.sha256(extra.read_bytes()).hexdigest()}
    assert stated[4]["digest"] == {"sha256": hashlib.sha256(helper).hexdigest()}
    again = rebuilt_demo(plan=rebuilt.plan)
    assert (again.verdict, again.built) == (Verdict.IDENTICAL, rebuilt.built)


def twice(server: PackageIndex, tmp_path: Path, source: bytes = b"") -> None:
    """Publish ``demo`` with one more wheel, which was there before, and an older release."""
    (wheel,), (kept,) = (server.answers[f"/files/{name}"] for name in (WHEEL, "demo-1.0.tar.gz"))
    older = wheel_of("demo", "0.9", "value = 0\n", tmp_path / "older")
    publish(
        server,
        "demo",
        (WHEEL, wheel.content, THEN),
        ("demo-1.0.tar.gz", source or kept.content, THEN),
        ("demo-1.0-1-py3-none-any.whl", wheel.content, OLD),
        (older.name, older.read_bytes(), OLD),
    )


@pytest.mark.parametrize("asked", [BACKEND, ASKING])
def test_what_is_built_again_is_installed_for_none_of_it(server: PackageIndex, tmp_path: Path, asked: str) -> None:
    """Nor for a backend to be asked what it requires: what it can read, the next build can get from its wheel."""
    twice(server, tmp_path)
    helper = sdist("helper", "0.5", requires=("demo",), files={"helper": asked})
    tool = sdist("tool", "1.0", requires=("helper",), backend="helper", files={"tool": BACKEND})
    publish(server, "helper", ("helper-0.5.tar.gz", helper, OLD))
    publish(server, "tool", ("tool-1.0.tar.gz", tool, OLD))
    rebuilt = rebuilt_demo(filename=WHEEL)
    assert rebuilt.verdict is Verdict.NOT_BUILDABLE
    assert f"demo 1.0 would be installed to build helper-0.5.tar.gz, which {WHEEL} is built with" in rebuilt.reason


def test_it_is_not_there_when_its_own_backend_is_asked(server: PackageIndex, tmp_path: Path) -> None:
    """What is required beside that could be chosen so as to tell what was read."""
    tool = wheel_of("tool", "1.1", ASKING, tmp_path / "tool")
    publish(server, "tool", (tool.name, tool.read_bytes(), OLD))
    twice(server, tmp_path, sdist("demo", "1.0", requires=("tool", "demo"), backend="tool", files=DEMO))
    rebuilt = rebuilt_demo(filename=WHEEL)
    assert rebuilt.verdict is Verdict.NOT_BUILDABLE
    assert f"demo 1.0 would be installed to build {WHEEL}" in rebuilt.reason


def test_nor_is_what_was_built_with_it_before(server: PackageIndex, tmp_path: Path) -> None:
    """For another wheel it may be installed; but what came of that is kept, and is not taken for its own."""
    twice(server, tmp_path)
    other = wheel_of("other", "1.0", "", tmp_path / "other")
    source = sdist("other", "1.0", requires=("tool",), backend="tool", files={"other": ""})
    publish(server, "other", (other.name, other.read_bytes(), THEN), ("other-1.0.tar.gz", source, THEN))
    publish(server, "tool", ("tool-1.0.tar.gz", sdist("tool", "1.0", requires=("demo",)), OLD))
    first = rebuild(Wanted(target="other==1.0", python=PYTHON, tries=1), Index())
    assert first.verdict is Verdict.IDENTICAL, first.reason
    rebuilt = rebuilt_demo(filename=WHEEL)
    assert rebuilt.verdict is Verdict.NOT_BUILDABLE
    assert "demo 1.0 would be installed to build tool-1.0.tar.gz" in rebuilt.reason


def test_nor_by_a_plan(server: PackageIndex, tmp_path: Path) -> None:
    """Whoever wrote it: it may name sdists whose builds would have it installed."""
    twice(server, tmp_path)
    publish(server, "tool", ("tool-1.1.tar.gz", TOOL, OLD))
    plan = rebuilt_demo(filename=WHEEL).plan
    assert plan is not None
    copying = sdist("tool", "1.2", requires=("demo",))
    publish(server, "tool", ("tool-1.1.tar.gz", TOOL, OLD), ("tool-1.2.tar.gz", copying, OLD))
    rebuilt = rebuilt_demo(filename=WHEEL, plan=replace(plan, built=(line("tool", "1.2", copying),)))
    assert rebuilt.verdict is Verdict.NOT_BUILDABLE
    assert "demo 1.0 would be installed to build tool-1.2.tar.gz" in rebuilt.reason


def test_one_that_fails_is_named(server: PackageIndex) -> None:
    """It is not the project whose build failed."""
    publish(server, "tool", ("tool-1.1.tar.gz", sdist("tool", "1.1", files={"tool": FAILING}), OLD))
    rebuilt = rebuilt_demo()
    assert rebuilt.verdict is Verdict.NOT_BUILDABLE
    assert rebuilt.reason.startswith("the build dependency tool 1.1 cannot be built")
    assert "the tool is broken" in rebuilt.reason


def test_one_that_is_too_new_is_not_taken(server: PackageIndex) -> None:
    """It was not there when the wheel was made."""
    publish(server, "tool", ("tool-2.0.tar.gz", sdist("tool", "2.0"), LATER))
    rebuilt = rebuilt_demo()
    assert rebuilt.verdict is Verdict.NOT_BUILDABLE
    assert "tool" in rebuilt.reason
    assert "/files/tool-2.0.tar.gz" not in server.paths()


def test_one_that_is_not_what_the_index_says_is_not_built(server: PackageIndex, cache: Path) -> None:
    """Its hash is checked before anything looks into it."""
    publish(server, "tool", ("tool-1.1.tar.gz", TOOL, OLD))
    server.put("/files/tool-1.1.tar.gz", server.answers["/files/demo-1.0.tar.gz"][0])
    with pytest.raises(Exception, match=r"tool-1\.1\.tar\.gz is not what the package index says"):
        rebuilt_demo()
    assert not (cache / "dependencies-2").exists()


@isolating
def test_it_is_built_once(server: PackageIndex, cache: Path) -> None:
    """The wheel is kept; one that was damaged meanwhile is built again, to the same bytes."""
    publish(server, "tool", ("tool-1.1.tar.gz", TOOL, OLD))
    first = rebuilt_demo()
    (wheel,) = (cache / "dependencies-2").glob("*/*.whl")
    content, written = wheel.read_bytes(), wheel.stat().st_ino
    assert rebuilt_demo().plan == first.plan
    assert wheel.stat().st_ino == written
    wheel.write_bytes(b"")
    assert rebuilt_demo().plan == first.plan
    assert wheel.read_bytes() == content


def locked_tool() -> str:
    """Build ``demo`` again, and return the line of the plan that locks the wheel which was built of ``tool``."""
    rebuilt = rebuilt_demo()
    assert rebuilt.plan is not None, rebuilt.reason
    (line,) = rebuilt.plan.locked
    return line


def test_what_one_index_led_to_is_not_taken_for_another(
    server: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sdist with the helper of another index is another wheel: whoever has an index poisons no other."""
    marking = BACKEND.replace("read_bytes() for one", 'read_bytes() + b"# marked" for one')
    tool = sdist("tool", "1.0", requires=("helper",), backend="helper", files={"tool": BACKEND})
    demo = [
        (name, reply.content)
        for name in ("demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz")
        for reply in server.answers[f"/files/{name}"]
    ]
    publish(server, "tool", ("tool-1.0.tar.gz", tool, OLD))
    honest = wheel_of("helper", "1.0", BACKEND, tmp_path / "honest")
    publish(server, "helper", (honest.name, honest.read_bytes(), OLD))
    with package_index() as other:
        publish(other, "demo", *((name, content, THEN) for name, content in demo))
        publish(other, "tool", ("tool-1.0.tar.gz", tool, OLD))
        marked = wheel_of("helper", "1.0", marking, tmp_path / "marked")
        publish(other, "helper", (marked.name, marked.read_bytes(), OLD))
        monkeypatch.setenv("UV_DEFAULT_INDEX", other.simple)
        theirs = locked_tool()
    monkeypatch.setenv("UV_DEFAULT_INDEX", server.simple)
    ours = locked_tool()
    assert ours != theirs
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "fresh"))
    assert locked_tool() == ours


@isolating
def test_what_was_built_without_a_sandbox_is_not_taken_in_one(
    server: PackageIndex, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could read all of the machine, also the published wheel; and it is built anew the next time."""
    (tmp_path / "secret").write_text("# of this machine\n", "utf-8")
    peek = f'(b"# peeked" if os.path.exists({str(tmp_path / "secret")!r}) else b"")'
    peeking = BACKEND.replace("read_bytes() for one", f"read_bytes() + {peek} for one")
    publish(server, "tool", ("tool-1.0.tar.gz", sdist("tool", "1.0", files={"tool": peeking}), OLD))
    with at_level("none"):
        outside = locked_tool()
        assert [*(cache / "dependencies-2").glob("*.json")] == []
    inside = locked_tool()
    assert inside != outside
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "fresh"))
    assert locked_tool() == inside


def test_a_plan_is_followed(server: PackageIndex, cache: Path) -> None:
    """With the sdist that it names, although another one would be chosen now; what is locked comes of it again."""
    publish(server, "tool", ("tool-1.1.tar.gz", TOOL, OLD))
    first = rebuilt_demo()
    publish(server, "tool", ("tool-1.1.tar.gz", TOOL, OLD), ("tool-1.2.tar.gz", sdist("tool", "1.2"), OLD))
    shutil.rmtree(cache / "dependencies-2")
    shutil.rmtree(cache / "environments")
    again = rebuilt_demo(plan=first.plan)
    assert again.verdict is Verdict.IDENTICAL, again.reason
    assert again.plan == first.plan


def test_a_plan_that_names_what_is_gone_cannot_be_followed(server: PackageIndex, cache: Path) -> None:
    """Nor one that locked another wheel than the sdist gives; both say what is missing."""
    publish(server, "tool", ("tool-1.1.tar.gz", TOOL, OLD))
    plan = rebuilt_demo().plan
    assert plan is not None
    other = replace(plan, locked=(f"tool==1.1 --hash=sha256:{'0' * 64}",))
    assert "is another file" in rebuilt_demo(plan=other).reason
    shutil.rmtree(cache / "dependencies-2")
    publish(server, "tool", ("tool-1.1.tar.gz", sdist("tool", "1.1", files={"tool": FAILING}), OLD))
    gone = rebuilt_demo(plan=plan)
    assert gone.verdict is Verdict.NOT_BUILDABLE
    assert "no sdist of it with the hash that the plan names" in gone.reason


@pytest.mark.index
def test_a_real_sdist_is_built_for_a_project_that_asks_for_it(tmp_path: Path) -> None:
    """One of 2014 without a build system table, whose newest release has no wheel to this day; twice to the bit."""
    source = tmp_path / "nobody_made_this-1.0"
    source.mkdir()
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools", "docopt"]\nbuild-backend = "setuptools.build_meta"\n', "utf-8"
    )
    (source / "setup.py").write_text(
        "import docopt, setuptools\n"
        "setuptools.setup(name='nobody_made_this', version='1.0', description=docopt.__version__)\n",
        "utf-8",
    )
    sdist = Path(shutil.make_archive(str(source), "gztar", tmp_path, source.name))
    guess = wheel_of("nobody_made_this", "1.0", "", tmp_path / "guess")
    wanted = Wanted(target=str(guess), sdist=sdist, python=PYTHON, tries=1, keep=tmp_path / "kept")
    first = rebuild(wanted, Index())
    assert first.verdict is Verdict.PAYLOAD_DIFFERS, first.reason
    assert first.plan is not None
    assert [one.partition(" ")[0] for one in first.plan.built] == ["docopt==0.6.2"]
    with open_wheel(tmp_path / "kept" / guess.name) as wheel:
        assert b"Summary: 0.6.2\n" in wheel.text("METADATA")
    again = rebuild(replace(wanted, target=str(tmp_path / "kept" / guess.name), keep=None), Index())
    assert again.verdict is Verdict.IDENTICAL


def at_hand(python: str) -> bool:
    """Tell whether there is an interpreter of this version."""
    return any(one.minor == python for one in find_pythons())


@pytest.mark.index
@pytest.mark.skipif(not at_hand("3.6"), reason="the tools of 2017 do not run in newer ones")
def test_a_published_wheel_whose_setup_py_asks_for_an_sdist_is_the_same() -> None:
    """Jsonschema needed vcversioner, and said so in setup.py alone; both are built as before PEP 517."""
    rebuilt = rebuild(Wanted(target="jsonschema==2.6.0", python="3.6"), Index())
    assert rebuilt.verdict is Verdict.IDENTICAL_AFTER_REPLAY, rebuilt.reason
    assert {one.cause for one in rebuilt.causes} == {"entry-order"}
    assert rebuilt.plan is not None
    assert [one.partition(" ")[0] for one in rebuilt.plan.built] == ["vcversioner==2.16.0.0"]


@pytest.mark.index
@pytest.mark.skipif(not at_hand("3.7"), reason="made with Python 3.7, for which cffi had a wheel")
def test_a_published_wheel_whose_build_needs_an_sdist_is_identical() -> None:
    """Building SoundFile takes cffi, and that takes pycparser, which had no wheel before 2020."""
    rebuilt = rebuild(Wanted(target="SoundFile==0.10.3.post1", python="3.7", tries=1), Index())
    assert rebuilt.verdict is Verdict.IDENTICAL, rebuilt.reason
    assert rebuilt.plan is not None
    assert [one.partition(" ")[0] for one in rebuilt.plan.built] == ["pycparser==2.19"]
