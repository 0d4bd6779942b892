"""The bill of materials of our release: what CycloneDX asks for, and what uv.lock says; the same each time."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.conftest import ROOT
from tests.pages import script

if TYPE_CHECKING:
    from pathlib import Path

SBOM = script("sbom")
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
PARTS = script("dependency_page").parts(LOCK)
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
METADATA = """Metadata-Version: 2.4
Name: samewheel
Version: 1.0
Summary: A wheel of this test.
License-Expression: Apache-2.0
"""


def made(folder: Path, *, content: bytes = b"") -> Path:
    """Make a wheel of samewheel, as far as its bill looks into it."""
    path = folder / "samewheel-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (
            ("samewheel/__init__.py", content),
            ("samewheel-1.0.dist-info/METADATA", METADATA.encode()),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 22, 18, 30, 2)), data)
    return path


def written(wheel: Path, folder: Path) -> str:
    """Run the script, and return what it writes."""
    command = [sys.executable, str(ROOT / "scripts" / "sbom.py"), str(wheel), str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder.parent)
    (path,) = folder.iterdir()
    assert path.name == f"{wheel.name}.cdx.json"
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a wheel and its bill of materials."""
    folder = tmp_path_factory.mktemp("sbom")
    wheel = made(folder)
    return wheel, written(wheel, folder / "evidence")


def test_it_is_what_cyclonedx_asks_for(bill: tuple[Path, str]) -> None:
    """CycloneDX's own schema, strictly: no field that it does not know."""
    assert json.loads(bill[1])["specVersion"] == "1.6"
    assert VALIDATOR.validate_str(bill[1]) is None


@pytest.mark.parametrize(
    "change", [{"bomFormat": "SPDX"}, {"madeBy": "us"}, {"serialNumber": "5"}, {"components": [{"name": "x"}]}]
)
def test_a_fault_is_noticed(bill: tuple[Path, str], change: dict[str, Any]) -> None:
    """The control: the schema is really asked."""
    assert VALIDATOR.validate_str(json.dumps({**json.loads(bill[1]), **change})) is not None


def test_root_is_the_wheel(bill: tuple[Path, str]) -> None:
    """Which file it is of says its SHA-256, and when that was built the file itself."""
    wheel, text = bill
    said = json.loads(text)["metadata"]
    digest = [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]
    own = said["component"]
    assert (own["purl"], own["hashes"], own["licenses"]) == (
        "pkg:pypi/samewheel@1.0",
        digest,
        [{"expression": "Apache-2.0"}],
    )
    assert own["externalReferences"] == [{"type": "distribution", "url": wheel.name, "hashes": digest}]
    assert said["timestamp"] == "2026-11-22T18:30:02Z"


def test_components_are_what_the_lock_pins(bill: tuple[Path, str]) -> None:
    """What users may install is there and nothing else, each with every file of the lock by its hash."""
    listed = {(one["name"], one["version"]): one for one in json.loads(bill[1])["components"]}
    assert {name for name, _ in listed} == {*PARTS}
    pinned = (ROOT / ".github" / "samewheel.txt").read_text("utf-8")
    assert {tuple(line.split(" ")[0].split("==")) for line in pinned.splitlines() if "==" in line} <= {*listed}
    for package in LOCK["package"]:
        if one := listed.get((package["name"], package.get("version", ""))):
            files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
            wanted = {file["hash"].removeprefix("sha256:") for file in files}
            assert {where["hashes"][0]["content"] for where in one["externalReferences"]} == wanted
            assert one["purl"] == one["bom-ref"] == f"pkg:pypi/{one['name']}@{one['version']}"


def test_graph_is_whole(bill: tuple[Path, str]) -> None:
    """Each component says what it needs, all of it is there, and from the wheel all are reached."""
    document = json.loads(bill[1])
    refs = {one["bom-ref"] for one in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
    needs = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    assert needs.keys() == refs
    reached, ahead = set[str](), ["pkg:pypi/samewheel@1.0"]
    while ahead:
        ref = ahead.pop()
        if ref not in reached:
            reached.add(ref)
            ahead += needs[ref]
    assert reached == refs


def test_licences_are_those_of_what_is_installed(bill: tuple[Path, str]) -> None:
    """Each has one where it is installed and names one; of another version, nothing is known."""
    components = json.loads(bill[1])["components"]
    listed = {one["name"]: one.get("licenses") for one in components if PARTS[one["name"]] == "always"}
    assert listed["click"] == [{"expression": "BSD-3-Clause"}]
    assert sum(one is not None for one in listed.values()) > 0.9 * len(listed)
    assert SBOM.installed("click", version("click")) == listed["click"]
    assert SBOM.installed("click", "0.0.1") == SBOM.installed("no-such-package", "1.0") == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: other", [{"expression": "MIT OR Apache-2.0"}]),
        (
            "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: BSD License",
            [{"license": {"name": "BSD License"}}, {"license": {"name": "MIT License"}}],
        ),
        ("License: Public domain", [{"license": {"name": "Public domain"}}]),
        ("License: " + "All that follows is the text of a licence. " * 9, []),
        ("Classifier: Topic :: Utilities", []),
    ],
)
def test_licence_is_what_the_metadata_names(fields: str, found: list[dict[str, Any]]) -> None:
    """An expression (PEP 639) before classifiers, those before the old field, and no whole texts."""
    assert SBOM.licences(message_from_string(f"{fields}\n")) == found


def test_it_is_the_same_each_time_and_another_of_another_wheel(bill: tuple[Path, str], tmp_path: Path) -> None:
    """Uv numbers and dates what it exports anew each time; ours depends on the wheel and the lock alone."""
    wheel, text = bill
    assert written(wheel, tmp_path / "again") == text
    other = written(made(tmp_path, content=b"x = 1\n"), tmp_path / "other")
    assert json.loads(other)["serialNumber"] != json.loads(text)["serialNumber"]


def test_a_lock_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    """No bill is better than an empty one."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "sbom.py", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'samewheel'\nversion = '1.0'\n")
    command = [sys.executable, str(tmp_path / "scripts" / "sbom.py"), str(made(tmp_path)), str(tmp_path / "evidence")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("cannot read uv.lock: ")
    assert not (tmp_path / "evidence").exists()
