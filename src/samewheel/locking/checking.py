"""Whether constraints still are what a project asks for; a newer release on the index does not make them stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._standards import requirement_of, specifiers_of
from samewheel._text import discreet
from samewheel.constraints import for_interpreter, make_header, normalise, unsatisfied

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from samewheel.constraints import Constraints, Header

__all__ = ["stale"]


def _diff(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """Return what went and what came, sorted by what it is about."""
    before, now = set(old), set(new)
    lines = [(line, "-") for line in before - now] + [(line, "+") for line in now - before]
    return [f"{sign} {line}" for line, sign in sorted(lines)]


def _changes(header: Header, requires: Sequence[str], asked: Sequence[str] | None) -> list[str]:
    if asked is not None:
        current = make_header(requires=requires, asked=asked, requires_python="")
        return _diff((*header.requires, *header.asked), (*current.requires, *current.asked))
    # What the backend asks for is unknown: what was locked as that and is static now is no change.
    static = {normalise(requirement) for requirement in requires}
    return _diff(header.requires, static - (set(header.asked) - set(header.requires)))


def stale(
    constraints: Constraints,
    *,
    requires: Sequence[str],
    asked: Sequence[str] | None,
    environment: Mapping[str, str],
    requires_python: str | None = None,
    bounds: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return why constraints are not what is asked for any more, as lines of a diff; none means that they are fresh.

    Of a file without our header only the pins are checked.

    Args:
        constraints: the file.
        requires: static requirements, ``build-system.requires``.
        asked: what the backend's hooks ask for; None: it could not be asked, so that only ``requires`` counts.
        environment: variables (PEP 508) of the interpreter that the pins are checked for.
        requires_python: the Pythons to lock for; None: do not compare.
        bounds: constraints on whatever is installed.

    Raises:
        InvalidProjectError: a requirement is wrong, or two pins of one name apply.
    """
    reasons: list[str] = []
    header = constraints.header
    if header is not None:
        said = make_header(requires=header.requires, asked=header.asked, bounds=header.bounds, requires_python="")
        if said.digest != header.digest:
            reasons.append("the header was edited: its digest is not that of its requirements")
        reasons += _changes(header, requires, asked)
        now = [f"constraint {normalise(bound)}" for bound in bounds]
        reasons += _diff([f"constraint {bound}" for bound in header.bounds], now)
        if requires_python is not None and specifiers_of(requires_python) != specifiers_of(header.requires_python):
            reasons += [f"- requires-python {header.requires_python}", f"+ requires-python {requires_python}"]
    known = asked if asked is not None else (header.asked if header is not None else ())
    pins = for_interpreter(constraints, environment)
    for requirement, version in unsatisfied(pins, (*requires, *known), environment):
        if version is None:
            reasons.append(f"nothing pins {requirement}")
        else:
            reasons.append(f"{requirement_of(requirement).name}=={version} does not satisfy {requirement}")
    for bound, version in unsatisfied(pins, bounds, environment):
        if version is not None:
            reasons.append(f"{requirement_of(bound).name}=={version} is not within the constraint {bound}")
    # A requirement may be a URL, and that may have a password.
    return tuple(map(discreet, reasons))
