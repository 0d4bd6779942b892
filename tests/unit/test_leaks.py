"""Leaks: a value is found in any usual encoding at any place, and what is no leak is left alone."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.buildinfo import Isolation, Leak
from samewheel.conditions import Conditions
from samewheel.interpreter import find_interpreter
from samewheel.leaks import Sought, find_leaks, leak_warnings, members, sought_values, summed_up
from samewheel.leaks.values import is_distinctive

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES = {
    "source_path": "/samewheel-build/source",
    "environment_path": "/zq7 größe/env",
    "host": "samewheel-host",
    "user": "samewheel-user",
    "temp": "/samewheel-build/???~~~>>>",
    "real_user": "janedoe",
}

SOUGHT = tuple(Sought(condition=name, value=value, word=name == "real_user") for name, value in VALUES.items())

WRITERS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda value: value.encode(),
    "utf-16-le": lambda value: value.encode("utf-16-le"),
    "utf-16-be": lambda value: value.encode("utf-16-be"),
    "utf-32-le": lambda value: value.encode("utf-32-le"),
    "utf-32-be": lambda value: value.encode("utf-32-be"),
    "URL": lambda value: f"file://{quote(value)}".encode(),
    "URL's part": lambda value: quote(value, safe="").encode(),
    "URL's part in small letters": lambda value: quote(value, safe="").lower().encode(),
    "JSON": lambda value: json.dumps(value).encode(),
    "JSON of others": lambda value: json.dumps(value).replace("/", "\\/").encode(),
    "Python": lambda value: ascii(value).encode(),
    "Python's bytes": lambda value: repr(value.encode()).encode(),
    "C": lambda value: "".join(chr(c) if c < 128 else f"\\{c:03o}" for c in value.encode()).encode(),
    "base64": lambda value: base64.b64encode(value.encode()),
    "base64 after one": lambda value: base64.b64encode(b"x" + value.encode() + b"yz"),
    "base64 after two": lambda value: base64.b64encode(b"xy" + value.encode() + b"zzz"),
    "base64 of URLs": lambda value: base64.urlsafe_b64encode(b"?" + value.encode()),
    "hex": lambda value: value.encode().hex().encode(),
    "HEX": lambda value: value.encode().hex().upper().encode(),
}
"""The ways in which programs write a value, each as the program does it."""


def packed(folder: Path, **contents: bytes) -> Path:
    """Return an archive with members of these contents."""
    wheel = folder / "sample-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return wheel


def conditions(base: str) -> Conditions:
    """Return conditions with all places in a folder."""
    names = ("source", "environment", "home", "temp", "shims", "out")
    source, environment, home, temp, shims, out = (Path(base, name) for name in names)
    return Conditions(
        source=source, environment=environment, home=home, temp=temp, shims=shims, out=out, epoch=315532800
    )


@given(
    condition=st.sampled_from(sorted(VALUES)),
    writer=st.sampled_from(sorted(WRITERS)),
    before=st.binary(max_size=700) | st.text("weh-6\0ljan", max_size=700).map(str.encode),
    after=st.binary(max_size=700),
)
def test_a_value_is_found_in_any_encoding_at_any_place(
    condition: str, writer: str, before: bytes, after: bytes
) -> None:
    """Members are read in pieces, and nobody chooses where a piece ends: the value must not fall in between."""
    content = WRITERS[writer](VALUES[condition])
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "CHUNK", 64)
        leaks = find_leaks(packed(Path(folder), m=before + b"\n" + content + b"\n" + after), SOUGHT)
    (leak,) = (leak for leak in leaks if leak.condition == condition)
    assert (leak.member, leak.count) == ("m", 1)


@given(
    lines=st.integers(0, 1000),
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=6),
    chunk=st.integers(1, 400),
)
def test_every_occurrence_is_counted_once_whatever_the_pieces(lines: int, sizes: list[int], chunk: int) -> None:
    """Pieces overlap; an occurrence in the overlap is one, and its line is that of the whole file."""
    content = b"\n" * lines + b"".join(b"x" * size + b"\n/samewheel-build/source\n" for size in sizes)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "CHUNK", chunk)
        (leak,) = find_leaks(packed(Path(folder), m=content), SOUGHT)
    assert (leak.count, leak.place) == (len(sizes), f"line {lines + 2}")


@given(st.binary(max_size=3000))
def test_nothing_is_found_where_nothing_is(content: bytes) -> None:
    """The control: the tests above pass for a search that always finds, as well."""
    with tempfile.TemporaryDirectory() as folder:
        assert find_leaks(packed(Path(folder), m=content), SOUGHT) == ()


def test_nothing_is_found_where_nothing_is_looked_for(tmp_path: Path) -> None:
    """A search without values must not match everywhere, as an empty pattern would."""
    assert find_leaks(packed(tmp_path, m=b"/samewheel-build/source"), ()) == ()


def test_place_is_the_line_of_a_text_and_the_byte_of_anything_else(tmp_path: Path) -> None:
    """Whoever is warned opens the file there."""
    wheel = packed(tmp_path, a=b"\n\nx = '/samewheel-build/source'", b=b"\0\n/samewheel-build/source\0")
    assert [(leak.member, leak.place, leak.encoding) for leak in find_leaks(wheel, SOUGHT)] == [
        ("a", "line 3", "utf-8"),
        ("b", "byte 2", "utf-8"),
    ]


def test_the_longest_of_several_values_is_what_leaked(tmp_path: Path) -> None:
    """The path of a folder starts the paths of all that is in it; the cause is the inner one."""
    sought = (
        Sought(condition="outer", value="/samewheel-build"),
        Sought(condition="inner", value="/samewheel-build/env"),
    )
    leaks = find_leaks(packed(tmp_path, a=b"/samewheel-build/env/bin"), sought)
    assert [leak.condition for leak in leaks] == ["inner"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("janedoe", True),
        ("/home/janedoe/x", True),
        ("by janedoe.", True),
        (r"by\njanedoe\n", True),
        ("janedoeson", False),
        ("maryjanedoe", False),
        ("janedoe2", False),
        (r"by\\xjanedoe", False),
    ],
)
def test_name_of_the_machine_counts_as_a_whole_word_only(tmp_path: Path, content: str, found: bool) -> None:  # noqa: FBT001
    """Names that we did not choose are parts of other words."""
    assert bool(find_leaks(packed(tmp_path, a=content.encode()), SOUGHT)) is found


def test_word_that_the_source_says_is_no_leak_and_hides_none(tmp_path: Path) -> None:
    """A manual may name our folders, and an author may be the user; what only begins like that is still a leak."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "empty").touch()
    (source / "README").write_text("See /samewheel-build/source, by janedoe <https://example.org/janedoe>\n")
    said = b"Author: janedoe\nURL: https://example.org/janedoe\n\nSee `/samewheel-build/source`.\n"
    assert find_leaks(packed(tmp_path, METADATA=said), SOUGHT, source=source) == ()
    assert len(find_leaks(packed(tmp_path, METADATA=said), SOUGHT)) == 2
    wheel = packed(tmp_path, METADATA=said + b"/samewheel-build/source/x.c\n")
    (leak,) = find_leaks(wheel, SOUGHT, source=source)
    assert (leak.condition, leak.place, leak.count) == ("source_path", "line 5", 1)


