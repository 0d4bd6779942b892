"""The buildinfo's JSON: the same bytes for the same values, and read strictly."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._types import Sha256, SourceKind, Via
from samewheel.buildinfo import (
    SCHEMA,
    BuildInfo,
    Dependency,
    Digest,
    Epoch,
    InterpreterInfo,
    Isolation,
    Leak,
    SourceInfo,
    Tool,
    Toolchain,
    WheelInfo,
    from_json,
    read_buildinfo,
    to_json,
)
from samewheel.errors import SamewheelError

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
digests = st.text(st.sampled_from("0123456789abcdef"), min_size=64, max_size=64).map(Sha256)
variables = st.dictionaries(text, text, max_size=3)
integers = st.integers(0, 2**53)
buildinfos = st.builds(
    BuildInfo,
    wheel=st.builds(WheelInfo, name=text, sha256=digests, size=integers),
    source=st.builds(
        SourceInfo,
        kind=st.sampled_from(SourceKind),
        digest=digests,
        uri=st.none() | text,
        commit=st.none() | text,
        describe=st.none() | text,
        subdirectory=text,
        dirty=st.lists(text, max_size=2).map(tuple),
        included=st.lists(text, max_size=2).map(tuple),
    ),
    constraints=st.builds(Digest, sha256=digests),
    dependencies=st.lists(
        st.builds(Dependency, name=text, version=text, filename=text, sha256=digests), max_size=2
    ).map(tuple),
    interpreter=st.builds(InterpreterInfo, implementation=text, version=text, platform=text),
    zlib=text,
    frontend=st.builds(Tool, name=st.sampled_from(["uv", "build"]), version=text),
    via=st.sampled_from(Via),
    epoch=st.builds(Epoch, value=integers, origin=text),
    config_settings=st.dictionaries(text, text | st.lists(text, max_size=2), max_size=3),
    env=variables,
    conditions=variables,
    isolation=st.builds(Isolation, network=text, filesystem=text, mechanism=text),
    readable=st.lists(text, max_size=2).map(tuple),
    toolchain=st.none()
    | st.builds(
        Toolchain,
        compilers=variables,
        linker=text,
        config=variables,
        libraries=st.lists(text, max_size=2).map(tuple),
        producers=st.lists(text, max_size=2).map(tuple),
    ),
    leaks=st.lists(
        st.builds(Leak, condition=text, member=text, place=text, encoding=text, count=integers), max_size=2
    ).map(tuple),
    commands=st.lists(text, max_size=2).map(tuple),
)


def example() -> BuildInfo:
    """Return some buildinfo."""
    digest = Sha256("0" * 64)
    return BuildInfo(
        wheel=WheelInfo(name="x-1-py3-none-any.whl", sha256=digest, size=1),
        source=SourceInfo(kind=SourceKind.GIT, digest=digest),
        constraints=Digest(sha256=digest),
        dependencies=(Dependency(name="d", version="1", filename="d.whl", sha256=digest),),
        interpreter=InterpreterInfo(implementation="cpython", version="3.11.7", platform="linux-x86_64"),
        zlib="1.3",
        frontend=Tool(name="uv", version="0.13.9"),
        via=Via.TREE,
        epoch=Epoch(value=1, origin="commit"),
        config_settings={"b": "1", "a": ["2"]},
        env={"Z": "1", "A": "2"},
        conditions={"umask": "022", "home": "$HOME"},
        isolation=Isolation(network="open", filesystem="open", mechanism="none"),
        readable=(),
        toolchain=None,
        leaks=(),
        commands=("true",),
    )


def changed(**changes: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the example's JSON with some keys set to another value, or removed where it is None."""
    document = {**json.loads(to_json(SCHEMA, example())), **changes}
    return json.dumps({key: value for key, value in document.items() if value is not None}).encode()


def assert_sorted(value: object) -> None:
    """Check that the keys are sorted at every level."""
    if isinstance(value, dict):
        assert list(value) == sorted(value)
        for inner in value.values():
            assert_sorted(inner)
    if isinstance(value, list):
        for inner in value:
            assert_sorted(inner)


@given(buildinfos)
def test_reading_is_the_inverse_of_writing(buildinfo: BuildInfo) -> None:
    """Nothing of the evidence is lost on its way through a file."""
    assert read_buildinfo(to_json(SCHEMA, buildinfo), "x") == buildinfo


