"""Names of a package that are imported when they are asked for (PEP 562): a run pays for what it uses."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["imported"]


def imported(package: str, homes: Mapping[str, Sequence[str]], name: str) -> object:
    """Return what a package has by a name; for its ``__getattr__``.

    Args:
        package: its name.
        homes: its modules, and the names that come from each.
        name: the one that is asked for.

    Raises:
        AttributeError: there is no such name.
    """
    for module, names in homes.items():
        if name in names:
            value: object = getattr(importlib.import_module(f"{package}.{module}"), name)
            return value
    raise AttributeError(f"module {package!r} has no attribute {name!r}")