def test_compressed_files_inside_are_looked_into(tmp_path: Path) -> None:
    """Data files are often packed once more."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", "\n/samewheel-build/source")
    text = b"\n\nsamewheel-host" * 100
    wheel = packed(tmp_path, gz=gzip.compress(text), zip=inner.getvalue())
    assert [(leak.condition, leak.member, leak.place) for leak in find_leaks(wheel, SOUGHT)] == [
        ("host", "gz", "unzipped: line 3"),
        ("source_path", "zip", "a/b.txt: line 2"),
    ]


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"PK\3\4", b"PK\3\4" + b"\0" * 40])
def test_what_only_looks_compressed_is_read_as_it_is(tmp_path: Path, start: bytes) -> None:
    """Two bytes are soon there by chance, and a warning is no reason to fail."""
    (leak,) = find_leaks(packed(tmp_path, a=start + b" samewheel-host"), SOUGHT)
    assert leak.condition == "host"


def test_compressed_file_that_never_ends_is_left_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes can unpack to gigabytes."""
    monkeypatch.setattr(members, "LARGEST_INNER", 1 << 20)
    bomb = gzip.compress(b"\0" * (8 << 20) + b"samewheel-host")
    assert find_leaks(packed(tmp_path, a=bomb), SOUGHT) == ()


