"""Runs the command line with another function for the jobs, and an index in memory; run as a script by tests.

The variable WORK names the function of ``tests/unit/audits.py``; all projects that are asked for have one wheel of
each version up to 3.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import samewheel.audit.working
import samewheel.cli.audit
from samewheel.__main__ import main
from tests.unit import audits


def files(name: str) -> list[audits.Release]:
    """Return what an index could have."""
    spelt = name.replace("-", "_")
    versions = [f"{number}.0" for number in range(1, 4)]
    return [audits.Release(v, f"{spelt}-{v}-py3-none-any.whl", "wheel", audits.digest(v[0])) for v in versions]


if __name__ == "__main__":
    samewheel.audit.working.work = getattr(audits, os.environ.get("WORK", "easy_work"))
    samewheel.cli.audit._files = lambda **_: files  # noqa: SLF001 - what this script is for
    sys.exit(main())
