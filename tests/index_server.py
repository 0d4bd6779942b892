"""A package index on this machine, which answers as it is told: rightly, wrongly, late, or not to the end."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import sys
import threading
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """What is answered to one request."""

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    claimed: int | None = None
    """The length that the answer says it has, if it lies."""
    dripped: bytes = b""
    """What is sent instead of all this, from the status on; what comes after a ``|``, byte by byte."""
    endless: bytes = b""
    """What is sent after the content, again and again, while somebody listens."""
    silent: bool = False
    """Whether nothing is sent at all, and the line stays open until the index ends."""


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    path: str
    accept: str
    authorization: str

    @property
    def user(self) -> str:
        """User and password of basic authentication."""
        return base64.b64decode(self.authorization.removeprefix("Basic ")).decode()


@dataclass
class PackageIndex:
    """What is where, and who asked for what."""

    url: str = ""
    """Of its root, without a slash at the end."""
    answers: dict[str, list[Reply]] = field(default_factory=dict)
    """By path; the last of several is for all further requests."""
    asked: list[Asked] = field(default_factory=list)
    drops: int = 0
    """Bytes that were sent one by one."""
    drip: float = 0.02
    """Seconds between them."""
    tls: ssl.SSLContext | None = None
    """What it speaks TLS with; None: it speaks none."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set at the end."""
    wanted: str = ""
    """``user:password`` of those who are let in; empty: everybody is."""
    refusal: int = 401
    """The status of the answer to all others."""

    @property
    def simple(self) -> str:
        """The URL that users name."""
        return f"{self.url}/simple"

    def put(self, path: str, *replies: Reply) -> None:
        """Say what is at a path."""
        self.answers[path] = list(replies)

    def put_json(self, name: str, *files: dict[str, Any]) -> None:
        """Say what is on a project's page, in JSON."""
        page = {"meta": {"api-version": "1.1"}, "name": name, "files": list(files), "unknown": {}}
        self.put(f"/simple/{name}/", Reply(json.dumps(page).encode(), headers={"Content-Type": JSON}))

    def put_html(self, name: str, *anchors: str) -> None:
        """Say what is on a project's page, in HTML."""
        page = f"<!DOCTYPE html><html><body><h1>{name}</h1>{'<br>'.join(anchors)}</body></html>"
        self.put(f"/simple/{name}/", Reply(page.encode(), headers={"Content-Type": HTML}))

    def put_old(self, name: str, **releases: list[dict[str, Any]]) -> None:
        """Say what the older JSON says of a project."""
        content = json.dumps({"info": {}, "releases": releases}).encode()
        self.put(f"/pypi/{name}/json", Reply(content, headers={"Content-Type": "application/json"}))

    def reply(self, path: str) -> Reply:
        """Return the next answer."""
        replies = self.answers.get(path, [Reply(status=404)])
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [asked.path for asked in self.asked]


def entry(filename: str, content: bytes = b"content") -> dict[str, object]:
    """Return what a page in JSON has of a file."""
    digest = hashlib.sha256(content).hexdigest()
    return {
        "filename": filename,
        "url": f"/files/{filename}",
        "hashes": {"sha256": digest},
        "upload-time": "2021-05-05T14:18:17.379524Z",
    }


def _start(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Send the status, and all headers but the length."""
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)


def _send(handler: BaseHTTPRequestHandler, reply: Reply, over: threading.Event) -> None:
    """Answer at once, with all of it."""
    _start(handler, reply)
    if not reply.endless:
        length = len(reply.content) if reply.claimed is None else reply.claimed
        handler.send_header("Content-Length", str(length))
    handler.end_headers()
    with suppress(OSError):  # nobody listens any more
        handler.wfile.write(reply.content)
        while reply.endless and not over.is_set():
            handler.wfile.write(reply.endless)
    # Whoever was promised more must not wait for it.
    handler.close_connection = bool(reply.endless or reply.claimed)


def _let_in(request: BaseHTTPRequestHandler, index: PackageIndex) -> bool:
    """Tell whether whoever asks may come in; if not, they are told."""
    words = base64.b64encode(index.wanted.encode()).decode()
    if not index.wanted or request.headers.get("Authorization") == f"Basic {words}":
        return True
    request.send_response(index.refusal)
    request.send_header("WWW-Authenticate", 'Basic realm="index"')
    request.send_header("Content-Length", "0")
    request.end_headers()
    return False


def _drip(request: BaseHTTPRequestHandler, index: PackageIndex, content: bytes) -> None:
    """Send an answer byte by byte."""
    request.close_connection = True
    start, _, rest = content.partition(b"|")
    request.wfile.write(start)
    never = threading.Event()
    try:
        for byte in rest:
            request.wfile.write(bytes([byte]))
            index.drops += 1
            never.wait(index.drip)
    except OSError:
        pass  # nobody listens any more


def _handler(index: PackageIndex) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            if not _let_in(self, index):
                return
            # uv asks so whether a part of a wheel can be had, and takes the whole one if not.
            reply = index.reply(self.path)
            if reply.silent or reply.dripped:
                self.close_connection = True
                return
            _start(self, reply)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()

        def do_GET(self) -> None:
            index.asked.append(
                Asked(self.path, self.headers.get("Accept", ""), self.headers.get("Authorization", ""))
            )
            if not _let_in(self, index):
                return
            reply = index.reply(self.path)
            if reply.silent:
                index.over.wait()
            elif reply.dripped:
                _drip(self, index, reply.dripped)
            else:
                _send(self, reply, index.over)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    packages: PackageIndex

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base
        """Answer, after a handshake if TLS is spoken; it takes place in the thread of this request."""
        tls = self.packages.tls
        with tls.wrap_socket(request, server_side=True) if tls else nullcontext(request) as line:
            super().finish_request(line, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those that hang up."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as given


@contextmanager
def package_index() -> Iterator[PackageIndex]:
    """Run an index that knows nothing yet."""
    index = PackageIndex()
    with _Server(("127.0.0.1", 0), _handler(index)) as server:
        server.packages = index
        index.url = f"http://127.0.0.1:{server.server_port}"
        # Asked often whether to end: a test waits for it.
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield index
        finally:
            index.over.set()
            server.shutdown()
            thread.join()
