"""Members whose names lead out, hide, or mean another file on another system.

Each is one file more in the valid wheel, with its right row in RECORD.
"""

from __future__ import annotations

from functools import partial

from tests.hostile_wheels.base import EVIL, FILES, METADATA, MODULE, archive, changed, wheel
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import UTF8, extra_field, packed, with_headers

__all__ = ["CASES"]

ALONE: tuple[tuple[str, str, str], ...] = (
    ("absolute", "/demo/evil.py", "An installer that joins paths writes to the root of the file system."),
    ("absolute-twice", "//server/share/evil.py", "On Windows it is a file of somebody's server."),
    ("backslash", "demo\\evil.py", "It is a file in a folder on Windows, and one odd name elsewhere."),
    ("backslash-parent", "..\\evil.py", "On Windows it leads out of the folder that is installed to."),
    ("bell", "demo/evil\a.py", "A control character acts on the terminal that shows the name."),
    ("bidi-override", "demo/evil\u202eyp.py", "What follows is shown backwards: a reviewer reads another name."),
    ("byte-order-mark", "\ufeffdemo/__init__.py", "It looks like the module's own name."),
    ("c1-control", "demo/evil\x9b2J.py", "A control character of one code point begins a terminal's command."),
    ("carriage-return", "demo/evil.py\rgood.py", "A terminal shows only what follows it."),
    ("colon-stream", "demo/__init__.py:evil", "On Windows it is a hidden stream of the module."),
    ("delete", "demo/evil\x7f.py", "A control character acts on the terminal that shows the name."),
    ("dot", "demo/./evil.py", "Two names for one file escape a comparison of names."),
    ("dot-alone", ".", "It is the folder that is installed to."),
    ("drive", "C:/evil.py", "On Windows a joined path starts anew at the drive's root."),
    ("drive-relative", "C:evil.py", "On Windows it is a file in the drive's current folder."),
    ("empty", "", "No installer can write it, and some mistake it for the folder."),
    ("empty-segment", "demo//__init__.py", "It is the module's file by another name, which overwrites it."),
    ("escape", "demo/evil\x1b[2J.py", "Commands to the terminal hide what it showed before."),
    ("invisible", "demo/__init__\u200b.py", "A character without width looks like nothing."),
    ("line-separator", "demo/evil\u2028.py", "Some readers split RECORD there."),
    ("newline", "demo/evil\n.py", "A list with one name per line shows two, and RECORD splits."),
    ("nul", "demo/evil.py\0.txt", "Readers written in C see a name that ends at the NUL."),
    ("parent", "../evil.py", "It leads out of the folder that is installed to."),
    ("parent-deep", "demo/../../evil.py", "It leads out after it went in."),
    ("parent-inside", "demo/../demo/__init__.py", "It is the module's file by another name, which overwrites it."),
    ("reserved-com-superscript", "demo/COM\u00b9.txt", "Windows takes superscript digits for a port's number."),
    ("reserved-con", "demo/CON", "On Windows it is the console."),
    ("reserved-com", "COM1/evil.py", "On Windows it is a serial port."),
    ("reserved-nul", "demo/nul.py", "On Windows it is the device that swallows everything, whatever the ending."),
    ("tab", "demo/evil\t.py", "A list with columns shows another column."),
    ("trailing-dot", "demo/__init__.py.", "Windows drops the dot: it overwrites the module."),
    ("trailing-dot-of-folder", "demo./__init__.py", "Windows drops the dot: it overwrites the module."),
    ("trailing-space", "demo/__init__.py ", "Windows drops the space: it overwrites the module."),
)
"""Case, name, why: names that are wrong by themselves."""

BESIDE: tuple[tuple[str, str, str, str], ...] = (
    (
        "case-collision",
        MODULE,
        "demo/__INIT__.py",
        "Where case does not count, as on macOS and Windows, the last one written wins.",
    ),
    (
        "case-collision-beyond-ascii",
        "demo/k.txt",
        "demo/\u212a.txt",
        "The Kelvin sign is a K where case does not count.",
    ),
    (
        "case-collision-of-file-and-folder",
        MODULE,
        "DEMO",
        "Where case does not count, a file and a folder have one name, and the order decides what is installed.",
    ),
    (
        "look-alike-compatibility",
        "demo/file.py",
        "demo/\ufb01le.py",
        "Python normalises names of modules (NFKC): the ligature is imported by the same letters.",
    ),
    (
        "look-alike-cyrillic",
        MODULE,
        "d\u0435mo/__init__.py",
        "The second letter is Cyrillic: a reviewer takes one package for the other.",
    ),
    (
        "normalisation-collision",
        "demo/caf\u00e9.txt",
        "demo/cafe\u0301.txt",
        "The same word in NFC and NFD is one file on macOS: the last one written wins.",
    ),
)
"""Case, a name that is fine, one that collides with it, why."""

