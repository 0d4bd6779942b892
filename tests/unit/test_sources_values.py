"""What sources say of remotes, pointers and names, without git."""

from __future__ import annotations

import pytest

from samewheel._types import Sha256
from samewheel.sources import _lfs
from samewheel.sources._changes import Change
from samewheel.sources.git import published_at
from samewheel.sources.snapshot import shown

OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("https://github.com/owner/demo.git", "https://github.com/owner/demo.git"),
        ("https://token@github.com/owner/demo", "https://github.com/owner/demo"),
        ("https://user:token@example.org:8443/demo?private_token=x#y", "https://example.org:8443/demo"),
        ("ssh://git@example.org/demo.git", "ssh://example.org/demo.git"),
        ("git@github.com:owner/demo.git", "ssh://github.com/owner/demo.git"),
        ("example.org:/srv/demo.git", "ssh://example.org/srv/demo.git"),
        ("git://example.org/demo", "git://example.org/demo"),
    ],
)
def test_remote_is_told_without_credentials(url: str, published: str) -> None:
    """The buildinfo is published."""
    assert published_at(url) == published


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "/srv/git/demo.git",
            "../demo",
            "file:///srv/demo",
            "C:/demo",
            "C:\\demo",
            "https:///x",
            "https://[x/y",
        ),
        *("ext::sh -c evil", "./a:b", "https://x:port/y", "user:token@host"),
    ],
)
def test_remote_on_this_machine_is_not_told(url: str) -> None:
    """Places of this machine help nobody else, and name its user."""
    assert published_at(url) is None


def test_pointer_is_parsed() -> None:
    """The example of the specification."""
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n"
    assert _lfs.parse(text.encode()) == _lfs.Pointer(oid=Sha256(OID), size=12345)


def test_pointer_with_extension_is_parsed() -> None:
    """Lines of extensions come before the oid."""
    text = f"version https://git-lfs.github.com/spec/v1\next-0-foo sha256:{OID[::-1]}\noid sha256:{OID}\nsize 1\n"
    pointer = _lfs.parse(text.encode())
    assert pointer
    assert pointer.oid == OID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version https://git-lfs.github.com/spec/v1\n",
        f"oid sha256:{OID}\nsize 1\n",
        f"version https://git-lfs.github.com/spec/v2\noid sha256:{OID}\nsize 1\n",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID[1:]}\nsize 1\n",
        f" version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 1\n",
    ],
)
def test_other_text_is_no_pointer(text: str) -> None:
    """Almost does not count."""
    assert _lfs.parse(text.encode()) is None


@pytest.mark.parametrize(
    ("codes", "gone"),
    [
        *(((" D",), True), (("D ",), True), (("AD",), True), (("MD",), True), (("??", "D "), False)),
        *(((" M",), False), (("A ",), False), (("??",), False), (("UD",), False), (("DU",), False)),
    ],
)
def test_codes_of_git_say_what_is_gone(codes: tuple[str, ...], gone: bool) -> None:  # noqa: FBT001
    """The table of git-status(1)."""
    assert Change(path="x", codes=codes).is_gone is gone


@pytest.mark.parametrize("path", ["a b", "größe", "-x"])
def test_plain_names_are_shown_plainly(path: str) -> None:
    """Quotes would only be in the way."""
    assert shown(path) == path


@pytest.mark.parametrize("path", ["a\nb", "\x1b[31m", "caf\udce9"])
def test_names_that_no_terminal_shows_are_escaped(path: str) -> None:
    """A name must not forge a line of output, and must be printable at all."""
    assert shown(path).isascii()
    assert shown(path).isprintable()
