"""An index on this machine that passes all on to the caller's own index, and counts what it is asked for."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

__all__ = ["Counting", "counting_index"]

PASSED = ("Accept", "Range", "If-None-Match", "If-Modified-Since")
RETURNED = ("Content-Type", "Content-Range", "ETag", "Last-Modified", "Cache-Control", "Accept-Ranges")

FILES = "/files/"
"""Below it are the files, each with the whole of its own URL."""


class Counting:
    """What was asked for so far."""

    def __init__(self, index: str) -> None:
        """Stand before an index, whose simple pages are at this URL."""
        self.index = index.rstrip("/") + "/"
        self.url = ""
        self.asked: Counter[str] = Counter()
        """Requests of each kind: ``page``, ``wheel``, ``sdist``, ``metadata``; ``bytes`` are those of the answers."""
        self.lock = threading.Lock()

    def count(self, kind: str, size: int) -> None:
        """Count an answer."""
        with self.lock:
            self.asked[kind] += 1
            self.asked["bytes"] += size


def _kind(path: str) -> str:
    """Return what is asked for."""
    if not path.startswith(FILES):
        return "page"
    endings = {".whl": "wheel", ".metadata": "metadata", ".provenance": "provenance"}
    return endings.get(Path(path).suffix, "sdist")


def _turned(content: bytes, url: str) -> bytes:
    """Return a page whose files are to be had from us."""
    found = {part for part in content.replace(b"'", b'"').split(b'"') if part.startswith(b"https://")}
    for host in sorted({urlsplit(part).netloc for part in found}):
        content = content.replace(b"https://" + host, f"{url}{FILES}".encode() + host)
    return content


def _handler(counting: Counting) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _target(self) -> str:
            if self.path.startswith(FILES):
                return f"https://{self.path.removeprefix(FILES)}"
            return counting.index + self.path.lstrip("/")

        def _pass_on(self) -> None:
            headers = {name: value for name in PASSED if (value := self.headers.get(name))}
            request = urllib.request.Request(self._target(), headers=headers, method=self.command)  # noqa: S310 - HTTPS
            try:
                with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
                    self._answer(answer.status, answer.headers, answer.read())
            except urllib.error.HTTPError as error:
                self._answer(error.code, error.headers, error.read())

        do_GET = do_HEAD = _pass_on  # noqa: N815 - as the base calls them

        def _answer(self, status: int, headers: Message, content: bytes) -> None:
            if _kind(self.path) == "page":
                content = _turned(content, counting.url)
            counting.count(_kind(self.path), len(content))
            self.send_response(status)
            for name in RETURNED:
                if (value := headers.get(name)) is not None:
                    self.send_header(name, value)
            length = headers.get("Content-Length") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            self.wfile.write(content if self.command != "HEAD" else b"")

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def counting_index(index: str) -> Iterator[Counting]:
    """Run one on the loopback interface while the block does."""
    counting = Counting(index)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(counting)) as server:
        counting.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield counting
        finally:
            server.shutdown()
            thread.join()
