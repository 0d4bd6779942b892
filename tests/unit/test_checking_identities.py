"""Identities at the gate: bundles with a certificate, verified by Sigstore's client against a Sigstore of ours."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509

from samewheel.attesting.envelopes import bundled, read_envelopes, sealed
from samewheel.attesting.keys import generate, public_pem
from samewheel.attesting.provenance import BUILD_TYPE
from samewheel.attesting.slsa import PROVENANCE
from samewheel.attesting.statements import Resource, Statement
from samewheel.attesting.statements import written as written_statement
from samewheel.attesting.strictness import canonical
from samewheel.checking.checking import check, evidence_of
from samewheel.checking.policy import Identity, read_policy
from samewheel.errors import InvalidAttestationError, UsageError
from tests.private_sigstore import THEN, Job, PrivateSigstore, text_of

from .wheels import NAME, SMALLEST, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samewheel.checking.values import Checked

pytest.importorskip("sigstore", reason="the extra sigstore is not installed")

Bundle = dict[str, Any]

BUILDER = "https://ci.example.org/release"
TODAY = dt.date(2026, 11, 22)
JOB = Job()
SIGSTORE = PrivateSigstore()

IDENTITY = {
    "issuer": JOB.issuer,
    "subject": JOB.subject,
    "repository": JOB.repository,
    "runner": JOB.runner,
    "trusted-root": "trusted_root.json",
}


def said(sha256: str, *names: str) -> Statement:
    """Return the least provenance that a policy can accept."""
    predicate: dict[str, object] = {
        "buildDefinition": {"buildType": BUILD_TYPE, "externalParameters": {}},
        "runDetails": {"builder": {"id": BUILDER}},
    }
    subject = tuple(Resource(name=name, digest={"sha256": sha256}) for name in names or (NAME,))
    return Statement(subject=subject, predicate_type=PROVENANCE, predicate=predicate)


class Gate:
    """A wheel, a policy and a Sigstore that it trusts, in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make them."""
        self.folder = folder
        self.wheel = written(folder, SMALLEST)
        self.sha256 = hashlib.sha256(self.wheel.read_bytes()).hexdigest()
        self.trusts(SIGSTORE)
        self.knows(IDENTITY)

    @property
    def statement(self) -> bytes:
        """What is said of the wheel."""
        return written_statement(said(self.sha256))

    def trusts(self, sigstore: PrivateSigstore) -> None:
        """Write the trusted root."""
        (self.folder / "trusted_root.json").write_text(json.dumps(sigstore.trusted_root()))

    def knows(self, *identities: dict[str, str], key: str = "") -> None:
        """Write the policy."""
        lines = ['schema = "samewheel/policy/1"', "[build]", f'types = ["{BUILD_TYPE}"]']
        for number, identity in enumerate(identities):
            lines += ["[[builder]]", f'id = "{BUILDER}{number or ""}"', f'group = "group-{number}"']
            lines += ["[builder.identity]", *(f"{name} = {json.dumps(value)}" for name, value in identity.items())]
        if key:
            lines += ["[[builder]]", 'id = "https://key.example.org"', 'group = "key"', f"key = {json.dumps(key)}"]
        (self.folder / "policy.toml").write_text("\n".join(lines))

    def checked(self, bundle: Bundle | bytes, *, lenient: bool = False) -> Checked:
        """Return what becomes of a bundle."""
        path = self.folder / f"{NAME}.sigstore.json"
        path.write_bytes(bundle if isinstance(bundle, bytes) else canonical(bundle) + b"\n")
        return check(self.wheel, [path], read_policy(self.folder / "policy.toml"), on=TODAY, lenient=lenient)

    def rules(self, bundle: Bundle | bytes, *, lenient: bool = False) -> list[str]:
        """Return the rules that fail of a bundle."""
        found = self.checked(bundle, lenient=lenient)
        assert not found.accepted
        (one,) = found.attestations
        return [failure.rule for failure in one.failures]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Return a gate that trusts our Sigstore, and one job."""
    return Gate(tmp_path)


def test_bundle_of_the_identity_is_accepted(gate: Gate) -> None:
    """Who signed is known by the certificate alone: the control of all that follows."""
    found = gate.checked(SIGSTORE.bundle(gate.statement))
    assert found.accepted, found
    assert found.groups == ("group-0",)
    assert found.attestations[0].keyid == JOB.subject


