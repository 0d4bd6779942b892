"""A commit's name binds what is built: git's objects are what their names say, or nothing is copied."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from samewheel import sources
from samewheel._process import Finished
from samewheel.errors import NoSourceError, SamewheelError
from samewheel.sources._objects import check_out
from samewheel.sources.remote import clone
from tests.functional.git_projects import (
    PROJECT,
    commit,
    contents,
    files_in,
    git,
    make_repository,
    snapshot,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "src/demo/__init__.py"

FILES = {**PROJECT, "tools/check.py": "y = 2\n"}


pytestmark = pytest.mark.usefixtures("plain_git")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project in a repository of its own, clean."""
    return make_repository(tmp_path / "repository", FILES)


def evil(repository: Path) -> str:
    """Return a commit that has another module; nothing leads to it, but its objects are there."""
    head = git(repository, "rev-parse", "HEAD")
    write(repository, {MODULE: "import os; os.system('evil')\n"})
    found = commit(repository)
    git(repository, "reset", "--quiet", "--hard", head)
    return found


def loose(repository: Path, name: str) -> Path:
    """Return the file that an object lies in."""
    oid = git(repository, "rev-parse", name)
    return repository / git(repository, "rev-parse", "--git-path", f"objects/{oid[:2]}/{oid[2:]}")


def forge(repository: Path, name: str, by: str) -> None:
    """Replace what lies under an object's name by another object."""
    place, content = loose(repository, name), loose(repository, by).read_bytes()
    place.chmod(0o644)
    place.write_bytes(content)


def renamed(index: bytes, old: str, new: str) -> bytes:
    """Return a pack's index in which an object has another name (gitformat-pack(5), version 2)."""
    (count,) = struct.unpack(">I", index[1028:1032])
    names, sums, places = (
        [index[1032 + count * before :][size * row :][:size] for row in range(count)]
        for before, size in ((0, 20), (20, 4), (24, 4))
    )
    names = [bytes.fromhex(new) if name == bytes.fromhex(old) else name for name in names]
    rows = sorted(zip(names, sums, places, strict=True))
    fan = struct.pack(">256I", *(sum(name[0] <= first for name, *_ in rows) for first in range(256)))
    columns = b"".join(b"".join(column) for column in zip(*rows, strict=True))
    body = index[:8] + fan + columns + index[1032 + 28 * count : -20]
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def pack(repository: Path, *names: str) -> Path:
    """Pack some objects beside the repository, and return the pack's index."""
    told = "".join(f"{git(repository, 'rev-parse', name)}\n" for name in names)
    made = git(repository, "pack-objects", "--quiet", repository.parent / "pack", told=told)
    return repository.parent / f"pack-{made}.idx"


def refused(source: sources.Source, into: Path) -> SamewheelError:
    """Check that nothing is copied, and return why."""
    with pytest.raises(SamewheelError) as refusal:
        sources.take(source, into)
    assert refusal.value.hint.startswith("Ask git itself: git -C ")
    assert refusal.value.hint.endswith(" fsck")
    return refusal.value


@pytest.mark.parametrize("what", ["", "^{tree}", ":src/demo", f":{MODULE}"], ids=["commit", "root", "tree", "blob"])
def test_forged_object_is_never_checked_out(repository: Path, tmp_path: Path, what: str) -> None:
    """Whichever of all it is; the control has one forged, too, but none of the commit's."""
    head, by = git(repository, "rev-parse", "HEAD"), evil(repository)
    for name, forged, other in (("control", by, head), ("forged", head, by)):
        shutil.copytree(repository / ".git", tmp_path / name / ".git")
        forge(tmp_path / name, f"{forged}{what}", f"{other}{what}")
    check_out(tmp_path / "control", head, repository=repository)
    assert files_in(tmp_path / "control") == sorted(FILES)
    with pytest.raises(SamewheelError, match="not what their names say"):
        check_out(tmp_path / "forged", head, repository=repository)
    assert files_in(tmp_path / "forged") == []


@pytest.mark.parametrize("what", [":src/demo", f":{MODULE}"], ids=["tree", "blob"])
def test_forged_object_is_no_source(repository: Path, tmp_path: Path, what: str) -> None:
    """Who gets a repository as files gets what others put there, and the commit's name must not vouch for that."""
    source, by = sources.inspect(repository), evil(repository)
    forge(repository, f"HEAD{what}", f"{by}{what}")
    assert "not what their names say" in refused(source, tmp_path / "copy").what


def repository_of(kind: str, folder: Path) -> Path:
    """Return a working copy of the same files, whose objects are kept in one of the ways that there are."""
    if kind == "sha256":
        (folder / "own").mkdir()
        git(folder / "own", "init", "--quiet", "--object-format=sha256")
        write(folder / "own", FILES)
        commit(folder / "own")
        return folder / "own"
    lender = make_repository(folder / "lender", FILES)
    if kind == "worktree":
        git(lender, "worktree", "add", "--quiet", folder / "own")
        return folder / "own"
    options = {"packed": [], "shallow": ["--depth=1"], "borrowed": ["--shared"]}[kind]
    commit(lender)
    git(folder, "clone", "--quiet", *options, lender.as_uri() if kind == "shallow" else lender, "own")
    if kind == "packed":
        git(folder / "own", "repack", "-a", "-d", "--quiet")
    return folder / "own"


