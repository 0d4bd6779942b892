"""Feed mutated wheels to the reader, to comparisons and to the rules for contents, and check what must always hold.

    python scripts/fuzz_wheels.py --seconds 60              # hypothesis: all three, 20 seconds each
    python scripts/fuzz_wheels.py --guided --seconds 60     # atheris: guided by the lines that an input reaches

The laws are in tests/fuzzing/laws.py. Hypothesis keeps what failed in .hypothesis/, shows it as small as it can be,
and tries it first the next time; atheris keeps it, and what reached new lines, in .cache/fuzz/. Exits with 1 at a
finding, or when one input takes longer than a minute.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".cache" / "fuzz"
LONGEST = 60
"""Seconds that one input may take, before all stacks are shown and the process ends."""
AT_A_TIME = 500
"""Inputs that hypothesis draws before the clock is looked at."""
LONGEST_INPUT = 1 << 14
"""Bytes of an input of libFuzzer's: the choices of a strategy, or a small wheel."""


def bounded(law: Callable[..., object], *drawn: object) -> object:
    """Check a law, and end the process if that takes too long."""
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    try:
        return law(*drawn)
    finally:
        faulthandler.cancel_dump_traceback_later()


def targets() -> dict[str, tuple[SearchStrategy[Any], Callable[[Any], object]]]:
    """Return what is drawn, and what takes it."""
    from tests import fuzzing

    return {
        "reader": (fuzzing.MUTANTS, partial(bounded, fuzzing.read)),
        "comparison": (fuzzing.PAIRS, lambda pair: bounded(fuzzing.compared, *pair)),
        "contents": (fuzzing.INSIDES, lambda drawn: bounded(fuzzing.looked_into, *drawn)),
    }


def by_hypothesis(name: str, seconds: float) -> None:
    """Draw inputs until the time is over; each round has another seed."""
    from hypothesis import HealthCheck, Phase, event, given, seed, settings

    strategy, law = targets()[name]
    outcomes: dict[str, int] = {}

    def check(drawn: object) -> None:
        outcome = str(law(drawn))
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        event(outcome)

    chosen = settings(
        max_examples=AT_A_TIME,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.reuse, Phase.generate, Phase.target, Phase.shrink],
    )
    end, rounds = time.monotonic() + seconds, time.time_ns()
    while time.monotonic() < end:
        run: Callable[[], None] = seed(rounds)(chosen(given(strategy)(check)))
        run()
        rounds += 1
    print(f"{name}: {sum(outcomes.values())} inputs: {outcomes}", flush=True)


def first_inputs(name: str) -> list[bytes]:
    """Return what libFuzzer starts from: the corpus for the reader, else choices of any kind."""
    if name != "reader":
        return [hashlib.shake_256(bytes([number])).digest(LONGEST_INPUT >> 2) for number in range(40)]
    from tests.fuzzing import SEEDS

    return [make() for make in SEEDS]


def by_atheris(name: str, seconds: float) -> None:
    """Let libFuzzer choose bytes: those of a wheel for the reader, else those that hypothesis makes choices of."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # by `just fuzz-guided`

    with atheris.instrument_imports(include=["samewheel"]):
        found = targets()
    from hypothesis import given, settings

    strategy, law = found[name]
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(first_inputs(name)):
        (corpus / f"seed-{number}").write_bytes(content)

    def take(drawn: object) -> None:
        law(drawn)

    chosen: Any = settings(deadline=None)(given(strategy)(take))
    entry = law if name == "reader" else chosen.hypothesis.fuzz_one_input
    options = [
        f"-max_total_time={int(seconds)}",
        f"-max_len={LONGEST_INPUT}",
        "-len_control=0",
        f"-artifact_prefix={KEPT}/",
    ]
    atheris.Setup([sys.argv[0], *options, "-close_fd_mask=0", str(corpus)], lambda data: (entry(data), None)[1])
    atheris.Fuzz()


def main() -> None:
    """Parse the options, and run each target in a process of its own."""
    sys.path.insert(0, str(ROOT))
    names = ("reader", "comparison", "contents")
    parser = argparse.ArgumentParser(description="Feed mutated wheels to samewheel, and check what must always hold.")
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together  [default: 60]")
    parser.add_argument("--guided", action="store_true", help="by atheris, which must be installed")
    parser.add_argument("--target", choices=names, help="only this one")
    options = parser.parse_args()
    if options.target:
        (by_atheris if options.guided else by_hypothesis)(options.target, options.seconds)
        return
    command = [
        sys.executable,
        __file__,
        "--seconds",
        str(options.seconds / len(names)),
        *["--guided"] * options.guided,
    ]
    failed = [name for name in names if subprocess.run([*command, "--target", name], check=False).returncode]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
