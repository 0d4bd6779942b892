"""A git repository of the network, cloned in the fetch phase: no hook, no filter and no helper of it runs."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from samewheel._process import run
from samewheel.errors import NoSourceError, SamewheelError, UsageError
from samewheel.sources._command import ALWAYS, HERMETIC, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["clone", "split_ref", "tags"]

WAYS = ("http", "https", "ssh")
"""Ways to a repository that somebody named; others, such as ``ext``, run a program that the URL names."""

OF_OTHERS = "https"
"""The way to a repository's submodules, which it names itself: none to this machine, none with the user's keys."""

UNREACHABLE = re.compile(
    r"Could not resolve|Failed to connect|Connection (?:refused|reset|timed out)|timed out|unable to access"
    r"|SSL|certificate|The requested URL returned error: 5"
)
"""What git says if the network fails, and not the repository."""

KEPT = re.compile(r"HOME|PATH|SSH_AUTH_SOCK|GIT_SSL_CAINFO|SSL_CERT_(DIR|FILE)|(?i:(all|http|https|no)_proxy)")
"""What of the caller's environment says how to get there."""

HELPER = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$SAMEWHEEL_USER" "$SAMEWHEEL_PASSWORD"; }; f'
)
"""What git runs where a host asks who is there, see gitcredentials(7): on a command line, it shows no password."""


def split_ref(place: str) -> tuple[str, str]:
    """Return URL and reference of ``URL@REF``.

    Raises:
        UsageError: it has no reference.
    """
    url, at, ref = place.rpartition("@")
    # The user's name before a host has an @, too, and no reference has a colon.
    only_user = "://" in url and "/" not in url.partition("://")[2]
    if not at or not url or not ref or ":" in ref or ref.startswith("-") or only_user:
        raise UsageError(
            f"{place!r} does not say which commit",
            cause="A repository is written URL@REF, with a tag, a branch or a commit.",
            hint="For example: --git https://example.org/project.git@v1.0",
        )
    return url, ref


def _protocols(url: str) -> str:
    """Return the one way that leads to a repository.

    Raises:
        UsageError: none that we go does.
    """
    scheme, mark, rest = url.partition("://")
    if not mark and re.match(r"[^/@:]+:[^/@]*@", url):
        raise UsageError(
            "a repository's address has a password", hint="Without ://, the address has none: user@host:path"
        )
    if mark and "?" in rest:
        # It would be on git's command line, which everybody can read.
        raise UsageError(
            # Without https:// before them: they would be taken for somebody's, and hidden.
            "a repository's URL has a query",
            hint="Credentials stand before the host: user:password@host",
        )
    if not mark:
        # As scp has it, host:path, or a path of this machine.
        return "ssh" if re.match(r"[^/]{2,}:", url) else "file"
    if scheme not in {*WAYS, "file"}:
        raise UsageError(f"git cannot be asked by {scheme}", hint=f"Name a path, or a URL of {', '.join(WAYS)}.")
    return scheme


def _credentials(url: str) -> tuple[str, dict[str, str]]:
    """Return a URL without user and password, and the variables that have git send them to its host alone.

    On a command line, every user of the machine could read them. As a header (``http.extraHeader``), git would send
    them to whomever the host redirects to (measured with 2.39.5); a helper is asked for each host by its name.

    Raises:
        UsageError: it is no URL, or user or password cannot be told to git.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UsageError(
            "a repository's URL cannot be read", hint="For example: https://example.org/x.git"
        ) from error
    if parts.scheme not in WAYS or "@" not in parts.netloc:
        return url, {}
    known, _, host = parts.netloc.rpartition("@")
    user, _, password = known.partition(":")
    if parts.scheme == "ssh":
        # It asks nobody for a password, and heeds none that the URL has.
        return parts._replace(netloc=f"{user}@{host}").geturl(), {}
    user, password = unquote(user), unquote(password)
    if not (user + password).isprintable():
        raise UsageError("user or password in a repository's URL has a control character")
    return parts._replace(netloc=host).geturl(), {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"credential.{parts.scheme}://{host}.helper",
        "GIT_CONFIG_VALUE_0": HELPER,
        "SAMEWHEEL_USER": user,
        "SAMEWHEEL_PASSWORD": password,
    }


def _git(words: list[str], cwd: Path, protocols: str, credentials: Mapping[str, str]) -> bytes:
    binary = shutil.which("git")
    if binary is None:
        raise SamewheelError("git is not on PATH", cause="The source is a repository.", hint="Install git.")
    chosen = [word for name, value in (ALWAYS | HERMETIC).items() for word in ("-c", f"{name}={value}")]
    environment = {name: value for name, value in sorted(os.environ.items()) if KEPT.fullmatch(name)}
    environment |= {
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        **credentials,
    }
    finished = run([binary, *chosen, *words], env=environment, cwd=cwd, timeout=TIMEOUT)
    if finished.ok:
        return finished.stdout
    said = finished.tail(10)
    if finished.timed_out or UNREACHABLE.search(said):
        raise SamewheelError(f"git {words[0]} failed", cause=said, hint="Check the network, the proxy and the URL.")
    hint = "Check the URL and the reference; whoever may read the repository can clone it and name the folder."
    if credentials and "could not read Username" in said:
        hint = "The host redirects to another one, which gets no user and no password: name that one in the URL."
    raise NoSourceError(f"git {words[0]} failed", cause=said, hint=hint)


def tags(url: str, cwd: Path) -> dict[str, str]:
    """Return the tags of a repository and the commits that they stand for, sorted by name.

    Args:
        url: as git knows it.
        cwd: a folder that is no repository.

    Raises:
        NoSourceError: there is no such repository, or it cannot be read.
        SamewheelError: there is no git.
    """
    bare, credentials = _credentials(url)
    said = _git(["ls-remote", "--tags", "--", bare], cwd, _protocols(url), credentials)
    listing = said.decode("utf-8", "replace")
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
    bare, credentials = _credentials(url)
    way = _protocols(url)
    into.mkdir()
    # Of a path, git would copy the files, and not look whether objects are what their names say.
    _git(["clone", "--quiet", "--no-local", "--no-checkout", "--", bare, str(into)], into.parent, way, credentials)
    commit = _git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"], into, way, {})
    _git(["checkout", "--quiet", "--detach", commit.decode().strip()], into, way, {})
    _git(["submodule", "--quiet", "update", "--init", "--recursive"], into, OF_OTHERS, {})
    return commit.decode().strip()
