"""The index as the rest of samewheel sees it: files and their contents, from the network or the cache."""

from __future__ import annotations

import functools
import hashlib
import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING
from urllib.parse import urljoin

import msgspec
from packaging.utils import InvalidName, canonicalize_name

from samewheel._files import put, sha256_of, write_atomic
from samewheel._indexes import default_index
from samewheel._uv import cache_folder, make_cache
from samewheel.errors import NoSourceError, SamewheelError, UsageError
from samewheel.index.pages import read_page, supplement
from samewheel.index.transport import Transport
from samewheel.index.values import ReleaseFile, as_sha256, is_filename

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel._types import Sha256

__all__ = ["Index"]

ACCEPTED = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""JSON first: it has upload times, and some indexes put those into their HTML, too, for who could read JSON."""

OFFLINE_HINT = "Run it once with the network, then again offline."


def _project(name: str) -> str:
    try:
        return canonicalize_name(name, validate=True)
    except InvalidName as error:
        raise UsageError(
            f"{ascii(name)[:100]} is no name of a project", hint="Name it as its index does: six"
        ) from error


def _holds(place: Path, digest: Sha256) -> bool:
    """Tell whether a file is there, can be read and is what it should be."""
    try:
        return sha256_of(place) == digest
    except OSError:
        return False


KEPT = msgspec.json.Decoder(tuple[ReleaseFile, ...])
"""Made once: where two threads decode into a type that msgspec sees for the first time, it crashes (0.22)."""


class Index:
    """The default package index of the caller, as uv finds it.

    One may be used by several threads; a copy that another process gets starts with nothing in memory.
    """

    def __init__(self, *, offline: bool = False, asked_before: bool = False, cwd: Path | None = None) -> None:
        """Ask nobody yet.

        Args:
            offline: use the cache only; so does ``UV_OFFLINE``.
            asked_before: believe the answers that are kept, however old, as somebody else has asked; ask for others.
            cwd: the project whose index settings count besides the user's; None: the user's only.
        """
        self.asked_before = asked_before
        self.offline = offline or os.environ.get("UV_OFFLINE", "").lower() in {"1", "true", "t", "yes", "y", "on"}
        self.cwd = cwd
        self._known: dict[str, tuple[ReleaseFile, ...]] = {}

    def __reduce__(self) -> tuple[object, tuple[()]]:
        """Let it cross to another process, without connections and credentials."""
        return functools.partial(Index, offline=self.offline, asked_before=self.asked_before, cwd=self.cwd), ()

    @functools.cached_property
    def _transport(self) -> Transport:
        url = default_index(self.cwd)
        if url is None:
            from pypi_simple import PYPI_SIMPLE_ENDPOINT

            url = PYPI_SIMPLE_ENDPOINT
        return Transport(url)

    def _kept(self, url: str, ending: str) -> Path:
        """Return where an answer is kept, for want of a better name by its URL."""
        return cache_folder() / "index" / f"{hashlib.sha256(url.encode()).hexdigest()}.{ending}"

    def files(self, name: str, *, anew: bool = False) -> tuple[ReleaseFile, ...]:
        """Return all wheels and sdists of a project, sorted by file name.

        The index is asked once, and its answer kept for offline work.

        Args:
            name: the project's name, in any spelling.
            anew: ask again, as the answer that is known lacks something; offline, that is all there is.

        Raises:
            NoSourceError: the index has no such project.
            UsageError: that is no name, or the index's URL is none of HTTP.
            InvalidProjectError: a file of settings cannot be read.
            SamewheelError: the index cannot be reached, refuses us or makes no sense; or offline, it was not asked.
        """
        project = _project(name)
        anew = anew and not self.offline
        if anew or project not in self._known:
            url = urljoin(self._transport.url, f"{project}/")
            self._known[project] = self._answer(project, url, anew=anew)
        return self._known[project]

    def _answer(self, project: str, url: str, *, anew: bool) -> tuple[ReleaseFile, ...]:
        if self.offline:
            return self._recall(project, url)
        if self.asked_before and not anew:
            with suppress(SamewheelError):
                return self._recall(project, url)
        return self._ask(project, url)

    def _recall(self, project: str, url: str) -> tuple[ReleaseFile, ...]:
        try:
            return KEPT.decode(self._kept(url, "json").read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SamewheelError(
                f"cannot ask for {project} offline", cause="The index was not asked for it before.", hint=OFFLINE_HINT
            ) from error

    def _ask(self, project: str, url: str) -> tuple[ReleaseFile, ...]:
        what = f"cannot ask for {project}"
        page = self._transport.read(url, what, accept=ACCEPTED)
        if page is None:
            raise NoSourceError(
                f"the package index has no project {project}",
                cause=f"There is nothing at {url}",
                hint="Check the name, and which index it is: UV_DEFAULT_INDEX or the settings of uv decide.",
            )
        files = read_page(page.content, page.media_type, page.url, project)
        if not all(file.sha256 and file.uploaded for file in files):
            old = self._transport.read(urljoin(self._transport.url, f"../pypi/{project}/json"), what, optional=True)
            files = files if old is None else supplement(files, old.content)
        write_atomic(self._kept(url, "json"), msgspec.json.encode(files))
        return files

    def fetch(self, file: ReleaseFile) -> Path:
        """Return a file of the index in our cache, checked against its hash on each call.

        Args:
            file: as :meth:`files` returned it.

        Raises:
            SamewheelError: it cannot be fetched, is not what the index says, or has no hash; nothing is left then.
        """
        if as_sha256(file.sha256) != file.sha256 or file.sha256 is None or not is_filename(file.filename):
            raise SamewheelError(
                f"cannot check {ascii(file.filename)[1:-1]}",
                cause="The package index does not say its SHA-256.",
                hint="Take it from another index: UV_DEFAULT_INDEX=URL",
            )
        place = cache_folder() / "files" / file.sha256 / file.filename
        if _holds(place, file.sha256):
            return place
        if self.offline:
            raise SamewheelError(
                f"cannot fetch {file.filename} offline", cause="It is not in the cache.", hint=OFFLINE_HINT
            )
        make_cache("files", file.sha256)
        put(place, functools.partial(self._download, file))
        return place

    def _download(self, file: ReleaseFile, into: IO[bytes]) -> None:
        digest = hashlib.sha256()
        for chunk in self._transport.download(file.url, f"cannot fetch {file.filename}"):
            digest.update(chunk)
            into.write(chunk)
        if (found := digest.hexdigest()) != file.sha256:
            raise SamewheelError(
                f"{file.filename} is not what the package index says",
                cause=f"SHA-256 of the index: {file.sha256}\nSHA-256 of the file:  {found}",
                hint="Something between here and there changes files: check the proxy and the index.",
            )

    def provenance(self, file: ReleaseFile) -> bytes | None:
        """Return a file's provenance (PEP 740), as it is; None if it has none.

        Raises:
            SamewheelError: it cannot be fetched.
        """
        if file.provenance is None:
            return None
        what = f"cannot fetch the provenance of {file.filename}"
        kept = self._kept(file.provenance, "provenance")
        if self.offline:
            try:
                return kept.read_bytes() or None
            except OSError as error:
                raise SamewheelError(f"{what} offline", cause="It is not in the cache.", hint=OFFLINE_HINT) from error
        page = self._transport.read(file.provenance, what)
        content = b"" if page is None else page.content
        write_atomic(kept, content)
        return content or None
