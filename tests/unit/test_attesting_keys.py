"""Keys: made, kept, named, read back; and never shown, replaced or mistaken for another kind."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from samewheel.attesting.envelopes import Envelope, Signature, encoded, pae, read_envelopes, sealed
from samewheel.attesting.keyfiles import LARGEST, key_in_file, key_in_variable, make_key_files
from samewheel.attesting.keys import (
    LONGEST_PASSPHRASE,
    ORDER,
    KeyKind,
    generate,
    has_one_form,
    is_signed,
    keyid,
    private_pem,
    public_pem,
    read_private,
    read_public,
    sign,
)
from samewheel.errors import SamewheelError, UsageError
from tests.unit.attestations import ALICE, BOB, PAULA

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.attesting.keys import PrivateKey, PublicKey

PASSPHRASE = b"correct horse battery staple"

both_keys = pytest.mark.parametrize("key", [ALICE.key, PAULA.key], ids=["ed25519", "p256"])
both_kinds = pytest.mark.parametrize("kind", list(KeyKind))


def raw(key: PublicKey) -> bytes:
    """Return a key's own bytes."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


# Names


@both_kinds
@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen, which names keys like this, is not there")
def test_keyid_is_what_ssh_keygen_shows(kind: KeyKind, tmp_path: Path) -> None:
    """Anybody can compare it, without samewheel; and it is the one name that other clients take, too."""
    key = generate(kind).public_key()
    path = tmp_path / "key.pub"
    path.write_bytes(key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH))
    shown = subprocess.run(["ssh-keygen", "-lf", path], check=True, capture_output=True, text=True)  # noqa: S607
    assert shown.stdout.split()[1] == keyid(key)


def test_keyid_is_the_same_however_the_point_is_written() -> None:
    """A key on P-256 in its short form is the same key, and does not get a second name."""
    short = PAULA.key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    again = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), short)
    assert keyid(again) == keyid(PAULA.key.public_key()) != keyid(ALICE.key.public_key())


# Files and texts


@given(st.binary(min_size=32, max_size=32), st.none() | st.tuples(st.integers(0, 112), st.binary(max_size=2)))
def test_public_keys_are_read_as_the_library_reads_them(key: bytes, slip: tuple[int, bytes] | None) -> None:
    """Ours reads most of them without it: whatever a file holds, nobody may be somebody else by that."""
    content = public_pem(ed25519.Ed25519PublicKey.from_public_bytes(key))
    if slip is not None:
        at, put = slip
        content = content[:at] + put + content[at + 1 :]
    theirs = None
    with suppress(ValueError, UnsupportedAlgorithm):
        theirs = serialization.load_pem_public_key(content)
    if isinstance(theirs, ed25519.Ed25519PublicKey):
        assert raw(read_public(content, "key.pub")) == raw(theirs)
    else:
        with pytest.raises(UsageError):
            read_public(content, "key.pub")


@both_keys
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_reading_a_key_is_the_inverse_of_writing_it(key: PrivateKey, passphrase: bytes | None) -> None:
    """Both halves, encrypted or not."""
    again = read_private(private_pem(key, passphrase), "x", passphrase)
    public = read_public(public_pem(key.public_key()), "x")
    assert raw(again.public_key()) == raw(public) == raw(key.public_key())


@both_keys
def test_encrypted_key_has_nothing_of_the_plain_one(key: PrivateKey) -> None:
    """Otherwise the passphrase would be for show."""
    plain, encrypted = (set(private_pem(key, given).splitlines()[1:-1]) for given in (None, PASSPHRASE))
    assert plain.isdisjoint(encrypted)
    assert b"ENCRYPTED" in private_pem(key, PASSPHRASE)


@both_keys
@pytest.mark.parametrize(
    ("written", "read", "cause"),
    [
        (PASSPHRASE, None, "It is encrypted."),
        (PASSPHRASE, b"wrong", "or the passphrase is wrong"),
        (PASSPHRASE, b"x" * 5000, "or the passphrase is wrong"),
        (None, PASSPHRASE, "It is not encrypted"),
    ],
    ids=["missing", "wrong", "long", "superfluous"],
)
def test_passphrase_must_be_the_keys(key: PrivateKey, written: bytes | None, read: bytes | None, cause: str) -> None:
    """The message says which way it is wrong, and what to do; a superfluous one may mean that it is another key."""
    with pytest.raises(UsageError) as caught:
        read_private(private_pem(key, written), "key.pem", read)
    assert cause in caught.value.cause
    assert "key.pem" in caught.value.what


