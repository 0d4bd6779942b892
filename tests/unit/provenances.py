"""Provenance files (PEP 740): a real certificate, and such as nobody would sign."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = "https://example.org/us/demo"
COMMIT = "0123456789" * 4
REF = "refs/tags/v1.0"

FULCIO = "1.3.6.1.4.1.57264.1"
EMPTY = x509.Name([])
THEN = dt.datetime(2024, 12, 4, tzinfo=dt.UTC)
KEY = ec.generate_private_key(ec.SECP256R1())

REAL = (
    "MIIG/jCCBoSgAwIBAgIUB9+WbpxQR+oVugVlR2Qp01owfvEwCgYIKoZIzj0EAwMwNzEVMBMGA1UEChMMc2lnc3RvcmUuZGV2MR4w"
    "HAYDVQQDExVzaWdzdG9yZS1pbnRlcm1lZGlhdGUwHhcNMjQxMjA0MjMxNDAxWhcNMjQxMjA0MjMyNDAxWjAAMFkwEwYHKoZIzj0C"
    "AQYIKoZIzj0DAQcDQgAEga+LYX2vTD7c3fY1t/ppcVWnYsu4dJmLZgGlHTh3gdP10PGSxuOqfbMnW4PgkJNlbujG6D5XnNyVBiih"
    "Xp/SEaOCBaMwggWfMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAzAdBgNVHQ4EFgQUJUX7ijmrEJ4ZgNxWVoJS"
    "i2JWKOcwHwYDVR0jBBgwFoAU39Ppz1YkEZb5qNjpKFWixi4YZD8wbgYDVR0RAQH/BGQwYoZgaHR0cHM6Ly9naXRodWIuY29tL3Ry"
    "YWlsb2ZiaXRzL3B5cGktYXR0ZXN0YXRpb25zLy5naXRodWIvd29ya2Zsb3dzL3JlbGVhc2UueW1sQHJlZnMvdGFncy92MC4wLjE5"
    "MDkGCisGAQQBg78wAQEEK2h0dHBzOi8vdG9rZW4uYWN0aW9ucy5naXRodWJ1c2VyY29udGVudC5jb20wFQYKKwYBBAGDvzABAgQH"
    "cmVsZWFzZTA2BgorBgEEAYO/MAEDBCgwODgwMmVmZTFmOGU1ZmVjNGFkODQyZDZiOGNlOTc2NTYwOTJlZTcyMBUGCisGAQQBg78w"
    "AQQEB3JlbGVhc2UwKwYKKwYBBAGDvzABBQQddHJhaWxvZmJpdHMvcHlwaS1hdHRlc3RhdGlvbnMwHwYKKwYBBAGDvzABBgQRcmVm"
    "cy90YWdzL3YwLjAuMTkwOwYKKwYBBAGDvzABCAQtDCtodHRwczovL3Rva2VuLmFjdGlvbnMuZ2l0aHVidXNlcmNvbnRlbnQuY29t"
    "MHAGCisGAQQBg78wAQkEYgxgaHR0cHM6Ly9naXRodWIuY29tL3RyYWlsb2ZiaXRzL3B5cGktYXR0ZXN0YXRpb25zLy5naXRodWIv"
    "d29ya2Zsb3dzL3JlbGVhc2UueW1sQHJlZnMvdGFncy92MC4wLjE5MDgGCisGAQQBg78wAQoEKgwoMDg4MDJlZmUxZjhlNWZlYzRh"
    "ZDg0MmQ2YjhjZTk3NjU2MDkyZWU3MjAdBgorBgEEAYO/MAELBA8MDWdpdGh1Yi1ob3N0ZWQwQAYKKwYBBAGDvzABDAQyDDBodHRw"
    "czovL2dpdGh1Yi5jb20vdHJhaWxvZmJpdHMvcHlwaS1hdHRlc3RhdGlvbnMwOAYKKwYBBAGDvzABDQQqDCgwODgwMmVmZTFmOGU1"
    "ZmVjNGFkODQyZDZiOGNlOTc2NTYwOTJlZTcyMCEGCisGAQQBg78wAQ4EEwwRcmVmcy90YWdzL3YwLjAuMTkwGQYKKwYBBAGDvzAB"
    "DwQLDAk3NzIyNDc0MjMwLgYKKwYBBAGDvzABEAQgDB5odHRwczovL2dpdGh1Yi5jb20vdHJhaWxvZmJpdHMwFwYKKwYBBAGDvzAB"
    "EQQJDAcyMzE0NDIzMHAGCisGAQQBg78wARIEYgxgaHR0cHM6Ly9naXRodWIuY29tL3RyYWlsb2ZiaXRzL3B5cGktYXR0ZXN0YXRp"
    "b25zLy5naXRodWIvd29ya2Zsb3dzL3JlbGVhc2UueW1sQHJlZnMvdGFncy92MC4wLjE5MDgGCisGAQQBg78wARMEKgwoMDg4MDJl"
    "ZmUxZjhlNWZlYzRhZDg0MmQ2YjhjZTk3NjU2MDkyZWU3MjAXBgorBgEEAYO/MAEUBAkMB3JlbGVhc2UwZAYKKwYBBAGDvzABFQRW"
    "DFRodHRwczovL2dpdGh1Yi5jb20vdHJhaWxvZmJpdHMvcHlwaS1hdHRlc3RhdGlvbnMvYWN0aW9ucy9ydW5zLzEyMTY5OTg5Nzg3"
    "L2F0dGVtcHRzLzEwFgYKKwYBBAGDvzABFgQIDAZwdWJsaWMwgYoGCisGAQQB1nkCBAIEfAR6AHgAdgDdPTBqxscRMmMZHhyZZzcC"
    "okpeuN48rf+HinKALynujgAAAZOT87EeAAAEAwBHMEUCIQDT5XCp5Zk2YLgHSwKh7T13nBcpaEkqSA9FENdlc79RWgIgKhBG+Wxy"
    "j/J1Y871dOuuGFl++LhPrZPa3SVnOSgWn10wCgYIKoZIzj0EAwMDaAAwZQIxAJKeTgj+ghc3peD01ARd9aIVsEpDGdbOazKA2uaQ"
    "NvSLOuduyJkLlNUNKN8QaNwpsQIwTpZ64vtjwC2SZAqb21Bn4qV7tLBJmIWx1lUe0QlVyix1180TkCZ0BVcfoD4xICKI"
)
"""What a release of a real project was published with in 2024, as its provenance file has it."""


def utf8_string(text: str) -> bytes:
    """Return the DER of a text that is shorter than 64 kB."""
    content = text.encode()
    if len(content) < 0x80:
        return bytes([0x0C, len(content)]) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes([0x0C, 0x80 | size]) + len(content).to_bytes(size, "big") + content


def certificate(extensions: Mapping[int, bytes]) -> str:
    """Return a certificate that has extensions as the authority of sigstore makes them, by their last number."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(EMPTY)
        .issuer_name(EMPTY)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(THEN)
        .not_valid_after(THEN + dt.timedelta(minutes=10))
    )
    for number, value in extensions.items():
        oid = ObjectIdentifier(f"{FULCIO}.{number}")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    return base64.b64encode(builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)).decode()


def naming(repository: str = REPOSITORY, commit: str = COMMIT, ref: str = REF) -> str:
    """Return a certificate that names a source."""
    return certificate({12: utf8_string(repository), 13: utf8_string(commit), 14: utf8_string(ref)})


def statement(sha256: str, **changed: object) -> str:
    """Return what an attestation says of a file."""
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "demo-1.0-py3-none-any.whl", "digest": {"sha256": sha256}}],
        "predicateType": "https://example.org/publish/v1",
        "predicate": None,
        **changed,
    }
    return base64.b64encode(json.dumps(said).encode()).decode()


def attestation(certificate: str, statement: str) -> dict[str, object]:
    """Return an attestation, whose signature nobody looks at."""
    return {
        "version": 1,
        "verification_material": {"certificate": certificate, "transparency_entries": [{}]},
        "envelope": {"statement": statement, "signature": "AAAA"},
    }


def provenance(*attestations: dict[str, object]) -> bytes:
    """Return a provenance file."""
    bundle = {"publisher": {"kind": "Example"}, "attestations": attestations}
    return json.dumps({"version": 1, "attestation_bundles": [bundle]}).encode()
