"""Faults of an index: one that is slow, lies, breaks off, is busy, refuses, or sends something else than asked for.

    python -m tests.torture.index_faults

Each command that fetches meets each of them with a cold cache, runs once more without a network while it lasts, and
once more when it is over: nothing hangs, the error says what is wrong, nothing wrong gets into the cache, and the
last run writes what it always writes. What uv does when it fetches is uv's; that it ends, and what we make of it, is
seen here.
"""

from __future__ import annotations

import gzip
import json
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.index_server import HTML, JSON, Reply, package_index
from tests.torture.benches import EVIDENCE
from tests.torture.trying import Expected, Fault, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.index_server import PackageIndex
    from tests.torture.benches import Bench

    Maker = Callable[[Bench], AbstractContextManager[Way]]
    Change = Callable[[PackageIndex, str], list[Reply]]

QUICK = {"UV_HTTP_TIMEOUT": "2", "UV_HTTP_RETRIES": "1"}
SHORT = """
import samewheel._uv as u, samewheel.index.transport as t
u.TIMEOUT = t.PATIENCE = 4
t.LARGEST_PAGE = t.LARGEST_FILE = 1 << 20
"""
"""Limits as low as a test can wait for."""

TOOL = "tool-1.0-py3-none-any.whl"
SOURCE = "demo-1.0.tar.gz"
PAGES = ("/simple/tool/", "/simple/demo/")
FILES = (f"/files/{TOOL}", f"/files/{SOURCE}", "/files/demo-1.0-py3-none-any.whl")
MEBIBYTE = bytes(1 << 20)


def answering(paths: tuple[str, ...], change: Change, env: dict[str, str | None] | None = None) -> Maker:
    """Have the index answer differently at some paths."""

    @contextmanager
    def make(bench: Bench) -> Iterator[Way]:
        index = bench.packages
        kept = {path: list(index.answers[path]) for path in paths}
        for path in paths:
            index.answers[path] = change(index, path)
        try:
            yield Way(env={**QUICK, **(env or {})}, python=SHORT, offline=True)
        finally:
            index.answers |= kept

    return make


def no_tls(bench: Bench) -> AbstractContextManager[Way]:
    """Have the index be asked for TLS, which it does not speak."""
    return _elsewhere(bench.packages.simple.replace("http:", "https:"))


