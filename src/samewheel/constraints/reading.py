"""Reads constraints strictly: exact pins with SHA-256 hashes, our header, and nothing that means something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from samewheel._standards import requirement_of, specifiers_of, version_of
from samewheel._types import Sha256
from samewheel.constraints.entries import entries, split_hashes
from samewheel.constraints.values import (
    FORMAT,
    MARK,
    NOT_OURS,
    RELOCK,
    Constraints,
    Header,
    Pin,
    order,
    unwritable,
)
from samewheel.errors import InvalidProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.constraints.entries import Entry

__all__ = ["is_ours", "parse_constraints"]

IGNORED_OPTIONS = ("--index-url", "-i", "--extra-index-url", "--find-links", "-f", "--only-binary")
"""Options that a resolver may have left in the file: they say where files come from, and hashes say which files."""

REFUSED = {
    "-r": "Another file's pins are not covered by this file's digest.",
    "-c": "Another file's pins are not covered by this file's digest.",
    "-e": "An editable project has no hash.",
    "--no-binary": "Only wheels may enter a build environment.",
}
"""Why an option is refused, by its short name or its long one."""

LONG_NAMES = {"--requirement": "-r", "--constraint": "-c", "--editable": "-e"}

_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
_HEADER_LINE = re.compile(
    rf"# ({MARK}|requirements-sha256|requires-python|requires|asked by the backend|bounded by): ?(.*)"
)

LONGEST_SHOWN = 200
"""Characters of a line that an error message shows."""


def _via(comments: Iterable[str]) -> tuple[str, ...]:
    """Read ``# via a``, ``# via a, b``, and ``# via`` followed by one indented name per line."""
    names: list[str] = []
    listing = False
    for comment in comments:
        words = comment.strip()
        if words == "via" or words.startswith("via "):
            names += [name.strip() for name in words[4:].split(",") if name.strip()]
            listing = True
        elif listing and comment.startswith("   "):
            names.append(words)
        else:
            listing = False
    return tuple(sorted(set(names)))


def _refuse_option(text: str, place: str) -> None:
    option = re.split(r"[= ]", text, maxsplit=1)[0]
    if option in IGNORED_OPTIONS:
        return
    cause = REFUSED.get(LONG_NAMES.get(option, option), "Build constraints consist of hashed pins.")
    raise InvalidProjectError(f"{place}: the option {option} is not allowed here", cause=cause, hint=RELOCK)


def _requirement(text: str, place: str) -> Requirement:
    try:
        requirement = requirement_of(text)
    except InvalidRequirement as error:
        raise InvalidProjectError(
            f"{place}: {text[:LONGEST_SHOWN]!r} is not a pin", cause=str(error).splitlines()[0], hint=RELOCK
        ) from error
    if requirement.url is not None:
        raise InvalidProjectError(
            f"{place}: {requirement.name} is a direct reference", cause="Only a release of an index can be pinned."
        )
    if requirement.extras:
        raise InvalidProjectError(
            f"{place}: {requirement.name} has extras", cause="pip refuses them in constraints.", hint="--strip-extras"
        )
    if wrong := unwritable(str(requirement)):
        raise InvalidProjectError(f"{place}: {requirement.name} has {wrong[0]}", cause=wrong[1], hint=RELOCK)
    return requirement


def _exact_version(requirement: Requirement, place: str) -> str:
    specifiers = list(requirement.specifier)
    if len(specifiers) != 1 or specifiers[0].operator != "==" or specifiers[0].version.endswith(".*"):
        raise InvalidProjectError(
            f"{place}: {requirement.name}{requirement.specifier} is not an exact pin",
            cause="Each line must be NAME==VERSION with its hashes.",
            hint=RELOCK,
        )
    try:
        return str(version_of(specifiers[0].version))
    except InvalidVersion as error:
        raise InvalidProjectError(f"{place}: wrong version of {requirement.name}", cause=str(error)) from error