@pytest.mark.parametrize(
    ("value", "distinctive"),
    [
        ("janedoe", True),
        ("thinkpad-x1", True),
        ("jane", False),
        ("root", False),
        ("runner", False),
        ("Ubuntu", False),
        ("12345", False),
        ("localhost", False),
        ("/home/janedoe", True),
        ("/home/runner", False),
        ("/root", False),
        ("/root/.pyenv/versions/3.11.7", True),
        ("/usr/lib/python3", False),
        ("/usr", False),
        ("/", False),
        ("", False),
    ],
)
def test_only_names_that_are_no_words_are_looked_for(value: str, distinctive: bool) -> None:  # noqa: FBT001
    """A warning in every other wheel is one that nobody reads."""
    assert is_distinctive(value) is distinctive


def test_names_of_the_machine_are_looked_for_only_where_a_build_could_see_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a sandbox, the maintainer's name in the wheel of his own project is from his pyproject.toml."""
    monkeypatch.setenv("HOME", "/home/janedoe")
    monkeypatch.setattr("os.uname", lambda: type("Uname", (), {"nodename": "thinkpad-x1.example.org"}))
    build, interpreter = conditions("/samewheel-build"), find_interpreter()
    found = {}
    for mechanism in ("none", "user-namespaces"):
        isolation = Isolation(network="open", filesystem="open", mechanism=mechanism)
        found[mechanism] = {(item.condition, item.value) for item in sought_values(build, interpreter, isolation)}
    assert {("real_host", "thinkpad-x1.example.org"), ("real_host", "thinkpad-x1")} <= found["none"]
    assert not {name for name, _ in found["user-namespaces"]} & {"real_host", "real_user"}
    assert ("real_home", "/home/janedoe") in found["user-namespaces"]
    assert ("source_path", "samewheel-build") in found["user-namespaces"]


def test_name_of_a_folder_that_is_a_word_is_not_looked_for() -> None:
    """Without a sandbox, the source lies in a folder named build."""
    isolation = Isolation(network="open", filesystem="open", mechanism="none")
    sought = sought_values(conditions("/tmp/samewheel-x/build"), find_interpreter(), isolation)  # noqa: S108 - no file
    assert "build" not in {item.value for item in sought}


def test_warning_names_condition_members_places_and_a_way_out() -> None:
    """One line per condition, however many members there are."""
    leaks = tuple(
        Leak(condition="home", member=f"m{number}", place="line 1", encoding="percent", count=number)
        for number in range(1, 8)
    )
    (line,) = leak_warnings(leaks)
    assert "m1 (line 1, as percent), m2 (line 1, as percent, 2 times)" in line
    assert "and 2 more members" in line
    assert "(home)" in line
    assert "look it up when the package runs" in line
    assert summed_up(leaks) == "home in 7 members"


def test_every_condition_that_is_looked_for_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leak without a text would end the build that it warns of."""
    monkeypatch.setenv("HOME", "/home/janedoe")
    monkeypatch.setattr("os.uname", lambda: type("Uname", (), {"nodename": "thinkpad-x1"}))
    isolation = Isolation(network="open", filesystem="open", mechanism="none")
    names = {item.condition for item in sought_values(conditions("/x/y"), find_interpreter(), isolation)}
    for name in {*names, "interpreter", "real_user"}:
        assert leak_warnings([Leak(condition=name, member="m", place="line 1", encoding="utf-8", count=1)])
