"""The plain commands of a buildinfo: lines that a shell understands as they are meant."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._types import Sha256, SourceKind, Via
from samewheel.commands import plain_commands
from samewheel.conditions import Conditions
from samewheel.interpreter import Interpreter, find_interpreter
from samewheel.project import Settings
from samewheel.sources.snapshot import Snapshot, Source

ODD = 'it\'s a "value" $HOME `id` \\ * ;&|<>'

SHIMS = ("cc", "c++")

UV = """#!/bin/sh
if [ "$1 $2" = "python find" ]; then echo "$PYTHON"; exit; fi
for word; do printf '%s\\0' "$word"; done > "$RECORD"
env -0 > "$RECORD.env"
pwd > "$RECORD.pwd"
umask >> "$RECORD.pwd"
while [ $# -gt 1 ]; do
  case "$1" in --out-dir)
    mkdir -p "$2" && echo wheel > "$2/x-1.whl" && tar -C "$3/.." -czf "$2/x-1.tar.gz" "$(basename "$3")" ;;
  esac
  shift
done
"""


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    """Ask the interpreter once."""
    return find_interpreter()


def commands(
    interpreter: Interpreter,
    kind: SourceKind = SourceKind.FOLDER,
    *,
    path: str = "/p",
    subdirectory: str = "",
    dirty: tuple[str, ...] = (),
    left_out: tuple[str, ...] = (),
    settings: Settings | None = None,
    shims: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return the commands for a source."""
    settings = settings or Settings()
    source = Source(
        kind=kind,
        path=Path(path),
        root=Path(path),
        subdirectory=subdirectory,
        commit="0123456789abcdef" if kind is SourceKind.GIT else None,
        dirty=dirty,
    )
    snapshot = Snapshot(
        root=Path("/s"),
        project=Path("/s", subdirectory),
        source=source,
        digest=Sha256("0" * 64),
        newest=None,
        left_out=left_out,
    )
    places = {name: Path("/secret", name) for name in ("source", "environment", "home", "temp", "shims", "out")}
    conditions = Conditions(
        source=places["source"],
        environment=places["environment"],
        home=places["home"],
        temp=places["temp"],
        shims=places["shims"],
        out=places["out"],
        epoch=1_600_000_000,
        extra=settings.env,
    )
    return plain_commands(
        snapshot=snapshot,
        conditions=conditions,
        interpreter=interpreter,
        settings=settings,
        constraints="constraints.txt",
        outputs=("out put",),
        shims=shims,
    )


def run_in(folder: Path, lines: tuple[str, ...], tools: Path) -> tuple[list[str], dict[str, str], list[str]]:
    """Run the commands with a uv that records how it was called: its words, its environment, place and umask."""
    tools.mkdir()
    (tools / "uv").write_text(UV)
    (tools / "uv").chmod(0o755)
    record = tools / "record"
    environment = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "RECORD": str(record),
        "PYTHON": sys.executable,
        "TMPDIR": str(tools),
        "VIRTUAL_ENV": "/v",
    }
    done = subprocess.run(
        ["/bin/bash", "-eu", "-c", "\n".join(lines)], cwd=folder, env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    variables = [pair.partition("=") for pair in Path(f"{record}.env").read_text().split("\0")[:-1]]
    return (
        record.read_text().split("\0")[:-1],
        {name: value for name, _, value in variables},
        Path(f"{record}.pwd").read_text().splitlines(),
    )


@pytest.mark.parametrize("kind", SourceKind)
@pytest.mark.parametrize("via", Via)
@pytest.mark.parametrize("shims", [(), SHIMS], ids=["pure", "compiled"])
def test_every_line_is_valid_shell(
    kind: SourceKind, via: Via, shims: tuple[str, ...], interpreter: Interpreter
) -> None:
    """They are pasted line by line."""
    lines = commands(
        interpreter,
        kind,
        path=f"/x/{ODD}.tar.gz".replace("/x/", "/"),
        subdirectory="it's here/sub",
        dirty=("a file",),
        left_out=("build/", "it's old/"),
        settings=Settings(
            via=via, config_settings={ODD: [ODD, "2"]}, env={"ODD": ODD}, include=(ODD, "a b/**/[x-z]?")
        ),
        shims=shims,
    )
    for line in lines:
        done = subprocess.run(["/bin/bash", "-n", "-c", line], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), line


@given(value=st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=20))
def test_exported_value_arrives_as_it_was(value: str) -> None:
    """One character that is lost or expanded makes another build."""
    lines = commands(find_once(), settings=Settings(env={"GIVEN": value}))
    [export] = [line for line in lines if line.startswith("export ")]
    done = subprocess.run(["/bin/sh", "-c", f'{export}\nprintf %s "$GIVEN"'], capture_output=True, check=True)
    assert done.stdout.decode() == value


