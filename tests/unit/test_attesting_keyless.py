"""Signing without a key, by the real client, against a CI service and a Sigstore on this machine."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from samewheel.attesting.attesting import attest
from samewheel.attesting.certificates import subject_of
from samewheel.attesting.envelopes import read_envelopes
from samewheel.attesting.keyless import attest_keyless
from samewheel.attesting.keys import generate, private_pem
from samewheel.attesting.statements import Resource, Statement
from samewheel.attesting.statements import written as written_statement
from samewheel.buildinfo import SCHEMA as BUILDINFO
from samewheel.buildinfo import to_json
from samewheel.cli.main import samewheel
from samewheel.errors import InvalidAttestationError, SamewheelError, UsageError
from tests.private_sigstore import Job, PrivateSigstore
from tests.sigstore_server import ASKING, SigstoreServer, sigstore_server
from tests.unit.attestations import buildinfo
from tests.unit.wheels import NAME as WHEEL
from tests.unit.wheels import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("sigstore", reason="the extra sigstore is not installed")

NAME = "demo-1.0-py3-none-any.whl"
JOB = Job()
SIGSTORE = PrivateSigstore()
SAID = Statement(
    subject=(Resource(name=NAME, digest={"sha256": "0" * 64}),),
    predicate_type="https://example.org/predicate",
    predicate={"größe": "ä"},
)

CI_SERVICES = ("GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "BUILDKITE", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SigstoreServer]:
    """Run a job in a CI service, with its own Sigstore."""
    with sigstore_server(SIGSTORE, JOB) as running:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for name in CI_SERVICES:
            monkeypatch.delenv(name, raising=False)
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "trust.json").write_text(json.dumps(running.trust))
        yield running


@pytest.fixture
def trust(server: SigstoreServer, tmp_path: Path) -> Path:
    """Return the file that names the job's Sigstore."""
    assert server.url
    return tmp_path / "trust.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where attestations go."""
    return tmp_path / "evidence"


def test_job_signs_the_very_bytes_of_the_statement(trust: Path, folder: Path) -> None:
    """What is written is a bundle in our form, of the workflow that the certificate names."""
    done = attest_keyless(SAID, folder, trust=trust)
    assert done.signer == JOB.subject
    assert done.files == (folder / f"{NAME}.sigstore.json",)
    (envelope,) = read_envelopes(done.files[0].read_bytes(), "bundle")
    assert envelope.payload == written_statement(SAID)


