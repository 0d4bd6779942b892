"""Links, devices and other things that are no files."""

from __future__ import annotations

from itertools import pairwise

from tests.hostile_sdists.tar_bytes import TOP, entry, folder, header, link, padded, pax, sdist
from tests.hostile_sdists.values import NO_SOURCE, Case, Content

__all__ = ["CASES"]

HARD = b"1"
GIGABYTE = 1 << 30


def _chain(_: str) -> bytes:
    """Return links that go one step up each, and a file that goes through all of them."""
    steps = "abcd"
    links = [link(f"{TOP}/{'d/' * 9}a", "..")]
    links += [link(f"{TOP}/{'d/' * 9}{here}", f"{before}/..") for before, here in pairwise(steps)]
    return sdist(folder(f"{TOP}/{'d/' * 8}d"), *links, entry(f"{TOP}/{'d/' * 9}d/../../../../../evil", b"x"))


def _sparse(records: dict[str, str], content: bytes = b"") -> bytes:
    return sdist(pax(records), entry(f"{TOP}/GNUSparseFile.0/x", content))


ROWS: tuple[tuple[str, str, str, Content], ...] = (
    ("link-absolute", f"{TOP}/l", "It leads to somebody's files.", lambda d: sdist(link(f"{TOP}/l", d))),
    ("link-out", f"{TOP}/l", "It leads out, step by step.", lambda _: sdist(link(f"{TOP}/l", "../../../secret"))),
    (
        "link-out-and-back",
        f"{TOP}/l",
        "It leads out and back in, if the folder is called as here.",
        lambda _: sdist(link(f"{TOP}/l", f"../../{TOP}/demo.py")),
    ),
    (
        "link-to-proc",
        f"{TOP}/l",
        "A build that packs it packs the variables of whoever unpacks it.",
        lambda _: sdist(link(f"{TOP}/l", "/proc/self/environ")),
    ),
    (
        "link-to-device",
        f"{TOP}/l",
        "Who reads it never comes to an end.",
        lambda _: sdist(link(f"{TOP}/l", "/dev/zero")),
    ),
    (
        "link-to-nul",
        f"{TOP}/l",
        "Some readers stop at the NUL.",
        lambda _: sdist(pax({"linkpath": "x\0y"}), link(f"{TOP}/l", "x")),
    ),
    (
        "link-to-nothing-at-all",
        f"{TOP}/l",
        "A link without a target cannot be.",
        lambda _: sdist(link(f"{TOP}/l", "")),
    ),
    (
        "link-to-too-long",
        f"{TOP}/l",
        "A target that no system takes.",
        lambda _: sdist(pax({"linkpath": "x/" * 3000}), link(f"{TOP}/l", "x")),
    ),
    (
        "link-is-gone-through",
        f"{TOP}/out",
        "Two members together are what neither is alone.",
        lambda d: sdist(link(f"{TOP}/out", d), entry(f"{TOP}/out/evil", b"x")),
    ),
    (
        "link-inside-is-gone-through",
        f"{TOP}/here/x",
        "It stays inside, today; what is unpacked through links can be led anywhere.",
        lambda _: sdist(link(f"{TOP}/here", "."), entry(f"{TOP}/here/x", b"x")),
    ),
    ("link-chain-out", f"{TOP}/d/d/d", "Each link goes up one step, and so all of them go out.", _chain),
    (
        "hard-link-absolute",
        f"{TOP}/h",
        "A file of somebody's becomes a part of the source, and a build changes it.",
        lambda d: sdist(link(f"{TOP}/h", f"{d}/secret", HARD)),
    ),
    (
        "hard-link-out",
        f"{TOP}/h",
        "As before, with a way up.",
        lambda _: sdist(link(f"{TOP}/h", f"{TOP}/../../secret", HARD)),
    ),
    (
        "hard-link-to-nothing",
        f"{TOP}/h",
        "Readers search all of the archive for it.",
        lambda _: sdist(link(f"{TOP}/h", f"{TOP}/none", HARD)),
    ),
    (
        "hard-link-to-itself",
        f"{TOP}/h",
        "Readers go round in circles.",
        lambda _: sdist(link(f"{TOP}/h", f"{TOP}/h", HARD)),
    ),
    (
        "hard-link-to-later",
        f"{TOP}/h",
        "Readers that stream cannot know what it is.",
        lambda _: sdist(link(f"{TOP}/h", f"{TOP}/later", HARD), entry(f"{TOP}/later")),
    ),
    (
        "hard-link-to-folder",
        f"{TOP}/h",
        "No file system allows it.",
        lambda _: sdist(folder(f"{TOP}/d"), link(f"{TOP}/h", f"{TOP}/d", HARD)),
    ),
    (
        "hard-link-to-link",
        f"{TOP}/h",
        "A link that stays inside where it is leads out from another folder.",
        lambda _: sdist(folder(f"{TOP}/a"), link(f"{TOP}/a/l", "../x"), link(f"{TOP}/h", f"{TOP}/a/l", HARD)),
    ),
    (
        "device-of-characters",
        f"{TOP}/d",
        "Root makes a way to a driver.",
        lambda _: sdist(header(f"{TOP}/d", kind=b"3", numbers=(1, 5))),
    ),
    (
        "device-of-blocks",
        f"{TOP}/d",
        "Root makes a way to a disk.",
        lambda _: sdist(header(f"{TOP}/d", kind=b"4", numbers=(7, 99))),
    ),
    ("pipe", f"{TOP}/p", "Who reads it waits for ever.", lambda _: sdist(header(f"{TOP}/p", kind=b"6"))),
    (
        "kind-unknown",
        f"{TOP}/u",
        "Readers take it for a file, or leave it out.",
        lambda _: sdist(entry(f"{TOP}/u", b"x", kind=b"Z")),
    ),
    (
        "kind-of-volume",
        f"{TOP}/v",
        "Its first half is said to be in another file.",
        lambda _: sdist(entry(f"{TOP}/v", b"x", kind=b"M")),
    ),
    (
        "sparse-of-gnu",
        f"{TOP}/s",
        "It is a hole of a gigabyte; readers that know no holes write something else.",
        lambda _: sdist(_old_sparse()),
    ),
    (
        "sparse-of-pax",
        f"{TOP}/s",
        "A map in its contents says where they belong; other readers write the map.",
        lambda _: _sparse(
            {
                "GNU.sparse.major": "1",
                "GNU.sparse.minor": "0",
                "GNU.sparse.name": f"{TOP}/s",
                "GNU.sparse.realsize": "9",
            },
            padded(b"1\n0\n1\n") + b"x",
        ),
    ),
    (
        "sparse-says-more-than-a-disk",
        f"{TOP}/s",
        "A few bytes, said to be an exabyte.",
        lambda _: _sparse(
            {
                "GNU.sparse.map": "0,1",
                "GNU.sparse.name": f"{TOP}/s",
                "GNU.sparse.size": str(1 << 60),
            },
            b"x",
        ),
    ),
    (
        "sparse-of-no-known-version",
        f"{TOP}/s",
        "Readers that do not know it unpack what is no file.",
        lambda _: _sparse({"GNU.sparse.major": "7", "GNU.sparse.minor": "0", "GNU.sparse.name": f"{TOP}/s"}, b"x"),
    ),
)
"""Name, member, why, what makes it."""


def _old_sparse() -> bytes:
    """Return a member of the kind ``S``, whose header has a map of its own: one hole."""
    block = bytearray(header(f"{TOP}/s", kind=b"S", magic=b"ustar  \0"))
    block[386:398] = b"%011o\0" % GIGABYTE
    block[483:495] = b"%011o\0" % GIGABYTE
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


CASES: tuple[Case, ...] = (
    *(Case(name=name, why=why, member=member, content=content) for name, member, why, content in ROWS),
    Case(
        name="pyproject-is-a-link-to-itself",
        why="It is there, and cannot be read.",
        member="pyproject.toml",
        code=NO_SOURCE,
        content=lambda _: sdist(link(f"{TOP}/pyproject.toml", "pyproject.toml"), without=("pyproject.toml",)),
    ),
)
"""Sdists with members that are no plain files, or should be none."""
