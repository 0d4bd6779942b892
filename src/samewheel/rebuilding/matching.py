"""Which file of a source became which member of a wheel, by their names alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["by_source_path", "path_in_source"]

IN_DIST_INFO = re.compile(r"^[^/]+\.dist-info/(?:licenses/|license_files/)?")
IN_DATA = re.compile(r"^[^/]+\.data/[^/]+/")

Fact = TypeVar("Fact")


def path_in_source(member: str) -> str:
    """Return how the path of a member's file ends in the source: the folders that only wheels have are taken off."""
    return IN_DATA.sub("", IN_DIST_INFO.sub("", member, count=1), count=1)


def by_source_path(facts: Mapping[str, Fact], files: Iterable[str]) -> dict[str, Fact]:
    """Return facts about members as facts about the source's files that the members were made of.

    A file is taken for the one of a member if it has its path, or has it below a folder such as ``src``; of several,
    the one that lies least deep.

    Args:
        facts: by the members' names.
        files: the paths of the source's files.
    """
    ends = {path_in_source(member): fact for member, fact in facts.items()}
    deepest = max((end.count("/") + 1 for end in ends), default=0)
    found: dict[str, tuple[str, Fact]] = {}
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        parts = path.split("/")
        for start in range(max(0, len(parts) - deepest), len(parts)):
            end = "/".join(parts[start:])
            if end in ends and end not in found:
                found[end] = (path, ends[end])
                break
    return dict(sorted(found.values()))