OTHERS: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey | x25519.X25519PrivateKey
             | dsa.DSAPrivateKey] = {
    "rsa": rsa.generate_private_key(65537, 1024),  # noqa: S505 - to be refused
    "p384": ec.derive_private_key(7, ec.SECP384R1()),
    "p521": ec.derive_private_key(7, ec.SECP521R1()),
    "secp256k1": ec.derive_private_key(7, ec.SECP256K1()),
    "ed448": ed448.Ed448PrivateKey.from_private_bytes(bytes(57)),
    "x25519": x25519.X25519PrivateKey.from_private_bytes(bytes(32)),
}  # fmt: skip


@pytest.mark.parametrize("name", list(OTHERS))
def test_keys_of_other_kinds_are_refused(name: str) -> None:
    """Two kinds, of which each signature has one form; with more, less could be promised."""
    key = OTHERS[name]
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(UsageError, match="neither Ed25519 nor ECDSA on P-256"):
        read_private(private, "x")
    with pytest.raises(UsageError, match="neither Ed25519 nor ECDSA on P-256"):
        read_public(public, "x")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\0",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n",
    ],
)
def test_what_is_no_key_is_an_error_of_ours(content: bytes) -> None:
    """A file with another ending is easily named."""
    for read in (read_private, read_public):
        with pytest.raises(UsageError, match="cannot read the"):
            read(content, "x")


@both_keys
def test_halves_are_not_taken_for_each_other(key: PrivateKey) -> None:
    """A policy with a private key in it would publish that; the message must not do it again."""
    private = private_pem(key)
    with pytest.raises(UsageError) as caught:
        read_public(private, "policy.toml")
    assert private.splitlines()[1].decode() not in str(caught.value)
    with pytest.raises(UsageError):
        read_private(public_pem(key.public_key()), "x")


