"""From a guilty condition to the cause that has a page: what a condition does depends on where it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.causes import CAUSES, archive, contents, metadata, native

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from samewheel.comparison import Difference

__all__ = ["cause_of"]

LIKELY: Mapping[str, Sequence[ModuleType]] = {
    "SW1": (archive,),
    "SW2": (metadata, contents, archive),
    "SW3": (contents, archive),
    "SW4": (native, contents),
}
"""Where to look for a cause, by the layer in which it shows."""

NATIVE = (".so", ".pyd", ".dylib", ".dll")

SBOM = "/sboms/"


def _fits(name: str, one: Difference) -> bool:
    """Tell whether a cause that is about certain files may be about this one."""
    if name == "optional-extension":
        return one.code != "SW302" or one.member.endswith(NATIVE)
    return name != "sbom-order" or SBOM in one.member


def cause_of(condition: str, one: Difference) -> str:
    """Return the likeliest cause of a difference of which a condition is guilty."""
    modules = LIKELY.get(one.code[:3], ())
    likely = [cause for module in modules for cause in module.CAUSES if condition in cause.conditions]
    found = [cause.name for cause in likely if one.code in cause.codes and _fits(cause.name, one)]
    # A condition that shows where nobody would expect it still has a page.
    rest = [cause.name for cause in CAUSES.values() if condition in cause.conditions and cause in contents.CAUSES]
    return (found or rest or [cause.name for cause in CAUSES.values() if condition in cause.conditions])[0]
