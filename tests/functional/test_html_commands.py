"""``--html`` and ``--badge``: pages from commands, whole or not at all, and never in the place of anything else."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from samewheel._files import put_folder
from samewheel.audit.store import writing
from samewheel.audit.values import Item, Outcome, Skipped
from samewheel.cli.main import run
from samewheel.errors import SamewheelError
from tests.functional.test_diff import ALL, pair
from tests.unit.audits import item_of, job_of, rebuilt_of
from tests.unit.wheels import FILES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel


def headline(page: Path) -> str:
    """Return the sentence that a page begins with."""
    found = re.search(r"<h1>(.*?)</h1>", page.read_text("utf-8"))
    assert found
    return found[1]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with an audit of three packages."""
    items = [*map(item_of, ("identical", "payload-differs")), Item(name="git", skipped=Skipped.VCS, where="list.txt")]
    file = tmp_path / "audit.sqlite3"
    with writing(file, "list.txt", items) as writer:
        for name in ("identical", "payload-differs"):
            writer.put(job_of(name), Outcome(rebuilt=rebuilt_of(job_of(name))))
    return file


def test_diff_writes_a_page_and_says_the_same(samewheel: Samewheel, tmp_path: Path) -> None:
    """The page comes besides what the command says, and changes neither that nor how it ends."""
    a, b = pair(tmp_path, ALL)
    plain = samewheel("diff", "-q", a, b)
    paged = samewheel("diff", "-q", a, b, "--html", "new/report.html")
    assert (paged.returncode, paged.stdout, paged.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    page = tmp_path / "new" / "report.html"
    assert headline(page) == "These wheels do not install the same files."
    # Side by side, with what differs in the lines.
    assert re.search(r"x = <del>1</del>.*?x = <ins>2</ins>", page.read_text("utf-8"))


def test_same_comparison_gives_the_same_page(samewheel: Samewheel, tmp_path: Path) -> None:
    """Whatever the seed of hashes, the home and the folder one works in."""
    a, b = pair(tmp_path, ALL)
    for name, seed in (("one", "1"), ("two", "2")):
        (tmp_path / name).mkdir()
        samewheel("diff", "-q", a, b, "--html", "r.html", cwd=tmp_path / name, PYTHONHASHSEED=seed, HOME=f"/{name}")
    assert (tmp_path / "one" / "r.html").read_bytes() == (tmp_path / "two" / "r.html").read_bytes()


def test_same_wheels_have_a_page_too(samewheel: Samewheel, tmp_path: Path) -> None:
    """A good verdict is shown as well."""
    a, b = pair(tmp_path, FILES)
    assert samewheel("diff", "-q", a, b, "--html", "r.html").returncode == 0
    assert headline(tmp_path / "r.html") == "These are the same file, to the bit."


def test_page_that_cannot_be_written_is_refused_before_the_work(samewheel: Samewheel, tmp_path: Path) -> None:
    """Nobody waits for two builds to learn that."""
    (tmp_path / "file").write_bytes(b"")
    for command in (("verify", tmp_path), ("rebuild", "six==1.16.0")):
        done = samewheel(*command, "--html", "file/r.html")
        assert done.returncode == 1
        assert "cannot write to" in done.stderr
        assert "Name a file in another folder with --html." in done.stderr


@pytest.mark.parametrize("option", ["--html", "--badge"])
def test_file_of_others_is_not_written_over(samewheel: Samewheel, tmp_path: Path, option: str) -> None:
    """A slip of the hand costs no README; our own page is made anew."""
    (tmp_path / "mine").write_text("mine", "utf-8")
    done = samewheel("verify", tmp_path, option, "mine")
    assert done.returncode == 2
    assert "samewheel has not written it" in done.stderr
    assert (tmp_path / "mine").read_text("utf-8") == "mine"


@pytest.mark.parametrize("option", ["--html", "--badge"])
@pytest.mark.parametrize("through", ["pipe", "link", "itself"])
def test_what_is_no_plain_file_stays_what_it_is(
    samewheel: Samewheel, tmp_path: Path, option: str, through: str
) -> None:
    """A page takes the place of no pipe, no device, and no link to one or to nothing; no run hangs on them either."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "itself").symlink_to("itself")
    before = {path.name: path.lstat().st_ino for path in tmp_path.iterdir()}
    done = samewheel("verify", tmp_path, option, through)
    assert done.returncode == 2
    assert f"{through} is no plain file" in done.stderr
    assert f"Name a file: {option} " in done.stderr
    assert {path.name: path.lstat().st_ino for path in tmp_path.iterdir()} == before


def test_pipe_is_no_folder_for_a_site(samewheel: Samewheel, store: Path, tmp_path: Path) -> None:
    """Nor does one inside a folder make that a site of ours, or a run hang."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "site" / "packages").mkdir(parents=True)
    os.mkfifo(tmp_path / "site" / "index.html")
    for name, told in (("pipe", "pipe is no folder"), ("site", "holds other files")):
        done = samewheel("audit", "list", "--store", store, "--html", name)
        assert (done.returncode, told in done.stderr) == (2, True)
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "site" / "index.html").is_fifo()


