"""The wheel that a project's own sdist gives: the one that users build where an index has no wheel for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from samewheel._types import SILENT, Via
from samewheel.building import perform
from samewheel.comparison import Verdict, compare
from samewheel.errors import NotBuildableError, StaleLockError
from samewheel.preparing import prepare
from samewheel.proof import masked
from samewheel.sources.sdist import can_unpack
from samewheel.staging import plain_conditions
from samewheel.verification import ViaSdist

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.building import Product
    from samewheel.preparing import Prepared

__all__ = ["build_via_sdist", "compare_via_sdist"]


def build_via_sdist(prepared: Prepared, folder: Path, *, progress: Progress = SILENT) -> Product:
    """Build an sdist of a source, and a wheel of the sdist, under plain conditions.

    Args:
        prepared: for a build from the tree; what the sdist takes is fetched besides.
        folder: a folder that does not exist yet.
        progress: told what is going on.

    Raises:
        NotBuildableError: this Python cannot unpack sdists.
        SamewheelError: as :func:`~samewheel.preparing.prepare` and :func:`~samewheel.building.perform`.
    """
    if not can_unpack():
        raise NotBuildableError("this Python cannot unpack sdists safely", hint="Use Python 3.11.4, 3.12 or newer.")
    opened = prepared.opened
    settings = msgspec.structs.replace(opened.settings, via=Via.SDIST)
    opened = replace(opened, settings=settings)
    fetched = prepare(opened, prepared.constraints, products=("sdist",), progress=progress)
    both = replace(fetched, environments={**prepared.environments, **fetched.environments})
    folder.mkdir()
    conditions = plain_conditions(folder / "places", opened.epoch.value, settings)
    return perform(both, folder, conditions, memory=opened.in_memory(folder.name), progress=progress)


def compare_via_sdist(
    from_tree: Path, building: Future[Product], folders: Sequence[Path], progress: Progress = SILENT
) -> ViaSdist:
    """Compare the tree's wheel with the sdist's; where there is none, the reason is the answer, not an error.

    Args:
        from_tree: the wheel that the tree gives.
        building: of the other.
        folders: the folders of this machine that it took place in.
        progress: told what is going on.

    Raises:
        SamewheelError: what failed is not the project's fault.
    """
    error = building.exception()
    if isinstance(error, (NotBuildableError, StaleLockError)):
        # The details have paths and random names in them, so they cannot stand in a report.
        last = "".join(f"\n  {line}" for line in masked(error.cause, folders).splitlines()[-1:])
        progress.warn(f"there is no wheel via the sdist: {error.what}; see: samewheel build --via sdist{last}")
        return ViaSdist(verdict=Verdict.NOT_BUILDABLE, reason=masked(error.what, folders))
    comparison = compare(from_tree, building.result().wheel)
    return ViaSdist(verdict=comparison.verdict, differences=comparison.differences)
