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


def tortured(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the recipe, with options to do less."""
    command = [sys.executable, "-m", "tests.torture.faults", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("topic", "fault", "commands"),
    [
        ("places", "^nothing wrong|output: (no room|no permission)", ("keygen", "attest", "canonicalize")),
        ("places", "^TMPDIR: four blocks", ("build", "rebuild")),
        ("cold", "no room", ("build",)),
        ("tools", "^uv: (crashes|says nothing)|^git: (says nothing|crashes)|3.99", ("lock",)),
        ("clocks", "2108|backwards", ("build",)),
        ("index", "^page: HTTP 503$|^file: (another file|cut short)", ("lock", "build")),
        ("syncs", "", ("build", "keygen", "audit")),
    ],
    ids=["output", "temporary", "cache", "tools", "clock", "index", "syncs"],
)
def test_fault_costs_no_more_than_the_run_that_meets_it(topic: str, fault: str, commands: tuple[str, ...]) -> None:
    """The right exit code, an error with a next command, outputs that are old or new, and a next run as always."""
    only = [word for command in commands for word in ("--only", command)]
    done = tortured("--topic", topic, "--fault", fault, *only)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| 0 |" in done.stdout or "not looked at" in done.stdout
