"""Writes constraints: equal values give equal bytes, with no date, no path and no tool's version among them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name

from samewheel._standards import requirement_of
from samewheel._types import Sha256
from samewheel.constraints.values import FIRST_LINE, FORMAT, MARK, Header, Pin, order, unwritable
from samewheel.errors import InvalidProjectError, UnlockableError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["indexed", "make_header", "normalise", "render"]


def normalise(requirement: str) -> str:
    """Return the one spelling of a requirement (PEP 508): names, order of specifiers and extras, spaces, quotes.

    Raises:
        InvalidProjectError: it is not a requirement, would not fit on one line, or has a ``$``.
    """
    try:
        parsed = requirement_of(requirement)
    except InvalidRequirement as error:
        raise InvalidProjectError(
            f"{requirement!r} is not a requirement", cause=str(error).splitlines()[0]
        ) from error
    parsed.name = canonicalize_name(parsed.name)
    text = str(parsed)
    if wrong := unwritable(text):
        raise InvalidProjectError(f"{requirement!r} has {wrong[0]}", cause=wrong[1])
    return text


def indexed(requirements: Iterable[str]) -> tuple[str, ...]:
    """Return requirements normalised and sorted, once none of them goes past the index, whatever its marker says.

    Raises:
        InvalidProjectError: one of them is not a requirement.
        UnlockableError: one of them is a direct reference (PEP 508 ``name @ url``).
    """
    lines = tuple(sorted({normalise(requirement) for requirement in requirements}))
    for line in lines:
        parsed = requirement_of(line)
        if parsed.url is not None:
            raise UnlockableError(
                f"{parsed.name} is required by its URL and cannot be pinned",
                cause="What is behind a URL can change; only a release of an index has hashes that others can check.",
                hint=f"Require a release of {parsed.name}, from an index of your own if need be.",
            )
    return lines


def make_header(
    *, requires: Iterable[str], asked: Iterable[str], requires_python: str, bounds: Iterable[str] = ()
) -> Header:
    """Return the header for requirements, in whatever order and spelling they come.

    What the backend asks for counts only if it is not required statically. The digest is over the sorted union, one
    requirement per line, and then over the bounds likewise, each after a ``<``; over nothing else.

    Raises:
        InvalidProjectError: one of them is not a requirement.
    """
    static = {normalise(requirement) for requirement in requires}
    dynamic = {normalise(requirement) for requirement in asked} - static
    bounding = tuple(sorted({normalise(bound) for bound in bounds}))
    lines = "".join(f"{line}\n" for line in (*sorted(static | dynamic), *(f"< {bound}" for bound in bounding)))
    return Header(
        requires=tuple(sorted(static)),
        asked=tuple(sorted(dynamic)),
        bounds=bounding,
        requires_python=requires_python,
        digest=Sha256(hashlib.sha256(lines.encode()).hexdigest()),
    )


def _header_lines(header: Header) -> list[str]:
    return [
        FIRST_LINE,
        f"# {MARK}: {FORMAT}",
        f"# requirements-sha256: {header.digest}",
        f"# requires-python: {header.requires_python}",
        *(f"# requires: {requirement}" for requirement in header.requires),
        *(f"# asked by the backend: {requirement}" for requirement in header.asked),
        *(f"# bounded by: {bound}" for bound in header.bounds),
        "",
    ]


def _spell(marker: str) -> str:
    """Write a marker as uv does, so that its file and ours differ by our header only."""
    return marker if "'" in marker else marker.replace('"', "'")


def _pin_lines(pin: Pin) -> list[str]:
    head = f"{pin.name}=={pin.version}" + (f" ; {_spell(pin.marker)}" if pin.marker else "")
    lines = [head, *(f"    --hash={value}" for value in sorted(pin.hashes))]
    if len(pin.via) == 1:
        via = [f"    # via {pin.via[0]}"]
    else:
        via = ["    # via", *(f"    #   {name}" for name in sorted(pin.via))] if pin.via else []
    return [" \\\n".join(lines), *via]


def render(pins: Iterable[Pin], header: Header | None = None) -> bytes:
    """Write constraints: :func:`parse_constraints` reads the same values back, and equal values give equal bytes."""
    lines = _header_lines(header) if header else []
    for pin in sorted(pins, key=order):
        lines += _pin_lines(pin)
    return "".join(f"{line}\n" for line in lines).encode()
