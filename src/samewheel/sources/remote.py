"""A git repository of the network, cloned in the fetch phase: no hook, no filter and no helper of it runs."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from samewheel._process import run
from samewheel.errors import NoSourceError, SamewheelError, UsageError
from samewheel.sources._command import ALWAYS, HERMETIC, TIMEOUT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["clone", "split_ref", "tags"]

PROTOCOLS = "file:git:http:https:ssh"
"""Ways to a repository; others, such as ``ext``, run a program that the URL names."""

KEPT = re.compile(r"HOME|PATH|SSH_AUTH_SOCK|GIT_SSL_CAINFO|SSL_CERT_(DIR|FILE)|(?i:(all|http|https|no)_proxy)")
"""What of the caller's environment says how to get there."""


def split_ref(place: str) -> tuple[str, str]:
    """Return URL and reference of ``URL@REF``.

    Raises:
        UsageError: it has no reference.
    """
    url, at, ref = place.rpartition("@")
    # The user's name before a host has an @, too, and no reference has a colon.
    if not at or not url or not ref or ":" in ref or ref.startswith("-"):
        raise UsageError(
            f"{place!r} does not say which commit",
            cause="A repository is written URL@REF, with a tag, a branch or a commit.",
            hint="For example: --git https://example.org/project.git@v1.0",
        )
    return url, ref


def _git(words: list[str], cwd: Path) -> bytes:
    binary = shutil.which("git")
    if binary is None:
        raise SamewheelError("git is not on PATH", cause="The source is a repository.", hint="Install git.")
    chosen = [word for name, value in (ALWAYS | HERMETIC).items() for word in ("-c", f"{name}={value}")]
    environment = {name: value for name, value in sorted(os.environ.items()) if KEPT.fullmatch(name)}
    environment |= {
        "GIT_ALLOW_PROTOCOL": PROTOCOLS,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    finished = run([binary, *chosen, *words], env=environment, cwd=cwd, timeout=TIMEOUT, keep=None)
    if not finished.ok:
        raise NoSourceError(
            f"git {words[0]} failed",
            cause=finished.tail(10),
            hint="Check the URL and the reference; whoever may read the repository can clone it and name the folder.",
        )
    return finished.stdout


def tags(url: str, cwd: Path) -> dict[str, str]:
    """Return the tags of a repository and the commits that they stand for, sorted by name.

    Args:
        url: as git knows it.
        cwd: a folder that is no repository.

    Raises:
        NoSourceError: there is no such repository, or it cannot be read.
        SamewheelError: there is no git.
    """
    listing = _git(["ls-remote", "--tags", "--", url], cwd).decode("utf-8", "replace")
    found: dict[str, str] = {}
    for line in listing.splitlines():
        commit, _, name = line.partition("\t")
        # Of a tag that is an object of its own, the commit stands in a second line.
        found[name.removeprefix("refs/tags/").removesuffix("^{}")] = commit
    return dict(sorted(found.items()))


def clone(url: str, ref: str, into: Path) -> str:
    """Clone a repository with its history, tags and submodules, at a reference.

    Args:
        url: as git knows it, or a path.
        ref: a tag, a branch or a commit.
        into: a folder that does not exist yet.

    Returns:
        The commit, in full.

    Raises:
        NoSourceError: there is no such repository or reference, or it cannot be read.
        SamewheelError: there is no git.
    """
    into.mkdir()
    _git(["clone", "--quiet", "--no-checkout", "--", url, str(into)], into.parent)
    _git(["checkout", "--quiet", "--detach", ref, "--"], into)
    _git(["submodule", "--quiet", "update", "--init", "--recursive"], into)
    return _git(["rev-parse", "HEAD"], into).decode().strip()
