"""HTTP to an index and to where its files are: bounded, with the caller's proxy and certificates."""

from __future__ import annotations

import os
import re
import threading
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urljoin

from samewheel import __version__
from samewheel._types import Value
from samewheel.errors import SamewheelError
from samewheel.index.deadlines import Deadline
from samewheel.index.urls import origin, part, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import Response, Session
    from requests.adapters import HTTPAdapter
    from urllib3 import BaseHTTPResponse
    from urllib3.util.retry import Retry

__all__ = ["Page", "Transport"]

CHUNK = 1 << 18
"""Bytes that are read at once."""

LARGEST_PAGE = 64 << 20
"""Bytes of a page; the largest real ones have a tenth of it."""

LARGEST_FILE = 8 << 30
"""Bytes of a wheel or an sdist."""

PATIENCE = 3600.0
"""Seconds that one answer may take as a whole, redirections and repetitions included; a silent connection is given up
much earlier."""

LATER = "Try again later, and check the network, proxy and index URL."

REDIRECTS = 5

GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)

REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)

PASSING = (429, 500, 502, 503, 504)
"""Statuses that may be others in a moment."""

LONGEST_PAUSE = 10.0
"""Seconds before an answer of that kind is asked for again, where the index says when (``Retry-After``) or it has
happened often."""


class Page(Value, frozen=True, kw_only=True):
    """An answer that was read as a whole."""

    content: bytes
    media_type: str
    """In lower case, without parameters."""
    url: str
    """Where it was found in the end."""


def _setting(names: tuple[str, ...], otherwise: float) -> float:
    """Return the number that a variable of uv has, the first that is set."""
    text = next((value for name in names if (value := os.environ.get(name))), "")
    return float(text) if re.fullmatch(r"[0-9]{1,6}", text) else otherwise


def _adapter(deadline: Deadline) -> HTTPAdapter:
    """Return what makes connections, all of which end at a deadline, and tries again what fails for a moment."""
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in the base
            pool = super().get_connection_with_tls_context(*args, **kwargs)
            if "ConnectionCls" not in vars(pool):
                pool.ConnectionCls = deadline.watched(pool.ConnectionCls)
            return pool

    return Adapter(max_retries=_retries())


def _retries() -> Retry:
    """Return how often what fails for a moment is tried again, and how long to wait before."""
    from urllib3.util.retry import Retry

    class Patient(Retry):
        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            # Not longer than we like, whatever a stranger says; a date would be one of the stranger's clock.
            said = response.headers.get("Retry-After", "").strip()
            return min(float(said), LONGEST_PAUSE) if re.fullmatch("[0-9]{1,9}", said) else None

        def get_backoff_time(self) -> float:
            return min(super().get_backoff_time(), LONGEST_PAUSE)

    return Patient(
        read=None,
        total=int(_setting(("UV_HTTP_RETRIES",), 3)),
        backoff_factor=0.3,
        status_forcelist=PASSING,
        raise_on_status=False,
    )


def _new_session(deadline: Deadline) -> Session:
    from requests import Session

    session = Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _adapter(deadline))
    session.headers["User-Agent"] = f"samewheel/{__version__}"
    # uv knows this variable and requests does not; REQUESTS_CA_BUNDLE comes first.
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    return session


def _shown(text: str) -> str:
    """Return another library's words without credentials and queries, and without what terminals would obey."""
    bare = re.sub(r"\?[^\s'\"]*", "", re.sub(r"//\S*@", "//", text))
    return ascii(bare)[1:-1][:600]


def _unreachable(what: str, cause: str) -> SamewheelError:
    return SamewheelError(
        f"{what}: the package index cannot be reached", cause=cause, hint="Check the network, proxy and index URL."
    )


def _refuse(what: str, response: Response) -> NoReturn:
    """Raise what a status other than success means."""
    phrase = HTTPStatus(response.status_code).phrase if response.status_code in set(HTTPStatus) else "unknown status"
    cause = f"HTTP {response.status_code} ({phrase}) from {_place(response.url)}"
    if response.status_code in REFUSED:
        raise SamewheelError(
            f"{what}: the package index refuses us", cause=cause, hint="Check the index URL and its credentials."
        )
    raise SamewheelError(
        f"{what}: the package index fails",
        cause=cause,
        hint=LATER,
    )


def _place(url: str) -> str:
    """Return a URL without its query, which may be a signature."""
    return (plain(url) or "").partition("?")[0]


