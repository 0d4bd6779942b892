"""Files and folders: what a digest counts, and writes that happen whole or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._files import copy_file, copy_tree, place, remove, sha256_of, tree_digest, walk, write_atomic
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Mapping

names = st.text(st.sampled_from("ab-./_é\n "), min_size=1, max_size=6).filter(lambda name: name.strip("./") == name)
"""Relative paths that are awkward to sort."""

contents = st.dictionaries(names.map(lambda name: f"x{name.replace('//', '/y')}"), st.binary(max_size=4), max_size=6)


def fill(root: Path, files: Mapping[str, bytes]) -> bool:
    """Write files in the given order; tell whether that was possible: "a" cannot be a file and a folder."""
    root.mkdir(parents=True, exist_ok=True)
    try:
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
    except OSError:
        return False
    return True


def as_nobody(script: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a Python script as an ordinary user, whom permissions stop."""
    prelude = "import os, sys\nfrom pathlib import Path\nfrom samewheel import _files\n"
    drop = "if os.getuid() == 0:\n os.setgid(65534)\n os.setuid(65534)\n"
    return subprocess.run(
        [sys.executable, "-c", prelude + drop + script, *map(str, words)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def open_folder() -> str:
    """Return a folder that an ordinary user may write to, unlike pytest's."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        made = as_nobody("print(sys.argv[1])", folder)
    if made.returncode:
        pytest.skip(f"an ordinary user cannot run this Python: {made.stderr}")
    Path(folder).mkdir()
    Path(folder).chmod(0o777)
    return folder


def test_walk_sorts_whole_paths(tmp_path: Path) -> None:
    """A sort folder by folder puts a/b before a-b, and the digest would depend on which one is used."""
    fill(tmp_path, {"a/b": b"", "a-b": b"", "a.b": b"", "a0": b"", "A": b""})
    assert list(walk(tmp_path)) == ["A", "a-b", "a.b", "a/b", "a0"]


@given(contents)
def test_walk_gives_every_file_once_and_sorted(files: dict[str, bytes]) -> None:
    """What is not walked is not counted, and a cheat."""
    with tempfile.TemporaryDirectory() as folder:
        if fill(Path(folder), files):
            assert list(walk(Path(folder))) == sorted(os.path.normpath(name) for name in files)


def test_walk_yields_links_and_follows_none(tmp_path: Path) -> None:
    """A link to the folder above would be walked for ever, and one to /etc leads out of the source."""
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone").symlink_to("nowhere")
    assert list(walk(tmp_path)) == ["gone", "loop"]


def test_walk_skips_folders_with_all_that_is_below(tmp_path: Path) -> None:
    """Asking once for .git spares reading it."""
    fill(tmp_path, {".git/config": b"", "sub/.git/x": b"", "sub/file": b""})
    asked: list[str] = []

    def skip(relative: str) -> bool:
        asked.append(relative)
        return relative.endswith(".git")

    assert list(walk(tmp_path, skip=skip)) == ["sub/file"]
    assert sorted(asked) == [".git", "sub", "sub/.git", "sub/file"]


def test_walk_does_not_hide_that_a_folder_is_missing(tmp_path: Path) -> None:
    """An empty answer would be the digest of an empty source."""
    with pytest.raises(FileNotFoundError):
        list(walk(tmp_path / "missing"))


@given(st.permutations(["b/x", "a-b", "a/b", "c"]), st.integers(0, 2**31))
def test_digest_does_not_depend_on_creation_order_or_times(order: list[str], time: int) -> None:
    """Two clones of a commit differ in both, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        fill(first, {name: name.encode() for name in sorted(order)})
        fill(second, {name: name.encode() for name in order})
        for path in [second, *second.rglob("*")]:
            os.utime(path, (time, time))
        assert tree_digest(first) == tree_digest(second)


@given(contents, contents)
def test_digests_are_equal_exactly_when_the_contents_are(left: dict[str, bytes], right: dict[str, bytes]) -> None:
    """A digest that two sources share proves nothing."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        if fill(first, left) and fill(second, right):
            same = {os.path.normpath(n): c for n, c in left.items()} == {
                os.path.normpath(n): c for n, c in right.items()
            }
            assert (tree_digest(first) == tree_digest(second)) == same


@pytest.mark.parametrize("change", ["content", "name", "executable", "added", "link", "link-for-file"])
def test_digest_changes_with(change: str, tmp_path: Path) -> None:
    """Each of these can change a wheel."""
    fill(tmp_path, {"file": b"1", "other": b"1"})
    (tmp_path / "link").symlink_to("file")
    before = tree_digest(tmp_path)
    if change == "content":
        (tmp_path / "file").write_bytes(b"2")
    elif change == "name":
        (tmp_path / "file").rename(tmp_path / "renamed")
    elif change == "executable":
        (tmp_path / "file").chmod(0o755)
    elif change == "added":
        (tmp_path / "empty").touch()
    elif change == "link":
        (tmp_path / "link").unlink()
        (tmp_path / "link").symlink_to("other")
    else:
        (tmp_path / "link").unlink()
        (tmp_path / "link").write_bytes(b"file")
    assert tree_digest(tmp_path) != before


def test_digest_does_not_change_with_what_git_does_not_keep(tmp_path: Path) -> None:
    """Times, other mode bits and empty folders do not survive a clone."""
    fill(tmp_path, {"file": b"1"})
    before = tree_digest(tmp_path)
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "empty").mkdir()
    os.utime(tmp_path / "file", (0, 0))
    assert tree_digest(tmp_path) == before


def test_digest_can_be_computed_by_anyone(tmp_path: Path) -> None:
    """The buildinfo's digest is of use to a third party only if its recipe is fixed."""
    fill(tmp_path, {"a": b"1"})
    (tmp_path / "b").symlink_to("a")
    lines = f"100644 {hashlib.sha256(b'1').hexdigest()} a\0" + f"120000 {hashlib.sha256(b'a').hexdigest()} b\0"
    assert tree_digest(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()


def test_digest_counts_names_that_are_no_text(tmp_path: Path) -> None:
    """Linux has file names of any bytes, and git keeps them."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).touch()
    one = tree_digest(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).rename(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfe")))
    assert tree_digest(tmp_path) != one


def test_sha256_is_that_of_the_content(tmp_path: Path) -> None:
    """It is compared with what others computed."""
    (tmp_path / "big").write_bytes(b"x" * 3_000_000)
    assert sha256_of(tmp_path / "big") == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def test_write_makes_folders_and_replaces(tmp_path: Path) -> None:
    """dist/ and evidence/ need not exist, and a second build replaces the first."""
    target = tmp_path / "some" / "where" / "file"
    write_atomic(target, b"1")
    write_atomic(target, b"2")
    assert target.read_bytes() == b"2"
    assert list(target.parent.iterdir()) == [target]


def test_reader_of_the_old_file_reads_it_to_its_end(tmp_path: Path) -> None:
    """A write into the old file would show a reader half of each."""
    target = tmp_path / "file"
    write_atomic(target, b"old content")
    with target.open("rb", buffering=0) as reader:
        start = reader.read(3)
        write_atomic(target, b"NEW CONTENT")
        assert start + reader.read() == b"old content"
    assert target.read_bytes() == b"NEW CONTENT"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_mode_of_a_written_file_follows_the_umask(umask: int, mode: int, tmp_path: Path) -> None:
    """A wheel that only its builder can read fails in the next step of a pipeline."""
    script = "import os, sys; from pathlib import Path; from samewheel._files import write_atomic\n"
    script += "os.umask(int(sys.argv[1])); write_atomic(Path(sys.argv[2]), b'x')"
    subprocess.run([sys.executable, "-c", script, str(umask), tmp_path / "file"], check=True)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


@given(old=st.binary(max_size=2000), size=st.integers(10_000, 50_000))
def test_failed_write_leaves_the_old_content(old: bytes, size: int) -> None:
    """A buildinfo that is half written would be evidence of nothing."""
    resource = pytest.importorskip("resource")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "file")
        target.write_bytes(old)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
        try:
            with pytest.raises(SamewheelError, match="cannot write") as caught:
                write_atomic(target, bytes(size))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert str(target) in caught.value.what
        assert target.read_bytes() == old
        assert list(Path(folder).iterdir()) == [target]


def test_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """The commonest failure of all: no space left."""
    source = tmp_path / "big"
    source.write_bytes(bytes(1 << 20))
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=64k", "small", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr}")
    try:
        (disk / "file").write_bytes(b"old")
        for way in ("write", "place"):
            with pytest.raises(SamewheelError, match="cannot write") as caught:
                write_atomic(disk / "file", bytes(1 << 20)) if way == "write" else place(source, disk / "file")
            assert "No space left" in caught.value.cause
            assert (disk / "file").read_bytes() == b"old"
            assert list(disk.iterdir()) == [disk / "file"]
    finally:
        subprocess.run(["/bin/umount", disk], check=True)


@pytest.mark.parametrize("obstacle", ["folder-in-the-way", "file-for-folder"])
def test_obstacle_on_the_way_is_our_error(obstacle: str, tmp_path: Path) -> None:
    """A folder called like the wheel is odd, but no reason for a traceback."""
    target = tmp_path / "out" / "file"
    if obstacle == "folder-in-the-way":
        (target / "x").mkdir(parents=True)
    else:
        target.parent.write_bytes(b"")
    with pytest.raises(SamewheelError, match="cannot write"):
        write_atomic(target, b"x")
    assert not list(tmp_path.rglob(".*"))


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_file_of_any_name_can_be_written(name: str) -> None:
    """The temporary name beside it must not be longer than what a file system allows."""
    with tempfile.TemporaryDirectory() as folder:
        if name not in (".", ".."):
            write_atomic(Path(folder, name), b"x")
            assert Path(folder, name).read_bytes() == b"x"


WRITER = """
import sys
from pathlib import Path
from samewheel._files import put

def fill(file):
    file.write(b"half")
    file.flush()
    print("half", flush=True)
    sys.stdin.read()

put(Path(sys.argv[1]), fill)
"""


def can_be_nameless(folder: Path) -> bool:
    """Tell whether a file system has files without names."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR))
    except (AttributeError, OSError):
        return False
    return True


@pytest.mark.parametrize("killed", [True, False])
def test_write_that_is_killed_leaves_nothing_beside_the_old_content(tmp_path: Path, *, killed: bool) -> None:
    """Half of a large wheel would lie there for ever, under a name that nobody knows."""
    if not can_be_nameless(tmp_path):
        pytest.skip("this file system has no files without names")
    (tmp_path / "file").write_bytes(b"old")
    command = [sys.executable, "-c", WRITER, str(tmp_path / "file")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    if killed:
        process.kill()
    process.communicate()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == (b"old" if killed else b"half")


def test_file_system_without_nameless_files_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every one has them."""
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    write_atomic(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize("old", [None, b"old"])
def test_nameless_file_that_may_get_no_name_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes | None
) -> None:
    """Where AppArmor confines us, the one is allowed and the other is not."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("link")

    if old is not None:
        (tmp_path / "file").write_bytes(old)
    monkeypatch.setattr(os, "link", refuse)
    write_atomic(tmp_path / "file", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"new"}


def test_place_copies_whole_files_and_keeps_the_source(tmp_path: Path) -> None:
    """The wheel goes from the build's folder to dist/, which may be another disk."""
    (tmp_path / "built").write_bytes(b"x" * 3_000_000)
    place(tmp_path / "built", tmp_path / "dist" / "wheel")
    assert (tmp_path / "dist" / "wheel").read_bytes() == (tmp_path / "built").read_bytes() == b"x" * 3_000_000


def test_remove_takes_folders_with_all_they_hold(tmp_path: Path) -> None:
    """What a build leaves may be deep, and full of links."""
    fill(tmp_path / "tree", {"a/b/c/file": b""})
    (tmp_path / "tree" / "out").symlink_to(tmp_path)
    remove(tmp_path / "tree")
    assert list(tmp_path.iterdir()) == []


def test_remove_of_unwritable_folders_works_for_ordinary_users(open_folder: str) -> None:
    """Go's and Bazel's caches are unwritable on purpose, and would fill the disk build by build."""
    script = """
top = Path(sys.argv[1], "tree")
for folder, mode in (("r/sub", 0o500), ("none/sub", 0), ("w", 0o200)):
    (top / folder).mkdir(parents=True)
    (top / folder / "file").touch()
    (top / folder).chmod(mode)
    if folder != "w":
        (top / folder).parent.chmod(mode)
top.chmod(0o500)
_files.remove(top)
assert not top.exists(), sorted(top.rglob("*"))
"""
    done = as_nobody(script, open_folder)
    assert (done.stdout, done.stderr) == ("", "")
    Path(open_folder).rmdir()


def test_remove_leaves_what_links_lead_to_as_it_is(open_folder: str) -> None:
    """An environment's bin/python leads to the user's interpreter, which must not become private to him."""
    script = """
outside, top = Path(sys.argv[1], "python"), Path(sys.argv[1], "tree")
outside.touch(); outside.chmod(0o755)
folder = Path(sys.argv[1], "folder"); folder.mkdir(); folder.chmod(0o755)
top.mkdir()
(top / "python").symlink_to(outside)
(top / "folder").symlink_to(folder)
top.chmod(0o500)
_files.remove(top)
print(top.exists(), oct(outside.stat().st_mode & 0o777), oct(folder.stat().st_mode & 0o777))
folder.rmdir(); outside.unlink()
"""
    assert as_nobody(script, open_folder).stdout == "False 0o755 0o755\n"
    Path(open_folder).rmdir()


def test_remove_of_what_is_gone_changes_nothing(tmp_path: Path) -> None:
    """The folder above is not ours: were it /tmp, a changed mode would lock everybody else out."""
    tmp_path.chmod(0o755)
    remove(tmp_path / "missing")
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_copy_keeps_times_modes_and_links(tmp_path: Path) -> None:
    """The copy of an environment or a snapshot must be taken for the original."""
    source, copy = tmp_path / "source", tmp_path / "deep" / "copy"
    fill(source, {"run": b"#!", "sub/data": b"1"})
    (source / "run").chmod(0o755)
    (source / "link").symlink_to("nowhere")
    os.utime(source / "sub" / "data", (1, 1))
    copy_tree(source, copy)
    assert tree_digest(copy) == tree_digest(source)
    assert (copy / "sub" / "data").stat().st_mtime == 1
    (copy / "sub" / "data").write_bytes(b"2")
    assert (source / "sub" / "data").read_bytes() == b"1"


def test_copy_of_what_is_missing_is_our_error(tmp_path: Path) -> None:
    """The message names both ends."""
    with pytest.raises(SamewheelError, match="cannot copy") as caught:
        copy_tree(tmp_path / "missing", tmp_path / "copy")
    assert str(tmp_path / "missing") in caught.value.what
    assert "No such file" in caught.value.cause


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_copied_file_has_the_same_bytes_and_the_wanted_mode(tmp_path: Path, size: int) -> None:
    """Whatever its size and the umask: a build sees both."""
    content = os.urandom(size)
    (tmp_path / "file").write_bytes(content)
    before = os.umask(0o077)
    try:
        copy_file(str(tmp_path / "file"), str(tmp_path / "copy"), 0o100755)
    finally:
        os.umask(before)
    assert (tmp_path / "copy").read_bytes() == content
    assert (tmp_path / "copy").stat().st_mode == 0o100755


def test_nothing_that_is_there_is_copied_over(tmp_path: Path) -> None:
    """A link that lies in the way would lead the bytes elsewhere."""
    (tmp_path / "file").write_text("new")
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "copy").symlink_to("elsewhere")
    with pytest.raises(FileExistsError):
        copy_file(str(tmp_path / "file"), str(tmp_path / "copy"), 0o644)
    assert (tmp_path / "elsewhere").read_text() == "kept"
