"""Names of members: those that everyone makes the same one file of, and no two that are taken for one another."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from samewheel.errors import Flaw
from samewheel.wheel import names as names_module
from samewheel.wheel.names import PLAIN, check_name, check_names

NASTY = "aAcCoOnNuUlLpPrRxXmMtT019_+-@. /\\:$\0\n\r\t\x7f\u00b9\u00e9\u202e\u200b\ufeff\ud800²"
WORDS = [
    "con",
    "CON",
    "aux",
    "com1",
    "lpt¹",
    "conin$",
    "..",
    ".",
    "",
    " ",
    "a",
    "a.py",
    "nul.txt",
    "nul .txt",
    "con@",
]
nasty = st.text(alphabet=NASTY, max_size=12) | st.lists(st.sampled_from(WORDS), min_size=1).map("/".join)


def slowly(name: str) -> str:
    """Return what the slow way says of a name."""
    patch = pytest.MonkeyPatch()
    with patch.context() as without:
        without.setattr(names_module, "PLAIN", re.compile(r"(?!)"))
        try:
            check_name(name)
        except Flaw as flaw:
            return flaw.reason
    return ""


@settings(max_examples=1000)
@given(name=nasty)
@example("a\n")
@example("a/\n")
@example("con.x")
@example("a/" * 100)
def test_fast_way_lets_pass_what_the_slow_way_does(name: str) -> None:
    """One look tells for most names; it must never tell more than a close one."""
    if len(name) <= 255 and PLAIN.fullmatch(name):
        assert slowly(name) == ""
    try:
        check_name(name)
    except Flaw as flaw:
        assert flaw.reason == slowly(name)  # noqa: PT017 - one of two ends that are both right
    else:
        assert slowly(name) == ""


@pytest.mark.parametrize(
    "name", ["demo/__init__.py", "demo/", "a.b-1.0.data/purelib/x+y@z.txt", "com.py", "console", "a b"]
)
def test_usual_names_take_the_fast_way(name: str) -> None:
    """A slow look at each of thirty thousand would be felt."""
    assert PLAIN.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["demo/naïve.py", "demo/.hidden", "demo/x$y.py", "demo/~x", "x" * 255, "демо/файл", "a/" * 1900 + "x"]
)
def test_unusual_names_pass(name: str) -> None:
    """Nothing is wrong with what is only rare."""
    check_name(name)
    assert slowly(name) == ""


REFUSED = {
    "": "empty part",
    "/": "empty part",
    "/etc/passwd": "empty part",
    "a//b": "empty part",
    "a//": "empty part",
    "../a": "leads elsewhere",
    "a/..": "leads elsewhere",
    "./a": "leads elsewhere",
    "a\\b": "means something else on Windows",
    "c:x": "means something else on Windows",
    "a\0b": "U+0000",
    "a\nb": "U+000A",
    "a\u202eb": "U+202E",
    "a\u200bb": "U+200B",
    "\ue000": "U+E000",
    "a.": "a dot or a space",
    "a /b": "a dot or a space",
    "con": "is a device",
    "a/NUL.tar.gz": "is a device",
    "COM1": "is a device",
    "com¹.txt": "is a device",
    "conin$": "is a device",
    "x" * 256: "more than 255 bytes",
    "é" * 128: "more than 255 bytes",
    "a/" * 1921: "more than 3840 bytes",
    "a/" * 65 + "b": "more than 64 folders",
}


@pytest.mark.parametrize(("name", "reason"), REFUSED.items(), ids=[ascii(name[:20]) for name in REFUSED])
def test_name_that_means_something_else_elsewhere_is_refused(name: str, reason: str) -> None:
    """Some system or installer would write another file, or none."""
    with pytest.raises(Flaw) as caught:
        check_names([name])
    assert reason in caught.value.reason


PAIRS = {
    "twice": (["a", "a"], "more than once"),
    "folder twice": (["a/", "a/"], "more than once"),
    "case": (["a/README", "a/Readme"], "taken for 'a/README'"),
    "case of a folder": (["a/x", "A/y"], "its folder is taken for that of 'a/x'"),
    "case of a folder entry": (["A/", "a/y"], "its folder is taken for that of 'A/'"),
    "case of a parent": (["a/b/x", "A/b/y"], "its folder is taken for that of 'a/b/x'"),
    "normal form": (["caf\u00e9", "cafe\u0301"], "taken for"),
    "looks": (["p\u0430ge", "page"], "taken for"),
    "ligature": (["ﬁle", "file"], "taken for"),
    "file and folder": (["a", "a/b"], "a file, and a folder of 'a/b'"),
    "folder and file": (["a/b", "A"], "a file, and a folder of 'a/b'"),
    "file and folder entry": (["a", "a/"], "a file, and a folder of 'a/'"),
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("names", "reason"), PAIRS.values(), ids=PAIRS)
def test_names_that_are_taken_for_one_another_are_refused(names: list[str], reason: str, *, turned: bool) -> None:
    """One of them would be written over the other, on some system; in whatever order they come."""
    with pytest.raises(Flaw) as caught:
        check_names(reversed(names) if turned else names)
    assert turned or reason in caught.value.reason


@given(names=st.sets(st.lists(st.sampled_from("abAé"), min_size=1, max_size=3).map("/".join)))
def test_names_pass_exactly_if_they_are_as_many_files_everywhere(names: set[str]) -> None:
    """What is refused is what a file system without case would merge, and nothing else."""
    paths = [tuple(name.casefold().split("/")) for name in names]
    parents = {tuple(name.split("/")[:end]) for name in names for end in range(1, name.count("/") + 1)}
    merged = len({tuple(part.casefold() for part in parent) for parent in parents}) != len(parents)
    clash = {tuple(part.casefold() for part in parent) for parent in parents} & set(paths)
    try:
        check_names(sorted(names))
    except Flaw:
        assert merged or clash or len(set(paths)) != len(paths)
    else:
        assert not merged
        assert not clash
        assert len(set(paths)) == len(paths)


def test_folders_with_and_without_entries_pass() -> None:
    """An entry may come before, after or without what is in it."""
    check_names(["a/", "a/b", "c/d/e", "c/", "c/d/", "f/g"])