LAYOUT: tuple[tuple[str, str, str], ...] = (
    (
        "data-of-another-project",
        "other-1.0.data/purelib/evil.py",
        "Some installers unpack any .data folder, others take it for a package.",
    ),
    (
        "data-overwrites-metadata",
        f"demo-1.0.data/purelib/{METADATA}",
        "Two members have one place when installed: the wheel shows other metadata than the installation.",
    ),
    (
        "data-overwrites-module",
        f"demo-1.0.data/purelib/{MODULE}",
        "Two members have one place when installed: the last one wins, in an order that installers choose.",
    ),
    (
        "data-scheme-unknown",
        "demo-1.0.data/evil/evil.py",
        "An installer that takes the scheme's name for a path writes where it likes.",
    ),
    ("data-without-scheme", "demo-1.0.data/evil.py", "Installers differ in whether and where they put it."),
)
"""Case, name, why: files that installers put elsewhere than their name says."""

LONG: tuple[tuple[str, str, str], ...] = (
    ("long", "demo/" + "a/" * 32_764 + "aa", "65,535 bytes, the longest that ZIP can say: no system can write it."),
    ("long-segment", f"demo/{'a' * 256}", "Most file systems stop at 255 bytes: an installation ends half-way."),
    (
        "in-many-folders",
        "demo/" + "a/" * 64 + "a",
        "Who remembers each folder with its whole path needs a hundred times the memory that the name takes.",
    ),
    (
        "deep",
        "demo/" + "a/" * 2_500 + "a",
        "Deeper than any path may be; who descends recursively runs out of stack.",
    ),
)


def _in_bytes(raw: bytes, in_record: str, *, flags: int = 0) -> bytes:
    """Return the wheel with one file more whose name in the archive is these bytes, and in RECORD this text."""
    return packed(changed(lambda m: with_headers(m, name=raw, flags=flags), in_record, of=archive({in_record: EVIL})))


def _unicode_path() -> bytes:
    """Return the wheel whose module has a Unicode Path field of another name."""
    from zlib import crc32

    body = b"\x01" + crc32(MODULE.encode()).to_bytes(4, "little") + b"demo/evil.py"
    return packed(changed(lambda m: with_headers(m, extra=extra_field(0x7075, body))))


BYTES: tuple[Case, ...] = (
    Case(
        name="name-utf8-invalid",
        why="The flag says UTF-8 and the bytes are not: readers replace, drop or escape them, each in its own way.",
        layer="names",
        member="demo/\\xff.py",
        content=lambda: _in_bytes(b"demo/\xff.py", "demo/\ufffd.py", flags=UTF8),
    ),
    Case(
        name="name-utf8-overlong",
        why="A slash in two bytes, which no strict decoder takes, leads out past a check of the bytes.",
        layer="names",
        member="..\\xc0\\xafevil.py",
        content=lambda: _in_bytes(b"..\xc0\xafevil.py", "..\ufffd\ufffdevil.py", flags=UTF8),
    ),
    Case(
        name="name-cp437",
        why="Without the UTF-8 flag the bytes mean cp437 to some readers and the system's own encoding to others.",
        layer="names",
        member="demo/\\x81.py",
        content=lambda: _in_bytes(b"demo/\x81.py", "demo/\u00fc.py"),
    ),
    Case(
        name="name-utf8-without-flag",
        why="UTF-8 that does not say so: one name to readers that guess, another to those that follow the standard.",
        layer="names",
        member="demo/\u00fc.py",
        content=lambda: _in_bytes("demo/\u00fc.py".encode(), "demo/\u00fc.py"),
    ),
    Case(
        name="name-unicode-path-extra",
        why="Info-ZIP's field gives the module another name, which unzip and others prefer.",
        layer="names",
        member=MODULE,
        content=_unicode_path,
    ),
)

CASES: tuple[Case, ...] = (
    *(
        Case(name=f"name-{name}", why=why, layer="names", member=member, content=partial(wheel, {member: EVIL}))
        for name, member, why in ALONE
    ),
    *(
        Case(
            name=name,
            why=why,
            layer="names",
            member=guilty,
            content=partial(wheel, {innocent: FILES.get(innocent, b"x = 1\n"), guilty: EVIL}),
        )
        for name, innocent, guilty, why in BESIDE
    ),
    *(
        Case(name=name, why=why, layer="names", member=member, content=partial(wheel, {member: EVIL}))
        for name, member, why in LAYOUT
    ),
    *(
        Case(name=f"name-{name}", why=why, layer="names", member=member[:40], content=partial(wheel, {member: EVIL}))
        for name, member, why in LONG
    ),
    *BYTES,
)
"""Names that must be refused."""