@both_kinds
def test_private_key_is_its_owners_alone_from_the_beginning(
    kind: KeyKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not made so afterwards: between the two, somebody could open it; nor does a lax umask matter."""
    modes = []
    write = os.fdopen

    def noted(number: int, mode: str) -> object:
        modes.append(stat.S_IMODE(os.fstat(number).st_mode))
        return write(number, mode)

    monkeypatch.setattr(os, "fdopen", noted)
    before = os.umask(0)
    try:
        public = make_key_files(tmp_path / "new" / "key", kind)
    finally:
        os.umask(before)
    path = tmp_path / "new" / "key"
    assert modes == [0o600, 0o644]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert raw(key_in_file(path).public_key()) == raw(public)
    assert raw(read_public((tmp_path / "new" / "key.pub").read_bytes(), "x")) == raw(public)


@pytest.mark.parametrize("which", ["key", "key.pub"])
@pytest.mark.parametrize("kind", ["file", "link", "dangling", "folder"])
def test_nothing_is_ever_overwritten(which: str, kind: str, tmp_path: Path) -> None:
    """Who loses a key can sign no more; nor is anything written to where a link leads."""
    elsewhere, place = tmp_path / "elsewhere", tmp_path / "keys" / which
    place.parent.mkdir()
    if kind != "dangling":
        elsewhere.write_bytes(b"precious")
    if kind == "file":
        place.write_bytes(b"precious")
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(elsewhere)
    with pytest.raises(UsageError, match="is there already"):
        make_key_files(tmp_path / "keys" / "key")
    assert [path.name for path in place.parent.iterdir()] == [which]
    assert elsewhere.exists() == (kind != "dangling")
    if kind in {"file", "link"}:
        assert place.read_bytes() == b"precious"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_folder_that_is_none_is_not_taken_for_a_key(kind: str, tmp_path: Path) -> None:
    """Who is told that a key is there already looks for it in vain."""
    place = tmp_path / "keys"
    if kind == "file":
        place.write_bytes(b"precious")
    else:
        place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(SamewheelError, match="cannot write the key") as caught:
        make_key_files(place / "key")
    assert caught.value.cause == "Not a directory"


@pytest.mark.parametrize("kind", ["file", "link"])
@pytest.mark.parametrize("which", ["key", "key.pub"])
def test_file_that_appears_meanwhile_is_not_overwritten(
    which: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To look whether it is there is not enough; and no half of a pair is left."""
    place = tmp_path / which
    target = tmp_path / "target"

    def made(of: KeyKind) -> PrivateKey:
        if kind == "file":
            place.write_bytes(b"precious")
        else:
            place.symlink_to(target)
        return generate(of)

    monkeypatch.setattr("samewheel.attesting.keyfiles.generate", made)
    with pytest.raises(UsageError, match=f"{which} is there already"):
        make_key_files(tmp_path / "key")
    assert [path.name for path in tmp_path.iterdir()] == [which]
    assert place.is_symlink() or place.read_bytes() == b"precious"


def test_passphrase_that_is_too_long_is_refused_before_a_file_is_made(tmp_path: Path) -> None:
    """OpenSSL takes no longer ones; the longest is the control."""
    with pytest.raises(UsageError, match="passphrase"):
        make_key_files(tmp_path / "key", passphrase=b"x" * (LONGEST_PASSPHRASE + 1))
    assert list(tmp_path.iterdir()) == []
    longest = b"x" * LONGEST_PASSPHRASE
    key = make_key_files(tmp_path / "key", passphrase=longest)
    assert raw(key_in_file(tmp_path / "key", longest).public_key()) == raw(key)


def test_key_comes_from_a_variable_just_as_from_a_file() -> None:
    """CI has secrets in variables; neither what one holds is in messages, nor what may be a secret by mistake."""
    environ = {"KEY": private_pem(ALICE.key, PASSPHRASE).decode(), "EMPTY": "", "JUNK": "hunter2 \udcff"}
    assert raw(key_in_variable("KEY", environ, PASSPHRASE).public_key()) == raw(ALICE.key.public_key())
    for name, said in (("NONE", "--key-env"), ("EMPTY", "--key-env"), ("JUNK", "variable JUNK")):
        with pytest.raises(UsageError, match=said) as caught:
            key_in_variable(name, environ)
        assert "hunter2" not in str(caught.value)


def test_files_that_cannot_be_keys_are_not_read_whole(tmp_path: Path) -> None:
    """Someone may name the wheel."""
    (tmp_path / "large").write_bytes(private_pem(ALICE.key).rjust(LARGEST + 1000))
    for name in ("large", "none", "."):
        with pytest.raises(UsageError, match="cannot read the key"):
            key_in_file(tmp_path / name)


# Secrets


def broken(pem: bytes) -> dict[str, bytes]:
    """Return a private key with one thing wrong each, as happens when it is copied."""
    lines = pem.splitlines(keepends=True)
    return {
        "a letter": pem.replace(lines[1][8:9], b"!", 1),
        "cut": b"".join(lines[:-1]),
        "label": pem.replace(b"PRIVATE", b"SECRET"),
        "half": b"".join([lines[0], lines[1][:20], b"\n", lines[-1]]),
        "joined": b" ".join(line.rstrip() for line in lines),
        "bare": b"".join(lines[1:-1]),
        "shifted": b"".join([lines[0], lines[1][1:], *lines[2:]]),
    }


@both_keys
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
@pytest.mark.parametrize("what", ["a letter", "cut", "label", "half", "joined", "bare", "shifted", "right"])
def test_no_message_or_traceback_holds_anything_of_a_key(
    what: str, passphrase: bytes | None, key: PrivateKey, tmp_path: Path
) -> None:
    """They end up in the logs of CI, which many can read; what the library below says may quote the contents."""
    pem = private_pem(key, passphrase)
    content = {**broken(pem), "right": pem}[what]
    (tmp_path / "key").write_bytes(content)
    said = []
    for read in (
        lambda: key_in_file(tmp_path / "key", b"wrong"),
        lambda: key_in_variable("KEY", {"KEY": content.decode()}, b"wrong"),
        lambda: read_public(content, "policy.toml"),
    ):
        with pytest.raises(UsageError) as caught:
            read()
        shown = "".join(traceback.format_exception(caught.value))
        said += [str(caught.value), repr(caught.value), shown]
    secrets = [line[:16].decode() for line in pem.splitlines() if not line.startswith(b"-")]
    assert secrets
    assert [secret for secret in (*secrets, "wrong'", PASSPHRASE.decode()) for text in said if secret in text] == []


def test_a_key_does_not_show_itself() -> None:
    """In a debugger's or logger's repr, either."""
    for operator in (ALICE, PAULA):
        assert private_pem(operator.key).splitlines()[1][-20:].decode() not in repr(operator)


# Signatures


@both_keys
@given(message=st.binary(max_size=100))
def test_signing_twice_gives_the_same_signature(key: PrivateKey, message: bytes) -> None:
    """Attestations are reproducible, too (RFC 8032, RFC 6979), and in the one form that is taken natively."""
    signature = sign(key, message)
    assert sign(key, message) == signature
    assert is_signed(key.public_key(), message, signature)
    assert has_one_form(key.public_key(), signature)
    assert not is_signed(key.public_key(), message + b"x", signature)
    assert not is_signed(BOB.key.public_key(), message, signature)


@given(st.binary(max_size=100))
def test_there_is_no_other_form_of_a_signature_by_p256(message: bytes) -> None:
    """(r, n - s) verifies, too, and so may DER that is written otherwise; natively neither is ours."""
    key = PAULA.key.public_key()
    signature = sign(PAULA.key, message)
    r, s = decode_dss_signature(signature)
    twin = encode_dss_signature(r, ORDER - s)
    assert is_signed(key, message, twin)
    assert not has_one_form(key, twin)
    for other in (signature + b"\0", b"", b"\x30\x00", signature[:-1], b"\x30\x81" + signature[1:]):
        assert not has_one_form(key, other)


def test_there_is_no_other_form_of_a_signature_by_ed25519() -> None:
    """The scalar with the order of the group added would be one, and is refused (RFC 8032, 5.1.7)."""
    order = 2**252 + 27742317777372353535851937790883648493
    signature = sign(ALICE.key, b"x")
    twin = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not is_signed(ALICE.key.public_key(), b"x", twin)
    for other in (b"", signature[:-1], signature + b"\0", bytes(64), b"\xff" * 64):
        assert not is_signed(ALICE.key.public_key(), b"x", other)


# What is signed


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("", b"", b"DSSEv1 0  0 "),
        ("http://example.com/HelloWorld", b"hello world", b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"),
        ("\u00e9", "\u00fc".encode(), b"DSSEv1 2 \xc3\xa9 2 \xc3\xbc"),
        ("a b", b"\xff\0\n", b"DSSEv1 3 a b 3 \xff\0\n"),
    ],
)
def test_type_and_payload_are_signed_with_their_lengths_in_bytes(kind: str, payload: bytes, expected: bytes) -> None:
    """The second row is the example of DSSE's protocol; characters are no bytes."""
    assert pae(kind, payload) == expected


