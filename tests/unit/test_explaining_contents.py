"""What members hold: values that only one build had are named, in any encoding, and nothing else is."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.comparison import compare
from samewheel.explaining.case import Given, Mark, opened
from samewheel.explaining.explaining import join, look_into
from samewheel.explaining.values import UNKNOWN, Certainty
from tests.unit.wheels import FILES, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samewheel.explaining.values import Explanation

PATHS = ("/samewheel-build/source", "/zq7 größe/source")
GIVEN = Given(
    marks=(
        Mark(condition="source_path", a=PATHS[0], b=PATHS[1]),
        Mark(condition="host", a="samewheel-host", b="zq7host"),
        Mark(condition="user", a="samewheel-user", b="zq7user"),
    ),
    values=(
        Mark(condition="uid", a="1000", b="4242"),
        Mark(condition="cpus", a="2", b="1"),
        Mark(condition="hash_seed", a="12345", b="7117"),
    ),
    umasks=(0o022, 0o077),
)


def explained(tmp_path: Path, contents: tuple[bytes, bytes], *, known: bool = True) -> tuple[Explanation, ...]:
    """Return why two wheels differ that have other contents of one member."""
    a, b = (
        written(tmp_path / name, {**FILES, "demo/data.bin": content})
        for name, content in zip("ab", contents, strict=True)
    )
    with opened(a, b, compare(a, b).differences, given=GIVEN if known else None) as case:
        return join(look_into(case))


def told(tmp_path: Path, contents: tuple[bytes, bytes]) -> list[tuple[str, Certainty, tuple[str, ...]]]:
    """Return the causes with how sure they are, and who is guilty."""
    return [(one.cause, one.certainty, one.conditions) for one in explained(tmp_path, contents)]


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-16": lambda text: text.encode("utf-16-le"),
    "utf-32": lambda text: text.encode("utf-32-be"),
    "percent": lambda text: quote(text).encode(),
    "escaped": lambda text: text.encode("unicode_escape"),
    "base64": lambda text: base64.b64encode(text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_values_of_both_builds_are_named_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    """A path in a manifest, in a URL or in compiled code is the same leak."""
    write = ENCODINGS[encoding]
    contents = tuple(b"\0before " + write(path) + b" after" for path in PATHS)
    assert told(tmp_path, (contents[0], contents[1])) == [("build-path", Certainty.SHOWN, ("source_path",))]


def test_several_values_in_one_member_are_all_named(tmp_path: Path) -> None:
    """Who cures one of them must not be surprised by the next."""
    contents = (b"by samewheel-user at samewheel-host as 1000", b"by zq7user at zq7host as 4242")
    assert {one[0] for one in told(tmp_path, contents)} == {"user-name", "host-name", "user-id"}


@pytest.mark.parametrize(
    "contents",
    [
        (b"by zq7user", b"by zq7user!"),
        (b"by samewheel-user", b"by somebody else"),
        (b"by zq7user", b"by samewheel-user"),
        (b"uid 4242", b"uid 1000"),
        (b"uid 1000", b"uid 4243"),
    ],
)
def test_values_that_are_not_those_of_the_builds_in_turn_name_nobody(
    contents: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """A value in both wheels, in one alone, or in the wrong one was in the source, and is no leak."""
    assert [one[0] for one in told(tmp_path, contents)] == [UNKNOWN]


@pytest.mark.parametrize("shared", [GIVEN.marks[1:], ()], ids=["others", "none"])
def test_value_that_both_builds_had_names_nobody(tmp_path: Path, shared: tuple[Mark, ...]) -> None:
    """With one condition varied alone, all other values stand in both wheels, and something else differs."""
    a, b = (
        written(tmp_path / side, {**FILES, "demo/data.bin": f"in {PATHS[0]}: {word}".encode()})
        for side, word in (("a", "apple"), ("b", "pear"))
    )
    with opened(a, b, compare(a, b).differences, given=Given(marks=shared)) as case:
        found = join(look_into(case))
    assert [one.cause for one in found] == [UNKNOWN]


def test_what_is_left_beside_a_value_is_not_called_explained(tmp_path: Path) -> None:
    """A member may differ by a value and by something else, which must be looked for."""
    contents = (b"by samewheel-user, apple", b"by zq7user, a pear or two")
    found = explained(tmp_path, contents)
    assert [one.cause for one in found] == ["user-name"]


def test_seed_is_no_order(tmp_path: Path) -> None:
    """Who writes PYTHONHASHSEED down has nothing to sort."""
    assert told(tmp_path, (b"seed 12345", b"seed 7117")) == [("hash-value", Certainty.SHOWN, ("hash_seed",))]


ENVIRONMENTS = (
    {"HOME": "/samewheel-build/home", "LANG": "C.UTF-8", "PATH": "/usr/bin", "TZ": "UTC", "USER": "samewheel-user"},
    {"HOME": "/zq7-home/home", "LANG": "tr_TR.UTF-8", "PATH": "/zq7/bin", "TZ": "ZQT-05:45", "USER": "zq7user"},
)
FORMS: dict[str, Callable[[dict[str, str]], str]] = {
    "env": lambda them: "".join(f"{name}={value}\n" for name, value in them.items()),
    "json": lambda them: json.dumps(them, indent=1),
    "mapping": repr,
    "pairs": lambda them: repr([*them.items()]),
}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_whole_environment_is_one_cause(form: str, *, known: bool, tmp_path: Path) -> None:
    """Who dumps it has one thing to cure, and not one for each variable, of which some are our own."""
    one, other = (FORMS[form](them).encode() for them in ENVIRONMENTS)
    (found,) = explained(tmp_path, (one, other), known=known)
    assert (found.cause, found.conditions) == ("environment-dump", ())
    assert found.certainty is (Certainty.SHOWN if known else Certainty.CONSISTENT)


def test_few_variables_are_no_whole_environment(tmp_path: Path) -> None:
    """A name that is written on purpose is told as that."""
    one, other = (f"USER={them['USER']}\nTZ=UTC\n".encode() for them in ENVIRONMENTS)
    assert [cause.cause for cause in explained(tmp_path, (one, other))] == ["user-name"]


def test_what_differs_beside_an_environment_is_not_called_explained(tmp_path: Path) -> None:
    """A file may have more than the environment, which must be looked for."""
    one, other = (
        f"{word}\n{FORMS['env'](them)}".encode() for word, them in zip(("a", "b"), ENVIRONMENTS, strict=True)
    )
    found = explained(tmp_path, (one, other))
    assert {"environment-dump", "user-name"} <= {cause.cause for cause in found}


@pytest.mark.parametrize(
    ("a", "b", "cause"),
    [
        ("P = '/api/v1/users'", "P = '/api/v2/users'", UNKNOWN),
        ("P = '/home/ann/demo/x'", "P = '/home/bob/demo/x'", "build-path"),
        ("P = '/tmp/one/x'", "P = '/tmp/two/x'", "temp-path"),
        ("P = '/builddir-one/x'", "P = '/builddir-two/x'", "build-path"),
        ("port 1234567890", "port 1987654321", UNKNOWN),
        ("timeout 1234567890", "timeout 1987654321", UNKNOWN),
        ("BUILD_TIME = 1234567890", "BUILD_TIME = 1987654321", "build-date"),
        ("buildDate: 1234567890", "buildDate: 1987654321", "build-date"),
        ("mtime 1234567890", "mtime 1987654321", "build-date"),
        ("return 2019", "return 2021", UNKNOWN),
        ("Copyright 2019 by us", "Copyright 2021 by us", "build-date"),
        ("as of 2026-11-22", "as of 2026-11-23", "build-date"),
        ("# generated by robot\nx\n1234567890", "# generated by robot\nx\n1987654321", "build-date"),
    ],
)
def test_one_weak_word_is_not_enough_where_nothing_is_known(a: str, b: str, cause: str, tmp_path: Path) -> None:
    """Two releases differ in routes, ports and years that have nothing to do with a build."""
    found = explained(tmp_path, (a.encode(), b.encode()), known=False)
    assert [(one.cause, one.certainty) for one in found] == [(cause, Certainty.CONSISTENT)]


def test_numbers_of_builds_that_are_known_may_be_times(tmp_path: Path) -> None:
    """Both builds had the same source: a number that differs is no edit."""
    found = explained(tmp_path, (b"port 1234567890", b"port 1987654321"))
    assert [one.cause for one in found] == ["build-date"]


def test_a_small_number_is_only_consistent(tmp_path: Path) -> None:
    """A 2 that became a 1 may be the number of processors, and may be anything."""
    assert told(tmp_path, (b"workers 2", b"workers 1")) == [("cpu-count", Certainty.CONSISTENT, ())]


def test_the_same_words_in_another_order_are_consistent_with_a_set(tmp_path: Path) -> None:
    """Without builds, a set and a folder look alike; so nobody is called guilty."""
    assert told(tmp_path, (b"[a, b, c]\n", b"[c, a, b]\n")) == [("set-order", Certainty.CONSISTENT, ())]


@given(names=st.tuples(st.text(max_size=30), st.text(max_size=30)))
def test_every_difference_is_explained_or_said_to_be_unknown(
    names: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever reads the causes alone must not miss that a member differs."""
    contents = (names[0].encode(), names[1].encode())
    found = explained(tmp_path_factory.mktemp("pair"), contents)
    assert bool(found) == (names[0] != names[1])
    assert all("demo/data.bin" in one.members for one in found)
