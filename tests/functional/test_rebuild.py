"""Published wheels built again: real ones of the index, and ones made here, with what is wrong with them known."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from samewheel._types import SILENT
from samewheel.cli import rebuild as command_module
from samewheel.comparison import Verdict
from samewheel.errors import NoSourceError, UsageError
from samewheel.index import Index
from samewheel.rebuilding import TRIES, Rebuilt, Wanted, read_plan, rebuild, write_plan
from tests.functional.git_projects import commit, git
from tests.unit.wheels import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Samewheel

pytestmark = pytest.mark.index

SIX = "six==1.16.0"
"""Built in 2021 by setuptools without SOURCE_DATE_EPOCH, under umask 002."""


@pytest.fixture(scope="module")
def index() -> Index:
    """Return the real index."""
    return Index()


@pytest.fixture(scope="module")
def six(index: Index) -> tuple[Path, Path]:
    """Return a published wheel and its sdist."""
    files = {file.filename: file for file in index.files("six")}
    wheel, sdist = files["six-1.16.0-py2.py3-none-any.whl"], files["six-1.16.0.tar.gz"]
    return index.fetch(wheel), index.fetch(sdist)


def rewritten(wheel: Path, into: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Return a copy of a wheel with other members, and the RECORD that they should have; headers stay as they are."""
    into.mkdir()
    with zipfile.ZipFile(wheel) as archive, zipfile.ZipFile(into / wheel.name, "w", zipfile.ZIP_DEFLATED) as copy:
        headers = {info.filename: info for info in archive.infolist()}
        members = {name: archive.read(name) for name in headers}
        record = next(name for name in members if name.endswith("/RECORD"))
        del members[record]
        change(members)
        members = recorded(members, info=record.partition("/")[0])
        for name, content in members.items():
            copy.writestr(headers.get(name, name), content, zipfile.ZIP_DEFLATED)
    return into / wheel.name


def causes(rebuilt: Rebuilt) -> set[str]:
    """Return the causes of what differs."""
    return {one.cause for one in rebuilt.causes}


@pytest.mark.parametrize(
    "release",
    [
        pytest.param(SIX, id="setuptools without an epoch, umask 002"),
        pytest.param("idna==3.10", id="flit without an epoch"),
        pytest.param("attrs==23.1.0", id="hatchling"),
        pytest.param("tomlkit==0.12.2", id="poetry"),
        pytest.param("urllib3==1.26.18", id="setuptools with an epoch"),
    ],
)
def test_a_published_wheel_is_built_again_to_the_bit(release: str, index: Index) -> None:
    """From its sdist, with the tools of its time, whether its authors cared for that or not."""
    rebuilt = rebuild(Wanted(target=release), index)
    assert rebuilt.verdict is Verdict.IDENTICAL
    assert rebuilt.sha256 == rebuilt.wheel.sha256
    assert (rebuilt.differences, rebuilt.causes) == ((), ())


def test_the_tools_of_the_time_are_found_by_what_they_wrote(index: Index) -> None:
    """The publisher of requests 2.31.0 had a setuptools that was two years old: METADATA tells."""
    rebuilt = rebuild(Wanted(target="requests==2.31.0"), index)
    assert rebuilt.verdict is Verdict.IDENTICAL
    assert [attempt.verdict for attempt in rebuilt.attempts] == [Verdict.METADATA_DIFFERS, Verdict.IDENTICAL]
    assert rebuilt.plan is not None
    assert "setuptools<62.2" in rebuilt.plan.pins


def test_a_plan_that_was_kept_gives_the_same_again(six: tuple[Path, Path], index: Index, tmp_path: Path) -> None:
    """To the letter, with every installed file by its hash; and what it says is what is done."""
    first = rebuild(Wanted(target=SIX), index)
    assert first.plan is not None
    assert all("--hash=sha256:" in line for line in first.plan.locked)
    write_plan(first.plan, tmp_path / "six.toml")
    text = (tmp_path / "six.toml").read_text("utf-8")
    again = rebuild(Wanted(target=SIX, plan=read_plan(tmp_path / "six.toml")), index)
    assert (again.verdict, again.plan) == (Verdict.IDENTICAL, first.plan)
    (tmp_path / "six.toml").write_text(text.replace('umask = "002"', 'umask = "077"'), "utf-8")
    other = rebuild(Wanted(target=str(six[0]), sdist=six[1], plan=read_plan(tmp_path / "six.toml")), index)
    assert other.verdict is Verdict.IDENTICAL_AFTER_REPLAY
    assert causes(other) == {"umask"}


def test_a_changed_file_is_found(six: tuple[Path, Path], index: Index, tmp_path: Path) -> None:
    """One byte of a module, with a RECORD and headers that look right: the source has another file."""

    def change(members: dict[str, bytes]) -> None:
        members["six.py"] = members["six.py"].replace(b"Benjamin", b"benjamin", 1)

    tampered = rewritten(six[0], tmp_path / "tampered", change)
    rebuilt = rebuild(Wanted(target=str(tampered), sdist=six[1], tries=2), index)
    assert rebuilt.verdict is Verdict.PAYLOAD_DIFFERS
    assert [(one.cause, one.members) for one in rebuilt.causes if one.cause == "other-source"] == [
        ("other-source", ("six.py",))
    ]


