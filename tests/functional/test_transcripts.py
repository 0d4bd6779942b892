"""The transcripts of README.md and of the pages: run as they stand, and compared with what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pages import PAGES, blocks, script

if TYPE_CHECKING:
    from pathlib import Path

TRANSCRIPTS = script("transcripts")
SESSIONS = TRANSCRIPTS.SESSIONS


def commands(text: str) -> int:
    """Return how many commands the transcripts of a page have."""
    lines = (line for language, body in blocks(text) if language == "console" for line in body.splitlines())
    return sum(line.startswith("$ ") for line in lines)


def test_every_page_with_transcripts_has_a_session() -> None:
    """A transcript that nobody runs is a drawing of one."""
    assert {name for name, text in PAGES.items() if commands(text)} == set(SESSIONS)


@pytest.mark.index
@pytest.mark.parametrize("name", sorted(SESSIONS))
def test_transcripts_are_what_happens(name: str, tmp_path: Path) -> None:
    """A newcomer compares each line with the screen; a page that is nearly right loses their trust."""
    done = list(TRANSCRIPTS.steps(PAGES[name], SESSIONS[name], tmp_path))
    assert len(done) == commands(PAGES[name])
    for step in done:
        assert not step.differs(), f"{step.command}\n{step.printed}"


def test_a_wrong_transcript_is_noticed(tmp_path: Path) -> None:
    """The control: what is compared is what the command prints, on both streams."""
    text = "```console\n$ echo one\ntwo\n$ samewheel --version >&2\nnothing\n```\n"
    first, second = TRANSCRIPTS.steps(text, TRANSCRIPTS.Session(), tmp_path)
    assert (first.expected, first.printed) == ("two\n", "one\n")
    assert first.differs()
    assert second.differs()
    assert second.printed.startswith("samewheel ")


def test_files_of_a_page_are_written(tmp_path: Path) -> None:
    """A reader makes the files that a page shows, and so does the test."""
    text = "`a/b.txt`:\n\n```text\nhere\n```\n\n```console\n$ cat a/b.txt\n\n```\n"
    session = TRANSCRIPTS.Session(files=True)
    (step,) = TRANSCRIPTS.steps(text, session, tmp_path)
    assert step.printed == "here\n"
    assert TRANSCRIPTS.renewed(text, session) == text.replace("b.txt\n\n```\n", "b.txt\nhere\n```\n")
