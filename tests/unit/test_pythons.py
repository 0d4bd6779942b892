"""Interpreters at hand: where they are found, who is asked, and which of them a publisher likely had."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import venv
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from samewheel import pythons
from samewheel.errors import UsageError
from samewheel.pythons import RELEASED, Found, find_pythons, missing, newest_before

DATES = st.dates(min_value=min(RELEASED.values())).map(lambda day: f"{day}T01:02:03.456Z")
MINORS = st.lists(st.sampled_from([*RELEASED, "3.99"]), unique=True)


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Look at made-up folders only."""
    monkeypatch.setattr(pythons, "USUAL", (tmp_path / "usr",))
    monkeypatch.setattr(pythons, "MANYLINUX", tmp_path / "opt")


def binary(path: Path) -> Path:
    """Write what is no script, and does not run: whoever asks it hears nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x7fELF of " + str(path).encode())
    path.chmod(0o755)
    return path


def answering(path: Path, version: str, implementation: str = "cpython", place: Path | None = None) -> Path:
    """Write a script that says so, and counts how often it was asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = f"{version}\n{implementation}\n{place or path}"
    path.write_text(f"#!/bin/sh\necho asked >> '{path}.asked'\ncat <<'EOF'\n{said}\nEOF\n")
    path.chmod(0o755)
    return path


def found_in(home: Path, *path: Path, **environ: str) -> list[tuple[str, str]]:
    """Return path and version of what is found, besides the one that runs the tests."""
    variables = {"HOME": str(home), "PATH": os.pathsep.join(map(str, path)), **environ}
    own = Path(sys.executable).resolve()
    return [(str(one.path), one.version) for one in find_pythons(variables) if one.path.resolve() != own]


def cpython(version: str, place: str = "/python") -> Found:
    """Return an interpreter."""
    return Found(path=Path(place), version=version, implementation="cpython")


def at_hand(*minors: str) -> tuple[Found, ...]:
    """Return interpreters of these minor versions, as they would be found."""
    return tuple(cpython(f"{minor}.1") for minor in sorted(minors, key=Version, reverse=True))


def test_folders_of_version_managers_say_their_versions(tmp_path: Path) -> None:
    """Nobody needs to be asked whose folder is named by one who knows; these could not even answer."""
    places = {
        ".pyenv/versions/3.9.18/bin/python": "3.9.18",
        ".local/share/uv/python/cpython-3.10.4-linux-x86_64-gnu/bin/python3.10": "3.10.4",
        "opt/cp38-cp38/bin/python": "",
        ".pyenv/versions/3.13.0t/bin/python": "",
        ".pyenv/versions/3.9.2-debug/bin/python": "",
        ".pyenv/versions/mine/bin/python": "",
        ".local/share/uv/python/cpython-3.13.0+freethreaded-linux-x86_64-gnu/bin/python": "",
    }
    for place in places:
        binary(tmp_path / place)
    wanted = [(str(tmp_path / place), version) for place, version in places.items() if version]
    assert sorted(found_in(tmp_path)) == sorted(wanted)


def test_image_of_manylinux_is_known(tmp_path: Path) -> None:
    """Its folders are links to those that have the versions in their names; the one without the lock is asked."""
    real = binary(tmp_path / "internal" / "cpython-3.8.20" / "bin" / "python3.8")
    binary(tmp_path / "internal" / "cpython-3.13.0-nogil" / "bin" / "python3.13")
    (real.parent / "python").symlink_to("python3.8")
    (tmp_path / "opt").mkdir()
    (tmp_path / "opt" / "cp38-cp38").symlink_to(real.parent.parent)
    (tmp_path / "opt" / "cp313-cp313t").symlink_to(tmp_path / "internal" / "cpython-3.13.0-nogil")
    assert [version for _, version in found_in(tmp_path)] == ["3.8.20"]


def test_variables_say_where_managers_keep_theirs(tmp_path: Path) -> None:
    """People move these folders."""
    places = [
        binary(tmp_path / "p" / "versions" / "3.9.1" / "bin" / "python"),
        binary(tmp_path / "u" / "cpython-3.8.1-linux-x86_64-gnu" / "bin" / "python"),
        binary(tmp_path / "x" / "uv" / "python" / "cpython-3.7.1-linux-x86_64-gnu" / "bin" / "python"),
    ]
    chosen = {"PYENV_ROOT": str(tmp_path / "p"), "XDG_DATA_HOME": str(tmp_path / "x")}
    assert [path for path, _ in found_in(tmp_path, **chosen)] == [str(places[0]), str(places[2])]
    chosen["UV_PYTHON_INSTALL_DIR"] = str(tmp_path / "u")
    assert [path for path, _ in found_in(tmp_path, **chosen)] == [str(places[0]), str(places[1])]