def test_buildinfo_from_before_included_files_were_named_is_read() -> None:
    """Evidence is kept for years; where nothing is said of such files, there were none that anybody knows of."""
    document = json.loads(to_json(SCHEMA, example()))
    assert document["source"].pop("included") == []
    assert read_buildinfo(json.dumps(document).encode(), "x") == example()


@given(buildinfos)
def test_schema_comes_first_and_all_other_keys_are_sorted(buildinfo: BuildInfo) -> None:
    """Two files with the same values are the same bytes, and a reader sees at once what it is."""
    content = to_json(SCHEMA, buildinfo)
    document = json.loads(content)
    assert next(iter(document)) == "schema"
    assert document.pop("schema") == SCHEMA
    assert_sorted(document)
    assert content.endswith(b"}\n")
    assert not content.endswith(b"\n\n")


def test_bytes_do_not_depend_on_the_order_of_a_dictionary() -> None:
    """Settings come from the command line in any order."""
    turned = msgspec.structs.replace(example(), env={"A": "2", "Z": "1"}, config_settings={"a": ["2"], "b": "1"})
    assert to_json(SCHEMA, turned) == to_json(SCHEMA, example())


def test_json_is_indented_for_people() -> None:
    """It is looked at in diffs."""
    assert to_json(SCHEMA, example()).decode().splitlines()[:3] == [
        "{",
        f'  "schema": "{SCHEMA}",',
        '  "commands": [',
    ]


def test_epoch_says_where_it_is_from() -> None:
    """The key is a word of Python, and the file has it all the same."""
    assert json.loads(to_json(SCHEMA, example()))["epoch"] == {"from": "commit", "value": 1}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (changed(surprise=1), "surprise"),
        (changed(epoch={"value": 1, "origin": "commit"}), "origin"),
        (changed(epoch={"value": 1}), "from"),
        (changed(zlib=None), "zlib"),
        (changed(zlib=3), "$.zlib"),
        (changed(via="air"), "$.via"),
        (changed(wheel={"name": "x", "sha256": "0", "size": "1"}), "$.wheel.size"),
        (changed(schema="samewheel/buildinfo/2"), "samewheel/buildinfo/2"),
        (changed(schema=None), "None"),
        (changed(schema=["x"]), "['x']"),
        (b"[]", "array"),
        (b"", "truncated"),
        (b'{"a": 1', "truncated"),
        (b'{"schema": "\xff"}', "utf-8"),
        (b'{"a": ' + b"[" * 100_000, "recursion"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_buildinfo_is_refused_with_the_reason(content: bytes, named: str) -> None:
    """It comes from somebody else, and a guess at what it means would be no evidence."""
    with pytest.raises(SamewheelError) as caught:
        read_buildinfo(content, "x.buildinfo.json")
    assert caught.value.what == f"x.buildinfo.json is not a {SCHEMA}"
    assert named in caught.value.cause


class _Said(msgspec.Struct):
    """Something that somebody named."""

    text: str


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_drives_no_terminal(said: str) -> None:
    """A name in a wheel may hold U+009B, which begins a command to a terminal, or turn the rest of a line around."""
    written = to_json("said/1", _Said(said))
    assert from_json("said/1", _Said, written, "said") == _Said(said)
    kinds = {unicodedata.category(character) for character in written.decode() if character not in "\n "}
    assert kinds.isdisjoint({"Cc", "Cf", "Co", "Zl", "Zp", "Zs"})


def test_json_has_no_command_to_a_runner() -> None:
    """GitHub's looks for the older form anywhere in a line; of the newer one, no line of JSON begins with a colon."""
    written = to_json("said/1", _Said("\\##[add-mask]x ###[error]"))
    assert b"##[" not in written
    assert from_json("said/1", _Said, written, "said").text == "\\##[add-mask]x ###[error]"


def test_json_keeps_what_can_be_seen_and_what_nobody_assigned() -> None:
    """Every character there is: letters of other scripts stay as they are, for people who read them."""
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    written = to_json("said/1", _Said(every))
    assert from_json("said/1", _Said, written, "said") == _Said(every)
    shown = {*written.decode()}
    assert {character for character in every if character.isprintable()} <= shown
    hidden = {character for character in shown if not character.isprintable()}
    # What a later Unicode will assign looks the same to every Python, so that all of them write the same bytes.
    assert {unicodedata.category(character) for character in hidden - {"\n"}} == {"Cn"}
