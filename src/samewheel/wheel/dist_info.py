"""What METADATA, WHEEL and entry points must say, each once and all alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, canonicalize_name
from packaging.version import InvalidVersion

from samewheel._standards import version_of
from samewheel.errors import Flaw
from samewheel.wheel.file_names import read_file_name, read_tags
from samewheel.wheel.installing import data_flaws, entry_point_flaws
from samewheel.wheel.metadata import read_headers
from samewheel.wheel.reading import text_of
from samewheel.wheel.record import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.wheel.metadata import Headers
    from samewheel.wheel.reading import Wheel

__all__ = ["dist_info_flaws", "file_name_flaws"]

ACTED_ON = ("Metadata-Version", "Name", "Version", "Requires-Python", "Requires-Dist", "Provides-Extra")
"""Headers of METADATA that decide what is installed; in others, such as Author, encoded words are old custom."""

ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bq]\?[^?]*\?=", re.IGNORECASE)
"""Text in another character set, as e-mail has it (RFC 2047)."""


def _encoded(name: str, headers: Headers) -> Iterator[Flaw]:
    """Yield which headers that an installer acts on have an encoded word: uv decodes it, pip does not."""
    for key in ACTED_ON:
        if any(ENCODED_WORD.search(said) for said in headers.all(key)):
            yield Flaw(name, f"its {key} has an encoded word, which some readers decode")


def _said(name: str, headers: Headers, *keys: str) -> Iterator[Flaw]:
    """Yield which headers are not there exactly once: of two, one reader takes the first, another the last."""
    for key in keys:
        if (count := len(headers.all(key))) != 1:
            yield Flaw(name, f"it has {'no' if not count else str(count) + ' of'} {key}, and must have one")


def _same_version(a: str, b: str) -> bool:
    """Tell whether two texts are the same version (PEP 440); what is no version equals nothing."""
    try:
        return version_of(a) == version_of(b)
    except InvalidVersion:
        return False


def _metadata_flaws(wheel: Wheel, names: tuple[str, ...], versions: tuple[str, ...]) -> Iterator[Flaw]:
    """Yield what is wrong with METADATA; names and versions are the folder's, and the file's if it has any."""
    name = f"{wheel.dist_info}/METADATA"
    headers = read_headers(text_of(wheel, "METADATA"), name)
    yield from _said(name, headers, "Metadata-Version", "Name", "Version")
    yield from _encoded(name, headers)
    if (count := len(headers.all("Requires-Python"))) > 1:
        yield Flaw(name, f"it has {count} of Requires-Python, and can have one")
    for said in headers.all("Metadata-Version"):
        if said.partition(".")[0] not in {"1", "2"}:
            yield Flaw(name, f"it says Metadata-Version: {said}, and installers know 1 and 2")
    for said in headers.all("Name"):
        if any(canonicalize_name(said) != canonicalize_name(other) for other in names):
            yield Flaw(name, f"it says Name: {said}, and the wheel or its folder has another name")
    for said in headers.all("Version"):
        if not all(_same_version(said, other) for other in versions):
            yield Flaw(name, f"it says Version: {said}, and the wheel or its folder has another version")


def _wheel_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield what is wrong with WHEEL."""
    name = f"{wheel.dist_info}/WHEEL"
    headers = read_headers(text_of(wheel, "WHEEL"), name)
    yield from _said(name, headers, "Wheel-Version", "Root-Is-Purelib")
    for said in headers.all("Wheel-Version"):
        if said.partition(".")[0] != "1":
            yield Flaw(name, f"it says Wheel-Version: {said}, and installers know 1.0")
    for said in headers.all("Root-Is-Purelib"):
        if said.lower() not in {"true", "false"}:
            yield Flaw(name, f"it says Root-Is-Purelib: {said}")


def file_name_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield what the file's name says and WHEEL does not; that is so in some wheels that are published.

    Raises:
        Flaw: WHEEL cannot be read at all.
    """
    name = f"{wheel.dist_info}/WHEEL"
    try:
        file = read_file_name(wheel.path.name)
    except InvalidWheelFilename as error:
        yield Flaw("", str(error))
        return
    headers = read_headers(text_of(wheel, "WHEEL"), name)
    try:
        known = frozenset(tag for said in headers.all("Tag") for tag in read_tags(said))
    except ValueError as error:
        yield Flaw(name, f"it has a wrong Tag: {error}")
        return
    for tag in sorted(map(str, file.tags - known)):
        yield Flaw(name, f"it does not have the tag {tag} of the file's name")
    for said in headers.all("Build"):
        if said != "".join(map(str, file.build)):
            yield Flaw(name, f"it says Build: {said}, and the file's name does not")


def _row_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield which files RECORD names that are not there, and the other way round."""
    unhashed = {f"{wheel.dist_info}/{file}" for file in SIGNATURES}
    files = {name for name in wheel.members if not name.endswith("/")}
    for name in sorted(wheel.record.keys() - files):
        yield Flaw(name, "it is in RECORD, and not in the wheel")
    for name in sorted(files - wheel.record.keys() - unhashed):
        yield Flaw(name, "it is not in RECORD")


def _file_name(wheel: Wheel) -> tuple[str, str] | None:
    """Return name and version by the file's name; None if it is none of a wheel: files are renamed."""
    try:
        file = read_file_name(wheel.path.name)
    except InvalidWheelFilename:
        return None
    return file.name, file.version


def dist_info_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield everything that is wrong with what the texts of a wheel's dist-info say.

    Raises:
        Flaw: one of them cannot be read at all.
    """
    folder_name, dash, folder_version = wheel.dist_info.removesuffix(".dist-info").rpartition("-")
    if not dash or not wheel.dist_info.isascii():
        yield Flaw(wheel.dist_info, "its folder is not named after a name and a version, in ASCII")
    file = _file_name(wheel)
    names = (folder_name, file[0]) if file else (folder_name,)
    versions = (folder_version, file[1]) if file else (folder_version,)
    yield from _metadata_flaws(wheel, names, versions)
    yield from _wheel_flaws(wheel)
    yield from entry_point_flaws(wheel)
    yield from data_flaws(wheel)
    yield from _row_flaws(wheel)
