"""Requirements files and ``constraints.txt``, as pip-compile, uv and people write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement

from samewheel._standards import requirement_of
from samewheel._text import discreet
from samewheel.audit.inputs.bytes import text_of
from samewheel.audit.inputs.names import usual_name, usual_version
from samewheel.audit.values import Named, Skipped
from samewheel.constraints.entries import entries, split_hashes
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.requirements import Requirement

__all__ = ["read_requirements"]

IGNORED_OPTIONS = frozenset(
    {
        *(
            "--extra-index-url",
            "--find-links",
            "--index-url",
            "--no-index",
            "--only-binary",
            "--pre",
            "--prefer-binary",
        ),
        *("--require-hashes", "--trusted-host", "-f", "-i"),
    }
)
"""They say where files come from, and hashes say which files."""

ELSEWHERE = frozenset({"--constraint", "--requirement", "-c", "-r"})

_HASH = re.compile(r"[a-z0-9]+:[0-9a-f]+")
_VCS = re.compile(r"(?:bzr|git|hg|svn)(?:\+[a-z+]+)?:")
_LONGEST_SHOWN = 200


def _origin(url: str) -> Skipped:
    """Return what a direct reference leads to."""
    if _VCS.match(url):
        return Skipped.VCS
    return Skipped.URL if "://" in url and not url.startswith("file:") else Skipped.LOCAL_PATH


def _option(text: str, where: str) -> Iterator[Named]:
    """Yield what an option names: nothing, or an editable project.

    Raises:
        UsageError: it changes what is installed.
    """
    option, _, value = re.sub(r"[= ]\s*", " ", text, count=1).partition(" ")
    if option in {"-e", "--editable"}:
        yield Named(name=discreet(value)[:_LONGEST_SHOWN], where=where, skipped=Skipped.EDITABLE)
    elif option in ELSEWHERE:
        raise UsageError(
            f"{where}: {option} {discreet(value)[:_LONGEST_SHOWN]} leads to another file",
            hint="Name that file on the command line too, and take out the line, or compile both into one.",
        )
    elif option not in IGNORED_OPTIONS:
        raise UsageError(f"{where}: the option {discreet(option)[:_LONGEST_SHOWN]} is not understood")


def _version(requirement: Requirement) -> str:
    """Return the one version that a requirement allows; empty if there are more."""
    specifiers = list(requirement.specifier)
    if len(specifiers) != 1 or specifiers[0].operator not in {"==", "==="} or specifiers[0].version.endswith(".*"):
        return ""
    return usual_version(specifiers[0].version)


def _named(text: str, where: str) -> Named:
    """Return what a line names.

    Raises:
        UsageError: it is no requirement.
    """
    head, hashes, left = split_hashes(text)
    if left or not all(_HASH.fullmatch(value) for value in hashes):
        raise UsageError(f"{where}: the options after {discreet(head)[:_LONGEST_SHOWN]} are not understood")
    try:
        requirement = requirement_of(head)
    except InvalidRequirement as error:
        if "/" in head or head.endswith((".whl", ".gz", ".zip")) or head in {".", ".."}:
            return Named(name=discreet(head)[:_LONGEST_SHOWN], where=where, skipped=_origin(head))
        cause = discreet(str(error).splitlines()[0])[:_LONGEST_SHOWN] if str(error) else ""
        raise UsageError(f"{where}: {discreet(head)[:_LONGEST_SHOWN]!r} is not a requirement", cause=cause) from error
    skipped = _origin(requirement.url) if requirement.url is not None else None
    version = _version(requirement)
    return Named(
        name=usual_name(requirement.name) or requirement.name,
        version=version,
        where=where,
        marker=str(requirement.marker or ""),
        hashes=tuple(sorted(set(hashes))),
        skipped=skipped or (None if version else Skipped.NO_VERSION),
    )


def read_requirements(content: bytes, where: str) -> Iterator[Named]:
    """Yield what a requirements file names, line by line.

    Args:
        content: the file.
        where: its path, for messages.

    Raises:
        UsageError: a line is none that pip would understand, or leads to another file.
    """
    for entry in entries(text_of(content, where)):
        place = f"{where}, line {entry.line}"
        if entry.text.startswith("-"):
            yield from _option(entry.text, place)
        else:
            yield _named(entry.text, place)
