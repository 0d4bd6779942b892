"""Runs uv in the fetch phase: with the network and the caller's settings, but never with project code.

uv gets a cache of our own. The one that users share with their builds can be poisoned: uv hard-links installed files
to its cache, and a backend that writes to a file of its own environment writes to the cache (measured with 0.13.9).
"""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._early import once
from samewheel._indexes import index_settings
from samewheel._masking import without_secrets
from samewheel._process import Finished, run
from samewheel._temporary import temporary_folder
from samewheel.errors import NoWheelError, SamewheelError, UnlockableError, remedy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "AGAIN",
    "cache_folder",
    "ended",
    "explain",
    "fetch_variables",
    "index_identity",
    "make_cache",
    "run_uv",
    "uv_binary",
    "uv_version",
    "without_wheel",
]

KEPT_VARIABLES = re.compile(
    r"HOME|PATH|TMPDIR|USER|LOGNAME|LANG|LC_.*|XDG_.*|NETRC|PYENV_ROOT"
    # Without these, programs on Windows find neither their folders nor, some of them, the network.
    r"|SYSTEMROOT|USERPROFILE|APPDATA|LOCALAPPDATA|TEMP|TMP|PATHEXT|COMSPEC"
    r"|(?i:(all|http|https|no)_proxy)|SSL_CERT_(DIR|FILE)|SSL_CLIENT_CERT|(CURL|REQUESTS)_CA_BUNDLE"
    # What the program keyring needs to find and open what the user keeps in it.
    r"|DBUS_SESSION_BUS_ADDRESS|PYTHON_KEYRING_BACKEND|KEYRING_PROPERTY_.*"
    r"|UV_(DEFAULT_INDEX|INDEX|INDEX_.*|EXTRA_INDEX_URL|FIND_LINKS|KEYRING_PROVIDER|HTTP_.*|REQUEST_TIMEOUT"
    r"|NATIVE_TLS|SYSTEM_CERTS|INSECURE_HOST|OFFLINE|EXCLUDE_NEWER|CREDENTIALS_DIR|CONCURRENT_.*)"
)
"""What of the caller's environment says where packages come from, and how to get there.

uv's other settings would change what is done with packages. Other variables are nothing to uv, which puts any that it
has into the URLs of strangers (``${NAME}`` in a requirement or in a wheel's METADATA, measured with 0.13.9).
"""

ANSWERS_WITHIN = 60.0
"""Seconds that uv may take to say its version."""

AGAIN = "If nothing of yours is wrong, install both again: pip install --force-reinstall samewheel uv"

TIMEOUT = 900.0
"""Seconds after which fetching is given up; uv itself gives up a silent connection much earlier."""


def cache_folder() -> Path:
    """Return the folder of samewheel's caches: ``SAMEWHEEL_CACHE_DIR``, or the platform's place for it."""
    if chosen := os.environ.get("SAMEWHEEL_CACHE_DIR"):
        return Path(chosen).absolute()
    import platformdirs

    try:
        return platformdirs.user_cache_path("samewheel")
    except RuntimeError as error:
        raise SamewheelError(
            "there is no place for caches", cause=str(error), hint="Set SAMEWHEEL_CACHE_DIR to a folder."
        ) from error


def make_cache(*names: str) -> Path:
    """Return a folder of samewheel's caches, which is there and can be written.

    Raises:
        SamewheelError: it cannot.
    """
    cache = cache_folder().joinpath(*names)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if not os.access(cache, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(cache))
    except OSError as error:
        raise SamewheelError(
            f"cannot make the cache {cache}", cause=str(error), hint="Set SAMEWHEEL_CACHE_DIR to another folder."
        ) from error
    return cache