def test_names_on_path_are_those_of_interpreters(tmp_path: Path) -> None:
    """A folder on PATH has much that begins likewise."""
    folder = tmp_path / "bin"
    wanted = {"python": "3.7.1", "python3": "3.8.1", "python3.9": "3.9.1"}
    for name, version in wanted.items():
        answering(folder / name, version)
    for name in ("python3-config", "python3.9-config", "python3.13t", "python2", "python2.7", "python3.9.bak"):
        answering(folder / name, "3.10.1")
    answering(folder / "python3.11", "3.11.1").chmod(0o644)
    (folder / "python3.12").mkdir()
    assert dict(found_in(tmp_path, folder, tmp_path / "absent")) == {
        str(folder / name): version for name, version in wanted.items()
    }


def test_interpreter_is_asked_once(tmp_path: Path) -> None:
    """An answer costs a process, and does not change."""
    path = answering(tmp_path / "usr" / "python3.9", "3.9.2")
    assert found_in(tmp_path) == found_in(tmp_path) == [(str(path), "3.9.2")]
    assert Path(f"{path}.asked").read_text() == "asked\n"


def test_interpreter_is_asked_in_no_folder_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That may be a stranger's source, and version managers look into it for what to start."""
    path = answering(tmp_path / "usr" / "python3.9", "3.9.2")
    path.write_text(path.read_text().replace("echo asked", "pwd"))
    monkeypatch.chdir(tmp_path)
    assert found_in(tmp_path) == [(str(path), "3.9.2")]
    assert Path(f"{path}.asked").read_text() == "/\n"


def test_shims_of_pyenv_are_not_asked(tmp_path: Path) -> None:
    """They fail for versions that are not selected, and take their time for the others."""
    shim = answering(tmp_path / ".pyenv" / "shims" / "python3.9", "3.9.2")
    assert found_in(tmp_path, shim.parent) == []
    assert not Path(f"{shim}.asked").exists()


def test_script_is_replaced_by_where_it_leads(tmp_path: Path) -> None:
    """Other managers' shims lead elsewhere in another folder."""
    real = binary(tmp_path / "asdf" / "python3.9")
    answering(tmp_path / "bin" / "python3", "3.9.2", place=real)
    assert found_in(tmp_path, tmp_path / "bin") == [(str(real), "3.9.2")]


def test_same_file_is_found_once(tmp_path: Path) -> None:
    """python, python3 and python3.9 are mostly one file, in folders that are mostly links."""
    folder = tmp_path / ".pyenv" / "versions" / "3.9.18" / "bin"
    binary(folder / "python3.9")
    (folder / "python").symlink_to("python3.9")
    (folder / "python3").symlink_to("python3.9")
    (tmp_path / "bin").symlink_to(folder)
    assert found_in(tmp_path, tmp_path / "bin") == [(str(tmp_path / "bin" / "python3.9"), "3.9.18")]


def test_newest_patch_comes_first_then_path(tmp_path: Path) -> None:
    """Of a minor version, the first is taken: the newest, and of the same the one that the user put on PATH."""
    managed = binary(tmp_path / ".pyenv" / "versions" / "3.9.18" / "bin" / "python")
    older = answering(tmp_path / "one" / "python3.9", "3.9.2")
    same = answering(tmp_path / "two" / "python3.9", "3.9.18")
    newer = answering(tmp_path / "usr" / "python3.9", "3.9.19")
    ten = answering(tmp_path / "one" / "python3.10", "3.10.0")
    paths = [path for path, _ in found_in(tmp_path, older.parent, same.parent)]
    assert paths == [str(path) for path in (ten, newer, same, managed, older)]


def test_what_is_no_python_of_ours_is_left_out(tmp_path: Path) -> None:
    """Old ones cannot be used; broken ones and other programs say nothing that is understood."""
    folder = tmp_path / "bin"
    answering(folder / "python", "2.7.18")
    answering(folder / "python3", "not a version")
    binary(folder / "python3.5")
    (folder / "python3.6").write_text("#!/bin/sh\nexit 3\n")
    (folder / "python3.7").write_text("#!/bin/sh\necho 3.7.1\n")
    for name in ("python3.6", "python3.7"):
        (folder / name).chmod(0o755)
    assert found_in(tmp_path, folder) == []


