"""Why a rebuild is not identical: what its source and the replay tell, and what the two wheels do."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from samewheel._files import sha256_of, walk
from samewheel.comparison.facts import place
from samewheel.explaining.case import InSource, Origins
from samewheel.rebuilding.matching import by_source_path, path_in_source
from samewheel.wheel import open_wheel, read_headers

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from samewheel.comparison import Difference
    from samewheel.explaining.values import Explanation
    from samewheel.wheel import Member, Wheel
    from samewheel.wheel.replaying import Replayed

__all__ = ["find_causes", "source_digests"]

OF_FILES = ("SW2", "SW3")
"""How the codes begin of differences that the source may tell something of."""


def find_causes(
    published: Path,
    ours: Path,
    root: Path,
    differences: Sequence[Difference],
    replayed: Replayed | None,
) -> tuple[Explanation, ...]:
    """Return what makes a rebuild differ from the published wheel, as far as that is known.

    Args:
        published: the wheel that was to be made again.
        ours: what was built.
        root: the top folder of the source that it was built from.
        differences: of both wheels.
        replayed: what came of the replay, if contents were equal.

    Raises:
        InvalidWheelError: one of the wheels is damaged.
        SamewheelError: one of the files cannot be read.
    """
    if not differences:
        return ()
    # Most rebuilds are identical.
    from samewheel.explaining.explaining import explain

    names = {one.member for one in differences if one.code.startswith(OF_FILES)}
    origins = Origins(
        in_source=(source_digests(published, root, names), source_digests(ours, root, names)),
        unmade=replayed.unmade if replayed is not None else {},
        described=(_is_described(published, root), _is_described(ours, root)),
    )
    return explain(published, ours, differences, origins=origins)


def _is_described(path: Path, root: Path) -> bool:
    """Tell whether a wheel's description has the words of a README of the source, at its top."""
    with open_wheel(path) as wheel:
        body = _words(read_headers(wheel.text("METADATA"), "METADATA").body)
    files = [file for file in sorted(root.iterdir()) if file.is_file() and not file.is_symlink()]
    readmes = [file for file in files if file.name.lower().startswith("readme")]
    return any(words in body for file in readmes if (words := _words(file.read_text("utf-8", "replace"))))


def _words(text: str) -> str:
    """Return a text with one space wherever it has any white space: backends change that."""
    return " ".join(text.split())


def source_digests(path: Path, root: Path, names: Container[str]) -> dict[str, InSource]:
    """Return which members of a wheel the source has, by paths that end alike and by contents.

    Args:
        path: the wheel.
        root: the top folder of the source.
        names: the members that are looked for, as differences call them.
    """
    files = [file for file in walk(root) if not (root / file).is_symlink()]
    with open_wheel(path) as wheel:
        members = {
            name: member
            for name, member in wheel.members.items()
            if not member.is_folder and (name in names or place(name, wheel.dist_info) in names)
        }
        alike: dict[str, list[str]] = {}
        for name in members:
            alike.setdefault(path_in_source(name), []).append(name)
        found = by_source_path({name: alike[path_in_source(name)] for name in members}, files)
        named = {
            name: InSource.SAME
            if _digest(wheel.contents(members[name])) == sha256_of(root / file)
            else InSource.OTHERWISE
            for file, names in found.items()
            for name in names
        }
        rest = {name: member for name, member in members.items() if named.get(name) is not InSource.SAME}
        return named | dict.fromkeys(_under_other_names(wheel, rest, root, files), InSource.ELSEWHERE)


def _under_other_names(
    wheel: Wheel, members: Mapping[str, Member], root: Path, files: Iterable[str]
) -> Iterable[str]:
    """Yield the members whose contents a file of the source has; empty ones are everywhere, and tell nothing."""
    sizes = {member.size for member in members.values() if member.size}
    digests = {sha256_of(root / file) for file in files if (root / file).stat().st_size in sizes}
    for name, member in members.items():
        if digests and _digest(wheel.contents(member)) in digests:
            yield name


def _digest(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
