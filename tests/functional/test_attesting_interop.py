"""What we sign, verified by those who know nothing of us: openssl, ssh-keygen, Sigstore's clients for Node and in Go.

docs/lookup/attestations-interop.md says with which versions, and what was tried by hand. SAMEWHEEL_TEST_COSIGN names
a cosign that is not on PATH, SAMEWHEEL_TEST_NODE_MODULES a folder with Sigstore's packages for Node, used as it is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from samewheel.attesting.attesting import attest
from samewheel.attesting.keys import KeyKind, PrivateKey, generate, keyid, public_pem
from samewheel.attesting.slsa import PROVENANCE
from samewheel.attesting.statements import Resource, Statement
from samewheel.attesting.statements import written as written_statement
from samewheel.attesting.strictness import canonical
from tests.private_sigstore import Job, PrivateSigstore
from tests.unit.wheels import SMALLEST, written

if TYPE_CHECKING:
    from collections.abc import Callable

Document = dict[str, Any]

OPENSSL, SSH_KEYGEN, NODE, NPM = (shutil.which(name) for name in ("openssl", "ssh-keygen", "node", "npm"))
COSIGN = os.environ.get("SAMEWHEEL_TEST_COSIGN") or shutil.which("cosign")

needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
needs_ssh = pytest.mark.skipif(SSH_KEYGEN is None, reason="OpenSSH is not installed")
needs_node = pytest.mark.skipif(NODE is None or NPM is None, reason="Node and npm are not installed")
needs_cosign = pytest.mark.skipif(COSIGN is None, reason="cosign is neither on PATH nor in SAMEWHEEL_TEST_COSIGN")

PACKAGES = ("@sigstore/verify@3.1.1", "@sigstore/bundle@4.0.0", "@sigstore/protobuf-specs@0.5.2")
"""The newest that Node 20 runs."""

ANYBODY = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}
"""A trusted root with nobody in it."""


def run(*command: str | Path | None, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a client that has its home in a folder of the test."""
    words = [str(word) for word in command]
    environment = {**os.environ, "HOME": str(cwd), **env}
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


class Signed:
    """A wheel, and what a key has signed of it."""

    def __init__(self, folder: Path, kind: KeyKind) -> None:
        """Make them, with the key of somebody else."""
        self.folder = folder
        self.wheel = written(folder, SMALLEST)
        self.key: PrivateKey = generate(kind)
        digest = hashlib.sha256(self.wheel.read_bytes()).hexdigest()
        predicate: Document = {"buildDefinition": {}, "runDetails": {"builder": {"id": "https://example.org/ä"}}}
        subject = Resource(name=self.wheel.name, digest={"sha256": digest})
        self.statement = Statement(subject=(subject,), predicate_type=PROVENANCE, predicate=predicate)
        self.envelope, self.bundle = attest(self.statement, self.key, folder).files
        self.public, self.other = folder / "key.pub", folder / "other.pub"
        self.public.write_bytes(public_pem(self.key.public_key()))
        self.other.write_bytes(public_pem(generate(kind).public_key()))

    def change(self, change: Callable[[Document], None]) -> None:
        """Change the envelope in both files."""
        for path in (self.envelope, self.bundle):
            document: Document = json.loads(path.read_bytes())
            change(document.get("dsseEnvelope", document))
            path.write_text(json.dumps(document))


@pytest.fixture(params=list(KeyKind))
def signed(request: pytest.FixtureRequest, tmp_path: Path) -> Signed:
    """Return what a key of each kind has signed."""
    return Signed(tmp_path, request.param)


def _flipped(text: str, place: int) -> str:
    content = bytearray(base64.b64decode(text))
    content[place] ^= 1
    return base64.b64encode(content).decode()


def payload_flipped(envelope: Document) -> None:
    """Change a bit of what was signed."""
    envelope["payload"] = _flipped(envelope["payload"], 40)


def signature_flipped(envelope: Document) -> None:
    """Change a bit of the signature."""
    envelope["signatures"][0]["sig"] = _flipped(envelope["signatures"][0]["sig"], -1)


def type_changed(envelope: Document) -> None:
    """Say that it is something else."""
    envelope["payloadType"] = "application/vnd.in-toto.x+json"


CHANGES = (payload_flipped, signature_flipped, type_changed)

every_change = pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)


def by_openssl(signed: Signed, key: Path) -> subprocess.CompletedProcess[str]:
    """Verify the envelope as its specification says, with nothing of ours."""
    envelope = json.loads(signed.envelope.read_bytes())
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    message, signature = signed.folder / "message", signed.folder / "signature"
    message.write_bytes(b" ".join([b"DSSEv1", b"%d" % len(kind), kind, b"%d" % len(payload), payload]))
    signature.write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    ed25519 = ("pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", message, "-sigfile", signature)
    p256 = ("dgst", "-sha256", "-verify", key, "-signature", signature, message)
    is_p256 = signed.key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).startswith(b"ecdsa")
    return run(OPENSSL, *(p256 if is_p256 else ed25519), cwd=signed.folder)


