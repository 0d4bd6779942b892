"""All members of two wheels as a tree, and what is said of those that differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from samewheel._words import plural
from samewheel.comparison import Verdict, worst
from samewheel.comparison.codes import CODES
from samewheel.report.html.values import Folder, Group, Leaf, Member, Said, Tone
from samewheel.report.html.words import ABSENT, DIFFERENT, FOLLOWS, SAME, many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from samewheel.comparison import Difference
    from samewheel.excerpts import Excerpts, Seen
    from samewheel.report.html.values import Badge

__all__ = ["counted", "differing_members", "groups", "tree"]

MOST_MEMBERS = 200
"""Members of which all is told; the tree has the others, too."""

MOST_SAID = 60
"""Differences that are told of one member."""

MOST_NAMES = 24
"""Members that one difference of the archive names."""

MOST_SAME = 100
"""Members of a folder that are the same and named nevertheless."""

DEEPEST = 12
"""Folders in each other; what lies deeper is named with its folders."""

RANKS = (DIFFERENT[Verdict.PAYLOAD_DIFFERS], *ABSENT.values(), *tuple(DIFFERENT.values())[-2:0:-1], FOLLOWS, SAME)
"""What members are, the worst first."""

ALIKE = {SAME, DIFFERENT[Verdict.SAME_CONTENTS]}
"""What members with the same contents are."""

OF_ARCHIVE, OF_BUILDS = "SW1", "SW5"
"""How codes begin that are not told of a member alone: of the ZIP headers, and of how the wheels were built."""


def _follows(one: Difference) -> str:
    """Return what of RECORD follows from a difference."""
    rows = sum(other.field != "order" for other in one.consequences)
    order = any(other.field == "order" for other in one.consequences)
    return " and ".join(filter(None, [plural(rows, "row") if rows else "", "the order" if order else ""]))


def _said(one: Difference) -> Said:
    return Said(
        code=one.code, summary=CODES.get(one.code, ""), field=one.field, a=one.a, b=one.b, follows=_follows(one)
    )


def _by_member(differences: Iterable[Difference]) -> dict[str, list[Difference]]:
    found = defaultdict[str, list["Difference"]](list)
    for one in differences:
        if one.member and not one.code.startswith(OF_BUILDS):
            found[one.member].append(one)
    return found


def _badge(seen: Seen | None, said: Sequence[Difference]) -> Badge:
    """Return what a member is: by where it is, else by the worst of what is said of it."""
    rung = worst([one.rung for one in said])
    if seen is not None and (seen.a is None or seen.b is None):
        tone = Tone.NEAR if rung is Verdict.SAME_CONTENTS else Tone.BAD
        return ABSENT["a" if seen.a is None else "b", tone]
    if seen is not None and not seen.same and rung in {Verdict.IDENTICAL, Verdict.SAME_CONTENTS}:
        return FOLLOWS
    return DIFFERENT[rung]


def _bytes(size: int | None) -> str:
    return "absent" if size is None else plural(size, "byte")


def _sizes(seen: Seen | None) -> str:
    if seen is None:
        return ""
    return _bytes(seen.a) if seen.a == seen.b else f"{_bytes(seen.a)} → {_bytes(seen.b)}"


def differing_members(differences: Iterable[Difference], excerpts: Excerpts | None) -> tuple[tuple[Member, ...], int]:
    """Return all that is told of members that differ, the worst first, and how many more there are."""
    said = _by_member(one for one in differences if not one.code.startswith(OF_ARCHIVE))
    seen = {one.name: one for one in excerpts.members} if excerpts is not None else {}
    names = sorted({*said, *(name for name, one in seen.items() if not one.same)})
    badges = {name: _badge(seen.get(name), said.get(name, ())) for name in names}
    ranked = sorted(names, key=lambda name: (RANKS.index(badges[name]), name))
    shown = [
        _member(f"m{number}", name, badges[name], said.get(name, ()), seen.get(name))
        for number, name in enumerate(ranked[:MOST_MEMBERS], 1)
    ]
    return tuple(shown), len(ranked) - len(shown)


def _member(anchor: str, name: str, mark: Badge, said: Sequence[Difference], seen: Seen | None) -> Member:
    return Member(
        anchor=anchor,
        name=name,
        badge=mark,
        sizes=_sizes(seen),
        differences=tuple(map(_said, said[:MOST_SAID])),
        left_out=max(0, len(said) - MOST_SAID),
        text=seen.text if seen is not None else None,
        sections=seen.sections if seen is not None else (),
    )


def groups(differences: Iterable[Difference]) -> tuple[Group, ...]:
    """Return the differences of the archive, those of many members together, and those that belong to no member."""
    found = defaultdict[tuple[str, ...], list["Difference"]](list)
    for one in differences:
        if one.code.startswith(OF_ARCHIVE) or not one.member:
            found[one.code, one.field, one.a, one.b].append(one)
    return tuple(_group(several) for several in found.values() if not several[0].code.startswith(OF_BUILDS))


def _group(several: Sequence[Difference]) -> Group:
    names = sorted(one.member for one in several if one.member)
    return Group(said=_said(several[0]), members=tuple(names[:MOST_NAMES]), more=max(0, len(names) - MOST_NAMES))


def _leaves(
    excerpts: Excerpts, differences: Iterable[Difference], anchors: Mapping[str, str]
) -> Iterator[tuple[list[str], Leaf]]:
    """Yield each member with the folders that it is in."""
    said = _by_member(differences)
    for seen in excerpts.members:
        mark = _badge(seen, said.get(seen.name, ()))
        # An entry of a folder ends with a slash.
        *folders, name = seen.name.removesuffix("/").split("/", DEEPEST)
        end = "/" if seen.name.endswith("/") else ""
        yield (
            folders,
            Leaf(
                same=mark in ALIKE,
                name=name + end,
                path=seen.name,
                badge=mark,
                size=_sizes(seen),
                anchor=anchors.get(seen.name, "archive" if mark is DIFFERENT[Verdict.SAME_CONTENTS] else ""),
            ),
        )


class _Building:
    """A folder that is still being filled."""

    def __init__(self) -> None:
        self.folders: dict[str, _Building] = {}
        self.leaves: list[Leaf] = []

    def done(self, name: str) -> Folder:
        """Return what came of it."""
        inner = tuple(folder.done(below) for below, folder in sorted(self.folders.items()))
        odd = [leaf for leaf in self.leaves if not leaf.same]
        alike = [leaf for leaf in self.leaves if leaf.same]
        return Folder(
            name=name,
            folders=inner,
            leaves=tuple(sorted([*odd, *alike[:MOST_SAME]], key=lambda leaf: leaf.name)),
            differing=len(odd) + sum(folder.differing for folder in inner),
            archived=sum(leaf.badge is not SAME for leaf in alike) + sum(folder.archived for folder in inner),
            total=len(self.leaves) + sum(folder.total for folder in inner),
            left_out=max(0, len(alike) - MOST_SAME),
        )


def tree(excerpts: Excerpts, differences: Sequence[Difference], members: Iterable[Member]) -> Folder:
    """Return all members; ``members`` are those of which more is told."""
    top = _Building()
    anchors = {member.name: member.anchor for member in members}
    for folders, leaf in _leaves(excerpts, differences, anchors):
        here = top
        for folder in folders:
            here = here.folders.setdefault(folder, _Building())
        here.leaves.append(leaf)
    return top.done("")


def counted(excerpts: Excerpts, differences: Iterable[Difference]) -> str:
    """Return in words how many members are what."""
    said = _by_member(differences)
    marks = Counter(_badge(seen, said.get(seen.name, ())) for seen in excerpts.members)
    found = [many(count, mark.word) for mark in RANKS[::-1] if (count := marks[mark])]
    return f"{plural(len(excerpts.members), 'member')}: {', '.join(found)}."
