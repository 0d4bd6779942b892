"""Keys for signatures: made, kept in files, named by their OpenSSH fingerprint; Ed25519, and ECDSA on P-256.

Both sign the same bytes to the same signature each time (RFC 8032; RFC 6979), and a signature has one form.

The library's readers and writers of all formats are imported where they are needed: that takes longer than a gate
takes to check signatures by Ed25519 keys, whose two forms here are their 32 bytes behind some that never change.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from samewheel.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization import KeySerializationEncryption

__all__ = [
    "KeyKind",
    "PrivateKey",
    "PublicKey",
    "generate",
    "has_one_form",
    "is_signed",
    "keyid",
    "private_pem",
    "public_pem",
    "read_private",
    "read_public",
    "sign",
]

PrivateKey: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey
PublicKey: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (FIPS 186-5): with (r, s), also (r, ORDER - s) is a signature."""


LONGEST_PASSPHRASE = 1023
"""Bytes that OpenSSL takes."""

ED25519_PEM = re.compile(
    rb"-----BEGIN PUBLIC KEY-----\n"
    rb"MCowBQYDK2VwAyEA([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)\n"
    rb"-----END PUBLIC KEY-----\n"
)
"""An Ed25519 key as :func:`public_pem` writes it: 12 bytes that say so, then the key (RFC 8410, 4)."""

ED25519_BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
"""What OpenSSH puts before the 32 bytes of such a key (RFC 8709, 4)."""


class KeyKind(StrEnum):
    """What a key signs with."""

    ED25519 = "ed25519"
    P256 = "p256"


def generate(kind: KeyKind = KeyKind.ED25519) -> PrivateKey:
    """Make a new private key."""
    return Ed25519PrivateKey.generate() if kind is KeyKind.ED25519 else generate_private_key(SECP256R1())


def private_pem(key: PrivateKey, passphrase: bytes | None = None) -> bytes:
    """Return a private key as PKCS #8 in PEM, encrypted if there is a passphrase.

    Raises:
        UsageError: the passphrase is too long.
    """
    if passphrase and len(passphrase) > LONGEST_PASSPHRASE:
        raise UsageError("cannot encrypt a key", cause=f"The passphrase has more than {LONGEST_PASSPHRASE} bytes.")
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    encryption: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def public_pem(key: PublicKey) -> bytes:
    """Return a public key as SubjectPublicKeyInfo in PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def keyid(key: PublicKey) -> str:
    """Return the fingerprint that ``ssh-keygen -l`` shows: the one name of a key that all clients accept."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(_blob(key)).digest()).decode().rstrip("=")


def _blob(key: PublicKey) -> bytes:
    """Return a public key as OpenSSH has it, before base64."""
    if isinstance(key, Ed25519PublicKey):
        return ED25519_BLOB + key.public_bytes_raw()
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return base64.b64decode(key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1])


def read_private(content: bytes, where: str, passphrase: bytes | None = None) -> PrivateKey:
    """Read a private key in PEM.

    Args:
        content: the file's bytes.
        where: what it is, for messages, which never hold anything of the contents.
        passphrase: what it is encrypted with; None if it is not.

    Raises:
        UsageError: it is no such key, or the passphrase is wrong or missing.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(content, passphrase)
    except TypeError:
        cause = "It is encrypted." if passphrase is None else "It is not encrypted, but there is a passphrase."
        hint = "Give its passphrase: --passphrase-env NAME." if passphrase is None else "Leave out --passphrase-env."
        raise UsageError(f"cannot read the key {where}", cause=cause, hint=hint) from None
    except (ValueError, UnsupportedAlgorithm):
        # What the library says may quote the contents.
        cause = "It is no private key in PEM, or the passphrase is wrong."
        raise UsageError(
            f"cannot read the key {where}", cause=cause, hint="Make one: samewheel keygen PATH"
        ) from None
    if isinstance(key, Ed25519PrivateKey) or (
        isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
    ):
        return key
    raise UsageError(
        f"cannot sign with the key {where}",
        cause="It is neither Ed25519 nor ECDSA on P-256.",
        hint="Make one: samewheel keygen PATH",
    )


def read_public(content: bytes, where: str) -> PublicKey:
    """Read a public key in PEM.

    Raises:
        UsageError: it is none, or of another kind than ours; ``where`` is what it is, for messages.
    """
    if plain := ED25519_PEM.fullmatch(content):
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(plain[1]))
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm, binascii.Error):
        raise UsageError(f"cannot read the public key {where}", cause="It is no public key in PEM.") from None
    if isinstance(key, Ed25519PublicKey) or (
        isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    ):
        return key
    raise UsageError(f"cannot verify with the public key {where}", cause="It is neither Ed25519 nor ECDSA on P-256.")


def sign(key: PrivateKey, message: bytes) -> bytes:
    """Return a key's one signature of a message: raw for Ed25519, DER with the lower ``s`` for ECDSA."""
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(message)
    r, s = decode_dss_signature(key.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
    return encode_dss_signature(r, min(s, ORDER - s))


def is_signed(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature is that of a key and a message."""
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        else:
            key.verify(signature, message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def has_one_form(key: PublicKey, signature: bytes) -> bool:
    """Tell whether a signature is in the form that :func:`sign` gives; Ed25519 knows no other one."""
    if isinstance(key, Ed25519PublicKey):
        return True
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return False
    return s <= ORDER - s and encode_dss_signature(r, s) == signature