class Transport:
    """One index, with its credentials, which go to its own host only."""

    def __init__(self, index_url: str) -> None:
        """Take a URL that may have credentials.

        Raises:
            UsageError: it is none of HTTP.
        """
        self.url, self._auth = part(index_url)
        # Sessions are not made to be shared by threads.
        self._own = threading.local()

    def _session(self) -> Session:
        if not hasattr(self._own, "session"):
            self._own.session = _new_session(self._deadline())
        session: Session = self._own.session
        return session

    def _deadline(self) -> Deadline:
        """Return that of this thread's session."""
        if not hasattr(self._own, "deadline"):
            self._own.deadline = Deadline()
        deadline: Deadline = self._own.deadline
        return deadline

    def _get(self, url: str, headers: dict[str, str]) -> Response:
        """Return an answer, of which only the headers were read; redirections are followed without credentials."""
        from requests import TooManyRedirects
        from requests.auth import HTTPBasicAuth

        timeout = max(_setting(("UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT"), 30.0), 1.0)
        for _ in range(REDIRECTS + 1):
            auth = HTTPBasicAuth(*self._auth) if self._auth and origin(url) == origin(self.url) else None
            response = self._session().get(
                url, headers=headers, auth=auth, timeout=timeout, stream=True, allow_redirects=False
            )
            if not response.is_redirect:
                return response
            response.close()
            self._deadline().check()
            target = plain(urljoin(url, response.headers["Location"]))
            if target is None:
                raise TooManyRedirects("redirected to what is no URL of http or https")
            url = target
        raise TooManyRedirects(f"redirected more than {REDIRECTS} times")

    @contextmanager
    def _answer(self, url: str, what: str, headers: dict[str, str]) -> Iterator[Response]:
        with self._deadline().hold(PATIENCE, lambda: _too_much(what, f"{PATIENCE:g} s", url)):
            try:
                response = self._get(url, headers)
            except ValueError:
                # Its text would quote a part of a URL that cannot be read, which may be a password.
                cause = "A URL cannot be read: that of the index, of one of its files or of a proxy."
                raise _unreachable(what, cause) from None
            # What requests raises is an OSError; so is what it says of a file of certificates that is not there.
            except OSError as error:
                self._deadline().check()
                raise _unreachable(what, _shown(str(error))) from None
            with response:
                # Headers that were cut short look like whole ones.
                self._deadline().check()
                yield response

    def read(self, url: str, what: str, *, accept: str = "*/*", optional: bool = False) -> Page | None:
        """Return what is at a URL; None if there is nothing.

        Args:
            url: without credentials.
            what: what cannot be done if this fails, such as ``cannot ask for six``.
            accept: the media types that are understood.
            optional: an index that does not know what is asked (any 4xx) has nothing.

        Raises:
            SamewheelError: it cannot be reached, is refused, or is too large.
        """
        with self._answer(url, what, {"Accept": accept}) as response:
            if response.status_code in GONE or (optional and 400 <= response.status_code < 500):  # noqa: PLR2004 - 4xx
                return None
            if response.status_code != HTTPStatus.OK:
                _refuse(what, response)
            content = b"".join(_chunks(response, what, LARGEST_PAGE, self._deadline()))
            said = response.headers.get("Content-Type", "text/html")
            return Page(
                content=content, media_type=said.partition(";")[0].strip().lower(), url=plain(response.url) or url
            )

    def download(self, url: str, what: str) -> Iterator[bytes]:
        """Yield what is at a URL, as it is stored there.

        Raises:
            SamewheelError: it cannot be reached, is refused, is cut off or too large.
        """
        with self._answer(url, what, {"Accept-Encoding": "identity"}) as response:
            if response.status_code != HTTPStatus.OK:
                _refuse(what, response)
            # Some servers say of a .tar.gz that it is a .tar, sent compressed.
            response.raw.headers.pop("Content-Encoding", None)
            yield from _chunks(response, what, LARGEST_FILE, self._deadline())


def _too_much(what: str, limit: str, url: str) -> SamewheelError:
    return SamewheelError(
        f"{what}: the answer is too large or too slow",
        cause=f"The limit is {limit}; it is {_place(url)}",
        hint=LATER,
    )


def _chunks(response: Response, what: str, limit: int, deadline: Deadline) -> Iterator[bytes]:
    """Yield the body of an answer, while it is not too large and does not take too long."""
    from requests import RequestException

    size = 0
    chunks = response.iter_content(CHUNK)
    while True:
        try:
            chunk = next(chunks, b"")
        except RequestException as error:
            deadline.check()
            raise _unreachable(what, _shown(str(error))) from None
        deadline.check()
        if not chunk:
            return
        size += len(chunk)
        if size > limit:
            raise _too_much(what, f"{limit} bytes", response.url)
        yield chunk
