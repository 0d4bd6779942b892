"""What keeps a rebuild from being identical, by its likely cause: differences grouped, and said in a sentence."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from samewheel._files import sha256_of, walk
from samewheel._types import Value
from samewheel.rebuilding.matching import by_source_path
from samewheel.rebuilding.values import Residue
from samewheel.wheel import open_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from samewheel.comparison import Difference
    from samewheel.rebuilding.published import Published
    from samewheel.wheel.replaying import Replayed

__all__ = ["Evidence", "find_residues", "source_digests"]


class Evidence(Value, frozen=True, kw_only=True):
    """What causes are told from."""

    published: Published
    in_source: Mapping[str, bool]
    """Members of the published wheel that are there in the source, too, and whether with the same contents."""
    replayed: Replayed | None
    """What came of the replay, if contents were equal."""


def source_digests(published: Path, root: Path) -> dict[str, bool]:
    """Return which members of a wheel are files of the source, and whether both have the same contents."""
    with open_wheel(published) as wheel:
        members = {name: member for name, member in wheel.members.items() if not member.is_folder}
        found = by_source_path({name: name for name in members}, walk(root))
        return {
            name: _digest(wheel.contents(members[name])) == sha256_of(root / path)
            for path, name in found.items()
            if not (root / path).is_symlink()
        }


def _digest(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


class Cause(Value, frozen=True, kw_only=True):
    """A cause, and how to tell that a difference has it."""

    name: str
    text: str
    has: Callable[[Difference, Evidence], bool]


def _windows(one: Difference, evidence: Evidence) -> bool:  # noqa: ARG001 - the signature of all of them
    return one.code == "SW105" and one.a == "0"


def _only_theirs(one: Difference, evidence: Evidence) -> bool:
    present = one.code in {"SW302", "SW204", "SW207", "SW208"} and one.field == "presence" and one.a == "present"
    return present and one.member not in evidence.in_source


def _unpacked(one: Difference, evidence: Evidence) -> bool:
    present = one.code in {"SW302", "SW204"} and one.field == "presence" and one.a == "present"
    return present and one.member in evidence.in_source


def _only_ours(one: Difference, evidence: Evidence) -> bool:  # noqa: ARG001 - as above
    return one.field == "presence" and one.a == "absent"


def _other_source(one: Difference, evidence: Evidence) -> bool:
    return one.code.startswith("SW3") and evidence.in_source.get(one.member) is False


def _native(one: Difference, evidence: Evidence) -> bool:  # noqa: ARG001 - as above
    return one.code.startswith("SW4")


def _generated(one: Difference, evidence: Evidence) -> bool:
    return one.code.startswith("SW3") and one.member not in evidence.in_source and bool(one.member)


def _compressor(one: Difference, evidence: Evidence) -> bool:  # noqa: ARG001 - as above
    return one.code == "SW104"


CAUSES = (
    Cause(
        name="windows",
        text="its archive says that it was made on Windows",
        has=_windows,
    ),
    Cause(name="compressor", text="nothing here makes the same streams of the same contents", has=_compressor),
    Cause(
        name="moments",
        text="times that neither the source nor one moment gives: the build took longer, or the files are others",
        has=lambda one, _: one.code == "SW101",
    ),
    Cause(
        name="modes",
        text="modes of members that neither the source nor a umask gives",
        has=lambda one, _: one.code == "SW102",
    ),
    Cause(
        name="folder-order",
        text="the order of its members, as a file system lists them",
        has=lambda one, _: one.code == "SW103",
    ),
    Cause(
        name="archive",
        text="its archive has other headers",
        has=lambda one, _: one.code.startswith("SW1"),
    ),
    Cause(
        name="generator",
        text="another version of the backend, or another backend, made it",
        has=lambda one, _: one.code == "SW201",
    ),
    Cause(
        name="tags",
        text="tags that our build does not give; tools that repair wheels for other systems write them, too",
        has=lambda one, _: one.code in {"SW206", "SW304"},
    ),
    Cause(name="not-in-source", text="files that the source does not have", has=_only_theirs),
    Cause(name="left-out", text="files that are in it and in the source, and that our build left out", has=_unpacked),
    Cause(name="added", text="files that our build has, and it does not", has=_only_ours),
    Cause(
        name="other-source",
        text="files that are otherwise in the source: another source, or a build that changes them",
        has=_other_source,
    ),
    Cause(
        name="native-code",
        text="native code: other compilers, libraries or places would explain it, and so would another source",
        has=_native,
    ),
    Cause(
        name="generated", text="files that are not in the source, and that our build makes otherwise", has=_generated
    ),
    Cause(
        name="record",
        text="RECORD, in another order or form: tools that repack wheels write it, too",
        has=lambda one, _: one.code == "SW203",
    ),
    Cause(
        name="order",
        text="the same lines of METADATA in another order: that of a set or an old dictionary in Python, as a rule",
        has=lambda one, _: one.code == "SW202" and one.field.startswith("order"),
    ),
    Cause(
        name="metadata",
        text="other metadata than our build writes",
        has=lambda one, _: one.code.startswith("SW2"),
    ),
    Cause(name="contents", text="files that are installed differ", has=lambda one, _: one.code.startswith("SW3")),
)
"""The first one that fits counts."""

UNKNOWN = "unknown"


def find_residues(differences: Iterable[Difference], evidence: Evidence) -> tuple[Residue, ...]:
    """Return the causes of differences, sorted, each with the members that it concerns."""
    members: dict[str, set[str]] = {}
    texts = {cause.name: cause.text for cause in CAUSES} | {UNKNOWN: "nothing known here explains it"}
    for one in differences:
        name = next((cause.name for cause in CAUSES if cause.has(one, evidence)), UNKNOWN)
        members.setdefault(name, set()).update(filter(None, [one.member]))
    return tuple(
        Residue(cause=name, text=_said(name, texts[name], evidence), members=tuple(sorted(found)))
        for name, found in sorted(members.items())
    )


def _said(name: str, text: str, evidence: Evidence) -> str:
    """Return a cause's sentence, with the names of compressors where they are known."""
    if name == "compressor" and evidence.replayed is not None and evidence.replayed.unmade:
        return f"{text}: {', '.join(sorted(set(evidence.replayed.unmade.values())))}"
    return text
