"""What samewheel writes is ignored by git: lines are added to a .gitignore, and none goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from samewheel.adopting.ignoring import holds_others, ignored

from .adoptions import only_change, there

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (None, "/dist/\n/evidence/\n"),
        ("", "/dist/\n/evidence/\n"),
        ("*.pyc", "*.pyc\n/dist/\n/evidence/\n"),
        ("*.pyc\r\ndist/\r\n", "*.pyc\r\ndist/\r\n/evidence/\r\n"),
        ("/dist\n#/evidence/\n", "/dist\n#/evidence/\n/evidence/\n"),
        ("dist/*\nmy-evidence/\nsrc/dist/\n", "dist/*\nmy-evidence/\nsrc/dist/\n/evidence/\n"),
    ],
)
def test_what_is_missing_is_added(text: str | None, after: str) -> None:
    """Whatever is there stays, with its line ends; what has been named in any usual way is not named again."""
    outcome = ignored(there({} if text is None else {".gitignore": text}))
    assert only_change(outcome) == after
    assert ignored(there({".gitignore": after})).changes == ()


def test_a_part_of_a_repository_is_ignored_where_it_is() -> None:
    """A line of the folder above is about it only if it is about all folders."""
    assert ignored(there({".gitignore": "dist/\nevidence\n"}, below="pk/a/")).changes == ()
    (change,) = ignored(there({".gitignore": "/dist/\n/evidence/\n"}, below="pk/a/")).changes
    assert (change.path, change.after) == ("pk/a/.gitignore", b"/dist/\n/evidence/\n")


def test_a_folder_of_theirs_is_not_hidden(tmp_path: Path) -> None:
    """A package may be called evidence: its new files must be seen by git."""
    project = msgspec.structs.replace(there(), own=frozenset({"evidence"}))
    assert only_change(ignored(project)) == "/dist/\n"
    assert not holds_others(tmp_path / "none")
    (tmp_path / "a.verify.json").touch()
    assert not holds_others(tmp_path)
    (tmp_path / "__init__.py").touch()
    assert holds_others(tmp_path)


def test_without_git_there_is_nothing_to_ignore() -> None:
    """The file would be for nobody."""
    assert ignored(there(has_git=False, remote=None)).changes == ()
