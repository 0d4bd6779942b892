"""Where a project's repository is, and which tag a release of it has, as far as METADATA and names tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from samewheel._standards import version_of
from samewheel.errors import NoSourceError
from samewheel.sources.remote import tags

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from samewheel.wheel import Headers

__all__ = ["find_tag", "repository_urls", "tag_of"]

LABELS = ("source", "sourcecode", "repository", "code", "github", "gitlab", "git", "homepage", "home")
"""Labels of Project-URL that often name a repository, the likeliest first (well-known labels, PEP 753)."""

MOST_URLS = 4
"""Repositories that are asked."""

PREFIX = r"(?:v|ver|version|r|rel|release)?[-_./]?v?(?P<version>\d.*)"
"""What stands before the version in many tags."""


def _repository(url: str) -> str | None:
    """Return a URL without what leads from a repository to its pages; None if it cannot be one.

    It is a stranger's: of a path of this machine or a program to run, nothing is ever made.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    names = [name for name in parts.path.split("/") if name]
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or not names:
        return None
    pages = {"-", "tree", "blob", "issues", "wiki", "releases"}
    length = next((place for place, name in enumerate(names) if name in pages), len(names))
    return f"{parts.scheme}://{parts.netloc}/{'/'.join(names[:length])}" if length else None


def repository_urls(metadata: Headers) -> tuple[str, ...]:
    """Return what may be a project's repository, the likeliest first."""
    labelled = [said.partition(",") for said in metadata.all("Project-URL")]
    ranked = [
        (LABELS.index(label), url)
        for text, _, url in labelled
        if (label := re.sub(r"[^a-z]", "", text.lower())) in LABELS
    ]
    urls = [url for _, url in sorted(ranked)] + metadata.all("Home-page")
    found = dict.fromkeys(repository for url in urls if (repository := _repository(url)) is not None)
    return tuple(found)[:MOST_URLS]


def tag_of(names: Iterable[str], project: str, version: str) -> str | None:
    """Return the tag that stands for a release; the shortest of several, as those of other parts have more words.

    Args:
        names: tags.
        project: the project's name.
        version: of the release.
    """
    name = "[-_.]+".join(map(re.escape, canonicalize_name(project).split("-")))
    pattern = re.compile(rf"(?:{name}[-_./]?)?{PREFIX}", re.IGNORECASE)
    fitting = [tag for tag in names if (match := pattern.fullmatch(tag)) and _same(match["version"], version)]
    return min(fitting, key=lambda tag: (len(tag), tag), default=None)


def _same(text: str, version: str) -> bool:
    try:
        return version_of(text) == version_of(version)
    except InvalidVersion:
        return False


def find_tag(metadata: Headers, project: str, version: str, cwd: Path) -> tuple[str, str, str] | None:
    """Return the repository, tag and commit of a release; None if no repository that METADATA names has such a tag.

    Args:
        metadata: of the published wheel.
        project: its name.
        version: its version.
        cwd: a folder that is no repository.

    Raises:
        SamewheelError: there is no git.
    """
    for url in repository_urls(metadata):
        try:
            found = tags(url, cwd)
        except NoSourceError:
            continue
        if (tag := tag_of(found, project, version)) is not None:
            return url, tag, found[tag]
    return None
