"""What is built again is never installed for that, however deep in the builds that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from samewheel._standards import version_of
from samewheel.errors import NotBuildableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.constraints import Pin
    from samewheel.rebuilding.published import Published

__all__ = ["refuse_itself"]


def refuse_itself(published: Published, pins: Iterable[Pin], dependency: str = "") -> None:
    """Refuse to install what is to be built: a backend could copy it from there.

    Args:
        published: the wheel that is to be built again.
        pins: all that would be installed.
        dependency: what that would be installed to build, if it is not the wheel itself.

    Raises:
        NotBuildableError: the same release, a newer one, or the very file is among it.
    """
    wheel = published.path.name
    for pin in pins:
        itself = canonicalize_name(pin.name) == published.name and version_of(pin.version) >= version_of(
            published.version
        )
        if itself or f"sha256:{published.sha256}" in pin.hashes:
            through = f", which {wheel} is built with" if dependency else ""
            raise NotBuildableError(
                f"{pin.name} {pin.version} would be installed to build {dependency or wheel}{through}",
                cause="What a build can read, it can copy; so it would prove nothing.",
                hint="" if dependency else "An older release of it may be installed: pin one in a plan.",
            )
