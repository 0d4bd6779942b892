"""Members that are no ordinary files: links, devices, folders with contents, a file and a folder of one name."""

from __future__ import annotations

import stat
from functools import partial

from tests.hostile_wheels.base import EVIL, MODULE, archive, changed, wheel
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import packed, with_entry

__all__ = ["CASES"]

LINK = stat.S_IFLNK | 0o777
DOS_FOLDER, REPARSE_POINT, NTFS = 0x10, 0x400, 10

MODES: tuple[tuple[str, int, bytes, str], ...] = (
    ("symlink-absolute", LINK, b"/etc/passwd", "It shows, or lets the next member overwrite, a file of the machine."),
    ("symlink-leading-out", LINK, b"../../../evil.py", "It leads out of the folder that is installed to."),
    (
        "symlink-inside",
        LINK,
        b"__init__.py",
        "A wheel has no links: some installers make one, others a file of text.",
    ),
    ("symlink-to-itself", LINK, b"thing", "Whoever follows it goes round for ever."),
    ("fifo", stat.S_IFIFO | 0o644, b"", "Whoever opens it to read waits for ever."),
    ("socket", stat.S_IFSOCK | 0o644, b"", "No installer can make one, and some try."),
    ("device-of-characters", stat.S_IFCHR | 0o666, b"", "As root, an installer would make a way into the kernel."),
    ("device-of-blocks", stat.S_IFBLK | 0o666, b"", "As root, an installer would make a way to the disk."),
    ("setuid", stat.S_IFREG | 0o4755, EVIL, "Installed by root, it runs as root for everybody."),
    ("setgid", stat.S_IFREG | 0o2755, EVIL, "Installed by root, it runs as root's group for everybody."),
    (
        "folder-mode-of-file",
        stat.S_IFDIR | 0o755,
        EVIL,
        "A folder by its mode and a file by its name: readers differ.",
    ),
)
"""Case, Unix mode, content, why: of the member ``demo/thing``."""


def _with_mode(mode: int, content: bytes) -> bytes:
    """Return the wheel with one member more of this mode."""
    return packed(
        changed(lambda m: with_entry(m, attributes=mode << 16), "demo/thing", of=archive({"demo/thing": content}))
    )


def _through_a_link() -> bytes:
    """Return the wheel with a link to a folder and, after it, a member that is written through the link."""
    whole = archive({"demo/link": b"../..", "demo/link/evil.py": EVIL})
    return packed(changed(lambda m: with_entry(m, attributes=LINK << 16), "demo/link", of=whole))


def _of_windows(made_by: int, attributes: int) -> bytes:
    """Return the wheel whose module was packed on Windows with these attributes."""
    return packed(changed(lambda m: with_entry(m, made_by=made_by << 8 | 20, attributes=attributes)))


CASES: tuple[Case, ...] = (
    *(
        Case(name=name, why=why, layer="names", member="demo/thing", content=partial(_with_mode, mode, content))
        for name, mode, content, why in MODES
    ),
    Case(
        name="symlink-written-through",
        why="The link is made first, and the next member lands where it points.",
        layer="names",
        member="demo/link",
        content=_through_a_link,
    ),
    Case(
        name="folder-attribute-of-file",
        why="A folder by its DOS attribute and a file by its name: readers differ in whether the module exists.",
        layer="names",
        member=MODULE,
        content=partial(_of_windows, 0, DOS_FOLDER),
    ),
    Case(
        name="reparse-point",
        why="On Windows, some readers make a link of what is the module's text elsewhere.",
        layer="names",
        member=MODULE,
        content=partial(_of_windows, NTFS, REPARSE_POINT),
    ),
    Case(
        name="folder-with-content",
        why="A folder's entry that carries bytes: no row of RECORD can name them, and some readers write them.",
        layer="names",
        member="demo/sub/",
        content=partial(wheel, {"demo/sub/": EVIL}),
    ),
    Case(
        name="file-and-folder",
        why="A file has the name of a folder that others are in: the order decides what is installed.",
        layer="names",
        member="demo",
        content=partial(wheel, {"demo": EVIL}),
    ),
    Case(
        name="file-below-file",
        why="A member lies in a folder which is the module: an installation fails half-way, or the module goes.",
        layer="names",
        member=MODULE,
        content=partial(wheel, {f"{MODULE}/evil.py": EVIL}),
    ),
    Case(
        name="file-and-folder-entry",
        why="The module's name again as a folder: readers that strip the slash see it twice.",
        layer="names",
        member=MODULE,
        content=partial(wheel, {f"{MODULE}/": b""}),
    ),
)
"""Members that are no ordinary files, which must be refused."""
