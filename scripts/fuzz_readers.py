"""Feed garbled documents to every reader of documents, and count what became of them.

    python scripts/fuzz_readers.py                          # 10,000 inputs for each reader
    python scripts/fuzz_readers.py --inputs 1000000         # some 50 minutes of one core; --jobs N for more of them

What must hold is in tests/fuzzing/documents.py: a document is refused by an error of ours, or read as a value that is
the same when it is read again, and when it is written and read. What breaks that is kept in .cache/fuzz/. The same
seed gives the same inputs. Exits with 1 at a finding; a reader that takes more than a minute of one input is stopped,
which is one.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".cache" / "fuzz"
LONGEST = 60
"""Seconds that one input may take, before all stacks are shown and the process ends."""


class Outcome(NamedTuple):
    """What became of the inputs of a reader."""

    reader: str
    accepted: int
    refused: int
    findings: tuple[str, ...]


def fed(name: str, inputs: int, seed: int) -> Outcome:
    """Feed one reader; each has inputs of its own, which no other reader changes."""
    from tests.fuzzing.documents import is_accepted, readers
    from tests.fuzzing.garbling import drawing

    reader = next(one for one in readers() if one.name == name)
    draw = drawing(f"{seed} {name}")
    accepted, findings = 0, dict[str, Path]()
    for _ in range(inputs):
        content = reader.garble(draw, reader.seeds)
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        try:
            accepted += is_accepted(reader, content)
        except Exception as error:  # noqa: BLE001 - any that is not ours is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
            findings.setdefault(said, kept(name, content))
        finally:
            faulthandler.cancel_dump_traceback_later()
    return Outcome(name, accepted, inputs - accepted, tuple(f"{said}: {path}" for said, path in findings.items()))


def kept(name: str, content: bytes) -> Path:
    """Keep an input, and return where."""
    path = KEPT / f"{name.replace(' ', '-')}-{hashlib.sha256(content).hexdigest()[:12]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path.relative_to(ROOT)


def main() -> None:
    """Parse the options, feed all readers, and print a table."""
    sys.path.insert(0, str(ROOT))
    from tests.fuzzing.documents import readers

    names = [one.name for one in readers()]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000, help="for each reader  [default: 10000]")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn  [default: 0]")
    parser.add_argument("--jobs", type=int, default=1, help="readers at the same time  [default: 1]")
    parser.add_argument("--only", choices=names, action="append", help="this reader; may be given several times")
    options = parser.parse_args()
    print("| reader | inputs | accepted | refused | failed |\n| --- | ---: | ---: | ---: | ---: |", flush=True)
    findings: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        begun = [pool.submit(fed, name, options.inputs, options.seed) for name in options.only or names]
        for future in begun:
            one = future.result()
            findings += one.findings
            refused = one.refused - len(one.findings)
            print(
                f"| {one.reader} | {options.inputs:,} | {one.accepted:,} | {refused:,} | {len(one.findings)} |",
                flush=True,
            )
    if findings:
        sys.exit("\n".join(findings))


if __name__ == "__main__":
    main()
