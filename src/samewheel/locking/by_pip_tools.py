"""The second resolver, pip-tools: shares no code with uv, and answers for the interpreter that runs samewheel only.

It runs in two steps, as there is no other way to hashes that can be compared with uv's, which are those of all files
of a release (measured: pip-tools 7.6.2 with pip 26.3, uv 0.13.9). With ``--only-binary :all:`` pip-compile lists the
wheels' hashes and leaves out the sdist's; without it, it may build an sdist while it resolves. So the first step
resolves with wheels only, and the second lists the hashes of exactly those versions, of which each has a wheel that
fits. In both steps pip cannot start a process, hence cannot build anything, whatever an index offers.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from samewheel._process import run
from samewheel._temporary import temporary_folder
from samewheel._uv import TIMEOUT, cache_folder, fetch_variables
from samewheel.constraints import indexed, select
from samewheel.errors import SamewheelError, UnlockableError, UsageError
from samewheel.locking.by_uv import pins_of, sdist_only
from samewheel.locking.inputs import instant, kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from samewheel._process import Finished
    from samewheel.constraints import Constraints, Pin

__all__ = ["resolve_pip_tools"]

# A build of an sdist is always another process; so are keyring, which may hold an index's credentials, and what pip
# tries in vain for its User-Agent (lsb_release, uname, rustc): it takes an OSError for an answer.
GUARDED = """
import os, runpy, sys

def refuse(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"):
        program = str(arguments[0] or arguments[1][0]) if event == "subprocess.Popen" else ""
        if os.path.basename(program) not in ("keyring", "keyring.exe"):
            raise PermissionError(f"samewheel: pip may not start {program or event}")

sys.addaudithook(refuse)
sys.argv[0] = "pip-compile"
runpy.run_module("piptools", run_name="__main__")
"""

OPTIONS = (
    *("--quiet", "--no-config", "--no-header", "--allow-unsafe", "--strip-extras"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"),
)

RESOLVE = "--only-binary :all: --log pip.log"
LIST = "--only-binary :none: --no-binary :none: --log pip.log"

KEPT_SETTINGS = re.compile(
    r"PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY|(DEFAULT_)?TIMEOUT|RETRIES"
    r"|KEYRING_PROVIDER|CONFIG_FILE)"
)
"""What of the caller's pip settings says where packages come from, as for uv."""

_NOT_FETCHED = re.compile(r"Could not fetch URL (?!.*\b404 Client Error\b).* - skipping")
_NOTHING_FOR = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)")
_CREDENTIALS = re.compile(r"//[^/@\s]*@")


def _environment() -> dict[str, str]:
    own = {name: value for name, value in sorted(os.environ.items()) if KEPT_SETTINGS.fullmatch(name)}
    return fetch_variables() | own


def _conflict(log: str) -> list[str]:
    """Return pip's lines about who requires what, which it writes to its log only."""
    lines = iter(log.splitlines())
    for line in lines:
        if line.endswith("The conflict is caused by:"):
            # Each line of the log begins with a timestamp.
            return list(takewhile(bool, (following.partition(" ")[2].strip() for following in lines)))
    return []


def _unreachable(said: str) -> SamewheelError:
    return SamewheelError(
        "pip-tools: the package index cannot be reached",
        cause=_CREDENTIALS.sub("//", said),
        hint="Check the network, proxy and index URL; pip has its own settings (PIP_INDEX_URL, pip.conf).",
    )


def _failure(finished: Finished, log: str) -> SamewheelError:
    said = _CREDENTIALS.sub("//", finished.tail(400))
    errors = "\n".join(line.strip() for line in said.splitlines() if line.lstrip().startswith("ERROR:"))
    nothing_for = _NOTHING_FOR.search(said)
    if "does not provide upload-time metadata" in said:
        return UsageError(
            "pip-tools cannot pass over newer files of this index",
            cause=said.splitlines()[-1],
            hint="Lock with uv alone: --resolver uv, or without --exclude-newer.",
        )
    if not_fetched := _NOT_FETCHED.search(log):
        return _unreachable(not_fetched[0])
    if nothing_for and re.search(rf"No sources permitted for {re.escape(nothing_for[1])}:", log):
        return sdist_only(nothing_for[1], everywhere="(from versions: none)" in errors)
    if nothing_for or "ResolutionImpossible" in said:
        return UnlockableError(
            "pip-tools: the requirements have no solution", cause="\n".join([errors, *_conflict(log)])
        )
    if finished.timed_out:
        return SamewheelError(f"pip-tools did not end within {TIMEOUT:.0f} seconds", cause=said)
    return SamewheelError("pip-tools failed", cause="\n".join(said.splitlines()[-40:]))


