"""A CI service and a Sigstore on this machine: one says who a job is, the other certifies it and logs what it signs.

What a client asks for is answered as the public services do: GitHub's tokens, Fulcio's API v2, Rekor's API v1.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.private_sigstore import VALID, Job, PrivateSigstore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

ASKING = "a-secret-to-ask-with"
"""What a job asks for its token with."""


def _part(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@dataclass
class SigstoreServer:
    """What is answered; a path in ``broken`` is answered with a failure."""

    sigstore: PrivateSigstore
    job: Job
    url: str = ""
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    """The paths, in order."""
    tokens: list[str] = field(default_factory=list)
    """Those that were given out."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a job has."""
        return {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/token?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": ASKING,
        }

    @property
    def trust(self) -> dict[str, Any]:
        """Return what a client is configured with."""
        service = {"url": self.url, "majorApiVersion": 1, "validFor": VALID, "operator": "tests"}
        signing = {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service],
            "oidcUrls": [],
            "rekorTlogUrls": [service],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaUrls": [],
            "tsaConfig": {"selector": "ANY"},
        }
        return {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": self.sigstore.trusted_root(),
            "signingConfig": signing,
        }

    def token(self) -> dict[str, Any]:
        """Say who the job is; nobody checks who signed it."""
        now = int(time.time())
        claims = {"iss": self.job.issuer, "aud": "sigstore", "sub": "repo:us/demo:ref:refs/tags/v1.0"}
        token = f"{_part({'alg': 'HS256'})}.{_part({**claims, 'iat': now, 'nbf': now, 'exp': now + 300})}.c2lnbmVk"
        self.tokens.append(token)
        return {"value": token}

    def certify(self, request: dict[str, Any]) -> dict[str, Any]:
        """Certify the job's key."""
        asked = x509.load_pem_x509_csr(base64.b64decode(request["certificateSigningRequest"]))
        key: EllipticCurvePublicKey = asked.public_key()  # type: ignore[assignment]
        chain = [self.sigstore.certificate(key, self.job, dt.datetime.now(dt.UTC)), self.sigstore.root()]
        texts = [one.public_bytes(Encoding.PEM).decode() for one in chain]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": texts}}}

    def log(self, request: dict[str, Any]) -> dict[str, Any]:
        """Log an envelope."""
        content = request["spec"]["proposedContent"]
        certificate = x509.load_pem_x509_certificate(base64.b64decode(content["verifiers"][0]))
        envelope = json.loads(content["envelope"])
        return self.sigstore.logged(envelope, certificate, dt.datetime.now(dt.UTC)).as_answer()

    def answer(self, path: str, content: bytes) -> dict[str, Any]:
        """Return what a path is answered with."""
        if path == "/token":
            return self.token()
        return {"/api/v2/signingCert": self.certify, "/api/v1/log/entries": self.log}[path](json.loads(content))


@contextmanager
def sigstore_server(sigstore: PrivateSigstore, job: Job) -> Iterator[SigstoreServer]:
    """Run one."""
    server = SigstoreServer(sigstore, job)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            server.asked.append(path)
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if path in server.broken:
                # As some services do, it repeats what it was sent.
                self._send(500, {"message": f"no: {self.headers.get('Authorization')}"})
            else:
                self._send(200, server.answer(path, content))

        def do_POST(self) -> None:
            self.do_GET()

        def _send(self, status: int, document: dict[str, Any]) -> None:
            answer = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            http.shutdown()