def test_page_goes_where_a_link_leads(samewheel: Samewheel, tmp_path: Path) -> None:
    """The link stays one; of another's file behind it nothing is written over."""
    a, b = pair(tmp_path, FILES)
    (tmp_path / "new.html").symlink_to("folder/page.html")
    for _ in range(2):
        assert samewheel("diff", "-q", a, b, "--html", "new.html").returncode == 0
    assert (tmp_path / "new.html").is_symlink()
    assert headline(tmp_path / "folder" / "page.html") == "These are the same file, to the bit."
    (tmp_path / "mine").write_text("mine", "utf-8")
    (tmp_path / "link").symlink_to("mine")
    assert samewheel("diff", "-q", a, b, "--html", "link").returncode == 2
    assert (tmp_path / "mine").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "words", [["verify", ".", "--html"], ["verify", ".", "--badge"], ["audit", "list", "--html"]]
)
def test_standard_output_takes_no_page(samewheel: Samewheel, tmp_path: Path, words: list[str]) -> None:
    """A dash makes no file of that name, but a hint."""
    done = samewheel(*words, "-")
    assert done.returncode == 2
    assert "cannot write to standard output" in done.stderr
    assert f"{words[-1]} " in done.stderr.partition("Name a ")[2]
    assert not (tmp_path / "-").exists()


def test_page_and_badge_are_two_files(samewheel: Samewheel, tmp_path: Path) -> None:
    """However one file is named twice, neither replaces the other."""
    (tmp_path / "link").symlink_to("one.html")
    for other in ("one.html", "./one.html", "link"):
        done = samewheel("verify", tmp_path, "--html", "one.html", "--badge", other)
        assert done.returncode == 2
        assert "--html and --badge are both one.html" in done.stderr
    assert not (tmp_path / "one.html").exists()


def test_empty_file_is_nobodys(samewheel: Samewheel, tmp_path: Path) -> None:
    """Such as one that `mktemp` has made to keep the name."""
    a, b = pair(tmp_path, FILES)
    (tmp_path / "r.html").write_bytes(b"")
    assert samewheel("diff", "-q", a, b, "--html", "r.html").returncode == 0
    assert headline(tmp_path / "r.html") == "These are the same file, to the bit."


