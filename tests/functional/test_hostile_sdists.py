"""The corpus of hostile sdists: each is refused with its member's name, or accepted as its sentence says."""

from __future__ import annotations

import re
import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from samewheel import sources
from samewheel.errors import SamewheelError
from samewheel.project import read_project
from tests.functional.builds import OURS
from tests.hostile_sdists import ACCEPTED, CASES, Accepted, Case
from tests.hostile_sdists.tar_bytes import FILES
from tests.pages import PAGES
from tests.torture.running import Measured
from tests.torture.sdists import DEEP, faults, told

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.sources import Snapshot
    from tests.conftest import Samewheel
    from tests.hostile_sdists import Sdist

SMALL = [case for case in CASES if not case.large]
FINE = [one for one in ACCEPTED if not one.large]
PAGE = PAGES["docs/lookup/hostile-sdists.md"]


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Return a deep folder: what leads up leads to one that the test looks into."""
    folder = tmp_path / DEEP
    folder.mkdir(parents=True)
    return folder


def taken(sdist: Sdist, room: Path, decoy: Path) -> Snapshot:
    """Unpack and read an sdist as every command does."""
    decoy.mkdir(exist_ok=True)
    snapshot = sources.take(sources.inspect(sdist.write(room, str(decoy))), room / "copy")
    read_project(snapshot.project)
    return snapshot


def kind(path: Path) -> str:
    """Return a mode, or where a link leads."""
    status = path.lstat()
    return f"-> {path.readlink()}" if stat.S_ISLNK(status.st_mode) else f"{stat.S_IMODE(status.st_mode):o}"


def test_corpus_is_large_and_has_names_of_its_own() -> None:
    """A module that is not joined to the others would take its cases with it."""
    names = [one.name for one in (*CASES, *ACCEPTED)]
    assert len(names) == len(set(names))
    assert len(CASES) > 100
    assert len(ACCEPTED) > 30
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_reasons_are_sentences_of_a_table() -> None:
    """They stand in cells."""
    said = [one.why for one in (*CASES, *ACCEPTED)] + [one.becomes for one in ACCEPTED]
    assert [text for text in said if not re.fullmatch(r"[^|\n]+[.?]", text)] == []


def test_cases_differ_from_each_other_and_from_the_base(tmp_path: Path) -> None:
    """A case in which nothing is wrong would have to be accepted."""
    made = [(one.file_name, one.write(tmp_path).read_bytes()) for one in (*SMALL, *FINE)]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_hostile_sdist_is_refused_by_name(case: Case, room: Path, tmp_path: Path) -> None:
    """The error is of the project's kind, says which member is guilty, and nothing is written elsewhere."""
    decoy = tmp_path / "decoy"
    with pytest.raises(SamewheelError) as refusal:
        taken(case, room, decoy)
    assert refusal.value.exit_code == case.code
    assert case.member.replace("{decoy}", str(decoy)) in str(refusal.value)
    assert str(refusal.value).replace("\n", "").isprintable()
    outside = [path for path in tmp_path.rglob("*") if not (path.is_dir() or path.is_relative_to(room / "copy"))]
    assert outside == [room / case.file_name]


@pytest.mark.parametrize("one", FINE, ids=lambda one: one.name)
def test_unusual_sdist_is_accepted_as_its_sentence_says(one: Accepted, room: Path, tmp_path: Path) -> None:
    """Whoever is too strict cannot rebuild what is published."""
    snapshot = taken(one, room, tmp_path / "decoy")
    expected = {name: "644" for name in FILES if (snapshot.project / name).exists()} | dict(one.holds)
    found = {path.relative_to(snapshot.project).as_posix(): kind(path) for path in snapshot.project.rglob("*")}
    folders = {name for name in found if (snapshot.project / name).is_dir()} - {*one.holds}
    assert {name: what for name, what in found.items() if name not in folders} == expected
    assert {found[name] for name in folders} <= {"755"}


@pytest.mark.parametrize("name", ["bomb-of-one-file", "bomb-after-end", "pax-comments-by-the-hundred"])
def test_large_sdist_costs_little(name: str, tmp_path: Path) -> None:
    """What unpacks to 300 MB is refused before it has, as the process's peak tells."""
    case = next(case for case in CASES if case.name == name)
    found, left = told(case, tmp_path / "room")
    assert faults(case, found._replace(cpu=0.0), left, 0.0) == []


@pytest.mark.parametrize("command", ["build", "verify", "lock", "rebuild"])
def test_each_entry_point_refuses(command: str, room: Path, samewheel: Samewheel) -> None:
    """They read sdists by the same reader, and leave nothing behind."""
    case = next(case for case in CASES if case.name == "name-parent")
    path = case.write(room)
    (room / "demo-1.0.constraints.txt").write_text(OURS)
    plain = next(one for one in ACCEPTED if one.name == "plain")
    words: list[str | Path] = [path]
    if command == "rebuild":
        (room / "good").mkdir()
        (room / "good" / "demo-1.0.constraints.txt").write_text(OURS)
        built = samewheel("build", "-q", plain.write(room / "good"), cwd=room / "good")
        assert built.returncode == 0, built.stderr
        (wheel,) = (room / "good" / "dist").glob("*.whl")
        words = [wheel, "--sdist", path, "--offline"]
    before = sorted(room.iterdir())
    temporary = room / "temporary"
    temporary.mkdir()
    done = samewheel(command, "-q", *words, cwd=room, TMPDIR=str(temporary))
    assert done.returncode == 14, done.stdout + done.stderr
    assert case.member in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(temporary.iterdir()) == []
    shutil.rmtree(temporary)
    assert sorted(path for path in room.iterdir() if path.name != "evidence") == before


def test_recipe_tells_what_was_lost() -> None:
    """The control: each thing that could go wrong is counted."""
    case = next(case for case in CASES if case.name == "name-parent")
    good = Measured(14, f"error: has the member {case.member}\n", 0.3, 0.3, 40)
    assert faults(case, good, [], 0.3) == []
    assert faults(case, good, ["evil"], 0.3) == ["left evil"]
    assert len(faults(case, good._replace(code=0, said="fine \a", cpu=2.5, memory=300), [], 0.3)) == 5
    assert faults(case, good._replace(said=good.said + "Traceback"), [], 0.3) == ["a traceback"]


def test_page_of_docs_has_a_row_for_each() -> None:
    """The table was made from this corpus and not from an older one."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*?) \|", PAGE, re.MULTILINE)
    assert rows == [(one.name, one.why) for one in (*CASES, *ACCEPTED)]
