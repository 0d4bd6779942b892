"""What the actions do that our workflows use, on this machine; an input that is not known here fails the test."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["FORGETFUL_CHECKOUT", "REPOSITORY", "Actions", "commit_of"]

GIT = shutil.which("git") or "git"

REPOSITORY = "us/demo"
"""What the repository is called at the service."""


FORGETFUL_CHECKOUT = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8"
"""Its version 5.0.0, which puts the tag's commit in the place of an annotated tag, as all do before 6.0.2."""

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
"""Its version 7.0.1, which is known to leave an annotated tag as it is."""


def commit_of(repository: Path, ref: str) -> str:
    """Return the commit of a pushed tag, or else the last one of a repository."""
    words = [GIT, "rev-parse", "--verify", "--quiet", f"{ref if ref.startswith('refs/tags/') else 'HEAD'}^{{commit}}"]
    return subprocess.run(words, cwd=repository, check=True, capture_output=True, text=True).stdout.strip()


class Actions(NamedTuple):
    """The actions in one run of a job."""

    repository: Path
    """What is checked out."""
    ref: str
    """What the run is for."""
    work: Path
    """The job's own folder."""
    artifacts: Path
    published: Path
    """What the index has."""
    permissions: Mapping[str, str]
    environment: Mapping[str, str]
    outputs: dict[str, str]
    """Of the step that is run."""

    def done(self, uses: str, inputs: Mapping[str, Any]) -> bool:
        """Do what an action does, and return whether it succeeded."""
        name, _, commit = uses.partition("@")
        if name == "actions/checkout":
            assert uses in {CHECKOUT, FORGETFUL_CHECKOUT}, f"what {commit} does with tags is not known here"
        known: dict[str, Callable[..., bool]] = {
            "actions/checkout": partial(self.checkout, keeps_tags=uses == CHECKOUT),
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
        keeps_tags: bool,
    ) -> bool:
        """Fetch what the run is for, as the action does: a clean machine has nothing that was not committed.

        A private repository can be read by a job with the right to only. In the mode of cones, all files of the top
        folder would be there, too.
        """
        assert self.permissions.get("contents") in {"read", "write"}
        assert not persist_credentials
        assert (fetch_depth == 0) != bool(sparse_checkout) or (fetch_depth, sparse_checkout) == (1, "")
        assert sparse_checkout_cone_mode is not bool(sparse_checkout)
        is_tag, name = self.ref.startswith("refs/tags/"), self.ref.split("/", 2)[2]
        commit = commit_of(self.repository, self.ref)
        place = self.ref if is_tag else f"refs/remotes/origin/{name}"
        one = f"+{self.ref if is_tag and keeps_tags else commit}:{place}"
        self._git("init", "--quiet")
        self._git("remote", "add", "origin", self.repository.as_uri())
        if fetch_depth == 0:
            self._fetch("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
            if self._git("rev-parse", "--verify", f"{place}^{{commit}}" if keeps_tags else place) != commit:
                self._fetch(one)
        else:
            self._fetch(f"--depth={fetch_depth}", one)
        self._git("remote", "set-url", "origin", f"https://github.com/{REPOSITORY}")
        if sparse_checkout:
            self._git("sparse-checkout", "set", "--no-cone", *sparse_checkout.split())
        self._git("checkout", "--quiet", "--force", *([] if is_tag else ["-B", name]), place)
        return True

    def _fetch(self, *words: str) -> None:
        self._git("-c", "protocol.version=2", "fetch", "--quiet", "--no-tags", "origin", *words)

    def _git(self, *words: str) -> str:
        """Run git, and return what it prints; rev-parse may fail."""
        check = words[0] != "rev-parse"
        done = subprocess.run(
            [GIT, *words], cwd=self.work, env=self.environment, check=check, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()

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
