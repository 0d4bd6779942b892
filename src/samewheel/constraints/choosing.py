"""Which pins apply to an interpreter, and which requirements they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from samewheel._standards import marker_of, requirement_of
from samewheel.constraints.values import RELOCK, Constraints, Pin, order
from samewheel.constraints.writing import indexed, normalise
from samewheel.errors import InvalidProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

__all__ = ["applicable", "for_interpreter", "select", "unsatisfied"]


def _holds(marker: str, environment: Mapping[str, str]) -> bool:
    # "extra" is no variable of an interpreter, and without it a marker that names it cannot be evaluated.
    return marker_of(marker).evaluate({"extra": "", **environment})


def select(pins: Iterable[Pin], environment: Mapping[str, str]) -> dict[NormalizedName, Pin]:
    """Return the pins whose markers hold for one interpreter, by name, sorted.

    Args:
        pins: of all interpreters.
        environment: all variables of PEP 508, as :attr:`samewheel.interpreter.Interpreter.markers` has them.

    Raises:
        InvalidProjectError: two pins of one name apply.
    """
    found: dict[NormalizedName, Pin] = {}
    for pin in sorted(pins, key=order):
        if pin.marker is not None and not _holds(pin.marker, environment):
            continue
        if other := found.get(pin.name):
            raise InvalidProjectError(
                f"{pin.name} is pinned twice for this interpreter: {other.version} and {pin.version}",
                cause=f"Both markers hold: {other.marker} and {pin.marker}",
                hint=RELOCK,
            )
        found[pin.name] = pin
    return found


def for_interpreter(constraints: Constraints, environment: Mapping[str, str]) -> dict[NormalizedName, Pin]:
    """Return the pins of a file that apply to one interpreter, as :func:`select` does.

    Raises:
        InvalidProjectError: two pins of one name apply; the message names the file.
    """
    try:
        return select(constraints.pins, environment)
    except InvalidProjectError as error:
        raise InvalidProjectError(f"{constraints.where}: {error.what}", cause=error.cause, hint=error.hint) from error


def applicable(requirements: Iterable[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return what requirements ask of one interpreter, sorted: names, extras and versions, and no markers any more.

    Readers of markers disagree: ``python_version not in '13.12'`` is false for Python 3.12 by packaging, which looks
    for a part of the text, and true by uv 0.13.9, which reads a list of versions.

    Args:
        requirements: PEP 508.
        environment: all variables of PEP 508.

    Raises:
        InvalidProjectError: one of them is not a requirement.
        UnlockableError: one of them is a direct reference, even if its marker does not hold.
    """
    lines: set[str] = set()
    for requirement in map(requirement_of, indexed(requirements)):
        if requirement.marker is None or _holds(str(requirement.marker), environment):
            requirement.marker = None
            lines.add(str(requirement))
    return tuple(sorted(lines))


def unsatisfied(
    pins: Mapping[NormalizedName, Pin], requirements: Sequence[str], environment: Mapping[str, str]
) -> tuple[tuple[str, str | None], ...]:
    """Return the requirements that pins do not meet, each with the pinned version, or None where nothing is pinned.

    Requirements whose own markers do not hold are met. A pre-release that is pinned was chosen, so it counts.

    Args:
        pins: as :func:`for_interpreter` or :func:`select` returns them.
        requirements: PEP 508.
        environment: the same as for the pins.

    Raises:
        InvalidProjectError: one of them is not a requirement.
    """
    missing: list[tuple[str, str | None]] = []
    for text in sorted({normalise(requirement) for requirement in requirements}):
        requirement = requirement_of(text)
        if requirement.marker is not None and not _holds(str(requirement.marker), environment):
            continue
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None:
            missing.append((text, None))
        elif requirement.url is not None or not requirement.specifier.contains(pin.version, prereleases=True):
            missing.append((text, pin.version))
    return tuple(missing)
