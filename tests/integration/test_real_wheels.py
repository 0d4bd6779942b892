"""Published wheels hold nothing that is looked for in ours: what is found in one of ours means something."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from samewheel.buildinfo import Isolation
from samewheel.conditions import Conditions
from samewheel.interpreter import find_interpreter
from samewheel.leaks import Sought, find_leaks, sought_values

pytestmark = pytest.mark.index

WHEELS = (
    *("attrs==26.1.0", "click==8.5.1", "contourpy==1.3.3", "dnspython==2.9.2", "flask", "hatchling", "jinja2"),
    *("kiwisolver==1.5.1", "levenshtein==0.27.5", "markupsafe==3.0.4", "meson", "meson_python==0.22.1", "numpy"),
    *("packaging", "pip", "pyyaml", "requests==2.34.2", "setuptools", "sphinx", "tomlkit==0.15.2"),
)
"""Small and large ones of every backend, pure and compiled, with manuals and without."""


@pytest.mark.long
def test_published_wheels_give_no_warning(tmp_path: Path) -> None:
    """Neither the names that we made up nor those of an ordinary machine, in any encoding, are there by chance."""
    folder = tmp_path / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--dest", str(folder), *WHEELS], check=True, capture_output=True)
    wheels = sorted(folder.glob("*.whl"))
    assert len(wheels) == len(WHEELS)
    base = Path("/samewheel-build")
    conditions = Conditions(
        source=base / "source",
        environment=base / "env",
        home=base / "home",
        temp=base / "tmp",
        shims=base / "shims",
        out=base / "out",
        epoch=0,
    )
    isolation = Isolation(network="open", filesystem="open", mechanism="none")
    names = {"real_user": "janedoe", "real_host": "thinkpad-x1", "real_home": "/home/janedoe"}
    sought = (
        *sought_values(conditions, find_interpreter(), isolation),
        *(Sought(condition=condition, value=value, word=True) for condition, value in names.items()),
    )
    assert {wheel.name: leaks for wheel in wheels if (leaks := find_leaks(wheel, sought))} == {}
