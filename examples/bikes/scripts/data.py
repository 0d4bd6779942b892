"""Fetches the package that the data is in, by hash, and takes out the file that the manifest names."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from surroundings import PROJECT, FailedError, clean, run, sha256


def fetched(project: Path = PROJECT) -> str:
    """Put the data beside its manifest, and return its SHA-256.

    Raises:
        FailedError: the package, or what is in it, is not what was pinned.
    """
    name, wanted, member, lock = described(project / "data" / "manifest.json")
    place = project / "data" / name
    if place.is_file() and sha256(place) == wanted:
        return wanted
    with tempfile.TemporaryDirectory() as folder:
        file = unpacked(Path(folder), project / lock) / member
        if (found := sha256(file)) != wanted:
            raise FailedError(f"{file.name} is not the data of the manifest\n  wanted  {wanted}\n  found   {found}")
        beside = place.with_name(f".{place.name}.new")
        beside.write_bytes(file.read_bytes())
        beside.replace(place)
    return wanted


def described(path: Path) -> tuple[str, str, str, str]:
    """Return what the manifest says: name and SHA-256 of the data, its place in the package, the package's lock.

    Raises:
        FailedError: no manifest, or one without these.
    """
    try:
        manifest = json.loads(path.read_bytes())
        origin = manifest["origin"]
        found = (manifest["name"], manifest["sha256"], origin["member"], origin["lock"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FailedError(f"{path.name} is no manifest: {error}\n  next  git restore data/manifest.json") from error
    if not all(isinstance(part, str) for part in found):
        raise FailedError(f"{path.name} is no manifest: not all are texts\n  next  git restore data/manifest.json")
    return found


def unpacked(folder: Path, lock: Path) -> Path:
    """Install the package without what it depends on, which would be a thousand times the data."""
    target = folder / "packages"
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--python", sys.executable]
    run(["uv", "pip", "install", "-q", *options, "--target", str(target), "-r", str(lock)], clean(folder))
    return target


def main() -> int:
    """Fetch, and say what is there."""
    try:
        digest = fetched()
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"data sha256         {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
