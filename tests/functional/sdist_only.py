"""An index of ours with projects that build themselves: sdists with an in-tree backend of a few lines."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

from tests.index_server import Reply, entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.index_server import PackageIndex

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"

OLD = "2020-01-01T00:00:00Z"
THEN = "2021-06-01T12:00:00Z"
"""When the wheel was uploaded that is built again."""
LATER = "2022-01-01T00:00:00Z"

BACKEND = """
import base64, hashlib, json, os, pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    about = json.loads(pathlib.Path("about.json").read_text())
    name, version = about["name"], about["version"]
    info = f"{name}-{version}.dist-info"
    files = {f"{one}.py": pathlib.Path(f"{one}.py").read_bytes() for one in about["modules"]}
    metadata = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
    if "source" in about:
        metadata += f"Project-URL: Source, {about['source']}\\n"
    files[f"{info}/METADATA"] = metadata.encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\\nGenerator: tool\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    def row(path, content):
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        return f"{path},sha256={digest},{len(content)}\\n"
    rows = "".join(row(*one) for one in files.items()) + f"{info}/RECORD,,\\n"
    files[f"{info}/RECORD"] = rows.encode()
    wheel = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        for path, content in files.items():
            member = zipfile.ZipInfo(path, (2021, 6, 1, 12, 0, 0))
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return wheel
"""
"""A backend that packs the modules which a project lists."""

FAILING = "def build_wheel(*_):\n    raise SystemExit('the tool is broken')\n"


def sdist(
    name: str,
    version: str,
    *,
    requires: tuple[str, ...] = (),
    backend: str = "",
    own: str = "",
    files: Mapping[str, str] | None = None,
) -> bytes:
    """Return an sdist.

    Args:
        name: of the project.
        version: of it.
        requires: the build requirements.
        backend: the one that builds it; none: a module of its own.
        own: that module, which is packed into no wheel; none: the one of its name, which is.
        files: its modules by their names; None: one that is a backend.
    """
    modules = {name: BACKEND} if files is None else files
    system = f"requires = {json.dumps(requires)}\nbuild-backend = {json.dumps(backend or own or name)}\n"
    if not backend:
        system += 'backend-path = ["."]\n'
    about = {"name": name, "version": version, "modules": [one for one in modules if one != own]}
    contents = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": f"[build-system]\n{system}",
        "about.json": json.dumps(about),
        **{f"{one}.py": text for one, text in modules.items()},
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in contents.items():
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size, member.mtime = len(text.encode()), 1577836800
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def publish(index: PackageIndex, name: str, *files: tuple[str, bytes, str]) -> None:
    """Put a project's files on an index: name, content and upload time of each."""
    for filename, content, _ in files:
        index.put(f"/files/{filename}", Reply(content))
    entries = [{**entry(filename, content), "upload-time": uploaded} for filename, content, uploaded in files]
    index.put_json(name, *entries)


def wheel_of(name: str, version: str, module: str, folder: Path, **about: str) -> Path:
    """Return the wheel that the backend makes of a project with one module.

    Args:
        name: of the project and its module.
        version: of it.
        module: the module's text.
        folder: which does not exist yet.
        about: what else is known of it: ``source``, the URL of its repository.
    """
    folder.mkdir()
    known = {"name": name, "version": version, "modules": [name], **about}
    (folder / "about.json").write_text(json.dumps(known), "utf-8")
    (folder / f"{name}.py").write_text(module, "utf-8")
    code = f"{BACKEND}\nbuild_wheel('.')"
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)  # the tests' own caller, not the tool's
    return next(folder.glob("*.whl"))


def line(name: str, version: str, content: bytes) -> str:
    """Return how a plan names an sdist."""
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(content).hexdigest()}"
