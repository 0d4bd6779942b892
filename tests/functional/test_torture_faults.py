"""A few of the faults that ``just torture-faults`` has commands meet, each of another kind."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from samewheel.sandbox import choose_sandbox
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is not installed"),
    pytest.mark.skipif(
        choose_sandbox().isolation.mechanism == "none", reason="this machine forbids user namespaces, and so mounts"
    ),
]


FAULTS = (
    *(
        "output: no (room|permission)$",
        "TMPDIR: four blocks",
        "cold cache: no room",
        "uv: crashes",
        "git: says nothing",
    ),
    *("clock at 2108", "file: (another file|cut short)$"),
)


def test_fault_costs_no_more_than_the_run_that_meets_it() -> None:
    """The right exit code, an error with a next command, outputs that are old or new, and a next run as always."""
    command = [sys.executable, "-m", "tests.torture.faults", "--only", "build", "--only", "keygen"]
    done = subprocess.run(
        [*command, "--fault", f"^({'|'.join(FAULTS)})"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("output: no room", "cold cache: no room", "uv: crashes", "clock at 2108", "file: cut short"):
        assert f"| {name} |" in done.stdout
