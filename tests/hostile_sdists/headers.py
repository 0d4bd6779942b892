"""Headers that lie, contradict each other, or cost more than what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile_sdists.tar_bytes import END, TOP, base, entry, gz, header, long_name, padded, pax, sdist
from tests.hostile_sdists.values import Case, Content

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CASES"]


def _hidden() -> bytes:
    """Return what is a file's content to some readers, and a member to others."""
    return entry(f"{TOP}/demo.py", b"evil = 1\n")


def _keys(_: str) -> bytes:
    """Return global headers with five thousand keys, which count for each of the members that follow."""
    records = {f"key{number}": "x" for number in range(5000)}
    return gz(pax(records, kind=b"g") + base() + b"".join(entry(f"{TOP}/{n}") for n in range(2000)) + END)


def _comments() -> Iterator[bytes]:
    """Yield members with a comment of 900 kB each, 270 MB in all, which readers keep."""
    comment = pax({"comment": b"x" * 900_000})
    yield gz(base() + b"".join(comment + entry(f"{TOP}/{number}") for number in range(300)) + END, 1)


def _chained(_: str) -> bytes:
    """Return two thousand headers, each for the next."""
    return sdist(pax({"comment": "x"}) * 2000, entry(f"{TOP}/x"))


ROWS: tuple[tuple[str, str, str, Content], ...] = (
    (
        "pax-size-hides-member",
        f"{TOP}/a",
        "By the header it is empty and a module follows; by the one before, that is its content (CVE-2025-62518).",
        lambda _: sdist(pax({"size": str(len(_hidden()))}), entry(f"{TOP}/a"), _hidden()),
    ),
    (
        "pax-size-shows-member",
        f"{TOP}/a",
        "As before, the other way round.",
        lambda _: sdist(pax({"size": "0"}), entry(f"{TOP}/a", _hidden())),
    ),
    (
        "pax-size-negative",
        f"{TOP}/a",
        "The next member begins where this one does: readers go round for ever (CVE-2025-8194).",
        lambda _: sdist(pax({"size": "-2048"}), entry(f"{TOP}/a")),
    ),
    (
        "pax-size-is-no-number",
        f"{TOP}/a",
        "Readers take it for nothing, and its content for members.",
        lambda _: sdist(pax({"size": "much"}), entry(f"{TOP}/a", _hidden())),
    ),
    (
        "pax-size-huge",
        f"{TOP}/a",
        "A file of an exabyte in a few bytes: who makes room first has none left.",
        lambda _: sdist(pax({"size": str(1 << 60)}), entry(f"{TOP}/a", b"x")),
    ),
    (
        "pax-size-for-all",
        f"{TOP}/a",
        "A global header gives every member another size.",
        lambda _: sdist(pax({"size": "512"}, kind=b"g"), entry(f"{TOP}/a"), _hidden()),
    ),
    (
        "size-negative",
        f"{TOP}/a",
        "GNU's numbers have a sign: the next member begins before this one.",
        lambda _: sdist(header(f"{TOP}/a", size=-1024)),
    ),
    (
        "size-huge",
        f"{TOP}/a",
        "Eight exabytes, as GNU writes them.",
        lambda _: sdist(header(f"{TOP}/a", size=1 << 63)),
    ),
    (
        "size-of-pax-negative",
        f"{TOP}/pyproject.toml",
        "A header before the header that ends before it begins.",
        lambda _: sdist(header("pax", size=-512, kind=b"x"), entry(f"{TOP}/a")),
    ),
    (
        "pax-without-member",
        f"{TOP}/pyproject.toml",
        "It is about nothing: the member was cut off.",
        lambda _: sdist(pax({"path": f"{TOP}/a"})),
    ),
    (
        "pax-record-of-no-length",
        f"{TOP}/pyproject.toml",
        "Readers that go on by a record's length stay where they are.",
        lambda _: sdist(pax(b"0 path=x\n"), entry(f"{TOP}/a")),
    ),
    (
        "pax-chained",
        f"{TOP}/pyproject.toml",
        "Each is for the next: readers that call themselves run out of stack.",
        _chained,
    ),
    (
        "pax-comment-of-megabytes",
        f"{TOP}/pyproject.toml",
        "A note that nobody needs, of 17 MB, which readers read as a whole.",
        lambda _: sdist(pax({"comment": b"x" * (17 << 20)}), entry(f"{TOP}/a")),
    ),
    (
        "pax-says-sixteen-gigabytes",
        f"{TOP}/pyproject.toml",
        "A header that is said to be larger than the memory.",
        lambda _: sdist(header("pax", size=16 << 30, kind=b"x"), b"\0" * 1024),
    ),
    ("global-keys-by-the-thousand", "", "Each counts for each member: a thousand times a thousand.", _keys),
    (
        "long-name-of-sixteen-gigabytes",
        f"{TOP}/pyproject.toml",
        "A name that is said to be larger than the memory.",
        lambda _: sdist(header("././@LongLink", size=16 << 30, kind=b"L"), b"\0" * 1024),
    ),
    (
        "long-name-without-member",
        f"{TOP}/pyproject.toml",
        "The name of nothing.",
        lambda _: sdist(long_name(f"{TOP}/a")),
    ),
    (
        "header-damaged",
        f"{TOP}/a",
        "Some readers stop at it and say nothing, and some go on: two sdists in one.",
        lambda _: sdist(entry(f"{TOP}/a"), b"\1" + entry(f"{TOP}/b")[1:], entry(f"{TOP}/c")),
    ),
    (
        "header-with-wrong-checksum",
        f"{TOP}/pyproject.toml",
        "As before: whoever does not look at checksums finds one more.",
        lambda _: sdist(entry(f"{TOP}/a").replace(b"ustar", b"USTAR")),
    ),
    (
        "header-cut-off",
        f"{TOP}/pyproject.toml",
        "Half of a header, and then nothing.",
        lambda _: gz(base() + entry(f"{TOP}/a")[:300]),
    ),
    (
        "content-cut-off",
        f"{TOP}/a",
        "It ends before its content does.",
        lambda _: gz(base() + header(f"{TOP}/a", size=5000) + padded(b"x" * 600)),
    ),
)
"""Name, member, why, what makes it."""

CASES: tuple[Case, ...] = (
    *(Case(name=name, why=why, member=member, content=content) for name, member, why, content in ROWS),
    Case(
        name="pax-comments-by-the-hundred",
        why="Each is small enough, and readers keep them all: 270 MB.",
        member=f"{TOP}/",
        content=lambda _: _comments(),
        large=True,
    ),
)
"""Sdists whose headers are wrong."""
