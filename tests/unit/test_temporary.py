"""Temporary folders: they go away, also those of who was killed, and nothing else does."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from samewheel import _temporary
from samewheel._temporary import temporary_folder, without_places
from samewheel.errors import SamewheelError

OURS = f"{_temporary.PREFIX}{_temporary._machine()}"  # noqa: SLF001 - what nobody else needs to know
"""How names of ours begin."""

USER = """
import sys
from pathlib import Path
from samewheel._temporary import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "file").write_text("")
    print(folder, flush=True)
    sys.stdin.read()
"""


def started(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that uses a temporary folder until it is told to end; return it and the folder."""
    command = [sys.executable, "-c", USER, str(parent)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def swept(parent: Path) -> set[Path]:
    """Use a temporary folder, as for the first time, and return what is left in its parent afterwards."""
    _temporary._sweep.__wrapped__(parent)  # type: ignore[attr-defined]  # noqa: SLF001 - it does it once per process
    return {*parent.iterdir()}


def test_folder_of_who_was_killed_is_removed_by_the_next_one(tmp_path: Path) -> None:
    """It may lie in memory, and what was in it may be secret."""
    process, folder = started(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (folder / "file").exists()
    with temporary_folder(tmp_path) as next_one:
        assert {*tmp_path.iterdir()} == {next_one}


def test_folder_that_is_in_use_stays(tmp_path: Path) -> None:
    """Two runs at the same time share a parent."""
    process, folder = started(tmp_path)
    assert swept(tmp_path) == {folder}
    process.communicate("")
    assert (process.returncode, swept(tmp_path)) == (0, set())


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o1777])
def test_folder_of_somebody_that_has_such_a_name_stays(tmp_path: Path, mode: int) -> None:
    """The name alone says nothing: "examples" could be the letters that we draw."""
    folder = tmp_path / f"{OURS}examples"
    folder.mkdir()
    (folder / "file").write_text("precious")
    folder.chmod(mode)
    assert swept(tmp_path) == {folder}
    assert (folder / "file").exists()


def test_folder_of_who_was_killed_before_it_was_locked_goes(tmp_path: Path) -> None:
    """One kill in two hundred comes in that moment; it has no mark, but nothing is in it."""
    folder = tmp_path / f"{OURS}abcd1234"
    folder.mkdir(mode=0o700)
    assert swept(tmp_path) == set()
    folder.mkdir(mode=0o755)
    assert swept(tmp_path) == {folder}


@pytest.mark.parametrize("moment", ["before it is opened", "before it is locked"])
def test_user_whose_folder_went_before_it_was_locked_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A run that sweeps cannot tell a folder that was just made from one whose user was killed."""
    real, taken = fcntl.flock, list[Path]()

    def swept_first(folder: Path, *, wait: bool = False) -> int | None:
        if wait and not taken:
            taken.append(folder)
            if moment == "before it is opened":
                folder.rmdir()
        return take(folder, wait=wait)

    def swept_then(handle: int, how: int) -> None:
        for folder in taken:
            if folder.exists():
                folder.rmdir()
        real(handle, how)

    take = _temporary._take  # noqa: SLF001 - the moment in question
    monkeypatch.setattr(_temporary, "_take", swept_first)
    monkeypatch.setattr("fcntl.flock", swept_then)
    with temporary_folder(tmp_path) as folder:
        assert folder.is_dir()
        assert taken
        assert folder not in taken
        assert swept(tmp_path) == {folder}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_folder_of_another_user_stays(tmp_path: Path) -> None:
    """Root must not be led to remove what others put into /tmp."""
    folder = tmp_path / f"{OURS}abcd1234"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    folder.chmod(0o1700)
    assert swept(tmp_path) == {folder}


def test_folder_of_another_machine_stays(tmp_path: Path) -> None:
    """On a network's file system, its lock may be one that we are not told of."""
    folder = tmp_path / "samewheel-0123abcdabcd1234"
    folder.mkdir()
    folder.chmod(0o1700)
    assert swept(tmp_path) == {folder}


def test_link_with_such_a_name_leads_nowhere(tmp_path: Path) -> None:
    """Whoever can write to the parent could put one there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    elsewhere.chmod(0o1700)
    parent = tmp_path / "parent"
    parent.mkdir()
    (parent / f"{OURS}abcd1234").symlink_to(elsewhere)
    swept(parent)
    assert elsewhere.is_dir()


def test_temporary_folder_is_private_and_gone_afterwards() -> None:
    """A build's folder may hold what the user's environment let in."""
    with temporary_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder == folder.resolve()
        (folder / "a").mkdir()
        (folder / "a" / "b").touch()
    assert not folder.exists()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_temporary_folder_is_gone_after_an_exception(error: type[BaseException], tmp_path: Path) -> None:
    """Failed builds are the ones that are repeated."""

    def fail() -> None:
        with temporary_folder(tmp_path) as folder:
            (folder / "a").mkdir()
            (folder / "a" / "b").touch()
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_temporary_folder_that_cannot_be_made_is_our_error(tmp_path: Path) -> None:
    """TMPDIR may name a folder that is gone."""
    with pytest.raises(SamewheelError, match="temporary folder") as caught, temporary_folder(tmp_path / "missing"):
        pass
    assert "missing" in caught.value.cause
    assert "TMPDIR" in caught.value.hint


def test_file_system_without_such_modes_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT refuses the sticky bit; a folder there only is not removed by others if its user is killed."""

    def refuse(_: Path, mode: int) -> None:
        raise PermissionError(oct(mode))

    monkeypatch.setattr(Path, "chmod", refuse)
    with temporary_folder(tmp_path) as folder:
        (folder / "file").touch()
    assert list(tmp_path.iterdir()) == []


def test_messages_lose_the_places_of_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of a failure is compared between runs and machines; everything else in it stays."""
    monkeypatch.setenv("HOME", "/home/somebody")
    said = "in /dev/shm/samewheel-a1b2c3d4/snapshot/setup.py, '/tmp/samewheel-x_y_z_12' by /home/somebody/bin/python"
    assert without_places(said) == "in $TMP/snapshot/setup.py, '$TMP' by $HOME/bin/python"
    assert without_places("hook in $TMP/tmpab12_x9z/x.json failed") == "hook in $TMP/tmp…/x.json failed"
    assert without_places("template tmp samewheel-1.0 /usr/samewheel") == "template tmp samewheel-1.0 /usr/samewheel"
