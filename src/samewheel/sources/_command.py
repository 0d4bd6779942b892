"""Runs git: never with its hooks or its network, and without the user's settings unless they decide what counts."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from samewheel._process import Finished, run
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["attempt", "failure", "git", "git_with_paths", "names", "user_options"]

TIMEOUT = 1800.0
"""Seconds for one command: copying the largest repositories takes minutes on a slow disk."""

PATHS_PER_COMMAND = 100
"""Paths on one command line, which has a limit; each may have up to 4096 bytes."""

ALWAYS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "gc.auto": "0",
    "maintenance.auto": "false",
    # A folder of a repository that looks like one itself is none, unless somebody names it as such.
    "safe.bareRepository": "explicit",
    # The user named the folder. Whatever its repository's settings could run is switched off here and below.
    "safe.directory": "*",
}
"""Settings for every command; they come before those of the repository."""

HERMETIC = {
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.eol": "lf",
    # A reflog would say which folder was cloned.
    "core.logAllRefUpdates": "false",
}
"""Settings, besides, for commands whose outcome must not depend on the user."""

KEPT_VARIABLES = ("PATH", "SYSTEMROOT")
USER_VARIABLES = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "HOME", "XDG_CONFIG_HOME")
"""Where git finds the user's settings: ignored files, filters and line ends decide what is dirty."""


def _environment(*, user: bool) -> dict[str, str]:
    kept = (*KEPT_VARIABLES, *USER_VARIABLES) if user else KEPT_VARIABLES
    environment = {
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_NO_LAZY_FETCH": "1",
        # Replaced objects are not cloned, so they must not count when the source is looked at.
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    if not user:
        environment |= {"GIT_ATTR_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return environment | {name: os.environ[name] for name in kept if name in os.environ}


def attempt(cwd: Path, *words: str | Path, user: bool = False, options: Sequence[str] = ()) -> Finished:
    """Run git in ``cwd`` and return what became of it.

    Args:
        cwd: where to run it.
        words: the command and its arguments.
        user: let the user's own settings apply.
        options: further options of git itself.

    Raises:
        SamewheelError: there is no git.
    """
    binary = shutil.which("git")
    if binary is None:
        raise SamewheelError(
            "git is not on PATH",
            cause=f"{cwd} belongs to a git repository, so its source is a commit.",
            hint="Install git.",
        )
    settings = ALWAYS if user else ALWAYS | HERMETIC
    chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return run([binary, *chosen, *options, *words], env=_environment(user=user), cwd=cwd, timeout=TIMEOUT, keep=None)


def failure(finished: Finished, command: str, cwd: Path, *, hint: str = "") -> SamewheelError:
    """Return our error for a command of git that failed in a folder, or took too long."""
    cause = f"It took more than {TIMEOUT:.0f} s." if finished.timed_out else finished.tail()
    return SamewheelError(f"git {command} failed in {cwd}", cause=cause, hint=hint)


def git(cwd: Path, *words: str | Path, user: bool = False, options: Sequence[str] = (), hint: str = "") -> bytes:
    """Run git as :func:`attempt` does, and return its standard output.

    Raises:
        SamewheelError: there is no git, or it failed; ``hint`` is then the error's.
    """
    finished = attempt(cwd, *words, user=user, options=options)
    if not finished.ok:
        raise failure(finished, next(str(word) for word in words), cwd, hint=hint)
    return finished.stdout


def git_with_paths(cwd: Path, *words: str, paths: Sequence[str]) -> None:
    """Run git as :func:`git` does, as often as it takes to have all ``paths`` as arguments.

    Raises:
        SamewheelError: there is no git, or it failed.
    """
    for start in range(0, len(paths), PATHS_PER_COMMAND):
        git(cwd, *words, "--", *paths[start : start + PATHS_PER_COMMAND])


def names(output: bytes) -> list[str]:
    """Return the items of an output that git ends with NUL bytes each (``-z``)."""
    return [os.fsdecode(item) for item in output.split(b"\0") if item]


def user_options(root: Path) -> list[str]:
    """Return the options that make the user's settings safe to apply in a repository.

    The filters in the settings of somebody else's repository are programs that somebody else chose: git would refuse
    such a repository altogether; here only these do not run.

    Raises:
        SamewheelError: git failed.
    """
    if os.name != "posix" or {root.stat().st_uid, (root / ".git").stat().st_uid} <= {os.geteuid()}:
        return []
    listing = attempt(root, "config", "--null", "--name-only", "--get-regexp", r"^filter\.")
    settings = sorted(set(names(listing.stdout)))
    return [
        word for name in settings for word in ("-c", f"{name}=false" if name.endswith(".required") else f"{name}=")
    ]