def find_once(known: list[Interpreter] = []) -> Interpreter:  # noqa: B006 - a fixture cannot be used by a property
    """Ask the interpreter once for all examples."""
    if not known:
        known.append(find_interpreter())
    return known[0]


def test_name_of_a_variable_cannot_smuggle_a_command_in(interpreter: Interpreter, tmp_path: Path) -> None:
    """A stranger's project names its variables, and its commands are pasted by people who trust ours."""
    lines = commands(interpreter, settings=Settings(env={"A; touch smuggled; B": "1"}))
    [export] = [line for line in lines if line.startswith("export ")]
    subprocess.run(["/bin/bash", "-c", export], cwd=tmp_path, capture_output=True, check=False)
    assert list(tmp_path.iterdir()) == []


def test_folder_is_copied_without_what_was_left_out(interpreter: Interpreter, tmp_path: Path) -> None:
    """A stale build/ would be packaged by the commands and not by us; settings and variables arrive whole."""
    folder = tmp_path / "it's mine"
    for name in (
        "build/old.py",
        "dist dir/x",
        "out put/x.whl",
        "sub/pyproject.toml",
        ".hidden",
        "x.egg-info/PKG-INFO",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    lines = commands(
        interpreter,
        subdirectory="sub",
        left_out=("build/", "dist dir/"),
        settings=Settings(config_settings={"b": ODD, "a": ["1", "2 3"]}, env={"ODD": ODD, "TZ": "Asia/Tokyo"}),
    )
    words, variables, (place, umask) = run_in(folder, lines, tmp_path / "tools")
    assert words[:2] == ["build", "--wheel"]
    assert [word for word in words if word.startswith("--config-setting")] == [
        "--config-setting=a=1",
        "--config-setting=a=2 3",
        f"--config-setting=b={ODD}",
    ]
    assert "--require-hashes" in words
    assert words[words.index("--build-constraint") + 1] == "constraints.txt"
    assert words[words.index("--python") + 1] == interpreter.version
    copy = Path(words[-1])
    assert (copy.name, place, umask) == ("sub", str(folder), "0022")
    assert sorted(path.name for path in copy.parent.iterdir()) == [".hidden", "sub"]
    assert {path.stat().st_mtime for path in copy.parent.iterdir()} == {1_600_000_000}
    assert (variables["ODD"], variables["TZ"]) == (ODD, "Asia/Tokyo")
    assert (variables["SOURCE_DATE_EPOCH"], variables["PYTHONHASHSEED"]) == ("1600000000", "0")


def test_sdist_is_unpacked_and_built(interpreter: Interpreter, tmp_path: Path) -> None:
    """They are run beside the sdist, whatever it is called."""
    (tmp_path / "pyproject.toml").touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    with tarfile.open(folder / "it's-1.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "pyproject.toml", "it's-1/pyproject.toml")
    lines = commands(interpreter, SourceKind.SDIST, path="/elsewhere/it's-1.tar.gz")
    words, _, _ = run_in(folder, lines, tmp_path / "tools")
    assert [path.name for path in Path(words[-1]).iterdir()] == ["pyproject.toml"]


def test_zipped_sdist_is_unpacked_too(interpreter: Interpreter, tmp_path: Path) -> None:
    """Old releases are published so."""
    if not Path("/usr/bin/unzip").exists():
        pytest.skip("there is no unzip")
    folder = tmp_path / "folder"
    folder.mkdir()
    with zipfile.ZipFile(folder / "x 1.zip", "w") as archive:
        archive.writestr("x-1/pyproject.toml", "")
    words, _, _ = run_in(folder, commands(interpreter, SourceKind.SDIST, path="/x 1.zip"), tmp_path / "tools")
    assert [path.name for path in Path(words[-1]).iterdir()] == ["pyproject.toml"]


def test_included_files_are_added(interpreter: Interpreter, tmp_path: Path) -> None:
    """Patterns match as they do for us, and everything else in them is taken literally."""
    folder = tmp_path / "p"
    for name in ("da ta/deep/er/1.bin", "da ta/2.bin", "$HOME", "other"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    script = commands(interpreter, settings=Settings(include=("da ta/**/?.bin", "$HOME")))
    start = next(index for index, line in enumerate(script) if line.startswith("shopt"))
    lines = ("work=$(mktemp -d)", 'mkdir "$work/source"', *script[start:])
    words, _, _ = run_in(folder, lines, tmp_path / "tools")
    copy = Path(words[-1])
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()) == [
        "$HOME",
        "da ta/2.bin",
        "da ta/deep/er/1.bin",
    ]


def test_build_by_way_of_an_sdist_makes_it_first(interpreter: Interpreter, tmp_path: Path) -> None:
    """An sdist may lack files that the tree has, so the wheels differ."""
    (tmp_path / "p" / "sub").mkdir(parents=True)
    lines = commands(interpreter, subdirectory="sub", settings=Settings(via=Via.SDIST))
    assert [line.split()[:3] for line in lines if line.startswith("uv ")] == [
        ["uv", "build", "--sdist"],
        ["uv", "build", "--wheel"],
    ]
    words, _, _ = run_in(tmp_path / "p", lines, tmp_path / "tools")
    assert Path(words[-1]).name == "source"


@pytest.mark.skipif(not Path("/usr/bin/c++").exists(), reason="there is no compiler")
def test_shims_that_the_commands_write_are_found_first(interpreter: Interpreter, tmp_path: Path) -> None:
    """Without them compiled code would name the folder of whoever checks us."""
    (tmp_path / "p").mkdir()
    words, variables, _ = run_in(tmp_path / "p", commands(interpreter, shims=SHIMS), tmp_path / "tools")
    folder = Path(variables["PATH"].split(":")[0])
    assert (folder.parent / "source", sorted(shim.name for shim in folder.iterdir())) == (
        Path(words[-1]),
        ["c++", "cc"],
    )
    assert all(shim.stat().st_mode & 0o100 for shim in folder.iterdir())
    text = (folder / "cc").read_text()
    assert text.startswith('#!/bin/sh\numask 022\nexec /usr/bin/cc "$@" ')
    assert '-ffile-prefix-map="$VIRTUAL_ENV"=/env' in text
    assert '"-ffile-prefix-map=$PWD=."' in text


def test_wheel_without_compiled_code_needs_no_shims(interpreter: Interpreter) -> None:
    """Commands that nobody needs are commands that somebody has to read."""
    assert not any("shims" in line for line in commands(interpreter))


def test_git_source_is_cloned_at_its_commit(interpreter: Interpreter) -> None:
    """The working copy may have moved on."""
    lines = commands(interpreter, SourceKind.GIT)
    assert any(line.endswith("checkout --quiet --detach 0123456789abcdef") for line in lines)
    assert not any(line.startswith("#") for line in lines)


def test_note_says_that_a_working_copy_was_dirty(interpreter: Interpreter) -> None:
    """The commands cannot give what was never committed, and must not pretend to."""
    lines = commands(interpreter, SourceKind.GIT, dirty=("changed.py",))
    assert [line for line in lines if line.startswith("#")] == [
        "# The working copy differed from its commit; these commands build the commit."
    ]


def test_no_place_of_this_machine_is_named(interpreter: Interpreter) -> None:
    """The commands are for others."""
    assert "/secret" not in "\n".join(commands(interpreter, SourceKind.GIT, path="/secret/home/p"))
