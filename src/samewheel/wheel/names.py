"""Which names members may have: those that every installer on every system makes the same one file of."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from samewheel.errors import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["check_name", "check_names", "folders_of"]

PLAIN = re.compile(
    r"(?:(?!(?i:[aclnp](?:on|rn|ux|ul|onin|onout|om\d|pt\d))(?:[ ./]|$))[\w+-][\w+.@ -]*+(?<![ .])(?:/|$))++",
    re.ASCII,
)
"""Names in which nothing can be wrong but the length: nearly all, and one look tells.

First letters that no device has spare most parts the comparison; what only looks like a device takes the slow way.
"""

LONGEST_SEGMENT = 255
"""Bytes that a file's name may have on the usual file systems."""

LONGEST_NAME = 4096 - 256
"""Bytes of a whole name: with the folder that it is installed to, a path of Linux has at most 4096."""

DEEPEST = 64
"""Folders in each other; each is remembered with its whole path, so that a name costs its length times its depth."""

RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[ .].*)?", re.IGNORECASE)
"""Devices of Windows, with any ending (Microsoft, "Naming Files, Paths, and Namespaces")."""

FORBIDDEN = frozenset("\\:")
"""A separator, and what parts a drive from a path or a file from its streams, on Windows."""

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what cannot be seen, or changes how the rest is seen: controls, formats, surrogates."""

LOOKS_LATIN = str.maketrans(
    "аеорсухіјѕԁԛԝһӏвкмнтгпАВЕКМНОРСТУХІЈЅԌԚԜҺΑΒΕΖΗΙΚΜΝΟΡΤΥΧοικνρυαγ",
    "aeopcyxijsdqwhlbkmhtrnABEKMHOPCTYXIJSGQWHABEZHIKMNOPTYXoikvpuay",
)
"""Cyrillic and Greek letters that are drawn like Latin ones (from Unicode TR 39, confusables)."""


def _check_segment(name: str, segment: str) -> None:
    """Check one part of a path."""
    if segment in {"", ".", ".."}:
        raise Flaw(name, f"its path has an empty part or a {segment or '/'!r} that leads elsewhere")
    if forbidden := sorted(FORBIDDEN.intersection(segment)):
        raise Flaw(name, f"its name has {forbidden[0]!r}, which means something else on Windows")
    if unseen := next((c for c in segment if unicodedata.category(c) in UNSEEN), None):
        raise Flaw(name, f"its name has a character that cannot be seen, U+{ord(unseen):04X}")
    if segment != segment.rstrip(" ."):
        raise Flaw(name, "a part of its path ends with a dot or a space, which Windows drops")
    if RESERVED.fullmatch(segment):
        raise Flaw(name, f"{segment} is a device on Windows")
    if len(segment.encode()) > LONGEST_SEGMENT:
        raise Flaw(name, f"a part of its path has more than {LONGEST_SEGMENT} bytes")


def check_name(name: str) -> None:
    """Check one member's name; a folder's ends with a slash.

    Raises:
        Flaw: a system or an installer would make something else of it, or a person see something else in it.
    """
    if len(name) <= LONGEST_SEGMENT and PLAIN.fullmatch(name):
        return
    if len(name.encode(errors="surrogatepass")) > LONGEST_NAME:
        raise Flaw(name[:64] + "…", f"its name has more than {LONGEST_NAME} bytes")
    for segment in name.removesuffix("/").split("/"):
        _check_segment(name, segment)


def _meant(path: str) -> str:
    """Return what a path is taken for: without case, in one normal form, as it looks in Latin letters.

    NFKC is what Python itself makes of identifiers, so of the modules that are imported.
    """
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFKC", path).translate(LOOKS_LATIN).casefold()


def folders_of(name: str) -> Iterator[str]:
    """Yield the folders that a member is in, named as their directory entries are."""
    while name := name.removesuffix("/").rpartition("/")[0]:
        yield f"{name}/"


def check_names(names: Iterable[str]) -> None:
    """Check that no two names are taken for one another, and no file's name for a folder.

    Raises:
        Flaw: two are equal; or equal but for case or Unicode form, or look equal; or a file is a folder, too; or
            one lies too deep.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    entries: set[str] = set()
    noted: set[str] = set()
    for name in names:
        check_name(name)
        if name.endswith("/"):
            if name in entries:
                raise Flaw(name, "it is in the archive more than once")
            entries.add(name)
        else:
            _note_file(files, name)
        if (folder := name.rpartition("/")[0]) not in noted:
            _note_folders(folders, name, folder)
            noted.add(folder)
    for meant, name in files.items():
        if meant in folders:
            raise Flaw(name, f"it is a file, and a folder of {folders[meant]!r}")


def _note_file(files: dict[str, str], name: str) -> None:
    """Note a file's name, which must not be taken for another's."""
    meant = _meant(name)
    if (twin := files.get(meant)) is not None:
        what = "in the archive more than once" if twin == name else f"taken for {twin!r} by some systems or readers"
        raise Flaw(name, f"it is {what}")
    files[meant] = name


def _note_folders(folders: dict[str, str], name: str, folder: str) -> None:
    """Note which folders a name is in, in one spelling each: two spellings become one folder elsewhere."""
    if folder.count("/") >= DEEPEST:
        raise Flaw(name[:64] + "…", f"it lies in more than {DEEPEST} folders")
    while folder:
        meant = _meant(folder)
        if (first := folders.get(meant)) is not None:
            if not first.startswith(folder + "/"):
                raise Flaw(name, f"its folder is taken for that of {first!r} by some systems or readers")
            return
        folders[meant] = name
        folder = folder.rpartition("/")[0]