@needs_openssl
def test_openssl_verifies_an_envelope(signed: Signed) -> None:
    """What is signed is what the specification of envelopes says, byte by byte."""
    done = by_openssl(signed, signed.public)
    assert done.returncode == 0, done.stderr


@needs_openssl
@every_change
def test_openssl_refuses_a_changed_envelope(signed: Signed, change: Callable[[Document], None]) -> None:
    """The control: it can say no."""
    signed.change(change)
    assert by_openssl(signed, signed.public).returncode != 0


@needs_openssl
def test_openssl_refuses_another_key(signed: Signed) -> None:
    """Nor does it accept what somebody else signed."""
    assert by_openssl(signed, signed.other).returncode != 0


@needs_ssh
def test_key_has_the_id_that_ssh_shows(signed: Signed) -> None:
    """People can compare it by telephone, as they do with hosts."""
    path = signed.folder / "key.ssh"
    path.write_bytes(signed.key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    done = run(SSH_KEYGEN, "-l", "-f", path, cwd=signed.folder)
    assert done.stdout.split()[1] == keyid(signed.key.public_key())


@pytest.fixture
def node_modules() -> Path:
    """Install Sigstore's packages for Node once, in the cache of the tests, unless a folder with them is named."""
    if named := os.environ.get("SAMEWHEEL_TEST_NODE_MODULES"):
        return Path(named)
    wanted = hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:16]
    place = Path(os.environ["SAMEWHEEL_CACHE_DIR"]) / "node" / wanted
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=place.parent))
        options = ("--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--no-save")
        # It has its settings at home: a mirror, a proxy.
        done = run(NPM, "install", *options, *PACKAGES, cwd=folder, HOME=str(Path.home()))
        if done.returncode:
            pytest.skip(f"npm cannot install Sigstore's packages: {done.stderr.strip()[-200:]}")
        try:
            folder.replace(place)
        except OSError:
            # Another worker was faster.
            shutil.rmtree(folder)
    return place / "node_modules"


def by_node(bundle: Path, modules: Path, *trust: str | Path) -> subprocess.CompletedProcess[str]:
    """Verify a bundle with Sigstore's packages for Node."""
    script = Path(__file__).with_name("verify_bundle.cjs")
    return run(NODE, script, bundle, *trust, cwd=bundle.parent, NODE_PATH=str(modules))


@needs_node
@pytest.mark.index
def test_node_verifies_the_bundle_of_a_key(signed: Signed, node_modules: Path) -> None:
    """And hands on the statement that we signed."""
    done = by_node(signed.bundle, node_modules, "--key", signed.public)
    assert done.returncode == 0, done.stderr
    assert done.stdout == written_statement(signed.statement).decode()


@needs_node
@pytest.mark.index
@every_change
def test_node_refuses_the_changed_bundle_of_a_key(
    signed: Signed, node_modules: Path, change: Callable[[Document], None]
) -> None:
    """It refuses, and does not fail for another reason."""
    signed.change(change)
    done = by_node(signed.bundle, node_modules, "--key", signed.public)
    assert done.returncode == 1
    assert done.stderr.startswith("refused: "), done.stderr


@needs_node
@pytest.mark.index
def test_node_refuses_another_key(signed: Signed, node_modules: Path) -> None:
    """Whatever the bundle says that it is signed with."""
    done = by_node(signed.bundle, node_modules, "--key", signed.other)
    assert done.stderr.startswith("refused: "), done.stderr


class Certified:
    """A wheel, and what a job has signed of it, by a Sigstore of ours."""

    def __init__(self, folder: Path) -> None:
        """Make them, and the root of another Sigstore."""
        self.folder = folder
        plain = Signed(folder, KeyKind.ED25519)
        self.wheel = plain.wheel
        self.bundle, self.root, self.other = (folder / name for name in ("job.json", "root.json", "other.json"))
        sigstore = PrivateSigstore()
        self.bundle.write_bytes(canonical(sigstore.bundle(written_statement(plain.statement))))
        self.root.write_text(json.dumps(sigstore.trusted_root()))
        self.other.write_text(json.dumps(PrivateSigstore().trusted_root()))

    def change(self, change: Callable[[Document], None]) -> None:
        """Change the envelope."""
        document: Document = json.loads(self.bundle.read_bytes())
        change(document["dsseEnvelope"])
        self.bundle.write_text(json.dumps(document))


@pytest.fixture
def certified(tmp_path: Path) -> Certified:
    """Return what a job has signed."""
    return Certified(tmp_path)