def test_one_damaged_file_twice_has_a_page(samewheel: Samewheel, tmp_path: Path) -> None:
    """It is the same file, whatever it contains; two that differ and are damaged are refused, and leave no page."""
    for name, content in (("a", b"no wheel"), ("b", b"no wheel"), ("c", b"another")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x-1.0-py3-none-any.whl").write_bytes(content)
    a, b, c = (tmp_path / name / "x-1.0-py3-none-any.whl" for name in "abc")
    assert samewheel("diff", "-q", a, b, "--html", "r.html").returncode == 0
    assert "identical" in (tmp_path / "r.html").read_text("utf-8")
    assert samewheel("diff", "-q", a, c, "--html", "s.html").returncode == 1
    assert not (tmp_path / "s.html").exists()


def test_verify_writes_page_and_badge(samewheel: Samewheel, copied: ProjectCopier, tmp_path: Path) -> None:
    """In the project's own folder, where neither is taken for source; and the builds are looked into."""
    project = copied("defects/hash-order", "project")
    pages = []
    for _ in range(2):
        done = samewheel(
            *("verify", "-q", "--no-via-sdist", "--search", "0", "--html", "report.html", "--badge", "badge.svg"),
            cwd=project,
        )
        assert done.returncode == 13
        pages.append((project / "report.html").read_text("utf-8"))
    page = pages[1]
    assert page == pages[0]
    assert headline(project / "report.html") == "The two builds do not install the same files."
    assert "<del>" in page
    assert "payload-differs</text>" in (project / "badge.svg").read_text("utf-8")
    assert str(tmp_path) not in page


@pytest.mark.index
def test_rebuild_writes_a_page_with_members(samewheel: Samewheel, tmp_path: Path) -> None:
    """What was published is looked into beside what was built."""
    assert samewheel("rebuild", "-q", "six==1.16.0", "--html", "six.html").returncode == 0
    page = (tmp_path / "six.html").read_text("utf-8")
    assert headline(tmp_path / "six.html").startswith("This wheel comes from its source")
    assert "6 members: 6 same." in page
    assert "samewheel rebuild six==1.16.0 --wheel six-1.16.0-py2.py3-none-any.whl" in page


def test_audit_writes_a_site_and_replaces_it(samewheel: Samewheel, store: Path, tmp_path: Path) -> None:
    """A page of all, one of each; an old site goes as a whole, so that no page of another audit stays."""
    site = tmp_path / "site"
    site.mkdir()
    for _ in range(2):
        assert samewheel("audit", "list", "--store", store, "--html", site).returncode == 0
        assert headline(site / "index.html") == "1 of 2 rebuilt wheels is as published, to the bit."
        pages = ["git.html", "identical-1.0.html", "payload-differs-1.0.html"]
        assert sorted(path.name for path in (site / "packages").iterdir()) == pages
        (site / "packages" / "git.html").rename(site / "packages" / "old.html")
    assert sorted(path.name for path in tmp_path.iterdir() if "lock" not in path.name) == ["audit.sqlite3", "site"]


@pytest.mark.parametrize("stranger", ["notes.txt", "packages/notes.html", "index.html"])
def test_site_replaces_nothing_else(samewheel: Samewheel, store: Path, tmp_path: Path, stranger: str) -> None:
    """A folder with anything in it that is not ours is refused, and stays as it is."""
    site = tmp_path / "site"
    samewheel("audit", "list", "--store", store, "--html", site)
    (site / stranger).write_text("mine", "utf-8")
    before = sorted(os.fspath(path) for path in site.rglob("*"))
    done = samewheel("audit", "list", "--store", store, "--html", site)
    assert done.returncode == 2
    assert "holds other files than pages of an audit" in done.stderr
    assert sorted(os.fspath(path) for path in site.rglob("*")) == before
    assert (site / stranger).read_text("utf-8") == "mine"


def test_site_that_cannot_be_made_leaves_the_old_one(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a site is none."""
    site = tmp_path / "site"
    assert run(["audit", "list", "--store", str(store), "--html", str(site)]) == 0
    before = {path: path.read_bytes() for path in site.rglob("*.html")}
    monkeypatch.setattr("samewheel.report.html.audits._page", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(["audit", "list", "--store", str(store), "--html", str(site)])
    assert {path: path.read_bytes() for path in site.rglob("*.html")} == before
    assert sorted(path.name for path in tmp_path.iterdir() if "lock" not in path.name) == ["audit.sqlite3", "site"]


def test_folder_comes_as_a_whole_or_not(tmp_path: Path) -> None:
    """What was there goes only when what replaces it is complete; nothing is left beside it."""
    folder = tmp_path / "folder"
    put_folder(folder, lambda new: (new / "a").write_bytes(b"1"))
    put_folder(folder, lambda new: (new / "b").write_bytes(b"2"))
    assert [path.name for path in folder.iterdir()] == ["b"]

    def fail(new: Path) -> None:
        (new / "c").write_bytes(b"3")
        raise OSError(28, "No space left on device")

    with pytest.raises(SamewheelError, match="cannot write"):
        put_folder(folder, fail)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert (folder / "b").read_bytes() == b"2"
