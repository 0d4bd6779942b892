"""What both resolvers are asked, checked and spelled once, before either runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier
from packaging.utils import InvalidName, canonicalize_name

from samewheel._standards import specifiers_of, version_of
from samewheel.errors import InvalidProjectError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

    from samewheel.constraints import Constraints, Pin

__all__ = ["instant", "kept", "lower_bound", "package_names"]


def lower_bound(requires_python: str) -> str:
    """Return the oldest Python of a version specifier, such as ``3.11`` for ``>=3.11,<4``.

    Raises:
        InvalidProjectError: it is not a specifier, or has no lower bound.
    """
    try:
        specifiers = specifiers_of(requires_python)
    except InvalidSpecifier as error:
        raise InvalidProjectError(f"requires-python {requires_python!r} is wrong", cause=str(error)) from error
    bounds = [
        version_of(specifier.version.removesuffix(".*"))
        for specifier in specifiers
        if specifier.operator in {">=", ">", "~=", "=="}
    ]
    if not bounds:
        raise InvalidProjectError(
            f"requires-python {requires_python!r} has no lower bound",
            cause="Pins for every Python that ever was have no solution.",
            hint='Say the oldest one, for example: requires-python = ">=3.11"',
        )
    return max(bounds).base_version


def _not_an_instant(text: str, cause: str) -> UsageError:
    return UsageError(
        f"{text!r} is neither a date nor a timestamp with a time zone",
        cause=cause,
        hint="For example: --exclude-newer 2026-01-31, or 2026-01-31T12:00:00Z",
    )


def instant(exclude_newer: str) -> str:
    """Return the first moment that is too new, as an RFC 3339 timestamp in UTC.

    A date means all of that day in UTC, wherever the lock is made: uv by itself takes the local time zone's day.

    Args:
        exclude_newer: a date such as ``2026-01-31``, or a timestamp with a time zone.

    Raises:
        UsageError: it is something else; also a duration, as the lock would depend on when it was made.
    """
    try:
        if len(exclude_newer) == len("2026-01-31"):
            return f"{date.fromisoformat(exclude_newer) + timedelta(days=1)}T00:00:00Z"
        moment = datetime.fromisoformat(exclude_newer)
    except (ValueError, OverflowError) as error:
        raise _not_an_instant(exclude_newer, str(error)) from error
    if moment.tzinfo is None:
        raise _not_an_instant(exclude_newer, "it has no time zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def package_names(names: Iterable[str]) -> tuple[NormalizedName, ...]:
    """Return the names of packages normalised and sorted.

    Raises:
        UsageError: one of them is not a name.
    """
    found: set[NormalizedName] = set()
    for name in names:
        try:
            found.add(canonicalize_name(name, validate=True))
        except InvalidName as error:
            raise UsageError(f"{name!r} is not the name of a package", hint="For example: hatchling") from error
    return tuple(sorted(found))


def kept(previous: Constraints | None, *, upgrade: bool, upgrade_packages: Iterable[str]) -> tuple[Pin, ...]:
    """Return the pins that a resolver has to keep where they still satisfy what is required.

    Args:
        previous: the constraints so far.
        upgrade: keep none.
        upgrade_packages: keep all but these.

    Raises:
        UsageError: one of the names is not a name.
    """
    moved = package_names(upgrade_packages)
    if previous is None or upgrade:
        return ()
    return tuple(pin for pin in previous.pins if pin.name not in moved)
