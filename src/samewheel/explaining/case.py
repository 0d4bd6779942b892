"""What an explanation is made from: two open wheels, their differences, and what their builds were given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from samewheel._types import Value
from samewheel.comparison import Difference
from samewheel.comparison.facts import place
from samewheel.explaining.kept import Kept
from samewheel.patterns import Patterns, Sought
from samewheel.wheel import open_wheel, read_headers

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.explaining.values import Certainty
    from samewheel.wheel import Headers, Member, Wheel

__all__ = ["Case", "Given", "InSource", "Mark", "Moment", "Origins", "Recognised", "Recogniser", "opened"]

LARGEST = 1 << 26
"""Bytes of a member that is read as a whole; of a larger one, only what the comparison says is looked at."""


MOST_KEPT = 1 << 27
"""Bytes of members' contents that are kept while two wheels are looked at: one of the largest that are read."""

MOST_CHARACTERS = 1 << 21
"""Characters of two wheels together that are read word by word, which takes some microseconds each."""


class Mark(Value, frozen=True, kw_only=True):
    """A condition's value in each of two builds."""

    condition: str
    a: str
    """What the first wheel's build was given, such as a path."""
    b: str


class Moment(Value, frozen=True, kw_only=True):
    """What a condition makes of the time, in each of two builds."""

    condition: str
    a: int
    """POSIX seconds."""
    b: int


class Given(Value, frozen=True, kw_only=True):
    """What two builds were given that may stand in their wheels."""

    marks: tuple[Mark, ...] = ()
    """Values that occur nowhere else: to find one in a wheel is to know where it comes from."""
    values: tuple[Mark, ...] = ()
    """Values that mean something only where both stand at the same place of both wheels, such as numbers."""
    moments: tuple[Moment, ...] = ()
    zones: tuple[int, int] = (0, 0)
    """Seconds east of UTC."""
    umasks: tuple[int, int] | None = None
    printed: tuple[str, str] = ("", "")
    """The end of what each build printed."""


class InSource(StrEnum):
    """How a source has a member of a wheel."""

    SAME = "same"
    """A file of that name has the same contents."""
    ELSEWHERE = "elsewhere"
    """Only a file of another name has the same contents."""
    OTHERWISE = "otherwise"
    """A file of that name has other contents, and no file has the same."""


class Origins(Value, frozen=True, kw_only=True):
    """What a rebuild knows: the first wheel was published, and the second one was built from the source at hand."""

    in_source: tuple[Mapping[str, InSource], Mapping[str, InSource]]
    """Of each wheel the members that differ and that the source has in one way or another."""
    unmade: Mapping[str, str] = {}
    """Members of the first wheel whose streams no compressor at hand makes, with what is known of them."""
    described: tuple[bool, bool] = (False, False)
    """Whether the description of each wheel has the words of the source's README."""


class Recognised(Value, frozen=True, kw_only=True):
    """A cause of some differences."""

    cause: str
    certainty: Certainty
    differences: tuple[Difference, ...]
    conditions: tuple[str, ...] = ()
    """The guilty ones, sorted."""
    besides: tuple[str, ...] = ()
    """Other causes, without each of which this one does nothing, sorted."""
    evidence: str = ""
    """In words: the place and the two values."""
    whole: bool = True
    """Whether nothing of these differences is left to explain."""


class Case:
    """Two wheels, side by side."""

    def __init__(
        self,
        wheels: tuple[Wheel, Wheel],
        differences: Sequence[Difference],
        *,
        given: Given | None = None,
        origins: Origins | None = None,
    ) -> None:
        """Take what is known.

        Args:
            wheels: both, open.
            differences: what the comparison found, in its order.
            given: what their builds were given, if that is known.
            origins: what the source tells, if the second wheel is a rebuild of the first one.
        """
        self.wheels = wheels
        self.differences = tuple(dict.fromkeys(differences))
        self.given = given
        self.origins = origins
        self._contents = Kept(MOST_KEPT)
        self._characters = MOST_CHARACTERS

    @cached_property
    def marks(self) -> tuple[Patterns, Patterns]:
        """The marks of each build, ready to be searched for."""
        marks = self.given.marks if self.given is not None else ()
        return (
            Patterns([Sought(condition=mark.condition, value=mark.a) for mark in marks]),
            Patterns([Sought(condition=mark.condition, value=mark.b) for mark in marks]),
        )

    @cached_property
    def metadata(self) -> tuple[Headers, Headers]:
        """Each wheel's METADATA."""
        one, other = (read_headers(wheel.text("METADATA"), "METADATA") for wheel in self.wheels)
        return one, other

    @cached_property
    def generators(self) -> tuple[str, str]:
        """What WHEEL says of the program that wrote it, in each wheel."""
        one, other = (_generator(wheel.text("WHEEL")) for wheel in self.wheels)
        return one, other

    @cached_property
    def members(self) -> tuple[dict[str, Member], dict[str, Member]]:
        """The members of each wheel, by the names that differences call them by."""
        one, other = ({**wheel.members, **_by_place(wheel)} for wheel in self.wheels)
        return one, other

    def contents(self, name: str, at_most: int = LARGEST) -> tuple[bytes, bytes] | None:
        """Return what a member holds in each wheel; None if only one has it, or if it has more bytes than that.

        Raises:
            InvalidWheelError: the wheel is damaged.
        """
        one, other = (members.get(name) for members in self.members)
        if one is None or other is None or max(one.size, other.size) > at_most:
            return None
        both = self._contents.get(name)
        if both is None:
            a, b = self.wheels
            both = b"".join(a.contents(one)), b"".join(b.contents(other))
            self._contents.add(name, both)
        return both

    def may_read(self, characters: int) -> bool:
        """Tell whether so many characters may still be read word by word, and count them if they may."""
        may = characters <= self._characters
        self._characters -= characters if may else 0
        return may


Recogniser: TypeAlias = Callable[[Case, Sequence[Difference]], Iterator[Recognised]]
"""Takes the differences that nothing explained yet, and yields what it knows of some of them."""


def _generator(text: bytes) -> str:
    found = (line.partition(b":") for line in text.splitlines())
    said = [rest.strip().decode("utf-8", "replace") for key, _, rest in found if key.lower() == b"generator"]
    return ", ".join(said)


def _by_place(wheel: Wheel) -> dict[str, Member]:
    """Return the members of a wheel by the names that stand for them where name or version differ."""
    return {place(name, wheel.dist_info): member for name, member in wheel.members.items()}


@contextmanager
def opened(
    a: Path,
    b: Path,
    differences: Sequence[Difference],
    *,
    given: Given | None = None,
    origins: Origins | None = None,
) -> Iterator[Case]:
    """Open two wheels for the time of the block; the arguments are those of :class:`Case`.

    Raises:
        InvalidWheelError: one of them is damaged.
        SamewheelError: one of them cannot be read.
    """
    with open_wheel(a) as one, open_wheel(b) as other:
        yield Case((one, other), differences, given=given, origins=origins)