def test_an_added_file_is_found(six: tuple[Path, Path], index: Index, tmp_path: Path) -> None:
    """A module that the source does not have is named as that."""
    tampered = rewritten(six[0], tmp_path / "tampered", lambda members: members.update({"extra.py": b"x = 1\n"}))
    rebuilt = rebuild(Wanted(target=str(tampered), sdist=six[1], tries=2), index)
    assert rebuilt.verdict is Verdict.PAYLOAD_DIFFERS
    assert ("not-in-source", ("extra.py",)) in [(one.cause, one.members) for one in rebuilt.causes]


def test_another_archive_around_the_same_contents_is_replayed(
    six: tuple[Path, Path], index: Index, tmp_path: Path
) -> None:
    """Times that no build of one moment has, and an odd order: its headers give them, and our contents the rest."""
    repacked = tmp_path / six[0].name
    with zipfile.ZipFile(six[0]) as archive, zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED) as copy:
        for number, info in enumerate(reversed(archive.infolist())):
            header = zipfile.ZipInfo(info.filename, (2020, 1, 1 + number, 0, 0, 0))
            header.external_attr = info.external_attr
            copy.writestr(header, archive.read(info), zipfile.ZIP_DEFLATED)
    rebuilt = rebuild(Wanted(target=str(repacked), sdist=six[1]), index)
    assert rebuilt.verdict is Verdict.IDENTICAL_AFTER_REPLAY


def test_a_commit_can_be_the_source(six: tuple[Path, Path], index: Index, tmp_path: Path) -> None:
    """With its history and tags; the plan names the commit in full."""
    shutil.unpack_archive(six[1], tmp_path, filter="data")
    folder = tmp_path / "six-1.16.0"
    git(folder, "init")
    head = commit(folder, "release")
    git(folder, "tag", "v1.16.0")
    rebuilt = rebuild(Wanted(target=str(six[0]), git=f"{folder}@v1.16.0"), index)
    assert rebuilt.verdict is Verdict.IDENTICAL
    assert rebuilt.plan is not None
    assert (rebuilt.plan.source.git, rebuilt.plan.source.commit) == (str(folder), head)


def test_no_source_and_no_build_are_outcomes(index: Index, six: tuple[Path, Path], tmp_path: Path) -> None:
    """Not errors: of many wheels, some have none."""
    lonely = rewritten(six[0], tmp_path / "lonely", lambda _: None)
    renamed = lonely.rename(lonely.with_name("six-1.16.0-1-py2.py3-none-any.whl"))
    with pytest.raises(NoSourceError, match="no wheel"):
        rebuild(Wanted(target="six==1.16.0", filename="six-1.16.0-cp99-none-any.whl"), index)
    without = rebuild(Wanted(target=str(renamed), git=f"{tmp_path}/nothing@v1"), index)
    assert (without.verdict, without.plan) == (Verdict.NO_SOURCE, None)
    broken = tmp_path / "six-1.16.0.tar.gz"
    (tmp_path / "six-1.16.0").mkdir()
    (tmp_path / "six-1.16.0" / "setup.py").write_text("raise SystemExit('no')\n", "utf-8")
    shutil.make_archive(str(tmp_path / "six-1.16.0"), "gztar", tmp_path, "six-1.16.0")
    failing = rebuild(Wanted(target=str(six[0]), sdist=broken, tries=2), index)
    assert failing.verdict is Verdict.NOT_BUILDABLE
    assert failing.reason


def test_the_help_says_how_many_plans_are_tried() -> None:
    """The number stands in two places, as the library takes too long to import for a help."""
    assert command_module.TRIES == TRIES


def test_a_plan_for_another_file_is_refused(index: Index, six: tuple[Path, Path], tmp_path: Path) -> None:
    """Its pins and times were read from that file."""
    first = rebuild(Wanted(target=SIX), index)
    assert first.plan is not None
    other = rewritten(six[0], tmp_path / "other", lambda members: members.update({"extra.py": b""}))
    with pytest.raises(UsageError, match="another"):
        rebuild(Wanted(target=str(other), plan=first.plan), index, progress=SILENT)


def test_the_command_writes_its_plan_and_report(samewheel: Samewheel, tmp_path: Path) -> None:
    """Exits with the verdict's code, says what it proves, and explains each field of the plan."""
    done = samewheel("rebuild", SIX, "--plan", "six.toml", "--explain", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "our build gave this file, to the bit" in done.stdout
    assert "Generator: bdist_wheel 0.36.2" in done.stdout
    report = tmp_path / "evidence" / "six-1.16.0-py2.py3-none-any.whl.rebuild.json"
    assert json.loads(report.read_bytes())["schema"] == "samewheel/rebuild/1"
    again = samewheel("rebuild", SIX, "--plan", "six.toml", "--offline", "--json", cwd=tmp_path)
    assert (again.returncode, again.stdout.encode()) == (0, report.read_bytes())


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["six"], 2, "NAME==VERSION"),
        (["six>=1"], 2, "NAME==VERSION"),
        (["nowhere.whl"], 2, "neither"),
        (["six==99"], 15, "no release 99"),
        ([SIX, "--git", "https://example.org/six.git"], 2, "URL@REF"),
        ([SIX, "--git", "a@b", "--sdist", __file__], 2, "two sources"),
    ],
)
def test_mistakes_are_explained(samewheel: Samewheel, tmp_path: Path, words: list[str], code: int, text: str) -> None:
    """By what was wrong, and what to write instead."""
    done = samewheel("rebuild", *words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
