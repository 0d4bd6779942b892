"""Unusual sdists that are accepted, and what becomes of them; the first few are lawful in every way."""

from __future__ import annotations

import lzma

from tests.hostile_sdists.tar_bytes import END, FILES, TOP, base, entry, folder, gz, link, long_name, pax, sdist
from tests.hostile_sdists.values import Accepted
from tests.hostile_sdists.zips import FILE_NAME as ZIP
from tests.hostile_sdists.zips import zipped

__all__ = ["ACCEPTED"]

HARD = b"1"
NAMED = "x" * 150
SAME = "The same files."
LYING = FILES["PKG-INFO"].replace(b"demo", b"pip") + b"Description: x\nName: evil\n" + b" y\n" * 1_700_000
GIT = b"[core]\n\tfsmonitor = touch evil\n[alias]\n\tdescribe = !touch evil\n"

ACCEPTED: tuple[Accepted, ...] = (
    Accepted(name="plain", why="The base of all the others.", becomes=SAME, content=lambda _: sdist()),
    Accepted(
        name="of-git-archive",
        why="Git writes a global header with the commit.",
        becomes=SAME,
        content=lambda _: gz(pax({"comment": "0" * 40}, kind=b"g") + folder(TOP) + base() + END),
    ),
    Accepted(
        name="with-leading-dot",
        why="`tar c ./demo-1.0` writes it so.",
        becomes="The dot is left out.",
        content=lambda _: gz(folder(".") + folder(f"./{TOP}") + base(f"./{TOP}") + END),
    ),
    Accepted(
        name="before-posix",
        why="Headers of 1979 have no word `ustar`.",
        becomes=SAME,
        content=lambda _: gz(base() + entry(f"{TOP}/v7", kind=b"\0", magic=b"") + END),
        holds={"v7": "644"},
    ),
    Accepted(
        name="long-name-of-gnu",
        why="Names over 100 bytes, as GNU tar writes them.",
        becomes=SAME,
        content=lambda _: sdist(long_name(f"{TOP}/{NAMED}"), entry(f"{TOP}/x")),
        holds={NAMED: "644"},
    ),
    Accepted(
        name="long-name-of-pax",
        why="The same, as Python writes them.",
        becomes=SAME,
        content=lambda _: sdist(pax({"path": f"{TOP}/{NAMED}"}), entry(f"{TOP}/x")),
        holds={NAMED: "644"},
    ),
    Accepted(
        name="size-said-twice",
        why="Some archivers write a pax size for every member.",
        becomes=SAME,
        content=lambda _: sdist(pax({"size": "3"}), entry(f"{TOP}/x", b"abc")),
        holds={"x": "644"},
    ),
    Accepted(
        name="in-two-streams",
        why="Gzip's own rule: streams one after the other are one file.",
        becomes=SAME,
        content=lambda _: gz(base()[:700]) + gz(base()[700:] + END),
    ),
    Accepted(
        name="gzip-with-name-and-comment",
        why="`gzip` writes the file's name and time in front.",
        becomes="They are passed over.",
        content=lambda _: b"\x1f\x8b\x08\x18\x00\x00\x00\x5f\x02\x03demo.tar\0note\0" + sdist()[10:],
    ),
    Accepted(
        name="end-filled-up",
        why="Tar fills up its last record; tapes have long ones.",
        becomes=SAME,
        content=lambda _: gz(base() + END + bytes(64 << 10)),
    ),
    Accepted(
        name="end-missing",
        why="Some writers leave the two empty blocks out; the stream has an end of its own.",
        becomes=SAME,
        content=lambda _: gz(base()),
    ),
    Accepted(
        name="by-xz",
        why="From before PEP 625.",
        becomes=SAME,
        content=lambda _: lzma.compress(base() + END),
        file_name=f"{TOP}.tar.xz",
    ),
    Accepted(name="by-zip", why="From before PEP 625.", becomes=SAME, content=lambda _: zipped(), file_name=ZIP),
    Accepted(
        name="zip-with-setuid",
        why="Modes that nobody should have.",
        becomes="The mode becomes 644 or 755.",
        content=lambda _: zipped({f"{TOP}/x": b""}, attributes=0o104777 << 16),
        file_name=ZIP,
        holds={"x": "755"},
    ),
    Accepted(
        name="modes-setuid-and-open-to-all",
        why="A program that root unpacks would run as root; a file that everybody may write is changed by anybody.",
        becomes="Modes become 644 or 755.",
        content=lambda _: sdist(
            entry(f"{TOP}/s", mode=0o6755), entry(f"{TOP}/w", mode=0o666), folder(f"{TOP}/t", mode=0o1777)
        ),
        holds={"s": "755", "w": "644", "t": "755"},
    ),
    Accepted(
        name="modes-of-nobody",
        why="Nobody may read it: who unpacks it cannot build it, or remove it.",
        becomes="Modes become 644 or 755.",
        content=lambda _: sdist(folder(f"{TOP}/d", mode=0), entry(f"{TOP}/d/x", mode=0)),
        holds={"d": "755", "d/x": "644"},
    ),
    Accepted(
        name="owner-huge",
        why="Numbers that no system has; some readers fail, and some are root.",
        becomes="It belongs to whoever unpacks it.",
        content=lambda _: sdist(entry(f"{TOP}/x", owner=1 << 40), pax({"uid": "9" * 30}), entry(f"{TOP}/y")),
        holds={"x": "644", "y": "644"},
    ),
    Accepted(
        name="times-absurd",
        why="Before 1970, after the sun, or no number: readers fail, or a build notices.",
        becomes="All times become SOURCE_DATE_EPOCH.",
        content=lambda _: sdist(
            entry(f"{TOP}/a", time=-5),
            entry(f"{TOP}/b", time=1 << 62),
            *(pax({"mtime": "nan"}), entry(f"{TOP}/c")),
            *(pax({"mtime": "inf"}), entry(f"{TOP}/d")),
        ),
        holds=dict.fromkeys("abcd", "644"),
    ),
    Accepted(
        name="with-extended-attributes",
        why="Capabilities and labels, which GNU tar and macOS write.",
        becomes="They are left out.",
        content=lambda _: sdist(pax({"SCHILY.xattr.security.capability": b"\1\0\0\2"}), entry(f"{TOP}/x")),
        holds={"x": "644"},
    ),
    Accepted(
        name="case-collision",
        why="Two files here, and one on macOS and Windows.",
        becomes="Two files; where the file system takes them for one, it is refused.",
        content=lambda _: sdist(entry(f"{TOP}/DEMO.py", b"y")),
        holds={"DEMO.py": "644"},
    ),
    Accepted(
        name="two-forms-of-one-letter",
        why="As before: an e with an accent, as one letter and as two.",
        becomes="Two files, as before.",
        content=lambda _: sdist(entry(f"{TOP}/\u00e9"), entry(f"{TOP}/e\u0301")),
        holds={"\u00e9": "644", "e\u0301": "644"},
    ),
    Accepted(
        name="names-that-drive-terminals",
        why="A list of the files would clear the screen, or look like another list.",
        becomes="Names as they are; messages escape them.",
        content=lambda _: sdist(entry(f"{TOP}/\x1b[2J"), entry(f"{TOP}/a\nb"), entry(f"{TOP}/\u202egpj.py")),
        holds={"\x1b[2J": "644", "a\nb": "644", "\u202egpj.py": "644"},
    ),
    Accepted(
        name="name-not-utf-8",
        why="Old archives have names in other encodings.",
        becomes="The bytes as they are.",
        content=lambda _: sdist(entry(f"{TOP}/".encode() + b"caf\xe9")),
        holds={"caf\udce9": "644"},
    ),
    Accepted(
        name="name-with-backslash",
        why="Units of systemd are called so; on Windows it separates folders.",
        becomes="One name; not on Windows.",
        content=lambda _: sdist(entry(f"{TOP}/a\\..\\b")),
        holds={"a\\..\\b": "644"},
    ),
    Accepted(
        name="links-inside",
        why="Sdists have them (PEP 721); one leads nowhere, and one to itself.",
        becomes="The same links.",
        content=lambda _: sdist(
            link(f"{TOP}/l", "demo.py"), link(f"{TOP}/none", "absent"), link(f"{TOP}/loop", "loop")
        ),
        holds={"l": "-> demo.py", "none": "-> absent", "loop": "-> loop"},
    ),
    Accepted(
        name="hard-link-to-file-before",
        why="Tar writes it for a file that has two names.",
        becomes="One file with two names.",
        content=lambda _: sdist(link(f"{TOP}/h", f"{TOP}/demo.py", HARD)),
        holds={"h": "644"},
    ),
    Accepted(
        name="contiguous-file",
        why="A kind that no system has had for long: it is a file.",
        becomes="A file.",
        content=lambda _: sdist(entry(f"{TOP}/x", b"x", kind=b"7")),
        holds={"x": "644"},
    ),
    Accepted(
        name="zeros-of-50-megabytes",
        why="It packs a thousand to one, and is small enough.",
        becomes=SAME,
        content=lambda _: sdist(entry(f"{TOP}/zeros", bytes(50 << 20))),
        large=True,
        holds={"zeros": "644"},
    ),
    Accepted(
        name="folder-of-another-name",
        why="PEP 625 says NAME-VERSION; old sdists and renamed files differ.",
        becomes="The wheel's name and version come from the backend, and are checked there.",
        content=lambda _: sdist(top="something else"),
    ),
    Accepted(
        name="pkg-info-missing",
        why="Archives of code hosts have none.",
        becomes="Only backends read it.",
        content=lambda _: sdist(without=("PKG-INFO",)),
    ),
    Accepted(
        name="pkg-info-lies",
        why="Another name and version, headers that a description brings in, and 5 MB.",
        becomes="Only backends read it; a wheel of another name than asked for is refused by `rebuild`.",
        content=lambda _: sdist(PKG_INFO=LYING),
    ),
    Accepted(
        name="git-inside",
        why="Its configuration runs programs for whoever calls git there.",
        becomes="Content like any other; we call no git there, and a backend that does is in the sandbox.",
        content=lambda _: sdist(
            entry(f"{TOP}/.git/config", GIT),
            entry(f"{TOP}/.git/HEAD", b"ref: refs/heads/main\n"),
            folder(f"{TOP}/.git/refs"),
        ),
        holds={".git/config": "644", ".git/HEAD": "644", ".git/refs": "755"},
    ),
    Accepted(
        name="constraints-of-something-else",
        why="Many sdists have pins of their tests.",
        becomes="It is no pin of ours, and does not count.",
        content=lambda _: sdist(entry(f"{TOP}/constraints.txt", b"evil==1.0\n")),
        holds={"constraints.txt": "644"},
    ),
)
"""Sdists that must be accepted."""