@needs_node
@pytest.mark.index
def test_node_verifies_the_bundle_of_a_job(certified: Certified, node_modules: Path) -> None:
    """Our Sigstore passes for one also there, so what our tests of identities show holds for others."""
    done = by_node(certified.bundle, node_modules, "--root", certified.root)
    assert done.returncode == 0, done.stderr
    done = by_node(certified.bundle, node_modules, "--root", certified.other)
    assert done.stderr.startswith("refused: "), done.stderr


@needs_node
@pytest.mark.index
@every_change
def test_node_refuses_the_changed_bundle_of_a_job(
    certified: Certified, node_modules: Path, change: Callable[[Document], None]
) -> None:
    """As that of a key."""
    certified.change(change)
    done = by_node(certified.bundle, node_modules, "--root", certified.root)
    assert done.stderr.startswith("refused: "), done.stderr


def by_sigstore(certified: Certified, root: Path, job: Job) -> subprocess.CompletedProcess[str]:
    """Verify a bundle with the command of Sigstore's client for Python."""
    trust = certified.folder / "trust.json"
    signing = {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"}
    media = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    trust.write_text(
        json.dumps({"mediaType": media, "trustedRoot": json.loads(root.read_text()), "signingConfig": signing})
    )
    identity = ("--cert-identity", job.subject, "--cert-oidc-issuer", job.issuer)
    command = (sys.executable, "-m", "sigstore", "--trust-config", trust, "verify", "identity", "--offline")
    return run(*command, "--bundle", certified.bundle, *identity, certified.wheel, cwd=certified.folder)


def test_sigstores_command_verifies_the_bundle_of_a_job(certified: Certified) -> None:
    """It compares the wheel, too, and knows who signed."""
    pytest.importorskip("sigstore", reason="the extra sigstore is not installed")
    done = by_sigstore(certified, certified.root, Job())
    assert done.returncode == 0, done.stderr
    assert by_sigstore(certified, certified.other, Job()).returncode == 1
    assert by_sigstore(certified, certified.root, Job(workflow="other.yml")).returncode == 1
    certified.wheel.write_bytes(b"another wheel")
    assert by_sigstore(certified, certified.root, Job()).returncode == 1


@every_change
def test_sigstores_command_refuses_a_changed_bundle(certified: Certified, change: Callable[[Document], None]) -> None:
    """As that of everybody else."""
    pytest.importorskip("sigstore", reason="the extra sigstore is not installed")
    certified.change(change)
    assert by_sigstore(certified, certified.root, Job()).returncode == 1


def by_cosign(folder: Path, wheel: Path, bundle: Path, *trust: str | Path) -> subprocess.CompletedProcess[str]:
    """Verify a bundle with cosign, offline; the options are those that version 2 and 3 both know."""
    anybody = folder / "anybody.json"
    anybody.write_text(json.dumps(ANYBODY))
    root = () if "--trusted-root" in trust else ("--insecure-ignore-tlog=true", "--trusted-root", anybody)
    command = (COSIGN, "verify-blob-attestation", "--new-bundle-format", "--type", "slsaprovenance1")
    return run(*command, "--bundle", bundle, *root, *trust, wheel, cwd=folder)


@needs_cosign
def test_cosign_verifies_the_bundle_of_a_key(signed: Signed) -> None:
    """The wheel is compared, too."""
    done = by_cosign(signed.folder, signed.wheel, signed.bundle, "--key", signed.public)
    assert done.returncode == 0, done.stderr
    assert by_cosign(signed.folder, signed.wheel, signed.bundle, "--key", signed.other).returncode != 0
    signed.wheel.write_bytes(b"another wheel")
    assert by_cosign(signed.folder, signed.wheel, signed.bundle, "--key", signed.public).returncode != 0


@needs_cosign
@every_change
def test_cosign_refuses_the_changed_bundle_of_a_key(signed: Signed, change: Callable[[Document], None]) -> None:
    """As all others do."""
    signed.change(change)
    assert by_cosign(signed.folder, signed.wheel, signed.bundle, "--key", signed.public).returncode != 0


@needs_cosign
def test_cosign_verifies_the_bundle_of_a_job(certified: Certified) -> None:
    """The identity is compared to the letter, as at our gate."""
    job = Job()
    who = ("--certificate-identity", job.subject, "--certificate-oidc-issuer", job.issuer)
    folder, wheel, bundle = certified.folder, certified.wheel, certified.bundle
    done = by_cosign(folder, wheel, bundle, "--trusted-root", certified.root, *who)
    assert done.returncode == 0, done.stderr
    other = ("--certificate-identity", job.subject[:-1], "--certificate-oidc-issuer", job.issuer)
    assert by_cosign(folder, wheel, bundle, "--trusted-root", certified.root, *other).returncode != 0
    assert by_cosign(folder, wheel, bundle, "--trusted-root", certified.other, *who).returncode != 0
    certified.change(payload_flipped)
    assert by_cosign(folder, wheel, bundle, "--trusted-root", certified.root, *who).returncode != 0
