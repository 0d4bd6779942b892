"""Taking what a build left: plain files in plain folders, and nothing else."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from samewheel.errors import BuildFailedError
from samewheel.leavings import MOST_READ, read_left, take_left

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, pipes and devices are POSIX")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A build's output folder, with a file in it and beside it."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "file").write_bytes(b"plain")
    (tmp_path / "secret").write_bytes(b"secret")
    return folder


def test_plain_file_is_read(out: Path) -> None:
    """The control."""
    assert read_left(out, "file") == b"plain"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "nothing", "huge"])
def test_what_is_no_plain_file_is_not_read(kind: str, out: Path) -> None:
    """Nothing of the machine is, nothing blocks, and no memory is filled."""
    path = out / kind
    if kind == "link":
        path.symlink_to(out.parent / "secret")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "huge":
        path.touch()
        os.truncate(path, 10 << 30)
    assert read_left(out, kind) is None


def test_as_much_as_is_of_use_is_read(out: Path) -> None:
    """The limit is the last size that is read."""
    os.truncate(out / "file", MOST_READ)
    assert len(read_left(out, "file") or b"") == MOST_READ
    os.truncate(out / "file", MOST_READ + 1)
    assert read_left(out, "file") is None


def test_folder_that_is_a_link_is_not_entered(out: Path) -> None:
    """Neither for reading nor for taking."""
    link = out.parent / "link"
    link.symlink_to(out)
    assert read_left(link, "file") is None
    (out.parent / "real").mkdir()
    (out.parent / "real" / "x.whl").touch()
    (out / "wheel").symlink_to(out.parent / "real")
    with pytest.raises(BuildFailedError, match="left no folder"):
        take_left(out, "wheel", out.parent)
    assert (out.parent / "real" / "x.whl").exists()


def test_file_is_taken_with_plain_permissions(out: Path, tmp_path: Path) -> None:
    """Whatever a backend's umask was."""
    (out / "wheel").mkdir()
    (out / "wheel" / "x.whl").touch(mode=0)
    (out / "wheel" / ".gitignore").touch()
    (tmp_path / "into").mkdir()
    taken = take_left(out, "wheel", tmp_path / "into")
    assert taken == tmp_path / "into" / "x.whl"
    assert stat.S_IMODE(taken.stat().st_mode) == 0o644


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_device_is_neither_taken_nor_read(out: Path, tmp_path: Path) -> None:
    """A build cannot make one; a file system that somebody shows it can have one."""
    device = os.makedev(1, 5)
    (out / "wheel").mkdir()
    try:
        os.mknod(out / "wheel" / "x.whl", 0o600 | stat.S_IFCHR, device)
        os.mknod(out / "device", 0o600 | stat.S_IFCHR, device)
    except PermissionError:
        pytest.skip("not even root makes devices here")
    assert read_left(out, "device") is None
    (tmp_path / "into").mkdir()
    with pytest.raises(BuildFailedError) as caught:
        take_left(out, "wheel", tmp_path / "into")
    assert caught.value.cause == "x.whl is a link or no file."
