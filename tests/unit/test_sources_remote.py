"""Addresses of repositories: none puts a password where others can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.errors import UsageError
from samewheel.sources.remote import clone, split_ref

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "place",
    ["https://user:word@example.org/x.git", "https://user:word@example.org:8443/x.git", "https://word@example.org"],
)
def test_user_before_a_host_is_no_reference(place: str) -> None:
    """Who forgets the reference has not named a repository that is called like a password, nor is it shown."""
    with pytest.raises(UsageError) as caught:
        split_ref(place)
    assert "word" not in str(caught.value)


def test_reference_may_have_slashes_and_the_url_a_user() -> None:
    """The control: such are branches, and such are private repositories."""
    assert split_ref("https://user:word@example.org/x.git@feature/a") == (
        "https://user:word@example.org/x.git",
        "feature/a",
    )
    assert split_ref("git@example.org:x.git@v1") == ("git@example.org:x.git", "v1")
    assert split_ref("../x@v1") == ("../x", "v1")


@pytest.mark.parametrize(
    "url", ["user:word@example.org:x.git", "https://example.org/x.git?token=word", "https://user:word@[::1/x.git"]
)
def test_address_that_would_show_a_password_on_a_command_line_is_refused(url: str, tmp_path: Path) -> None:
    """Everybody on the machine can read the words of a command; git is not started at all."""
    with pytest.raises(UsageError) as caught:
        clone(url, "v1", tmp_path / "into")
    assert "word" not in str(caught.value).replace("password", "")
    assert not (tmp_path / "into").exists()
