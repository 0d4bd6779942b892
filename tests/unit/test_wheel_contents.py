"""What members hold: whatever a stream claims, chunks are small, and the last comes only after all checks."""

from __future__ import annotations

import hashlib
import io
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.errors import Flaw
from samewheel.wheel import contents as contents_module
from samewheel.wheel import source as source_module
from samewheel.wheel.archive import read_archive
from samewheel.wheel.contents import check_contents, contents, sha256_of_contents, whole
from samewheel.wheel.source import CHUNK, Source
from tests.unit.wheels import Entry, packed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.wheel import Member


def member_of(content: bytes, stream: bytes | None = None, **both: int) -> tuple[Source, Member]:
    """Return the member of an archive, deflated if there is a stream."""
    fields = {"method": 8 if stream is not None else 0, **both}
    source = Source(io.BytesIO(packed([Entry(name=b"x", contents=content, stream=stream, both=fields)])))
    return source, read_archive(source).members[0]


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents_module, "CHUNK", 7)
    monkeypatch.setattr(source_module, "CHUNK", 5)


@pytest.fixture(scope="module", params=["stored", "deflated", "in blocks"])
def packer(request: pytest.FixtureRequest) -> str:
    """Return a way to make a stream."""
    return str(request.param)


def stream_of(packer: str, content: bytes) -> bytes | None:
    """Return the stream for some contents, None if they are stored."""
    if packer == "stored":
        return None
    deflater = zlib.compressobj(9 if packer == "deflated" else 0, zlib.DEFLATED, -15)
    return deflater.compress(content) + deflater.flush()


@given(content=st.binary(max_size=99) | st.builds(bytes.__mul__, st.binary(max_size=3), st.integers(0, 3000)))
def test_contents_are_what_was_packed(packer: str, content: bytes) -> None:
    """All ways to ask give the same, in chunks that are never larger than they should be."""
    patch = pytest.MonkeyPatch()
    with patch.context() as small:
        small.setattr(contents_module, "CHUNK", 7)
        small.setattr(source_module, "CHUNK", 5)
        source, member = member_of(content, stream_of(packer, content))
        pieces = list(contents(source, member))
        assert b"".join(pieces) == content
        assert max(map(len, pieces), default=0) <= 7
        assert b"" not in pieces
        assert whole(source, member, at_most=len(content)) == content
        assert sha256_of_contents(source, member) == hashlib.sha256(content).hexdigest()
        check_contents(source, member)


def test_chunks_are_small_whatever_a_stream_expands_to() -> None:
    """A stream of some kilobytes may hold gigabytes; nobody asked for them at once."""
    content = bytes(8 * CHUNK)
    source, member = member_of(content, stream_of("deflated", content))
    assert max(map(len, contents(source, member))) <= CHUNK


def first_pieces(source: Source, member: Member) -> bytes:
    """Return what is told of a member before it is refused."""

    def pieces() -> Iterator[bytes]:
        try:
            yield from contents(source, member)
        except Flaw:
            return

    return b"".join(pieces())


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("cut", [0, 1, 6])
def test_last_chunk_comes_only_after_the_checks(packer: str, cut: int) -> None:
    """Who writes pieces as they come has nothing whole before the CRC was found right."""
    content = bytes(range(100, 142))[cut:]
    source, member = member_of(content, stream_of(packer, content), crc=1)
    with pytest.raises(Flaw, match="CRC"):
        check_contents(source, member)
    told = first_pieces(source, member)
    assert content.startswith(told)
    assert len(told) < len(content)


def test_text_longer_than_any_is_not_read() -> None:
    """What is read as a whole has a limit that is looked at before."""
    source, member = member_of(b"12345")
    with pytest.raises(Flaw, match="it has 5 bytes, and 4 are the most"):
        whole(source, member, at_most=4)


@given(offset=st.integers(0, 1 << 65), length=st.integers(1, 1 << 65))
def test_source_gives_all_or_a_flaw(offset: int, length: int) -> None:
    """No caller gets less than it asked for, and no offset is too large to be refused."""
    source = Source(io.BytesIO(b"0123456789"))
    if offset + length <= 10:
        assert source.at(offset, length) == b"0123456789"[offset : offset + length]
    else:
        with pytest.raises(Flaw, match="the file ends within"):
            source.at(offset, length)


@pytest.mark.parametrize("piece", [CHUNK, 5])
@pytest.mark.parametrize("more", range(1, 12))
def test_nothing_hides_behind_a_stream(more: int, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream tells where it ends; inflaters read ahead by some bytes, and none of those may go unnoticed."""
    content = b"x = 1\n" * 9
    source, member = member_of(content, (stream_of("deflated", content) or b"") + bytes(range(more)))
    monkeypatch.setattr(source_module, "CHUNK", piece)
    with pytest.raises(Flaw, match="its stream ends before its compressed size"):
        check_contents(source, member)
