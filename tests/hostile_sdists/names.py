"""Names that lead out, that readers do not agree on, or that no file can have."""

from __future__ import annotations

from tests.hostile_sdists.tar_bytes import END, TOP, base, entry, folder, gz, header, link, long_name, pax, sdist
from tests.hostile_sdists.values import Case, Content

__all__ = ["CASES"]

EVIL = b"evil\n"
OUT = f"{TOP}/../../../../../evil"
"""Out of every folder that a reader unpacks to, and not out of the room that it runs in."""

ROWS: tuple[tuple[str, str, str, Content], ...] = (
    (
        "name-absolute",
        "{decoy}/evil",
        "Who joins it to a folder is led to the root.",
        lambda d: sdist(entry(f"{d}/evil", EVIL)),
    ),
    (
        "name-absolute-by-prefix",
        "{decoy}/evil",
        "Header and prefix are harmless one by one, and absolute together.",
        lambda d: sdist(entry("evil", EVIL, prefix=d)),
    ),
    (
        "name-absolute-by-pax",
        "{decoy}/evil",
        "The header has a harmless name, and the one before it another.",
        lambda d: sdist(pax({"path": f"{d}/evil"}), entry(f"{TOP}/fine.py", EVIL)),
    ),
    ("name-parent", OUT, "It leads out of the folder that it is unpacked to.", lambda _: sdist(entry(OUT, EVIL))),
    (
        "name-parent-by-gnu-long-name",
        OUT,
        "The header has a harmless name, and GNU's before it another.",
        lambda _: sdist(long_name(OUT), entry(f"{TOP}/fine.py", EVIL)),
    ),
    (
        "name-parent-and-back",
        f"{TOP}/../{TOP}/x.py",
        "It comes back to where it was, if the folder is called as in the archive.",
        lambda _: sdist(entry(f"{TOP}/../{TOP}/x.py")),
    ),
    (
        "name-parent-of-folder",
        f"{TOP}/../../x",
        "A folder is made outside, and a file would follow.",
        lambda _: sdist(folder(f"{TOP}/../../x")),
    ),
    (
        "name-with-nul",
        "x.py\\x00.txt",
        "Some readers stop at the NUL: a check sees a text, and a module is written.",
        lambda _: sdist(pax({"path": f"{TOP}/x.py\0.txt"}), entry(f"{TOP}/x")),
    ),
    ("name-empty", "", "It is the name of the folder that it is unpacked to.", lambda _: sdist(header(""))),
    (
        "name-too-long",
        "xxxxxxxx",
        "No file system has it: a reader that ignores the error leaves a file out.",
        lambda _: sdist(pax({"path": f"{TOP}/{'x' * 300}"}), entry(f"{TOP}/x")),
    ),
    (
        "name-of-too-many-folders",
        f"{TOP}/d/d/d/",
        "A folder in a folder, a thousand times: whoever walks or removes it by recursion fails.",
        lambda _: sdist(pax({"path": f"{TOP}/{'d/' * 1000}x"}), entry(f"{TOP}/x")),
    ),
    (
        "name-of-a-megabyte",
        "",
        "A path that is longer than any system takes, in a header that is read as a whole.",
        lambda _: sdist(long_name(b"x" * (2 << 20)), entry(f"{TOP}/x")),
    ),
    ("top-twice", "other-1.0/x.py", "Which of two folders is the sdist?", lambda _: sdist(entry("other-1.0/x.py"))),
    (
        "top-drives-terminal",
        "\\x1b[2J",
        "A message with both folders' names would clear the screen.",
        lambda _: sdist(entry("\x1b[2J\x1b[H/x.py")),
    ),
    ("top-is-a-file", TOP, "There is nothing in it.", lambda _: gz(entry(TOP, b"x") + END)),
    (
        "top-is-a-link",
        TOP,
        "All that follows would be unpacked elsewhere.",
        lambda _: gz(link(TOP, "..") + base() + END),
    ),
    ("top-is-absent", "PKG-INFO", "All files lie beside each other.", lambda _: gz(entry("PKG-INFO") + END)),
    (
        "twice-with-two-contents",
        f"{TOP}/demo.py",
        "Readers take the first or the last: one reviews it, the other builds it.",
        lambda _: sdist(entry(f"{TOP}/demo.py", EVIL)),
    ),
    (
        "twice-in-two-spellings",
        f"{TOP}/./demo.py",
        "Who compares names sees two files, and the file system one.",
        lambda _: sdist(entry(f"{TOP}/./demo.py", EVIL)),
    ),
    (
        "file-in-place-of-link",
        f"{TOP}/l",
        "Some readers write through the link, and some take its place.",
        lambda _: sdist(link(f"{TOP}/l", "demo.py"), entry(f"{TOP}/l", EVIL)),
    ),
    (
        "link-in-place-of-file",
        f"{TOP}/demo.py",
        "As before, the other way round.",
        lambda _: sdist(link(f"{TOP}/demo.py", "PKG-INFO")),
    ),
    (
        "link-in-place-of-folder",
        f"{TOP}/d",
        "What was unpacked to a folder is somewhere else now.",
        lambda _: sdist(folder(f"{TOP}/d"), link(f"{TOP}/d", ".")),
    ),
    (
        "file-in-place-of-folder",
        f"{TOP}/demo.py/x",
        "A file cannot be a folder, too: readers leave out one of them.",
        lambda _: sdist(entry(f"{TOP}/demo.py/x")),
    ),
)
"""Name, member, why, what makes it."""

CASES: tuple[Case, ...] = tuple(
    Case(name=name, why=why, member=member, content=content) for name, member, why, content in ROWS
)
"""Sdists whose members' names are wrong."""