def test_folder_of_the_caller_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty or relative part of PATH means whatever is in a source tree."""
    monkeypatch.chdir(binary(tmp_path / "3.9.2" / "bin" / "python").parent)
    assert found_in(tmp_path, PATH=f".{os.pathsep}{os.pathsep}") == []


def test_this_interpreter_is_found_without_path(tmp_path: Path) -> None:
    """It is there for certain, and is described as it sees itself."""
    (one,) = find_pythons({"HOME": str(tmp_path)})
    assert one.path.samefile(sys.executable)
    assert (one.version, one.implementation) == (platform.python_version(), sys.implementation.name)
    assert one.minor == "{}.{}".format(*sys.version_info)
    assert one.path.resolve().is_relative_to(Path(sys.base_prefix).resolve())


@pytest.mark.parametrize("links", [True, False])
def test_virtual_environment_stands_for_what_it_was_made_from(links: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of pytest's
    """An environment made from an environment would have its paths in it, and go with it."""
    venv.create(tmp_path / "env", symlinks=links, with_pip=False)
    (one,) = find_pythons({"HOME": str(tmp_path), "PATH": str(tmp_path / "env" / "bin")})
    assert not one.path.is_relative_to(tmp_path)
    assert one.path.samefile(sys.executable)


def test_real_interpreter_answers(tmp_path: Path) -> None:
    """The question is understood by a real one: here a script that leads to ours."""
    script = tmp_path / "bin" / "python3.99"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).resolve()}" "$@"\n')
    script.chmod(0o755)
    assert pythons._asked(script) == (  # noqa: SLF001 - what it says is replaced by what is known of this one
        platform.python_version(),
        sys.implementation.name,
        str(Path(sys.executable).resolve()),
    )


def test_old_python_understands_the_question() -> None:
    """It is left out because of its version, not because it fails."""
    if (old := shutil.which("python2.7")) is None:
        pytest.skip("there is no Python 2.7")
    answer = pythons._asked(Path(old))  # noqa: SLF001 - find_pythons does not return it
    assert answer is None or answer[0].startswith("2.7.")


def test_release_dates_rise() -> None:
    """A minor version came out after the one before it, and none is missing since 3.4."""
    assert all(RELEASED[a] < RELEASED[b] for a, b in pairwise(RELEASED))
    assert [minor for minor in RELEASED if minor != "2.7"] == [f"3.{minor}" for minor in range(4, 15)]


@pytest.mark.parametrize(
    ("uploaded", "wanted"),
    [
        ("2021-12-02", ["3.9", "3.8", "3.10", "3.11"]),
        ("2021-12-03T00:00:00Z", ["3.10", "3.9", "3.8", "3.11"]),
        ("2010-01-01", ["3.8", "3.9", "3.10", "3.11"]),
        (None, ["3.11", "3.10", "3.9", "3.8"]),
    ],
)
def test_likeliest_python_comes_first(uploaded: str | None, wanted: list[str]) -> None:
    """Publishers use what is new, but not in the first two months."""
    found = newest_before(at_hand("3.8", "3.9", "3.10", "3.11"), uploaded, "")
    assert [one.minor for one in found] == wanted


@given(minors=MINORS, uploaded=st.none() | DATES)
def test_each_fitting_minor_is_there_once(minors: list[str], uploaded: str | None) -> None:
    """All that fit can be tried; older ones go down, and newer ones up."""
    order = [Version(one.minor) for one in newest_before(at_hand(*minors), uploaded, "")]
    assert sorted(order) == sorted(map(Version, minors))
    turns = [a > b for a, b in pairwise(order)]
    assert turns == sorted(turns, reverse=True)


def test_first_of_a_minor_version_is_taken() -> None:
    """Requires-Python may rule out the newest patch release; an odd build is never taken."""
    odd = Found(path=Path("/t"), version="3.9.20", implementation="cpython-t")
    other = Found(path=Path("/pypy"), version="3.9.19", implementation="pypy")
    new, old = cpython("3.9.18", "/new"), cpython("3.9.2", "/old")
    found = (odd, other, new, old)
    assert newest_before(found, "2022-01-01", ">=3.8") == (new,)
    assert newest_before(found, "2022-01-01", "!=3.9.18") == (old,)
    assert newest_before(found, "2022-01-01", ">3.9.18") == ()


@pytest.mark.parametrize("malformed", [">=3.6.*", "3.6", "~=3", "any"])
def test_malformed_requirement_asks_for_nothing(malformed: str) -> None:
    """Old wheels have such, and pip installs them."""
    assert newest_before(at_hand("3.9"), None, malformed) == at_hand("3.9")


def test_pre_release_may_be_used() -> None:
    """Who has nothing else gets what is there."""
    (one,) = newest_before([cpython("3.15.0rc1")], "2030-01-01", ">=3.8")
    assert one.minor == "3.15"


@pytest.mark.parametrize("uploaded", ["yesterday", "", "2021-13-01"])
def test_what_is_no_date_is_refused(uploaded: str) -> None:
    """It is an option, or a field of a plan that someone edited."""
    with pytest.raises(UsageError) as caught:
        newest_before(at_hand("3.9"), uploaded, "")
    assert repr(uploaded) in caught.value.what


@pytest.mark.parametrize(
    ("minors", "uploaded", "requires", "words"),
    [
        (["3.6", "3.7"], "2016-01-01", "", "no CPython 3.5 or older is at hand"),
        (["3.7"], "2017-01-01", ">=3.4", "no CPython 3.5 or older is at hand"),
        (["3.7", "3.9"], "2020-01-01", "", "no CPython 3.8 is at hand; 3.7 is the likeliest that is"),
        (["3.7", "3.9"], "2020-01-01", "<3.8", ""),
        (["3.9"], "2020-12-31", "", ""),
        (["3.9"], None, "", ""),
        (["3.9"], "2021-01-01", "<3", "no CPython that satisfies <3 is at hand"),
        ([], "2021-01-01", "", "no CPython is at hand"),
        (["3.9"], "2021-01-01", ">=3.9.1,<3.10", ""),
    ],
)
def test_what_is_missing_is_said(minors: list[str], uploaded: str | None, requires: str, words: str) -> None:
    """A rebuild that fails for lack of an interpreter has to say which one would help."""
    assert missing(at_hand(*minors), uploaded, requires) == words
