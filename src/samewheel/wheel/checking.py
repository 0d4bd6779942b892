"""What a freshly built wheel must pass before it may leave the build (binary distribution format, PEP 427)."""

from __future__ import annotations

import base64
import csv
import errno
import hashlib
import io
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING

from packaging.tags import Tag, parse_tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from samewheel.errors import BuildFailedError

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

__all__ = ["check_wheel"]

ALGORITHMS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})
"""What RECORD may hash with: SHA-256 or better, and neither MD5 nor SHA-1."""

UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, ValueError, csv.Error)
"""What reading a damaged archive raises; a RuntimeError is an encrypted member or an unknown compression."""

CHUNK = 1 << 20
"""Bytes of a member that are in memory at a time."""


def _digest(archive: zipfile.ZipFile, member: zipfile.ZipInfo, algorithm: str) -> str:
    """Return a member's digest as RECORD writes it: URL-safe base64 without padding."""
    digest = hashlib.new(algorithm)
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


def _faults_of_record(archive: zipfile.ZipFile, record_name: str) -> list[str]:
    """Return where RECORD and the members disagree."""
    rows = list(csv.reader(io.StringIO(archive.read(record_name).decode("utf-8"))))
    recorded = {row[0]: row[1] for row in rows if len(row) >= 2}  # noqa: PLR2004 - path and hash; size may follow
    # Not by is_dir(), which fails for an empty name before Python 3.12.
    members = {info.filename: info for info in archive.infolist() if not info.filename.endswith("/")}
    unhashed = {record_name, f"{record_name}.jws", f"{record_name}.p7s"}
    paths = [row[0] for row in rows if row]
    twice = sorted({name for name in paths if paths.count(name) > 1}) if len(set(paths)) < len(paths) else []
    faults = [f"{name} is in RECORD more than once" for name in twice]
    faults += [f"{name} is in RECORD but not in the wheel" for name in sorted(recorded.keys() - members.keys())]
    faults += [f"{name} is not in RECORD" for name in sorted(members.keys() - recorded.keys() - unhashed)]
    for name in sorted(members.keys() & recorded.keys() - unhashed):
        algorithm, _, expected = recorded[name].partition("=")
        if algorithm not in ALGORITHMS:
            faults.append(f"{name} has no hash in RECORD that can be checked: {recorded[name]!r}")
        elif _digest(archive, members[name], algorithm) != expected:
            faults.append(f"{name} does not have the hash that RECORD says")
    return faults


def _headers(archive: zipfile.ZipFile, name: str) -> Message:
    """Return the headers of a member that is written like an e-mail."""
    # Not before a wheel was built: until then, every millisecond of starting delays that.
    from email.parser import BytesHeaderParser

    return BytesHeaderParser().parsebytes(archive.read(name))


def _faults_of_metadata(archive: zipfile.ZipFile, dist_info: str, name: str, version: Version) -> list[str]:
    """Return where METADATA and the file's name disagree."""
    metadata = _headers(archive, f"{dist_info}/METADATA")
    absent = [field for field in ("Name", "Version") if field not in metadata]
    if absent:
        return [f"METADATA has no {field}" for field in absent]
    said_name, said_version = str(metadata["Name"]), str(metadata["Version"])
    faults = []
    if canonicalize_name(dist_info.partition("-")[0]) != name:
        faults.append(f"{dist_info} has another name than the wheel")
    if canonicalize_name(said_name) != name:
        faults.append(f"METADATA says Name: {said_name}")
    try:
        if Version(said_version) != version:
            faults.append(f"METADATA says Version: {said_version}")
    except InvalidVersion:
        faults.append(f"METADATA says Version: {said_version}, which is no version")
    return faults


def _leads_out(member: str) -> bool:
    """Tell whether an installer could be led out of the folder that it installs to."""
    return member.startswith("/") or "\\" in member or "\0" in member or ".." in member.split("/")


def _faults_of_wheel(archive: zipfile.ZipFile, dist_info: str, tags: frozenset[Tag]) -> list[str]:
    """Return where WHEEL and the file's name disagree."""
    said = _headers(archive, f"{dist_info}/WHEEL")
    try:
        known = frozenset(tag for line in said.get_all("Tag", []) for tag in parse_tag(str(line)))
    except ValueError as error:
        return [f"WHEEL has a wrong Tag: {error}"]
    return [f"WHEEL does not have the tag {tag} of the file's name" for tag in sorted(map(str, tags - known))]


def _faults(path: Path) -> list[str]:
    name, version, _, tags = parse_wheel_filename(path.name)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if outside := sorted(filter(_leads_out, names)):
            return [f"{member} leads out of the wheel" for member in outside]
        twice = (
            sorted({member for member in names if names.count(member) > 1}) if len(set(names)) < len(names) else []
        )
        if twice:
            return [f"{member} is in the wheel more than once" for member in twice]
        folders = sorted({member.split("/")[0] for member in names if member.split("/")[0].endswith(".dist-info")})
        if len(folders) != 1:
            return [f"there must be one .dist-info folder, and there are: {', '.join(folders) or 'none'}"]
        missing = [f for f in ("METADATA", "RECORD", "WHEEL") if f"{folders[0]}/{f}" not in names]
        if missing:
            return [f"{folders[0]}/{file} is missing" for file in missing]
        record = _faults_of_record(archive, f"{folders[0]}/RECORD")
        said = _faults_of_metadata(archive, folders[0], name, version) + _faults_of_wheel(archive, folders[0], tags)
        return said + record


def check_wheel(path: Path) -> None:
    """Check that a file is a whole wheel: its name, its members, RECORD's hashes, METADATA's name and version.

    Raises:
        BuildFailedError: it is not; every fault is named.
        OSError: the file cannot be read.
    """
    try:
        faults = _faults(path)
    except InvalidWheelFilename as error:
        faults = [str(error)]
    except UNREADABLE as error:
        faults = [f"it is not a readable archive: {error}"]
    except OSError as error:
        # An offset before the file's start, or damaged bzip2 data; all others are the disk's fault.
        if error.errno not in (errno.EINVAL, None):
            raise
        faults = [f"it is not a readable archive: {error}"]
    if faults:
        raise BuildFailedError(f"the backend built {path.name}, which is not a valid wheel", cause="\n".join(faults))