@given(st.text(max_size=8), st.binary(max_size=8), st.text(max_size=8), st.binary(max_size=8))
def test_nothing_else_has_the_same_encoding(kind: str, payload: bytes, other: str, second: bytes) -> None:
    """Or a signature of one thing would be one of another."""
    assert (pae(kind, payload) == pae(other, second)) == ((kind, payload) == (other, second))


def test_signature_of_the_protocols_example_is_the_one_that_is_printed_there() -> None:
    """DSSE 1.0.2, protocol.md: a key on P-256, signed as RFC 6979 has it, r and s one after the other."""
    x = 46950820868899156662930047687818585632848591499744589407958293238635476079160
    y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
    d = 97358161215184420915383655311931858321456579547487070936769975997791359926199
    key = ec.derive_private_key(d, ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    assert (numbers.x, numbers.y) == (x, y)
    printed = base64.b64decode(
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
    )
    r, s = (int.from_bytes(half) for half in (printed[:32], printed[32:]))
    message = pae("http://example.com/HelloWorld", b"hello world")
    ours = key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    assert decode_dss_signature(ours) == (r, s)
    assert is_signed(key.public_key(), message, encode_dss_signature(r, s))
    assert decode_dss_signature(sign(key, message)) == (r, min(s, ORDER - s))


@both_keys
def test_an_envelope_is_read_as_it_was_written(key: PrivateKey) -> None:
    """And its signature, of which the key alone decides whose it is."""
    envelope = sealed("{\u00e9}".encode(), key)
    assert read_envelopes(encoded(envelope), "x") == (envelope,)
    assert list(envelope.signers([BOB.key.public_key(), key.public_key()])) == [key.public_key()]
    unsigned = Envelope(payload=b"", payload_type="", signatures=(Signature(keyid="", sig=b""),))
    assert list(unsigned.signers([key.public_key()])) == []
    assert json.loads(encoded(envelope))["signatures"][0]["keyid"] == keyid(key.public_key())


def test_ed25519_is_the_kind_of_key_that_is_made() -> None:
    """Its signatures have one form by themselves."""
    assert isinstance(generate(), ed25519.Ed25519PrivateKey)
    assert isinstance(generate(KeyKind.P256), ec.EllipticCurvePrivateKey)