def _pin(entry: Entry, place: str) -> Pin:
    head, hashes, left = split_hashes(entry.text)
    requirement = _requirement(head, place)
    version = _exact_version(requirement, place)
    label = f"{requirement.name}=={version}"
    if left:
        raise InvalidProjectError(f"{place}: {left!r} after the hashes of {label} is not understood")
    for value in hashes:
        if not _SHA256.fullmatch(value):
            raise InvalidProjectError(
                f"{place}: {value!r} of {label} is not a SHA-256",
                cause="Wanted: sha256: and 64 lower-case hex digits.",
            )
    if not hashes:
        raise InvalidProjectError(
            f"{place}: {label} has no hash",
            cause="The file was compiled without hashes.",
            hint="Lock again: samewheel lock, or add --generate-hashes to the command that wrote it",
        )
    return Pin(
        name=canonicalize_name(requirement.name),
        version=version,
        marker=str(requirement.marker) if requirement.marker else None,
        hashes=tuple(sorted(set(hashes))),
        via=_via(entry.comments),
    )


def _refuse_twins(pin: Pin, place: str, seen: dict[str, list[tuple[Pin, int]]]) -> None:
    for other, line in seen.get(pin.name, ()):
        if pin.marker is None or other.marker is None or pin.marker == other.marker:
            raise InvalidProjectError(
                f"{place}: {pin.name} is pinned a second time, after line {line}",
                cause="Two pins of one name need markers that tell when each applies.",
                hint=RELOCK,
            )


def _read_header(text: str, where: str) -> Header | None:
    """Read our header from the comments at the beginning, None when they do not hold our mark."""
    fields: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if found := _HEADER_LINE.fullmatch(line):
            fields.setdefault(found[1], []).append(found[2])
    if MARK not in fields:
        return None
    if fields[MARK] != [FORMAT]:
        raise InvalidProjectError(
            f"{where} has a header of another format: {', '.join(fields[MARK])}",
            cause="A newer samewheel wrote it.",
            hint="Update samewheel, or lock again: samewheel lock",
        )
    for key in ("requirements-sha256", "requires-python"):
        if len(fields.get(key, ())) != 1:
            raise InvalidProjectError(
                f"{where}: the header must have one line {key}",
                cause="It was edited, or two versions of the file were merged.",
                hint=RELOCK,
            )
    try:
        specifiers_of(fields["requires-python"][0])
    except InvalidSpecifier as error:
        raise InvalidProjectError(
            f"{where}: the header's requires-python is wrong", cause=str(error), hint=RELOCK
        ) from error
    return Header(
        requires=tuple(fields.get("requires", ())),
        asked=tuple(fields.get("asked by the backend", ())),
        bounds=tuple(fields.get("bounded by", ())),
        requires_python=fields["requires-python"][0],
        digest=Sha256(fields["requirements-sha256"][0]),
    )


def parse_constraints(content: bytes, where: str) -> Constraints:
    """Read constraints strictly: every line is an exact pin with SHA-256 hashes.

    Args:
        content: a file as ``uv pip compile``, ``pip-compile`` or we write it.
        where: its path, or a name for messages.

    Raises:
        InvalidProjectError: something else is in it; the message names the line.
    """
    try:
        return _parsed(content, where)
    except InvalidProjectError as error:
        if error.hint != RELOCK or is_ours(content):
            raise
        raise InvalidProjectError(error.what, cause=error.cause, hint=NOT_OURS) from error


def _parsed(content: bytes, where: str) -> Constraints:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidProjectError(f"{where} is not UTF-8", cause=str(error)) from error
    seen: dict[str, list[tuple[Pin, int]]] = {}
    for entry in entries(text):
        place = f"{where}, line {entry.line}"
        if entry.text.startswith("-"):
            _refuse_option(entry.text, place)
            continue
        pin = _pin(entry, place)
        _refuse_twins(pin, place, seen)
        seen.setdefault(pin.name, []).append((pin, entry.line))
    return Constraints(
        pins=tuple(sorted((pin for pins in seen.values() for pin, _ in pins), key=order)),
        header=_read_header(text, where),
        content=content,
        where=where,
    )


def is_ours(content: bytes) -> bool:
    """Tell whether a file has our mark, even where an edit or a merge has damaged it."""
    return re.search(rf"^# {MARK}:".encode(), content, re.MULTILINE) is not None