def _compile(lines: Sequence[str], options: Sequence[str], folder: Path, keep: Sequence[str] = ()) -> bytes:
    """Run pip-compile in a folder of its own, with pins to keep as what it wrote before."""
    folder.mkdir()
    (folder / "requirements.in").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    output = folder / "constraints.txt"
    if keep:
        output.write_text("".join(f"{line}\n" for line in keep), "utf-8")
    cache = ["--cache-dir", str(cache_folder() / "pip-tools")]
    command = [sys.executable, "-P", "-c", GUARDED, "compile", *OPTIONS, *cache, *options]
    finished = run(
        [*command, "--output-file", output.name, "requirements.in"],
        env=_environment(),
        cwd=folder,
        timeout=TIMEOUT,
        keep=None,
    )
    log = (folder / "pip.log").read_text("utf-8", "replace") if (folder / "pip.log").exists() else ""
    if not finished.ok:
        raise _failure(finished, log)
    if not_fetched := _NOT_FETCHED.search(log):
        # pip goes on with what other sources offer, which may be older.
        raise _unreachable(not_fetched[0])
    return output.read_bytes()


def _versions(content: bytes) -> list[str]:
    """Return the ``name==version`` of an answer without hashes."""
    lines = content.decode("utf-8").splitlines()
    return [line.split(";")[0].strip() for line in lines if line and not line.lstrip().startswith(("#", "-"))]


def resolve_pip_tools(
    requirements: Sequence[str],
    *,
    environment: Mapping[str, str],
    previous: Constraints | None = None,
    upgrade: bool = False,
    upgrade_packages: Sequence[str] = (),
    exclude_newer: str | None = None,
    bounds: Sequence[str] = (),
) -> tuple[Pin, ...]:
    """Resolve requirements with ``pip-compile`` to sorted pins with hashes, for the interpreter that runs this.

    The pins have no markers. Hashes are never taken over from ``previous``. With pip-tools 7.6.2 they are of what was
    downloaded, not of what the index claims: it looks for the claims at a URL that the index does not have, and then
    downloads and hashes every file of a release. There is no way to do this offline.

    Args:
        requirements: PEP 508.
        environment: variables (PEP 508) of the interpreter that runs this; they say which old pins apply.
        previous: the constraints so far; pins of this interpreter are kept while they satisfy the requirements.
        upgrade: keep none of them.
        upgrade_packages: names of packages whose pins are not kept.
        exclude_newer: a date (inclusive, UTC) or a timestamp; newer files are passed over. pip refuses an index that
            does not say when files were uploaded, and does not apply the limit to files on disk (``file:`` indexes).
        bounds: constraints on whatever is installed (PEP 508), without extras.

    Raises:
        InvalidProjectError: a requirement is wrong.
        UnlockableError: they have no solution of wheels with hashes.
        UsageError: an argument is wrong, or the index does not support ``exclude_newer``.
        SamewheelError: the index cannot be reached, or pip-compile failed.
    """
    lines = indexed(requirements)
    keep = kept(previous, upgrade=upgrade, upgrade_packages=upgrade_packages)
    limit = [] if exclude_newer is None else ["--uploaded-prior-to", instant(exclude_newer)]
    if not lines:
        return ()
    pinned = [f"{pin.name}=={pin.version}" for pin in select(keep, environment).values()]
    with temporary_folder() as folder:
        if bounds:
            (folder / "bounds.txt").write_text("".join(f"{bound}\n" for bound in bounds), "utf-8")
            limit_and_bounds = [*limit, "--constraint", str(folder / "bounds.txt")]
        else:
            limit_and_bounds = limit
        resolved = _compile(
            lines, [*limit_and_bounds, "--no-annotate", "--pip-args", RESOLVE], folder / "resolve", pinned
        )
        versions = _versions(resolved)
        if not versions:
            return ()
        hashing = [*limit, "--generate-hashes", "--pip-args", LIST]
        pins = pins_of(_compile(versions, hashing, folder / "hash"), "pip-tools")
    found = sorted(f"{pin.name}=={pin.version}" for pin in pins)
    if found != sorted(versions):
        raise SamewheelError(
            "pip-tools lists hashes of other versions than it chose",
            cause=f"chosen: {', '.join(sorted(versions))}\nlisted: {', '.join(found)}",
            hint="The index changed meanwhile; try again.",
        )
    return tuple(replace(pin, marker=None) for pin in pins)
