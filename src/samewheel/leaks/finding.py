"""From a wheel to its leaks: what was found, less what the source already said, by member and condition."""

from __future__ import annotations

import mmap
import zipfile
from collections import Counter
from typing import TYPE_CHECKING

from samewheel._files import walk
from samewheel.buildinfo import Leak
from samewheel.leaks.members import Hit, hits_in, section_of
from samewheel.patterns import Patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from samewheel.patterns import Sought

__all__ = ["find_leaks"]

MOST_WORDS = 1000
"""Different words that are kept of one condition in one member."""


class _Heard:
    """The occurrences of one condition in one member, by the words that they are part of."""

    def __init__(self) -> None:
        """Have heard nothing yet."""
        self._first: dict[bytes, Hit] = {}
        self._count: Counter[bytes] = Counter()

    def add(self, hit: Hit) -> None:
        """Remember an occurrence: where a word came first, and how often it came."""
        word = hit.found.word
        if word in self._first or len(self._first) < MOST_WORDS:
            self._first.setdefault(word, hit)
            self._count[word] += 1

    @property
    def words(self) -> frozenset[bytes]:
        """All words."""
        return frozenset(self._first)

    def without(self, words: frozenset[bytes]) -> tuple[Hit, int] | None:
        """Return the first occurrence that is of none of the words, and how many such there are, if any."""
        left = [hit for word, hit in self._first.items() if word not in words]
        return (left[0], sum(n for word, n in self._count.items() if word not in words)) if left else None


def _contents(source: Path) -> Iterator[mmap.mmap]:
    """Yield the contents of the files below a folder."""
    for name in walk(source):
        path = source / name
        if path.is_symlink() or not path.is_file() or path.stat().st_size == 0:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content


def _said(source: Path, patterns: Patterns, words: frozenset[bytes]) -> frozenset[bytes]:
    """Return which of the words stand in a file below ``source``."""
    said: set[bytes] = set()
    for content in _contents(source):
        if patterns.anchors.search(content):
            said |= {word for word in words - said if content.find(word) >= 0}
    return frozenset(said)


def _leak(archive: zipfile.ZipFile, condition: str, name: str, hit: Hit, count: int) -> Leak:
    section = None
    if hit.line is None and not hit.inside:
        section = section_of(archive, archive.getinfo(name), hit.offset)
    place = section or hit.place
    return Leak(condition=condition, member=name, place=place, encoding=hit.found.encoding, count=count)


def find_leaks(wheel: Path, sought: Sequence[Sought], *, source: Path | None = None) -> tuple[Leak, ...]:
    """Return where a wheel holds the values: the first place in each member of each condition, sorted.

    Members are read piece by piece, so that their size costs time only.

    Args:
        wheel: a valid wheel.
        sought: the values, at least one.
        source: the folder that it was built from. A word (a path, a URL, a name) that holds a value and stands in
            one of its files, was there before the build, and is no leak; None: everything is.

    Raises:
        OSError: the wheel or the source cannot be read.
    """
    patterns = Patterns(sought)
    heard: dict[tuple[str, str], _Heard] = {}
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            for hit in hits_in(archive, member, patterns):
                heard.setdefault((hit.found.condition, member.filename), _Heard()).add(hit)
        said = frozenset[bytes]()
        if heard and source is not None:
            said = _said(source, patterns, frozenset().union(*(item.words for item in heard.values())))
        left = {key: item.without(said) for key, item in heard.items()}
        return tuple(sorted(_leak(archive, *key, *found) for key, found in left.items() if found is not None))