def test_sigstore_itself_accepts_the_bundle(gate: Gate) -> None:
    """Our Sigstore is one: its client, which knows nothing of us, verifies what it made."""
    from sigstore.models import Bundle as TheirBundle
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier
    from sigstore.verify.policy import Identity as TheirIdentity

    verifier = Verifier(trusted_root=TrustedRoot.from_file(str(gate.folder / "trusted_root.json")))
    bundle = TheirBundle.from_json(json.dumps(SIGSTORE.bundle(gate.statement)))
    _, payload = verifier.verify_dsse(bundle, TheirIdentity(identity=JOB.subject, issuer=JOB.issuer))
    assert payload == gate.statement


def test_no_network_is_needed(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate can stand where there is none."""

    def refuse(*_: object) -> None:
        pytest.fail("it asked the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    assert gate.checked(SIGSTORE.bundle(gate.statement)).accepted


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"issuer": "https://issuer.example.org"}, ["identity-issuer"]),
        ({"workflow": ".github/workflows/release.yml@refs/heads/main"}, ["identity-subject"]),
        ({"repository": "https://github.com/them/demo"}, ["identity-subject", "identity-repository"]),
        ({"runner": "self-hosted"}, ["identity-runner"]),
    ],
    ids=["issuer", "subject", "repository", "runner"],
)
def test_certificate_of_another_identity_is_refused(gate: Gate, changed: dict[str, str], rules: list[str]) -> None:
    """All that the policy names must be in it, to the letter: a fork, a branch or another runner is somebody else."""
    assert gate.rules(SIGSTORE.bundle(gate.statement, replace(JOB, **changed))) == rules


@pytest.mark.parametrize("changed", [{"subject": JOB.subject[:-1]}, {"issuer": JOB.issuer + "/"}, {"runner": "*"}])
def test_policy_is_taken_to_the_letter(gate: Gate, changed: dict[str, str]) -> None:
    """No beginnings, no slashes at the end, no patterns."""
    gate.knows({**IDENTITY, **changed})
    assert gate.rules(SIGSTORE.bundle(gate.statement)) == [f"identity-{name}" for name in changed]


WORKFLOW = JOB.subject.partition("@")[0]


def at(ref: str) -> Job:
    """Return the job at another ref."""
    return replace(JOB, workflow=JOB.workflow.partition("@")[0] + ref)


@pytest.mark.parametrize(
    ("tags", "ref"), [("v*", "v1.0"), ("v*", "v"), ("*", "x/y"), ("v*.*", "v1.0"), ("v1.0", "v1.0")]
)
def test_workflow_can_be_believed_at_each_tag_of_a_name(gate: Gate, tags: str, ref: str) -> None:
    """A policy that is committed with the code cannot know the tag of the next release; the certificate's is told."""
    gate.knows({**IDENTITY, "subject": WORKFLOW, "tags": tags})
    found = gate.checked(SIGSTORE.bundle(gate.statement, at(f"@refs/tags/{ref}")))
    assert found.accepted, found
    assert found.attestations[0].keyid == f"{WORKFLOW}@refs/tags/{ref}"


@pytest.mark.parametrize(
    ("tags", "ref"),
    [
        ("v*", "@refs/heads/v1.0"),
        ("v*", "@refs/tags/w1.0"),
        ("v*", "@refs/tags/"),
        ("v*", "@refs/tags/v1@refs/heads/main"),
        ("v.*", "@refs/tags/v1.0"),
        ("v*", "s/release.yml@refs/tags/v1.0"),
        ("v1.0", "@refs/tags/v1.0.1"),
        ("*", ""),
    ],
)
def test_branch_and_other_tags_are_not_a_tag_of_the_name(gate: Gate, tags: str, ref: str) -> None:
    """Only the star is a pattern, and only in the tag: a branch of that name is pushed more easily than a tag."""
    gate.knows({**IDENTITY, "subject": WORKFLOW, "tags": tags})
    assert gate.rules(SIGSTORE.bundle(gate.statement, at(ref))) == ["identity-subject"]


def test_tags_go_with_a_subject_without_its_ref(gate: Gate) -> None:
    """Else the policy could never be met."""
    gate.knows({**IDENTITY, "tags": "v*"})
    with pytest.raises(UsageError, match="without its ref"):
        read_policy(gate.folder / "policy.toml")


def test_repository_alone_can_be_the_difference(gate: Gate) -> None:
    """A workflow that others may call has one subject for all who call it."""
    gate.knows({**IDENTITY, "repository": "https://github.com/them/demo"})
    assert gate.rules(SIGSTORE.bundle(gate.statement)) == ["identity-repository"]


def test_empty_repository_and_runner_are_any(gate: Gate) -> None:
    """Not every CI service has them."""
    gate.knows({**IDENTITY, "repository": "", "runner": ""})
    assert gate.checked(SIGSTORE.bundle(gate.statement, replace(JOB, runner="self-hosted"))).accepted


def test_unless_told_it_must_have_run_on_a_hosted_runner(gate: Gate) -> None:
    """On one of their own, somebody may have left something."""
    gate.knows({name: value for name, value in IDENTITY.items() if name != "runner"})
    assert gate.rules(SIGSTORE.bundle(gate.statement, replace(JOB, runner="self-hosted"))) == ["identity-runner"]


def test_another_trusted_root_is_refused(gate: Gate) -> None:
    """Anybody can make a Sigstore, and certify anything."""
    assert gate.rules(PrivateSigstore().bundle(gate.statement)) == ["signature"]


def test_the_public_sigstore_does_not_know_ours(gate: Gate) -> None:
    """A policy that names no trusted root has that of the installed client, which needs no network either."""
    gate.knows({name: value for name, value in IDENTITY.items() if name != "trusted-root"})
    assert gate.rules(SIGSTORE.bundle(gate.statement)) == ["signature"]


@pytest.mark.parametrize("part", ["authority", "certificates", "signatures"])
def test_each_key_of_sigstore_counts(gate: Gate, part: str) -> None:
    """A certificate of another authority, unseen by the log of certificates or of signatures, is worth nothing."""
    forged = replace(SIGSTORE, **{part: getattr(PrivateSigstore(), part)})
    assert gate.rules(forged.bundle(gate.statement)) == ["signature"]


def test_certificate_that_no_log_has_seen_is_refused(gate: Gate) -> None:
    """Whoever controls the authority for a moment cannot do it in secret."""
    assert gate.rules(SIGSTORE.bundle(gate.statement, promised=False)) == ["signature"]


def test_signature_after_the_certificates_ten_minutes_is_refused(gate: Gate) -> None:
    """The time that counts is when the log saw it: a key that leaks later signs nothing any more."""
    bundle = SIGSTORE.bundle(gate.statement)
    raw = base64.b64decode(bundle["verificationMaterial"]["certificate"]["rawBytes"])
    certificate = x509.load_der_x509_certificate(raw)
    late = SIGSTORE.logged(bundle["dsseEnvelope"], certificate, THEN + dt.timedelta(minutes=11))
    bundle["verificationMaterial"]["tlogEntries"] = [late.in_bundle()]
    assert gate.rules(bundle) == ["signature"]


def flipped(bundle: Bundle) -> None:
    """Change one bit of what was signed."""
    payload = bytearray(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    payload[len(payload) // 2] ^= 1
    bundle["dsseEnvelope"]["payload"] = text_of(bytes(payload))


def unsigned(bundle: Bundle) -> None:
    """Change one bit of the signature."""
    (one,) = bundle["dsseEnvelope"]["signatures"]
    signature = bytearray(base64.b64decode(one["sig"]))
    signature[-1] ^= 1
    one["sig"] = text_of(bytes(signature))


def unlogged(bundle: Bundle) -> None:
    """Take away that a log has seen it."""
    bundle["verificationMaterial"]["tlogEntries"] = []


def unproven(bundle: Bundle) -> None:
    """Take away the log's promise, and with it the only time."""
    del bundle["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]


def backdated(bundle: Bundle) -> None:
    """Say another time."""
    bundle["verificationMaterial"]["tlogEntries"][0]["integratedTime"] = str(int(THEN.timestamp()) + 60)


def uncertified(bundle: Bundle) -> None:
    """Have a certificate that is none."""
    bundle["verificationMaterial"]["certificate"]["rawBytes"] = text_of(b"nothing")


def without_bytes(bundle: Bundle) -> None:
    """Have a certificate of another shape."""
    bundle["verificationMaterial"]["certificate"] = ["nothing"]


@pytest.mark.parametrize(
    "change",
    [flipped, unsigned, unlogged, unproven, backdated, uncertified, without_bytes],
    ids=lambda one: one.__name__,
)
def test_changed_bundle_is_refused(gate: Gate, change: Callable[[Bundle], None]) -> None:
    """Whatever Sigstore's client makes of damage, it ends as one rule that fails, and never as a traceback."""
    bundle = SIGSTORE.bundle(gate.statement)
    change(bundle)
    assert gate.rules(bundle) == ["signature"]
    assert gate.rules(bundle, lenient=True) == ["signature"]


def test_parts_of_two_bundles_do_not_go_together(gate: Gate) -> None:
    """Each part was made by those whom we trust; together they were not."""
    one, other = SIGSTORE.bundle(gate.statement), SIGSTORE.bundle(gate.statement)
    for name in ("verificationMaterial", "dsseEnvelope"):
        assert gate.rules({**one, name: other[name]}) == ["signature"]


def test_statement_about_another_wheel_is_refused(gate: Gate) -> None:
    """The signature holds, and says nothing of this file."""
    assert gate.rules(SIGSTORE.bundle(written_statement(said("0" * 64)))) == ["subject-digest"]


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        (lambda gate: written_statement(said(gate.sha256, NAME, "other-1.0-py3-none-any.whl")), "subject"),
        (lambda gate: written_statement(said(gate.sha256, "other-1.0-py3-none-any.whl")), "subject-name"),
        (lambda gate: gate.statement.replace(b"{", b'{"_type":"x",', 1), "statement"),
        (lambda gate: gate.statement.replace(b":", b": ", 1), "statement"),
        (lambda _: b"[]", "statement"),
    ],
    ids=["two subjects", "another name", "a key twice", "another form", "no statement"],
)
def test_statement_is_read_as_strictly_as_that_of_a_key(
    gate: Gate, payload: Callable[[Gate], bytes], rule: str
) -> None:
    """Sigstore's client verifies bytes; what they say is for us to read, in one way only."""
    assert gate.rules(SIGSTORE.bundle(payload(gate))) == [rule]


def test_bundle_in_another_form_is_for_the_lenient(gate: Gate) -> None:
    """Others write the same with white space; no byte of ours changes unseen."""
    bundle = json.dumps(SIGSTORE.bundle(gate.statement), indent=1).encode()
    assert gate.rules(bundle) == ["form"]
    found = gate.checked(bundle, lenient=True)
    assert found.accepted
    assert found.attestations[0].lenient


def test_key_that_is_there_twice_is_refused_also_by_the_lenient(gate: Gate) -> None:
    """Of two payloads, readers could take either."""
    bundle = (
        canonical(SIGSTORE.bundle(gate.statement)).replace(b'{"payload":', b'{"payload":"AAAA","payload":') + b"\n"
    )
    assert gate.rules(bundle) == ["form"]
    assert gate.rules(bundle, lenient=True) == ["form"]


def test_one_payload_type_and_one_signature(gate: Gate) -> None:
    """Several signatures are several bundles; what is no statement is nothing to us."""
    twice = SIGSTORE.bundle(gate.statement)
    twice["dsseEnvelope"]["signatures"] *= 2
    assert gate.rules(twice) == ["form"]
    assert gate.rules(twice, lenient=True) == ["signature"]
    other = SIGSTORE.bundle(gate.statement)
    other["dsseEnvelope"]["payloadType"] = "text/plain"
    assert gate.rules(other, lenient=True) == ["form"]


def test_certificate_does_not_lend_itself_to_a_key(gate: Gate) -> None:
    """Nor does a key to a certificate: with both in a bundle, neither form would be looked at."""
    key = generate()
    gate.knows(IDENTITY, key=public_pem(key.public_key()).decode())
    bundle = json.loads(bundled(sealed(gate.statement, key)))
    bundle["verificationMaterial"]["certificate"] = SIGSTORE.bundle(b"{}")["verificationMaterial"]["certificate"]
    assert gate.rules(bundle) == ["signature"]


def test_policy_without_identities_knows_nobody_by_a_certificate(gate: Gate) -> None:
    """A key of somebody's is no reason to believe a certificate."""
    gate.knows(key=public_pem(generate().public_key()).decode())
    found = gate.checked(SIGSTORE.bundle(gate.statement))
    assert [one.rule for one in found.attestations[0].failures] == ["signature"]
    assert "no builder by an identity" in found.attestations[0].failures[0].reason


def test_builder_is_found_among_several(gate: Gate) -> None:
    """The identity decides which builder it is, and that one must be named by the statement."""
    gate.knows({**IDENTITY, "subject": "https://github.com/them"}, IDENTITY)
    found = gate.checked(SIGSTORE.bundle(gate.statement))
    (one,) = found.attestations
    assert (one.group, [failure.rule for failure in one.failures]) == ("group-1", ["builder-id"])


def test_identity_belongs_to_one_builder(gate: Gate) -> None:
    """Under two names, one workflow would look like two."""
    gate.knows(IDENTITY, IDENTITY)
    with pytest.raises(UsageError, match="An identity is there twice"):
        read_policy(gate.folder / "policy.toml")


def test_workflow_belongs_to_one_group_at_whatever_ref(gate: Gate) -> None:
    """One that runs for two tags is no second operator."""
    subject = IDENTITY["subject"].partition("@")[0]
    gate.knows({**IDENTITY, "subject": f"{subject}@refs/tags/v1"}, {**IDENTITY, "subject": subject, "tags": "v*"})
    with pytest.raises(UsageError, match="A workflow is there in two groups"):
        read_policy(gate.folder / "policy.toml")
    mails = [{**IDENTITY, "subject": f"me@{place}.example"} for place in ("here", "there")]
    gate.knows(*mails)
    assert len(read_policy(gate.folder / "policy.toml").policy.groups) == 2


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"mediaType": "x"}'])
def test_trusted_root_that_cannot_be_used_is_the_callers_mistake(gate: Gate, content: str | None) -> None:
    """A slip in the policy is told apart from an attestation that does not hold."""
    (gate.folder / "trusted_root.json").unlink()
    if content is not None:
        (gate.folder / "trusted_root.json").write_text(content)
    with pytest.raises(UsageError, match="cannot use the trusted root"):
        gate.checked(SIGSTORE.bundle(gate.statement))


def test_without_the_extra_the_gate_says_how_to_get_it(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be verified is not accepted, and not called refused either."""
    monkeypatch.setitem(sys.modules, "sigstore", None)
    with pytest.raises(UsageError, match=r"samewheel\[sigstore\]"):
        gate.checked(SIGSTORE.bundle(gate.statement))


def test_bundle_with_a_certificate_is_found_beside_the_wheel(gate: Gate) -> None:
    """It has no envelope beside it, as that of a key has."""
    folder = gate.folder / "evidence"
    folder.mkdir()
    (folder / f"{NAME}.sigstore.json").write_bytes(canonical(SIGSTORE.bundle(gate.statement)) + b"\n")
    (folder / f"{NAME}.12345678.sigstore.json").write_bytes(bundled(sealed(gate.statement, generate())))
    (folder / f"{NAME}.12345678.intoto.jsonl").touch()
    assert [path.name for path in evidence_of(gate.wheel, folder)] == [
        f"{NAME}.12345678.intoto.jsonl",
        f"{NAME}.sigstore.json",
    ]


def test_keys_do_without_sigstore(gate: Gate) -> None:
    """Importing it takes longer than all else; only a certificate is a reason to."""
    key = generate()
    gate.knows(IDENTITY, key=public_pem(key.public_key()).decode())
    path = gate.folder / f"{NAME}.sigstore.json"
    path.write_bytes(bundled(sealed(gate.statement, key)))
    program = (
        "import sys; from samewheel.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted(name for name in sys.modules if name.startswith('sigstore')))"
    )
    arguments = ["check", str(gate.wheel), str(path), "--policy", str(gate.folder / "policy.toml")]
    command = [sys.executable, "-c", program, *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "builder-id" in finished.stdout
    assert finished.stdout.endswith("[]\n")


def test_no_flipped_bit_changes_what_is_said_or_by_whom(gate: Gate) -> None:
    """What Sigstore's client does not look at, such as the name before a log's signature, decides nothing."""
    from samewheel.checking.identities import verified, verifier_for

    verifier = verifier_for(gate.folder / "trusted_root.json")
    identity = Identity(issuer=JOB.issuer, subject=JOB.subject)
    content = canonical(SIGSTORE.bundle(gate.statement)) + b"\n"
    refused = 0
    for place in range(0, len(content), 19):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        try:
            (envelope,) = read_envelopes(bytes(changed), "changed")
        except InvalidAttestationError:
            refused += 1
            continue
        found = verified(envelope, identity, verifier)
        refused += isinstance(found, tuple)
        assert isinstance(found, tuple) or found == gate.statement
    assert refused >= len(content) // 19 * 0.95