def test_command_takes_another_sigstore_and_says_that_it_is_not_the_public_one(
    trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By option or by variable; whoever reads the log of a job must not take it for the public one."""
    wheel = written(tmp_path / "dist")
    info = buildinfo(wheel)
    (tmp_path / "buildinfo.json").write_bytes(to_json(BUILDINFO, info))
    monkeypatch.chdir(tmp_path)
    words = ["attest", str(wheel), "--buildinfo", "buildinfo.json", "--keyless", "-o"]
    by_option = CliRunner().invoke(samewheel, [*words, "one", "--trust-config", str(trust)])
    by_variable = CliRunner().invoke(samewheel, [*words, "two"], env={"SAMEWHEEL_TRUST_CONFIG": str(trust)})
    for done in (by_option, by_variable):
        assert done.exit_code == 0, done.output
        assert f"not by the public Sigstore, but by that of {trust}" in done.output
    assert sorted(path.name for path in tmp_path.glob("*/*.sigstore.json")) == [f"{WHEEL}.sigstore.json"] * 2


def test_trust_of_a_sigstore_goes_with_keyless_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key, nobody certifies anything; a variable may stand there for other steps of the job."""
    wheel = written(tmp_path / "dist")
    (tmp_path / "buildinfo.json").write_bytes(to_json(BUILDINFO, buildinfo(wheel)))
    (tmp_path / "key").write_bytes(private_pem(generate()))
    monkeypatch.chdir(tmp_path)
    words = ["attest", str(wheel), "--buildinfo", "buildinfo.json", "--key", "key"]
    refused = CliRunner().invoke(samewheel, [*words, "--trust-config", "buildinfo.json"])
    assert isinstance(refused.exception, SystemExit)
    assert "--trust-config goes with --keyless" in refused.output
    taken = CliRunner().invoke(samewheel, words, env={"SAMEWHEEL_TRUST_CONFIG": "buildinfo.json"})
    assert taken.exit_code == 0, taken.output
    assert "public Sigstore" not in taken.output


def test_every_service_is_asked_once_in_its_turn(server: SigstoreServer, trust: Path, folder: Path) -> None:
    """First who it is, then a certificate for that, then the log."""
    attest_keyless(SAID, folder, trust=trust)
    assert server.asked == ["/token", "/api/v2/signingCert", "/api/v1/log/entries"]


def test_bundle_holds_at_the_gate(trust: Path, folder: Path, tmp_path: Path) -> None:
    """What is signed here is what a policy with this identity believes."""
    from samewheel.checking.identities import verified, verifier_for
    from samewheel.checking.policy import Identity

    (path,) = attest_keyless(SAID, folder, trust=trust).files
    (envelope,) = read_envelopes(path.read_bytes(), "bundle")
    root = tmp_path / "trusted_root.json"
    root.write_text(json.dumps(SIGSTORE.trusted_root()))
    identity = Identity(issuer=JOB.issuer, subject=JOB.subject, repository=JOB.repository)
    assert verified(envelope, identity, verifier_for(root)) == written_statement(SAID)


def test_same_job_replaces_its_own_bundle(trust: Path, folder: Path) -> None:
    """As with a key: who signs again means it."""
    first = attest_keyless(SAID, folder, trust=trust)
    before = first.files[0].read_bytes()
    assert attest_keyless(SAID, folder, trust=trust).files == first.files
    assert first.files[0].read_bytes() != before


def test_bundle_of_another_signer_is_not_overwritten(server: SigstoreServer, trust: Path, folder: Path) -> None:
    """Be it a key's or another job's; each has its place, which it keeps."""
    attest(SAID, generate(), folder)
    mine = attest_keyless(SAID, folder, trust=trust)
    assert attest_keyless(SAID, folder, trust=trust).files == mine.files
    server.job = replace(JOB, workflow="other.yml")
    other = attest_keyless(SAID, folder, trust=trust)
    key = attest(SAID, generate(), folder)
    everything = [*folder.iterdir()]
    assert len(everything) == len({*mine.files, *other.files, *key.files}) + 2
    assert (folder / f"{NAME}.sigstore.json") not in {*mine.files, *other.files, *key.files}


def test_key_does_not_overwrite_the_bundle_of_a_job(trust: Path, folder: Path) -> None:
    """Whoever comes first has the plain name."""
    first = attest_keyless(SAID, folder, trust=trust)
    before = first.files[0].read_bytes()
    attest(SAID, generate(), folder)
    assert first.files[0].read_bytes() == before


def test_outside_of_ci_there_is_no_identity(trust: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is no job signs with a key, and is told so."""
    monkeypatch.delenv("GITHUB_ACTIONS")
    with pytest.raises(UsageError, match="no identity") as caught:
        attest_keyless(SAID, folder, trust=trust)
    assert "--key FILE" in caught.value.hint
    assert not folder.exists()


def test_job_without_the_permission_is_told_which(trust: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the likeliest mistake."""
    monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    with pytest.raises(UsageError, match="no identity") as caught:
        attest_keyless(SAID, folder, trust=trust)
    assert "id-token: write" in caught.value.hint


@pytest.mark.parametrize("path", ["/token", "/api/v2/signingCert", "/api/v1/log/entries"])
def test_failure_of_a_service_leaves_nothing_and_shows_no_secret(
    server: SigstoreServer, trust: Path, folder: Path, path: str
) -> None:
    """Not even where the service repeats what it was sent."""
    server.broken.add(path)
    with pytest.raises(SamewheelError) as caught:
        attest_keyless(SAID, folder, trust=trust)
    assert caught.value.cause
    assert caught.value.hint
    assert not folder.exists()
    for secret in (ASKING, *(part for token in server.tokens for part in token.split("."))):
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None


def test_what_the_logs_do_not_vouch_for_is_not_written(server: SigstoreServer, trust: Path, folder: Path) -> None:
    """A bundle that every gate would refuse is found here, not there."""
    server.sigstore = replace(SIGSTORE, signatures=PrivateSigstore().signatures)
    with pytest.raises(SamewheelError, match="without a key"):
        attest_keyless(SAID, folder, trust=trust)
    assert not folder.exists()


@pytest.mark.parametrize("content", ["", "{}", '{"mediaType": "x"}', None])
def test_trust_that_cannot_be_used_is_the_callers_mistake(trust: Path, folder: Path, content: str | None) -> None:
    """A slip in a file is told apart from a service that is down."""
    trust.unlink()
    if content is not None:
        trust.write_text(content)
    with pytest.raises(UsageError, match="trust configuration"):
        attest_keyless(SAID, folder, trust=trust)


def test_without_the_extra_it_says_how_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys need none of it, so most do not have it."""
    monkeypatch.setitem(sys.modules, "sigstore", None)
    with pytest.raises(UsageError, match=r"samewheel\[sigstore\]"):
        attest_keyless(SAID, folder)


@pytest.mark.parametrize(
    "document",
    [None, {}, {"verificationMaterial": {"certificate": {"rawBytes": "?"}}}, SIGSTORE.bundle(b"")["dsseEnvelope"]],
)
def test_certificate_of_nobody_names_nobody(document: object) -> None:
    """What lies in a folder may be anything."""
    with pytest.raises(InvalidAttestationError):
        subject_of(document)
