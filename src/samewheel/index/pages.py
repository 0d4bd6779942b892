"""What an index answers, read: JSON (PEP 691), HTML (PEP 503), and the older JSON that says more than some HTML.

All of it is other people's: a file whose name, URL or version is not what it should be is passed over, and what is
not a page is an error.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

import msgspec

from samewheel.errors import SamewheelError
from samewheel.index.names import identify
from samewheel.index.urls import plain
from samewheel.index.values import ReleaseFile, as_sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["read_page", "supplement"]

PIECE = 1 << 13
"""Characters of HTML that are parsed at once."""

PATIENCE = 60.0
"""Seconds that one page may take; real ones take less than one, but tags in each other take time squared."""

LONGEST_TEXT = 1000
"""Characters of a text that is kept as the index has it."""

SOLE_MAJOR = "1"
"""The only major version of the API there is (PEP 629)."""


class _Entry(msgspec.Struct, frozen=True, rename="kebab"):
    """A file on a page (PEP 691, PEP 700, PEP 740)."""

    filename: str
    url: str
    hashes: dict[str, str]
    requires_python: str | None = None
    yanked: bool | str = False
    upload_time: str | None = None
    provenance: str | None = None


class _Meta(msgspec.Struct, frozen=True, rename="kebab"):
    api_version: str


class _Page(msgspec.Struct, frozen=True):
    meta: _Meta
    files: list[_Entry]


class _OldEntry(msgspec.Struct, frozen=True):
    """A file in the older JSON."""

    filename: str
    digests: dict[str, str] = msgspec.field(default_factory=dict)
    upload_time_iso_8601: str | None = None
    yanked: bool = False


class _OldPage(msgspec.Struct, frozen=True):
    releases: dict[str, list[_OldEntry]] = msgspec.field(default_factory=dict)


def _instant(text: str | None) -> str | None:
    """Return a time in UTC as RFC 3339 has it, with microseconds if there are any; None if it is none."""
    try:
        read = datetime.fromisoformat(text or "")
        aware = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return aware.isoformat().replace("+00:00", "Z")


def _text(text: str | None) -> str | None:
    """Return a text that can be shown, or None."""
    return text if text and text.isprintable() and len(text) <= LONGEST_TEXT else None


def _absolute(base: str, url: str) -> str | None:
    """Return where a link of a page leads; None if that is no URL of HTTP."""
    try:
        return plain(urljoin(base, url))
    except ValueError:
        return None


PAGES, OLD_PAGES = msgspec.json.Decoder(_Page), msgspec.json.Decoder(_OldPage)
"""Made once: where two threads decode into a type that msgspec sees for the first time, it crashes (0.22)."""


def _file(entry: _Entry, project: str, base: str) -> ReleaseFile | None:
    """Return what is known of a file; None if it is no wheel or sdist of the project that can be fetched."""
    known, url = identify(entry.filename, project), _absolute(base, entry.url)
    if known is None or url is None:
        return None
    return ReleaseFile(
        name=project,
        version=known.version,
        filename=entry.filename,
        kind=known.kind,
        url=url,
        sha256=as_sha256(entry.hashes.get("sha256")),
        uploaded=_instant(entry.upload_time),
        requires_python=_text(entry.requires_python),
        yanked=bool(entry.yanked),
        provenance=_absolute(base, entry.provenance) if entry.provenance else None,
    )


def _json_entries(content: bytes) -> list[_Entry]:
    page = PAGES.decode(content)
    if (version := page.meta.api_version).partition(".")[0] != SOLE_MAJOR:
        raise ValueError(f"its version is {ascii(version)[:40]}")
    return page.files


def _pieces(text: str) -> Iterator[str]:
    """Yield a page in pieces, while there is time."""
    end = time.monotonic() + PATIENCE
    for start in range(0, len(text), PIECE):
        if time.monotonic() > end:
            raise ValueError(f"it takes more than {PATIENCE:.0f} seconds to read")
        yield text[start : start + PIECE]


def _html_entries(content: bytes, base: str) -> Iterator[_Entry]:
    from samewheel.index.links import read_links

    # Names and URLs are ASCII, and a page that named a codec such as bz2 would have it unpacked.
    for link in read_links(_pieces(content.decode("utf-8-sig", "replace")), base, SOLE_MAJOR):
        said = {key: value for key, value in link.attrs.items() if isinstance(value, str)}
        yield _Entry(
            filename=link.text,
            url=link.url,
            hashes={key: values[0] for key, values in parse_qs(urlsplit(link.url).fragment).items()},
            requires_python=said.get("data-requires-python"),
            yanked="data-yanked" in said,
            upload_time=said.get("data-upload-time"),
            provenance=said.get("data-provenance"),
        )


def _unique(files: Iterable[ReleaseFile]) -> tuple[ReleaseFile, ...]:
    """Return files sorted by name; one that is listed twice, with different contents, is nobody's to choose."""
    found: dict[str, ReleaseFile] = {}
    for file in files:
        if found.setdefault(file.filename, file).sha256 != file.sha256:
            raise ValueError(f"it has {file.filename} twice, with different hashes")
    return tuple(found[name] for name in sorted(found))


def read_page(content: bytes, media_type: str, base: str, project: str) -> tuple[ReleaseFile, ...]:
    """Return the wheels and sdists on a project's page, sorted by file name.

    Args:
        content: the page.
        media_type: what the index says it is, without parameters.
        base: the page's URL, without credentials.
        project: normalised.

    Raises:
        SamewheelError: it cannot be read.
    """
    try:
        if media_type.endswith("json"):
            entries: Iterable[_Entry] = _json_entries(content)
        elif media_type.endswith("html"):
            entries = _html_entries(content, base)
        else:
            raise ValueError(f"it is {ascii(media_type)[:100]}, and neither JSON nor HTML")  # noqa: TRY301 - as the others
        return _unique(file for entry in entries if (file := _file(entry, project, base)) is not None)
    except (ValueError, RecursionError) as error:
        raise SamewheelError(
            f"the package index's page of {project} cannot be read",
            cause=str(error)[:300],
            hint=f"Look at the page, and check the index URL: {base}",
        ) from error


def supplement(files: tuple[ReleaseFile, ...], content: bytes) -> tuple[ReleaseFile, ...]:
    """Return files with the upload times and hashes that the page did not have.

    Args:
        files: those of the page.
        content: the older JSON; if it is something else, nothing is taken from it.
    """
    try:
        releases = OLD_PAGES.decode(content).releases
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return files
    known = {entry.filename: entry for entries in releases.values() for entry in entries}
    return tuple(_more(file, known[file.filename]) if file.filename in known else file for file in files)


def _more(file: ReleaseFile, old: _OldEntry) -> ReleaseFile:
    digest = as_sha256(old.digests.get("sha256"))
    if None not in (file.sha256, digest) and file.sha256 != digest:
        return file  # another file of the same name
    return msgspec.structs.replace(
        file,
        sha256=file.sha256 or digest,
        uploaded=file.uploaded or _instant(old.upload_time_iso_8601),
        yanked=file.yanked or old.yanked,
    )
