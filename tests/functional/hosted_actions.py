"""What the actions do that our workflows use, on this machine; an input that is not known here fails the test."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["REPOSITORY", "Actions"]

GIT = shutil.which("git") or "git"

REPOSITORY = "us/demo"
"""What the repository is called at the service."""


class Actions(NamedTuple):
    """The actions in one run of a job."""

    repository: Path
    """What is checked out."""
    work: Path
    """The job's own folder."""
    artifacts: Path
    published: Path
    """What the index has."""
    permissions: Mapping[str, str]
    environment: Mapping[str, str]
    outputs: dict[str, str]
    """Of the step that is run."""

    def done(self, name: str, inputs: Mapping[str, Any]) -> bool:
        """Do what an action does, and return whether it succeeded."""
        known: dict[str, Callable[..., bool]] = {
            "actions/checkout": self.checkout,
            "actions/setup-python": self.setup_python,
            "actions/upload-artifact": self.upload,
            "actions/download-artifact": self.download,
            "pypa/gh-action-pypi-publish": self.publish,
        }
        return known[name](**{key.replace("-", "_"): value for key, value in inputs.items()})

    def checkout(
        self,
        *,
        persist_credentials: bool,
        fetch_depth: int = 1,
        sparse_checkout: str = "",
        sparse_checkout_cone_mode: bool = True,
    ) -> bool:
        """Clone the repository's last commit: a clean machine has nothing that was not committed.

        A private repository can be read by a job with the right to only. In the mode of cones, all files of the top
        folder would be there, too.
        """
        assert self.permissions.get("contents") in {"read", "write"}
        assert not persist_credentials
        assert (fetch_depth == 0) != bool(sparse_checkout) or (fetch_depth, sparse_checkout) == (1, "")
        assert sparse_checkout_cone_mode is not bool(sparse_checkout)
        self._git("clone", "--quiet", "--no-checkout", str(self.repository), str(self.work), cwd=self.work.parent)
        self._git("remote", "set-url", "origin", f"https://github.com/{REPOSITORY}")
        if sparse_checkout:
            self._git("sparse-checkout", "set", "--no-cone", *sparse_checkout.split())
        self._git("checkout", "--quiet", "--detach")
        return True

    def _git(self, *words: str, cwd: Path | None = None) -> None:
        subprocess.run([GIT, *words], cwd=cwd or self.work, env=self.environment, check=True)

    def setup_python(self, *, python_version: str, update_environment: bool = True) -> bool:
        """Do nothing: the interpreter is that of the tests."""
        assert python_version
        assert update_environment in {True, False}
        self.outputs["python-path"] = sys.executable
        return True

    def upload(self, *, name: str, path: str, if_no_files_found: str, overwrite: bool = False) -> bool:
        """Copy what is not hidden, contents only; fail if that is nothing, or if somebody was first."""
        assert if_no_files_found == "error"
        source, target = self.work / path, self.artifacts / name
        if overwrite:
            shutil.rmtree(target, ignore_errors=True)
        if target.exists() or not (source.is_file() or any(source.glob("[!.]*"))):
            return False
        if source.is_file():
            target.mkdir(parents=True)
            shutil.copyfile(source, target / source.name)
        else:
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile)
        return True

    def download(self, *, name: str, path: str) -> bool:
        """Copy an artifact's files into a folder, which may exist."""
        source, target = self.artifacts / name, self.work / path
        if not source.exists():
            return False
        shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
        return True

    def publish(self) -> bool:
        """Put what is in dist/ where the index would have it, if the job can say who it is."""
        assert self.permissions == {"id-token": "write"}
        shutil.copytree(self.work / "dist", self.published, dirs_exist_ok=True)
        return True
