"""Text of other people's, where a job of CI reads commands in all that is printed."""

from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._text import inert

PIECES = st.lists(st.sampled_from([":", "::", "#", "##[", " ", "\t", "\u3000", "\n", "\x1b[1m", "error", "é"]))


def commands(text: str) -> list[str]:
    """Return the lines that GitHub's runner takes for commands: of the newer form, and of the older one."""
    return [line for line in text.split("\n") if line.strip().startswith("::") or "##[" in line]


@given(PIECES.map("".join))
def test_no_line_is_a_command(text: str) -> None:
    """With one, a name in a wheel could hide words of a log, or put an error where there is none."""
    assert commands(click.unstyle(inert(text))) == []
    if not commands(click.unstyle(text)):
        assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("::add-mask::x", r"\x3a:add-mask::x"), ("a\n  ::x", "a\n  \\x3a:x"), ("a ###[error]", r"a ##\x23[error]")],
)
def test_what_was_there_can_still_be_read(text: str, shown: str) -> None:
    """It is escaped as all that no terminal should be told."""
    assert inert(text) == shown
