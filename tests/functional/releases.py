"""What tests of the release need: repositories with a policy, and a service that has a Sigstore of its own."""

from __future__ import annotations

import json
import sys
import tomllib
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit

from samewheel import __version__
from samewheel.attesting.provenance import BUILD_TYPE
from tests.conftest import PROJECTS, ROOT
from tests.functional.git_projects import commit, git, make_repository
from tests.functional.hosted import Service
from tests.functional.hosted_actions import REPOSITORY
from tests.private_sigstore import Job, PrivateSigstore
from tests.sigstore_server import sigstore_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "HOME",
    "OUR_TAG",
    "WORKFLOW",
    "calls_of_gh",
    "change_one_byte",
    "described_repository",
    "our_repository",
    "service",
    "their_repository",
]

HOME = f"https://github.com/{REPOSITORY}"
"""Where the repository is, for everybody else."""

WORKFLOW = f"{HOME}/.github/workflows/release.yml"
"""As builders and policies name it."""


OUR_TAG = f"v{__version__}"
"""What a release of this project's last commit is called."""


def change_one_byte(wheel: Path, name: str) -> None:
    """Replace the last byte of a member, and leave all else as it is."""
    with zipfile.ZipFile(wheel) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for info, content in members:
            archive.writestr(info, content[:-1] + b" " if info.filename == name else content)


def their_policy() -> dict[str, Any]:
    """Return the policy of a project that releases by our template."""
    identity = {
        "issuer": Job().issuer,
        "subject": WORKFLOW,
        "tags": "v*",
        "repository": HOME,
        "trusted-root": "/nowhere",
    }
    return {
        "schema": "samewheel/policy/1",
        "wheel": {"names": ["sample_hatchling-*.whl"]},
        "source": {"uri": HOME},
        "build": {"types": [BUILD_TYPE], "parameters": {"frontend": ["uv"], "via": ["tree"], "ref": ["*"]}},
        "accept": {"verdict": "identical", "varied": ["umask", "timezone"]},
        "builder": [{"id": WORKFLOW, "group": "release", "identity": identity}],
    }


def our_policy() -> dict[str, Any]:
    """Return this project's own policy, as if it had a public address, and for machines without a sandbox, too."""
    text = (ROOT / "policy.toml").read_text("utf-8")
    policy = tomllib.loads(text.replace("https://samewheel.invalid/samewheel", HOME))
    assert policy["accept"].pop("isolation") == "hidden"
    return policy


def _commit_policy(folder: Path, policy: dict[str, Any], root: Path, tag: str) -> None:
    """Commit a policy that trusts another Sigstore than the public one, and tag it as people do: with a message."""
    policy["builder"][0]["identity"]["trusted-root"] = str(root)
    (folder / "policy.toml").write_text(tomlkit.dumps(policy))
    commit(folder)
    git(folder, "tag", "--force", "--annotate", "--message", "a release", tag)


def their_repository(folder: Path, root: Path, more: str = "", **changed: Any) -> Path:  # noqa: ANN401 - TOML
    """Make a repository of a small project that releases by our template.

    Args:
        folder: where.
        root: the trusted root of its policy.
        more: text for its pyproject.toml.
        changed: what the policy says of its builder's identity otherwise.
    """
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    for path in sorted((PROJECTS / "hatchling").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            target = folder / path.relative_to(PROJECTS / "hatchling")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    with (folder / "pyproject.toml").open("a") as file:
        file.write(more)
    (folder / ".github").mkdir()
    (folder / ".github" / "samewheel.txt").write_text("# not installed in this test\n")
    policy = their_policy()
    policy["builder"][0]["identity"] |= changed
    _commit_policy(folder, policy, root, "v1.0")
    return folder


DESCRIBED = """import subprocess
from setuptools import setup

words = ["git", "describe"]
said = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
setup(name="described", version=said or "0+unknown", py_modules=["described"])
"""
"""Tools such as versioneer ask git like this: only an annotated tag is an answer."""


def described_repository(folder: Path) -> Path:
    """Make a repository of a project whose version is that of its annotated tag."""
    written = {
        "setup.py": DESCRIBED,
        "described.py": "x = 1\n",
        "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
        "constraints.txt": (PROJECTS / "setuptools" / "constraints.txt").read_text("utf-8"),
        ".gitignore": "/dist/\n/evidence/\n/rebuilt/\n*.egg-info/\n/build/\n",
    }
    make_repository(folder, written, tag="")
    git(folder, "tag", "--annotate", "--message", "a release", "v1.0")
    return folder


def our_repository(folder: Path, root: Path) -> Path:
    """Clone this project's last commit, with the policy of the working tree."""
    git(ROOT, "clone", "--quiet", str(ROOT), str(folder))
    _commit_policy(folder, our_policy(), root, OUR_TAG)
    return folder


@contextmanager
def service(
    workflow: Mapping[str, Any], room: Path, repository: Path, sigstore: PrivateSigstore, tag: str = "v1.0"
) -> Iterator[Service]:
    """Run a service for a pushed tag, whose jobs can ask who they are, and sign by this Sigstore."""
    trust = room / "trust.json"
    with sigstore_server(sigstore, Job(workflow=f".github/workflows/release.yml@refs/tags/{tag}")) as server:
        room.mkdir(parents=True, exist_ok=True)
        trust.write_text(json.dumps(server.trust))
        variables = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "SAMEWHEEL_TRUST_CONFIG": str(trust)}
        made = Service(
            workflow,
            room,
            repository=repository,
            ref=f"refs/tags/{tag}",
            identity=server.environment,
            variables=variables,
        )
        recorder = Path(__file__).with_name("recording_gh.py")
        made.tool("gh", f'exec {sys.executable} {recorder} {room / "gh.jsonl"} "$@"')
        yield made


def calls_of_gh(room: Path) -> list[list[str]]:
    """Return what ``gh`` was asked to do."""
    record = room / "gh.jsonl"
    return [json.loads(line) for line in record.read_text("utf-8").splitlines()] if record.exists() else []
