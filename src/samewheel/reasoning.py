"""Why the wheels of a verification differ: what their bytes tell, and where they do not, what more builds tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel.attributing import attribute
from samewheel.explaining.case import opened
from samewheel.explaining.explaining import join, look_into
from samewheel.explaining.given import given_by
from samewheel.explaining.settling import settle
from samewheel.explaining.wording import backend_of
from samewheel.verification import FIRST_WITH_SECOND

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.explaining.case import Given
    from samewheel.pairing import Pair, Performed
    from samewheel.verification import Verification

__all__ = ["with_causes"]


def _given(builds: tuple[Performed, Performed], varied: tuple[str, ...]) -> Given | None:
    """Return what both builds were given; None if a probe reported nothing."""
    a, b = (one.product for one in builds)
    if a.observed is None or b.observed is None:
        return None
    printed = (a.printed.read_text("utf-8", "replace"), b.printed.read_text("utf-8", "replace"))
    return given_by((a.conditions, b.conditions), (a.observed, b.observed), varied, printed)


def with_causes(
    verification: Verification,
    pair: Pair,
    builds: tuple[Performed, Performed],
    *,
    against: Path | None,
    pool: Executor,
    budget: int,
    progress: Progress,
) -> Verification:
    """Return a verification with the causes of its differences.

    Args:
        verification: it has some.
        pair: where the builds took place.
        builds: both.
        against: the wheel that they were compared with, too.
        pool: does more builds.
        budget: how many it may be, 0 for none; where a given wheel is what differs, no build of ours tells why.
        progress: told what is going on.

    Raises:
        SamewheelError: a wheel cannot be read.
    """
    products = [one.product for one in builds]
    wheels = {name: product.wheel for name, product in zip(FIRST_WITH_SECOND, products, strict=True)}
    if against is not None:
        wheels["given wheel"] = against
    ours = verification.compared == FIRST_WITH_SECOND
    given = _given(builds, verification.varied) if ours else None
    a, b = (wheels[name] for name in verification.compared)
    backend = backend_of(pair.prepared.opened.project.build_system.backend)
    with opened(a, b, verification.differences, given=given) as case:
        known = look_into(case, backend=backend)
    search = None
    if ours and known.unsure and verification.varied:
        search = attribute(
            pair, builds, verification.varied, known.unsure, pool=pool, budget=budget, progress=progress
        )
        known = settle(known, search)
    return replace(verification, causes=join(known), search=search)
