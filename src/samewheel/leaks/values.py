"""What to look for in a wheel: what its build was given, and what of the machine it may have found by itself."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.patterns import Sought

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.buildinfo import Isolation
    from samewheel.conditions import Conditions
    from samewheel.interpreter import Interpreter

__all__ = ["is_distinctive", "sought_values"]

SHORTEST_NAME = 5
"""Letters of a name that is no chance: four given bytes are in two of a hundred compressed files of 100 MB."""

SHORTEST_PATH = 8
"""Characters of a path that nobody writes as an example."""

WORDS = frozenset(
    (
        *("admin", "administrator", "build", "buildbot", "builder", "centos", "circleci", "codespace"),
        *("container", "debian", "default", "developer", "docker", "fedora", "github", "gitlab", "guest", "home"),
        *("jenkins", "linux", "local", "localdomain", "localhost", "machine", "makepkg", "mockbuild", "nobody"),
        *("package", "packager", "project", "python", "release", "root", "runner", "server", "source", "testing"),
        *("tests", "travis", "ubuntu", "user", "users", "vagrant", "vscode", "worker", "workspace"),
    )
)
"""Names of users, hosts and folders that are words which wheels hold for other reasons."""

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/opt/python")
"""Folders whose paths are the same on other machines."""


def is_distinctive(value: str) -> bool:
    """Tell whether finding a name or an absolute path in a file says that it comes from this very machine."""
    if not value.startswith("/"):
        return len(value) >= SHORTEST_NAME and not value.isdigit() and value.lower() not in WORDS
    path = Path(value)
    inner = path.parts[1:]
    if len(inner) < 2 or len(value) < SHORTEST_PATH:  # noqa: PLR2004 - a folder in a folder
        return False
    return not any(path.is_relative_to(folder) for folder in SYSTEM) and inner[-1].lower() not in WORDS


def _given(conditions: Conditions) -> Iterator[Sought]:
    """Yield what the build was given: made for it, so that nothing else can be meant."""
    named = (
        ("source_path", conditions.source),
        ("environment_path", conditions.environment),
        ("home", conditions.home),
        ("temp", conditions.temp),
        ("shims", conditions.shims),
        ("output", conditions.out),
        ("source_path", conditions.source.parent),
        ("host", conditions.host),
        ("user", conditions.user),
    )
    for condition, value in named:
        yield Sought(condition=condition, value=str(value))
    if is_distinctive(conditions.source.parent.name):
        yield Sought(condition="source_path", value=conditions.source.parent.name)


def _found(interpreter: Interpreter, isolation: Isolation) -> Iterator[Sought]:
    """Yield what the build may have found by itself, where it is distinctive.

    The interpreter's folder is named in its link flags. The names of user and host are hidden by a sandbox; there, a
    maintainer's name in the wheel of his own project would be a false alarm.
    """
    try:
        account = pwd.getpwuid(os.getuid())
        user, home = account.pw_name, account.pw_dir
    except KeyError:
        # In containers, processes often run under a number that has no name.
        user, home = "", ""
    named = [
        ("interpreter", str(interpreter.prefix)),
        ("interpreter", interpreter.config["installed_base"]),
        ("real_home", os.path.expanduser("~")),  # noqa: PTH111 - it does not fail where there is no home
        ("real_home", home),
    ]
    if isolation.mechanism == "none":
        host = os.uname().nodename
        named += [("real_host", host), ("real_host", host.partition(".")[0]), ("real_user", user)]
    for condition, value in dict.fromkeys(named):
        if is_distinctive(value):
            yield Sought(condition=condition, value=value, word=True)


def sought_values(conditions: Conditions, interpreter: Interpreter, isolation: Isolation) -> tuple[Sought, ...]:
    """Return the values whose presence in a wheel says that its bytes depend on where and by whom it was built.

    Args:
        conditions: what the build saw.
        interpreter: what ran it.
        isolation: what it could not reach: without any, it could see the machine's own names.
    """
    return (*_given(conditions), *_found(interpreter, isolation))
