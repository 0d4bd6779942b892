"""Faults of the clock: one that is years off, and one that jumps while a command runs."""

from __future__ import annotations

import importlib.util
import itertools
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture.benches import EVIDENCE
from tests.torture.trying import Expected, Fault, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.torture.benches import Bench

    Maker = Callable[[Bench], AbstractContextManager[Way]]

# A jump of the clock leaves the monotonic one alone, which time limits go by.
KEPT = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}


def library() -> str:
    """Return the libfaketime of the package of that name."""
    package = importlib.util.find_spec("libfaketime")
    if package is None or package.origin is None:
        raise RuntimeError("libfaketime is not installed")
    return str(min(Path(package.origin).parent.rglob("libfaketime*.so*")))


def at(moment: str) -> Maker:
    """Have the clock be at a moment when a command starts."""

    @contextmanager
    def make(_: Bench) -> Iterator[Way]:
        yield Way(env={"LD_PRELOAD": library(), "FAKETIME": f"@{moment}", **KEPT})

    return make


def jumping(*moments: str) -> Maker:
    """Have the clock jump from moment to moment, again and again, ten times a second."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        told, over = bench.top / "clock", threading.Event()
        told.write_text(f"@{moments[0]}\n")

        def jump() -> None:
            for moment in itertools.cycle(moments):
                fresh = told.with_name("clock-fresh")
                fresh.write_text(f"@{moment}\n")
                fresh.replace(told)
                if over.wait(0.1):
                    return

        thread = threading.Thread(target=jump)
        thread.start()
        try:
            yield Way(
                env={
                    "LD_PRELOAD": library(),
                    "FAKETIME_TIMESTAMP_FILE": str(told),
                    "FAKETIME_NO_CACHE": "1",
                    **KEPT,
                }
            )
        finally:
            over.set()
            thread.join()

    return make


JUMPS = ("1971-01-01 00:00:00", "2026-01-01 00:00:00", "2106-01-01 00:00:00")
FEW = dict.fromkeys(("build", "attest", "canonicalize"), Expected())
SAME = {
    **dict.fromkeys(("lock", "build", "canonicalize", "attest", "check", "rebuild", "audit"), Expected()),
    # Builds get no variable of the caller, and so the real time: the report says how far away that is.
    "verify": Expected(told=(f"{EVIDENCE}.verify.json", "verify.html")),
}
FAULTS = [
    *(
        Fault(f"clock at {year}", at(f"{year}-01-02 03:04:05"), SAME if year in {"1970", "2108"} else FEW)
        for year in ("1970", "1979", "2038", "2108", "2261")
    ),
    Fault("clock jumps forwards", jumping(*JUMPS), SAME),
    Fault("clock jumps backwards", jumping(*JUMPS[::-1]), SAME),
]
