"""Write a bill of materials (SBOM) of a wheel of samewheel: CycloneDX 1.6, as JSON.

    python scripts/sbom.py dist/samewheel-0.1.0-py3-none-any.whl evidence/

It names the wheel by its SHA-256, and all that uv.lock pins for those who use it, extras included: each package with
its version, its purl, the SHA-256 of each file that may be installed, its licence if it is installed here and names
one, and what needs what. uv writes most of it (``uv export --format cyclonedx1.5``); this adds the wheel and the
licences, and takes away what is another one each time. The same wheel, lock and environment give the same bytes: the
time is that of the wheel.

Like verify_twice.py, this does not import samewheel.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import uuid
import zipfile
from email import message_from_bytes
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uv import find_uv_bin

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).parents[1]
SPEC = "1.6"
EXPORT = ("export", "--quiet", "--frozen", "--offline", "--no-dev", "--all-extras", "--no-config")
FORMAT = ("--format", "cyclonedx1.5", "--preview-features", "sbom-export")
LICENSES = "License :: OSI Approved :: "
"""How a classifier begins that names a licence."""
LONGEST = 60
"""Letters of a licence's name; what is longer is its text."""


def exported() -> dict[str, Any]:
    """Return what uv says of the lock.

    Raises:
        SystemExit: uv cannot say it.
    """
    words = [find_uv_bin(), *EXPORT, *FORMAT]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"cannot read uv.lock: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def purl(name: str, version: str) -> str:
    """Return the package URL of a release; names in a lock are normalised, as the type pypi asks for."""
    return f"pkg:pypi/{name}@{version.replace('+', '%2B').replace('!', '%21')}"


def licences(said: Message) -> list[dict[str, Any]]:
    """Return the licence that a package's metadata names: an expression (PEP 639), or else names."""
    if expression := said.get("License-Expression"):
        return [{"expression": expression}]
    named = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if one.startswith(LICENSES)]
    if not named and (text := said.get("License", "").strip()) and len(text) <= LONGEST and text.isprintable():
        named = [text]
    return [{"license": {"name": name}} for name in sorted(named)]


def installed(name: str, version: str) -> list[dict[str, Any]]:
    """Return the licence of a package as it is installed here; none if that is another version, or none at all."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return []
    return licences(said) if said["Version"] == version else []  # type: ignore[arg-type]  # it is a message


def component(given: dict[str, Any], *, alone: bool) -> dict[str, Any]:
    """Return a package as uv says it, with its licence.

    Args:
        given: by uv.
        alone: there is no other version of it in the lock. Which one of several is installed depends on the machine.
    """
    said = installed(given["name"], given["version"]) if alone else []
    more = {"licenses": said} if said else {}
    return {**given, "bom-ref": given["purl"], **more}


def tool(given: dict[str, str]) -> dict[str, Any]:
    """Return a tool as CycloneDX has them since 1.5: a component."""
    return {
        "type": "application",
        "name": given["name"],
        "version": given["version"],
        "supplier": {"name": given["vendor"]},
    }


def root(wheel: Path) -> tuple[dict[str, Any], str]:
    """Return the wheel as a component, and the time of its members: what SOURCE_DATE_EPOCH was when it was built."""
    digest = {"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        said = message_from_bytes(archive.read(name))
        newest = max(info.date_time for info in archive.infolist())
    own = purl(said["Name"], said["Version"])
    described = {
        "type": "application",
        "bom-ref": own,
        "name": said["Name"],
        "version": said["Version"],
        "description": said["Summary"],
        "hashes": [digest],
        "licenses": licences(said),
        "purl": own,
        "externalReferences": [{"type": "distribution", "url": wheel.name, "hashes": [digest]}],
    }
    return described, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*newest)


def bill(wheel: Path, lock: dict[str, Any]) -> dict[str, Any]:
    """Return the bill of materials.

    Args:
        wheel: of samewheel.
        lock: what uv says of uv.lock.
    """
    own, time = root(wheel)
    said, listed = lock["metadata"], lock["components"]
    names = [one["name"] for one in listed]
    components = [component(one, alone=names.count(one["name"]) == 1) for one in listed]
    refs = {said["component"]["bom-ref"]: own["bom-ref"], **{one["bom-ref"]: one["purl"] for one in listed}}
    needs = {refs[one["ref"]]: sorted(refs[to] for to in one.get("dependsOn", [])) for one in lock["dependencies"]}
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {"timestamp": time, "component": own, "tools": {"components": [*map(tool, said["tools"])]}},
        "components": sorted(components, key=lambda one: str(one["purl"])),
        "dependencies": [{"ref": ref, "dependsOn": needs[ref]} for ref in sorted(needs)],
    }


def text(document: dict[str, Any]) -> str:
    """Return a bill as text, with a serial number that is made of all else."""
    content = json.dumps(document, sort_keys=True)
    number = uuid.UUID(bytes=hashlib.sha256(content.encode()).digest()[:16], version=4)
    return json.dumps({**document, "serialNumber": f"urn:uuid:{number}"}, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Parse the options, and write the bill beside its place first: whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("folder", type=Path, help="where to write WHEEL.cdx.json")
    options = parser.parse_args()
    if not options.wheel.is_file():
        parser.error(f"there is no {options.wheel}: make it by `just package`")
    written = text(bill(options.wheel, exported()))
    options.folder.mkdir(parents=True, exist_ok=True)
    beside = options.folder / f".{options.wheel.name}.cdx.json"
    beside.write_text(written, "utf-8")
    path = beside.replace(options.folder / f"{options.wheel.name}.cdx.json")
    print(f"{hashlib.sha256(written.encode()).hexdigest()}  {path}")


if __name__ == "__main__":
    main()