@pytest.mark.parametrize("kind", ["packed", "shallow", "borrowed", "worktree", "sha256"])
def test_sound_repository_is_a_source_however_it_keeps_objects(tmp_path: Path, kind: str) -> None:
    """The control; and neither is the repository changed, nor does anything of the check stay in the copy."""
    repository = repository_of(kind, tmp_path)
    before = contents(tmp_path)
    taken = snapshot(repository, tmp_path / "copy")
    assert {name: one for name, one in contents(tmp_path).items() if name.partition("/")[0] != "copy"} == before
    assert files_in(taken.root) == sorted(FILES)
    assert git(taken.root, "status", "--porcelain") == git(taken.root, "fsck", "--full") == ""
    assert git(taken.root, "rev-parse", "HEAD") == taken.source.commit
    expected = {"HEAD", "config", "index", "info", "objects", "packed-refs", "refs"}
    expected |= {"shallow"} if kind == "shallow" else set()
    assert {path.name for path in (taken.root / ".git").iterdir()} <= expected


@pytest.mark.parametrize("kind", ["borrowed", "worktree", "sha256"])
def test_forged_object_is_no_source_wherever_it_lies(tmp_path: Path, kind: str) -> None:
    """Also in the repository that another one borrows from, and where names have 64 digits."""
    repository = repository_of(kind, tmp_path)
    source, owner = sources.inspect(repository), tmp_path / "lender" if kind == "borrowed" else repository
    forge(owner, f"HEAD:{MODULE}", f"{evil(owner)}:{MODULE}")
    refused(source, tmp_path / "copy")


def test_forged_object_of_a_submodule_is_no_source(repository: Path, tmp_path: Path) -> None:
    """Its commit is bound by that of the repository which has it."""
    git(repository, "submodule", "--quiet", "add", make_repository(tmp_path / "inner", FILES), "vendor/inner")
    commit(repository)
    source, inner = sources.inspect(repository), repository / "vendor" / "inner"
    by = evil(inner)
    forge(inner, f"HEAD:{MODULE}", f"{by}:{MODULE}")
    assert str(inner) in refused(source, tmp_path / "copy").hint


def test_copy_has_what_was_checked_where_an_object_is_there_twice(repository: Path, tmp_path: Path) -> None:
    """Git reads the copy of whichever pack it used last, so that the one that is checked need not be the one read."""
    by, tree = evil(repository), git(repository, "rev-parse", "HEAD^{tree}")
    good = pack(repository, "HEAD", tree, "HEAD:src", "HEAD:src/demo", f"HEAD:{MODULE}")
    others = [f"HEAD:{name}" for name in (".gitignore", "pyproject.toml", "tools", "tools/check.py")]
    bad = pack(repository, *others, f"{by}:{MODULE}")
    index = renamed(bad.read_bytes(), *(git(repository, "rev-parse", f"{one}:{MODULE}") for one in (by, "HEAD")))
    bad.chmod(0o644)
    bad.write_bytes(index)
    objects = repository / ".git" / "objects"
    for file in objects.glob("??/*"):
        file.unlink()
    for number, one in enumerate((bad, good), 1):
        for file in (one, one.with_suffix(".pack")):
            shutil.copy(file, objects / "pack")
            os.utime(objects / "pack" / file.name, (number, number))
    assert (snapshot(repository, tmp_path / "copy").root / MODULE).read_text() == FILES[MODULE]


def test_list_of_commits_that_nobody_checks_is_not_copied(repository: Path, tmp_path: Path) -> None:
    """Git believes it, without a look at the commits, and backends ask git whether files are as committed."""
    tree, other = (git(repository, "rev-parse", f"{one}^{{tree}}") for one in ("HEAD", evil(repository)))
    git(repository, "commit-graph", "write", "--reachable")
    graph = repository / ".git" / "objects" / "info" / "commit-graph"
    body = graph.read_bytes()[:-20].replace(bytes.fromhex(tree), bytes.fromhex(other))
    source = sources.inspect(repository)
    graph.chmod(0o644)
    graph.write_bytes(body + hashlib.sha1(body, usedforsecurity=False).digest())
    # In the repository itself, git believes the list, and takes a file for changed that is not.
    copy = sources.take(source, tmp_path / "copy", allow_dirty=True).root
    assert not (copy / ".git" / "objects" / "info" / "commit-graph").exists()
    assert git(copy, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("how", "cause", "hint"),
    [
        ({"stderr": b"fatal: write error: No space left on device"}, "No space left", "Make room"),
        ({"timed_out": True}, "It took more than 1800 s.", ""),
    ],
    ids=["full", "slow"],
)
def test_machine_that_fails_casts_no_doubt_on_a_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], cause: str, hint: str
) -> None:
    """Who is told that objects may be forged looks for whoever did it, and not for room on the disk."""
    failed = replace(Finished(argv=("git",), returncode=128, stdout=b"", stderr=b"", timed_out=False), **how)
    monkeypatch.setattr("samewheel.sources._objects.attempt", lambda *_, **__: failed)
    with pytest.raises(SamewheelError, match="git fetch failed in") as caught:
        check_out(repository, git(repository, "rev-parse", "HEAD"), repository=repository)
    assert cause in caught.value.cause
    assert caught.value.hint.startswith(hint)
    assert "fsck" not in caught.value.hint


def test_forged_object_is_not_cloned_for_a_rebuild(repository: Path, tmp_path: Path) -> None:
    """A path is as good as a URL there, and no better."""
    assert clone(str(repository), "v1.0", tmp_path / "sound") == git(repository, "rev-parse", "HEAD")
    forge(repository, f"HEAD:{MODULE}", f"{evil(repository)}:{MODULE}")
    with pytest.raises(NoSourceError, match="git clone failed"):
        clone(str(repository), "v1.0", tmp_path / "copy")