@contextmanager
def untrusted(bench: Bench) -> Iterator[Way]:
    """Have the index have a certificate that nobody trusts."""
    key, certificate = self_signed("127.0.0.1")
    file = bench.top / "certificate.pem"
    file.write_bytes(key + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with package_index() as index:
        index.answers |= bench.packages.answers
        index.tls = context
        with _elsewhere(index.simple.replace("http:", "https:")) as way:
            yield way


@contextmanager
def _elsewhere(url: str) -> Iterator[Way]:
    yield Way(env={**QUICK, "UV_DEFAULT_INDEX": url}, python=SHORT, offline=True)


def self_signed(host: str) -> tuple[bytes, bytes]:
    """Return a key and a certificate for a host, which it signs itself, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(pem, *plain), certificate.public_bytes(pem)


def always(**what: object) -> Change:
    """Return what answers the same to everything."""
    reply = Reply(**what)  # type: ignore[arg-type] # as given
    return lambda _index, _path: [reply]


def _right(index: PackageIndex, path: str) -> Reply:
    return index.answers[path][0]


def cut(index: PackageIndex, path: str) -> list[Reply]:
    """Send half, and close the connection."""
    right = _right(index, path)
    return [Reply(right.content[: len(right.content) // 2], headers=right.headers, claimed=len(right.content))]


def shortened(index: PackageIndex, path: str) -> list[Reply]:
    """Send half, and say that it is all."""
    right = _right(index, path)
    return [Reply(right.content[: len(right.content) // 2], headers=right.headers)]


def changed(index: PackageIndex, path: str) -> list[Reply]:
    """Send another file of the same length."""
    right = _right(index, path)
    return [Reply(right.content[:-1] + bytes([right.content[-1] ^ 1]), headers=right.headers)]


def dripped(index: PackageIndex, path: str) -> list[Reply]:
    """Send a byte now and then."""
    right = _right(index, path)
    length = f"Content-Length: {len(right.content)}\r\nContent-Type: {right.headers.get('Content-Type', '')}"
    return [Reply(dripped=f"HTTP/1.1 200 OK\r\n{length}\r\n\r\n|".encode() + bytes(4000))]


def bomb(index: PackageIndex, path: str) -> list[Reply]:
    """Send a gigabyte of nothing, compressed."""
    packed = gzip.compress(MEBIBYTE) * 256
    return [Reply(packed, headers={**_right(index, path).headers, "Content-Encoding": "gzip"})]


def at_first(status: int, **headers: str) -> Change:
    """Fail once, and be right then."""
    return lambda index, path: [Reply(status=status, headers=headers), _right(index, path)]


def edited(edit: Callable[[dict[str, object]], object]) -> Change:
    """Change what a page in JSON says of each file."""

    def change(index: PackageIndex, path: str) -> list[Reply]:
        page = json.loads(_right(index, path).content)
        for file in page["files"]:
            edit(file)
        return [Reply(json.dumps(page).encode(), headers={"Content-Type": JSON})]

    return change


FAILS = Expected(1, longest=30)


FINE = Expected(longest=30)
PAGE_FAULTS: dict[str, Change] = {
    "silent": always(silent=True),
    "a byte now and then": dripped,
    "closes the connection": cut,
    "cut short": shortened,
    "endless": always(endless=MEBIBYTE, headers={"Content-Type": JSON}),
    "gzip bomb": bomb,
    "HTML that is JSON by name": always(content=b"<html><body>Log in</body></html>", headers={"Content-Type": JSON}),
    "a login page": always(content=b"<html><body>Log in</body></html>", headers={"Content-Type": HTML}),
    "an image": always(content=b"\x89PNG", headers={"Content-Type": "image/png"}),
    "empty": always(headers={"Content-Type": JSON}),
    "redirected for ever": lambda _index, path: [Reply(status=302, headers={"Location": path})],
    "redirected to file:///etc/passwd": always(status=302, headers={"Location": "file:///etc/passwd"}),
    "HTTP 401": always(status=401),
    "HTTP 403": always(status=403),
    "HTTP 404": always(status=404),
    "HTTP 410": always(status=410),
    "HTTP 429": always(status=429),
    "HTTP 429, Retry-After 3600": always(status=429, headers={"Retry-After": "3600"}),
    "HTTP 500": always(status=500),
    "HTTP 503": always(status=503),
    "HTTP 503 once": at_first(503),
    "HTTP 429 once, Retry-After 1": at_first(429, **{"Retry-After": "1"}),
    "says another hash": edited(lambda file: file.update(hashes={"sha256": "0" * 64})),
    "says no hash": edited(lambda file: file.update(hashes={})),
    "all is yanked": edited(lambda file: file.update(yanked="broken")),
    "files at file:///etc/passwd": edited(lambda file: file.update(url="file:///etc/passwd")),
    "no file": lambda _index, _path: [
        Reply(b'{"meta": {"api-version": "1.0"}, "name": "x", "files": []}', headers={"Content-Type": JSON})
    ],
}
FILE_FAULTS: dict[str, Change] = {
    "silent": always(silent=True),
    "a byte now and then": dripped,
    "closes the connection": cut,
    "cut short": shortened,
    "endless": always(endless=MEBIBYTE),
    "another file": changed,
    "a login page": always(content=b"<html><body>Log in</body></html>", headers={"Content-Type": HTML}),
    "HTTP 401": always(status=401),
    "HTTP 404": always(status=404),
    "HTTP 429, Retry-After 3600": always(status=429, headers={"Retry-After": "3600"}),
    "HTTP 500": always(status=500),
    "HTTP 503 once": at_first(503),
    "redirected for ever": lambda _index, path: [Reply(status=302, headers={"Location": path})],
    "redirected to file:///etc/passwd": always(status=302, headers={"Location": "file:///etc/passwd"}),
}
OF_PAGES = dict.fromkeys(("lock", "rebuild"), FAILS)
OF_FILES = dict.fromkeys(("build", "rebuild"), FAILS)
NO_FILES = {"lock": Expected(14, "no versions of tool"), "rebuild": Expected(15, "no release")}
NOT_BUILDABLE = Expected(14, told=(f"{EVIDENCE}.rebuild.json",))
PAGES_EXPECTED: dict[str, dict[str, Expected]] = {
    # A page of HTML without a link is one without files; no reader of HTML can tell.
    "a login page": NO_FILES,
    "no file": NO_FILES,
    "HTTP 404": {"lock": Expected(14), "rebuild": Expected(15)},
    "HTTP 410": {"lock": FAILS, "rebuild": Expected(15)},
    "HTTP 429": {**OF_PAGES, "audit": FAILS},
    "HTTP 503 once": dict.fromkeys(("lock", "rebuild"), FINE),
    "HTTP 429 once, Retry-After 1": dict.fromkeys(("lock", "rebuild"), FINE),
    "says another hash": {**OF_PAGES, "build": Expected(14, "has a hash that constraints.txt pins")},
    "all is yanked": {
        "lock": Expected(14, "was yanked"),
        "rebuild": Expected(14, told=(f"{EVIDENCE}.rebuild.json",)),
    },
    # Its hash is that of the file, which uv then fetches for it.
    "says no hash": {"lock": FINE, "rebuild": FAILS},
    "files at file:///etc/passwd": {"lock": FAILS, "rebuild": Expected(15)},
}
NOTHING_KNOWN = Expected(0, longest=30, status="failed")
"""Of an audit: it goes on, and says of this package that nothing was found out."""
FILES_EXPECTED: dict[str, dict[str, Expected]] = {
    "HTTP 503 once": dict.fromkeys(("build", "rebuild", "audit"), FINE),
    "another file": {**OF_FILES, "audit": NOTHING_KNOWN},
    "closes the connection": {**OF_FILES, "audit": NOTHING_KNOWN},
    "HTTP 500": {**OF_FILES, "audit": NOTHING_KNOWN},
}
FAULTS = [
    Fault("TLS: the index speaks none", no_tls, OF_PAGES),
    Fault("TLS: a certificate that nobody trusts", untrusted, OF_PAGES),
    *(
        Fault(
            f"page: {name}",
            answering(PAGES, change),
            PAGES_EXPECTED.get(name, OF_PAGES),
        )
        for name, change in PAGE_FAULTS.items()
    ),
    *(
        Fault(
            f"file: {name}",
            answering(FILES, change),
            FILES_EXPECTED.get(name, OF_FILES),
        )
        for name, change in FILE_FAULTS.items()
    ),
]
