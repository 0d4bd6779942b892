"""What things are audited for: the platform, the interpreter, and the extras and groups that are installed."""

from __future__ import annotations

import sysconfig
from typing import TYPE_CHECKING

from packaging import tags
from packaging.markers import InvalidMarker, UndefinedComparison, UndefinedEnvironmentName

from samewheel._standards import marker_of
from samewheel._types import Value
from samewheel.errors import UsageError
from samewheel.interpreter import find_interpreter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from packaging.tags import Tag

    from samewheel.interpreter import Interpreter

__all__ = ["Target", "find_target"]


class Target(Value, frozen=True, kw_only=True):
    """An interpreter on a platform, and what is installed into it."""

    markers: Mapping[str, str]
    """The environment markers of PEP 508."""
    ranks: Mapping[Tag, int]
    """Of every tag that an installer would take, the best being 0."""
    extras: frozenset[str] = frozenset()
    groups: frozenset[str] | None = None
    """Dependency groups; None: those that a file names as its default."""

    def holds(self, marker: str, where: str, default_groups: Iterable[str] = ()) -> bool:
        """Tell whether a marker holds; an empty one does.

        Raises:
            UsageError: it is none; ``where`` is named.
        """
        if not marker:
            return True
        groups = frozenset(default_groups) if self.groups is None else self.groups
        environment: dict[str, str | AbstractSet[str]] = {
            **self.markers,
            "extra": "",
            "extras": self.extras,
            "dependency_groups": groups,
        }
        try:
            return marker_of(marker).evaluate(environment, context="lock_file")
        except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError) as error:
            raise UsageError(f"{where}: a marker cannot be evaluated", cause=str(error)) from error

    def rank(self, of: Iterable[Tag]) -> int | None:
        """Return how well a wheel with these tags fits, the best being 0; None if it does not."""
        return min((self.ranks[tag] for tag in of if tag in self.ranks), default=None)


def _tags(interpreter: Interpreter) -> Iterator[Tag]:
    """Yield what another interpreter of this platform takes, the best first.

    Raises:
        UsageError: it is not CPython, or one for another platform.
    """
    if interpreter.implementation != "cpython" or interpreter.platform != sysconfig.get_platform():
        raise UsageError(
            f"{interpreter.path} cannot be audited for",
            cause=f"It is {interpreter.implementation} for {interpreter.platform}.",
            hint="Run samewheel itself with it, or name a CPython of this platform.",
        )
    major, minor = (int(part) for part in interpreter.minor.split("."))
    abi = f"cp{major}{minor}{interpreter.config.get('ABIFLAGS', '')}"
    platforms = list(tags.platform_tags())
    yield from tags.cpython_tags((major, minor), [abi], platforms)
    yield from tags.compatible_tags((major, minor), f"cp{major}{minor}", platforms)


def find_target(python: str | None, *, extras: Iterable[str] = (), groups: Iterable[str] | None = None) -> Target:
    """Return what is audited for.

    Args:
        python: a path, a name on PATH or a version; None is the interpreter that runs samewheel.
        extras: that are installed.
        groups: that are installed; None for the default ones.

    Raises:
        UsageError: there is no such interpreter, or none whose tags can be told.
    """
    interpreter = find_interpreter(python)
    ordered = tags.sys_tags() if python is None else _tags(interpreter)
    return Target(
        markers=interpreter.markers,
        ranks={tag: rank for rank, tag in reversed(list(enumerate(ordered)))},
        extras=frozenset(extras),
        groups=None if groups is None else frozenset(groups),
    )