def fetch_variables(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of the fetch phase: proxies, certificates, indexes, their credentials, and little else.

    Args:
        environ: the caller's, of which :data:`KEPT_VARIABLES` stays.
    """
    return {name: value for name, value in sorted(environ.items()) if KEPT_VARIABLES.fullmatch(name)}


def index_identity(cwd: Path | None) -> str:
    """Return a digest of all that says where packages come from, for what is kept of an index's answers.

    Args:
        cwd: the project whose index settings count besides the user's; None: the user's only.
    """
    settings = {name: value for name, value in fetch_variables().items() if name.startswith("UV_")}
    return hashlib.sha256(json.dumps([index_settings(cwd), settings], sort_keys=True).encode()).hexdigest()


@functools.cache
def uv_binary() -> Path:
    """Return the uv that belongs to this installation of samewheel.

    Raises:
        SamewheelError: the package is there, but its binary is not.
    """
    import uv

    try:
        return Path(uv.find_uv_bin())
    except FileNotFoundError as error:
        raise SamewheelError(
            "uv's binary is missing", cause=str(error), hint="Install it again: pip install --force-reinstall uv"
        ) from error


@once
def uv_version() -> str:
    """Return uv's version, such as ``0.13.9``."""
    finished = run([uv_binary(), "--version"], env={}, timeout=ANSWERS_WITHIN)
    match = re.match(r"uv (\S+)", finished.text)
    if match is None:
        cause = f"It gave no answer in {ANSWERS_WITHIN:g} s." if finished.timed_out else ended(finished)
        raise SamewheelError(f"uv does not say its version: {uv_binary()}", cause=cause, hint=AGAIN)
    return match[1]


def ended(finished: Finished) -> str:
    """Return how uv ended, and its last words."""
    number = -finished.returncode
    signals = {one.value: one.name for one in signal.Signals}
    how = f"It was ended by {signals.get(number, f'signal {number}')}." if number > 0 else ""
    return (
        "\n".join(filter(None, [how, finished.tail(60)])) or f"It ended with {finished.returncode} and said nothing."
    )


def without_wheel(said: str) -> tuple[str, ...]:
    """Return the packages of which uv says that it would have to build them, those without any wheel first.

    uv names each one that was in its way somewhere, in the order of the alphabet. One that has wheels of some
    versions may be there only because another one has none.
    """
    names = dict.fromkeys(re.findall(r"Wheels are required for `([^`]+)`", said))

    def has_some(name: str) -> bool:
        return re.search(rf"all versions of {re.escape(name)} have no usable wheels", said) is None

    return tuple(sorted(names, key=has_some))


def explain(finished: Finished, what: str) -> SamewheelError:
    """Return our error for a failed uv command: whose fault it is, uv's own words, and what to do.

    uv tells a solution that does not exist (exit code 1) from a failure on the way (2); the rest can only be read
    from its text.
    """
    said = ended(finished)
    if names := without_wheel(said):
        return NoWheelError(
            f"{names[0]} has no wheel that fits",
            names=names,
            cause=f"Only wheels enter a build environment: building {names[0]} first would run unlocked code.",
            hint=f"Require a version of {names[0]} that has a wheel, or build one and name its index.",
        )
    if "network was disabled" in said or "not found in the cache" in said:
        return SamewheelError(f"{what} offline", cause=said, hint="Run it once with the network, then again offline.")
    if finished.timed_out or re.search(r"error sending request|Failed to fetch|Request failed|dns error", said):
        return SamewheelError(
            f"{what}: the package index cannot be reached", cause=said, hint="Check the network, proxy and index URL."
        )
    if re.search(r"\(401 Unauthorized\)|403 Forbidden", said):
        # uv counts a package that it may not see as one that does not exist.
        return SamewheelError(
            f"{what}: the package index refuses us", cause=said, hint="Check the index URL and its credentials."
        )
    if "No solution found" in said:
        return _unsolved(what, said)
    return SamewheelError(what, cause=said, hint=_next(finished, said))


def _unsolved(what: str, said: str) -> SamewheelError:
    """Return our error where uv finds no solution: there is none, or it cannot read a file, and counts it as none."""
    if "has an invalid package format" in said:
        return SamewheelError(
            f"{what}: a file of the package index is damaged",
            cause=said,
            hint="Check the network, proxy and index URL; if the index itself has it so, require another version.",
        )
    hint = "Change what is required, or ask another index: UV_DEFAULT_INDEX or the settings of uv name it."
    return UnlockableError(f"{what}: the requirements have no solution", cause=said, hint=hint)


def _next(finished: Finished, said: str) -> str:
    """Return what to do where uv failed by itself, or by what the machine did not give it."""
    if "Hash mismatch" in said:
        return "Something between here and there changes files: check the proxy and the index."
    # The numbers that uv shows are those of this system's errors.
    if by_system := re.search(r"\(os error ([0-9]{1,4})\)", said):
        return remedy(int(by_system[1]))
    if finished.returncode == -getattr(signal, "SIGXFSZ", 0):
        return remedy(errno.EFBIG)
    return AGAIN


def run_uv(arguments: Sequence[str | Path], *, offline: bool = False, cwd: Path | None = None) -> Finished:
    """Run uv with our cache; what it reports is the caller's to judge, and has no password of an index or proxy.

    Args:
        arguments: the command and its options.
        offline: use the cache only.
        cwd: the project whose index settings count besides the user's; None: the user's only.

    Raises:
        SamewheelError: uv cannot be started.
    """
    cache = make_cache("uv")
    common: list[str | Path] = ["--cache-dir", cache, "--no-python-downloads", "--color", "never", "--no-progress"]
    if offline:
        common.append("--offline")
    with temporary_folder() as folder:
        # A file of its own ends uv's search for settings, in the project and above it.
        settings = folder / "uv.toml"
        settings.write_text(index_settings(cwd), "utf-8")
        variables = fetch_variables()
        finished = run(
            [uv_binary(), *arguments, "--config-file", settings, *common],
            env=variables,
            cwd=folder,
            timeout=TIMEOUT,
            # What uv unpacks is seen by builds, and some of them pack files with their modes.
            umask=0o022,
            keep=None,
        )
        return without_secrets(finished, variables)
