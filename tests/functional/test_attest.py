"""``samewheel keygen``, ``attest`` and ``check``: from a key to a gate, with codes for scripts, words for people."""

from __future__ import annotations

import json
import os
import re
import stat
from typing import TYPE_CHECKING

import pytest

from samewheel.attesting.keys import keyid, private_pem, public_pem, read_public
from samewheel.buildinfo import SCHEMA as BUILDINFO
from samewheel.buildinfo import from_json, to_json
from samewheel.checking.values import SCHEMA, Checked
from samewheel.verification import SCHEMA as VERIFICATION
from tests.rendered import links_and_tags
from tests.unit.attestations import ALICE, BOB, PAULA, Operator, buildinfo, verification
from tests.unit.wheels import FILES, NAME, written

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.conftest import Samewheel

WORDS = "correct horse battery staple"
ESCAPE = "\x1b"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel, beside it what its build and its verification said."""
    path = written(tmp_path / "dist")
    info = buildinfo(path)
    (tmp_path / "buildinfo.json").write_bytes(to_json(BUILDINFO, info))
    (tmp_path / "verify.json").write_bytes(to_json(VERIFICATION, verification(info)))
    for one in (ALICE, BOB):
        (tmp_path / one.name).write_bytes(private_pem(one.key))
        (tmp_path / f"{one.name}.pub").write_bytes(public_pem(one.key.public_key()))
    return path


FILES_OF_BUILD = ("--buildinfo", "buildinfo.json", "--verification", "verify.json")


def attested(samewheel: Samewheel, wheel: Path, by: Operator = ALICE) -> CompletedProcess[str]:
    """Have somebody sign what is said of a wheel."""
    done = samewheel("attest", wheel, *FILES_OF_BUILD, "--key", by.name, "--builder", by.builder)
    assert done.returncode == 0, done.stderr
    return done


def started(samewheel: Samewheel, wheel: Path, *operators: Operator) -> None:
    """Have the first policy written."""
    trust = [word for by in operators for word in ("--trust", f"{by.name}.pub")]
    done = samewheel("check", wheel, "--init-policy", "policy.toml", *trust)
    assert done.returncode == 0, done.stderr


# Keys


@pytest.mark.parametrize("kind", [[], ["--type", "p256"]])
def test_keygen_makes_a_pair_and_shows_its_name(kind: list[str], tmp_path: Path, samewheel: Samewheel) -> None:
    """The private half is its owner's alone; nothing of it is shown, and a second run leaves it."""
    done = samewheel("keygen", "keys/mine", *kind)
    assert done.returncode == 0
    private, public = tmp_path / "keys/mine", tmp_path / "keys/mine.pub"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert keyid(read_public(public.read_bytes(), "x")) in done.stdout
    assert "encrypted    no" in done.stdout
    before = private.read_bytes()
    again = samewheel("keygen", "keys/mine", *kind)
    assert again.returncode == 2
    assert "never overwritten" in again.stderr
    assert private.read_bytes() == before
    for line in before.decode().splitlines()[1:-1]:
        assert line not in done.stdout + done.stderr + again.stdout + again.stderr


def test_keys_are_encrypted_and_opened_by_a_passphrase_in_a_variable(
    wheel: Path, tmp_path: Path, samewheel: Samewheel
) -> None:
    """Not by an argument, which everybody on the machine can see; wrong, missing and superfluous ones are told."""
    named = ("--passphrase-env", "PHRASE")
    made = samewheel("keygen", "key", *named, PHRASE=WORDS)
    assert "encrypted    yes" in made.stdout
    assert b"ENCRYPTED" in (tmp_path / "key").read_bytes()
    sign = ("attest", wheel, *FILES_OF_BUILD)
    right = samewheel(*sign, "--key", "key", *named, PHRASE=WORDS)
    assert right.returncode == 0, right.stderr
    shown = [made, right]
    for options, phrase, reason in (
        (["--key", "key"], WORDS, "--passphrase-env"),
        (["--key", "key", *named], "", "the variable that --passphrase-env names holds no passphrase"),
        (["--key", "key", *named], f"wrong {WORDS}", "the passphrase is wrong"),
        (["--key", "alice", *named], WORDS, "not encrypted"),
    ):
        done = samewheel(*sign, *options, PHRASE=phrase)
        assert done.returncode == 2
        assert reason in done.stderr
        shown.append(done)
    assert all(WORDS not in done.stdout + done.stderr for done in shown)


def test_key_may_be_in_a_variable_and_is_never_shown(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """Right or broken: what CI prints, many can read."""
    pem = private_pem(PAULA.key).decode()
    lines = pem.splitlines()[1:-1]
    sign = ("attest", wheel, *FILES_OF_BUILD, "--key-env", "KEY")
    right = samewheel(*sign, KEY=pem)
    assert right.returncode == 0, right.stderr
    assert keyid(PAULA.key.public_key()) in right.stdout
    files = b"".join(path.read_bytes() for path in (tmp_path / "evidence").iterdir())
    done = [right]
    for broken in (pem.replace("M", "!"), "".join(lines), pem[:-40], pem[1:], ""):
        done.append(samewheel(*sign, KEY=broken))
        assert done[-1].returncode == 2
        assert "in the variable KEY" in done[-1].stderr or "that --key-env names holds no key" in done[-1].stderr
        assert "Traceback" not in done[-1].stderr
    for line in lines:
        assert line.encode() not in files
        assert all(line not in one.stdout + one.stderr for one in done)


# Attesting and checking


def test_two_operators_attest_and_a_gate_lets_pass(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """Each has files of their own, the policy is written from both, and the outcome says who said so."""
    first, second = attested(samewheel, wheel, ALICE), attested(samewheel, wheel, BOB)
    assert first.stdout.startswith(f"attested {NAME}\n")
    assert len(list((tmp_path / "evidence").iterdir())) == 4
    assert keyid(BOB.key.public_key()) in second.stdout
    started(samewheel, wheel, ALICE, BOB)
    done = samewheel("check", wheel, "--policy", "policy.toml")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(f"accepted {NAME}\n")
    assert "group-1, group-2 (2 needed)" in done.stdout
    assert not (wheel.parent / "evidence").exists()


@pytest.mark.parametrize(
    ("attack", "rule"),
    [
        ("a byte of the wheel", "subject-digest"),
        ("a byte of an attestation", "form"),
        ("an attestation less", "threshold"),
        ("another commit", "source-commit"),
        ("a name of another version", "wheel"),
    ],
)
def test_gate_refuses_with_sixteen_and_says_why(
    attack: str, rule: str, wheel: Path, tmp_path: Path, samewheel: Samewheel
) -> None:
    """Scripts go by the code; people read each rule that fails, and which file it is about."""
    for by in (ALICE, BOB):
        attested(samewheel, wheel, by)
    started(samewheel, wheel, ALICE, BOB)
    attestation, policy = tmp_path / f"evidence/{NAME}.intoto.jsonl", tmp_path / "policy.toml"
    evidence = [str(path) for path in sorted((tmp_path / "evidence").glob("*.jsonl"))]
    if attack == "a byte of the wheel":
        written(wheel.parent, {**FILES, "demo/__init__.py": b"x = 2\n"})
    elif attack == "a byte of an attestation":
        attestation.write_bytes(attestation.read_bytes().replace(b'"keyid"', b'"kEyid"'))
    elif attack == "an attestation less":
        evidence.remove(str(attestation))
    elif attack == "another commit":
        policy.write_text(re.sub(r'(?m)^commit = ".*"', f'commit = "{"b" * 40}"', policy.read_text()))
    else:
        wheel = wheel.rename(wheel.with_name("demo-1.1-py3-none-any.whl"))
    shown = samewheel("check", wheel, *evidence, "--policy", "policy.toml")
    as_json = samewheel("check", wheel, *evidence, "--policy", "policy.toml", "--json")
    assert (shown.returncode, as_json.returncode) == (16, 16)
    assert shown.stdout.startswith(f"refused {wheel.name}\n")
    assert re.search(rf"(?m)^ +{rule}\b", shown.stdout)
    found = from_json(SCHEMA, Checked, as_json.stdout.encode(), "it")
    assert not found.accepted
    said = [*found.failures, *(failure for one in found.attestations for failure in one.failures)]
    assert rule in {failure.rule for failure in said}


def test_json_is_the_outcome_and_nothing_of_the_machine(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """One document in the project's form, the same from any folder."""
    attested(samewheel, wheel)
    started(samewheel, wheel, ALICE)
    (tmp_path / "elsewhere").mkdir()
    text = samewheel("check", wheel, "--policy", "policy.toml", "--json").stdout
    other = samewheel(
        "check", os.path.relpath(wheel, tmp_path / "elsewhere"), "--policy", "../policy.toml", "--evidence",
        "../evidence", "--json", cwd=tmp_path / "elsewhere", TZ="Asia/Tokyo", PYTHONHASHSEED="7",
    ).stdout  # fmt: skip
    document = json.loads(text)
    assert list(document) == ["schema", *sorted(document.keys() - {"schema"})]
    assert (document["schema"], document["accepted"]) == (SCHEMA, True)
    assert text == other
    assert str(tmp_path) not in text


def test_statement_is_shown_as_it_was_signed(wheel: Path, samewheel: Samewheel) -> None:
    """Whoever wants to sign it elsewhere has the bytes."""
    done = samewheel("attest", wheel, *FILES_OF_BUILD, "--key", "alice", "--json")
    assert json.loads(done.stdout)["subject"][0]["name"] == NAME


def test_markdown_is_a_table_that_no_name_can_break(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """It goes into the summary of a job, where a file's name could else be a link or a picture."""
    attested(samewheel, wheel)
    started(samewheel, wheel, ALICE)
    hostile = tmp_path / "![x](y)|<b>`.jsonl"
    hostile.write_bytes(b'{"payload":"","payloadType":"\\u001b[2J|<img src=x>`","signatures":[]}\n')
    good = f"evidence/{NAME}.intoto.jsonl"
    done = samewheel("check", wheel, good, hostile, "--policy", "policy.toml", "--markdown")
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 4
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert ESCAPE not in done.stdout
    assert links_and_tags(done.stdout) == []
    shown = samewheel("check", wheel, good, hostile, "--policy", "policy.toml")
    assert shown.returncode == 0
    assert ESCAPE not in shown.stdout


def test_foreign_forms_pass_only_with_lenient_and_are_told(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """The option is the hint of the refusal."""
    attested(samewheel, wheel)
    started(samewheel, wheel, ALICE)
    path = tmp_path / f"evidence/{NAME}.intoto.jsonl"
    path.write_bytes(json.dumps(json.loads(path.read_bytes()), indent=2).encode())
    strict = samewheel("check", wheel, "--policy", "policy.toml")
    lenient = samewheel("check", wheel, "--policy", "policy.toml", "--lenient")
    assert (strict.returncode, lenient.returncode) == (16, 0)
    assert "read leniently" in lenient.stdout
    assert "read leniently" not in strict.stdout


def test_summary_is_signed_whatever_came_of_the_check(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """A refusal is worth to be kept, too; the code stays that of the check."""
    attested(samewheel, wheel)
    started(samewheel, wheel, ALICE)
    to = ("--policy", "policy.toml", "--vsa", "vsa.jsonl", "--key", "bob")
    assert samewheel("check", wheel, *to).returncode == 0
    passed = (tmp_path / "vsa.jsonl").read_bytes()
    assert samewheel("check", wheel, "--evidence", "none", *to).returncode == 16
    assert (tmp_path / "vsa.jsonl").read_bytes() != passed
    assert samewheel("check", wheel, "vsa.jsonl", "--policy", "policy.toml").returncode == 16


@pytest.mark.parametrize("name", ["evidence/{}.intoto.jsonl", "evidence/../evidence/{}.intoto.jsonl", "dist/{}"])
def test_summary_replaces_nothing_that_is_checked(
    name: str, wheel: Path, tmp_path: Path, samewheel: Samewheel
) -> None:
    """By whatever name; an attestation may be the only copy of it."""
    attested(samewheel, wheel)
    started(samewheel, wheel, ALICE)
    kept = {path: path.read_bytes() for path in (*(tmp_path / "evidence").iterdir(), wheel)}
    done = samewheel("check", wheel, "--policy", "policy.toml", "--vsa", name.format(NAME), "--key", "alice")
    assert done.returncode == 2
    assert "--vsa would overwrite" in done.stderr
    assert {path: path.read_bytes() for path in kept} == kept


def test_summary_replaces_only_one_of_the_same_key(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """Another signer's is not ours to replace, nor is what is no summary."""
    attested(samewheel, wheel)
    started(samewheel, wheel, ALICE)
    to = ("check", wheel, "--policy", "policy.toml", "--vsa", "vsa.jsonl", "--key")
    assert samewheel(*to, "bob").returncode == 0
    before = (tmp_path / "vsa.jsonl").read_bytes()
    done = samewheel(*to, "alice")
    assert (done.returncode, (tmp_path / "vsa.jsonl").read_bytes()) == (2, before)
    assert "no summary that this key signed" in done.stderr
    (tmp_path / "vsa.jsonl").write_bytes((tmp_path / "evidence" / f"{NAME}.intoto.jsonl").read_bytes())
    evidence = ("--evidence", "elsewhere")
    assert samewheel(*to, "alice", *evidence).returncode == 2


def test_key_given_for_a_files_name_is_not_shown(wheel: Path, samewheel: Samewheel) -> None:
    """Whoever writes --key "$KEY" by mistake has a job's log that many can read."""
    pem = private_pem(PAULA.key).decode()
    done = samewheel("attest", wheel, *FILES_OF_BUILD, "--key", pem)
    assert done.returncode == 2
    assert "--key has a key, where it should have the name of a file" in done.stderr
    assert all(line not in done.stdout + done.stderr for line in pem.splitlines()[1:-1])


# Usage


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["attest", "WHEEL", "--key", "alice"], "buildinfo"),
        (["attest", "WHEEL", *FILES_OF_BUILD], "--key"),
        (["attest", "WHEEL", *FILES_OF_BUILD, "--key", "alice", "--key-env", "KEY"], "Name one of"),
        (["attest", "WHEEL", *FILES_OF_BUILD, "--key", "alice", "--keyless"], "Name one of"),
        (["attest", "WHEEL", *FILES_OF_BUILD, "--key", "none"], "cannot read the key"),
        (["attest", "WHEEL", *FILES_OF_BUILD, "--key", "alice.pub"], "no private key"),
        (["attest", "none.whl", *FILES_OF_BUILD, "--key", "alice"], "none.whl"),
        (["check", "WHEEL"], "--policy"),
        (["check", "WHEEL", "--policy", "p", "--init-policy", "q"], "Name one of"),
        (["check", "WHEEL", "--policy", "none"], "cannot read the policy"),
        (["check", "WHEEL", "--policy", "buildinfo.json"], "cannot be used"),
        (["check", "WHEEL", "--policy", "p", "--vsa", "v"], "belong together"),
        (["check", "WHEEL", "--policy", "p", "--key", "alice"], "belong together"),
        (["check", "WHEEL", "none.jsonl", "--policy", "p"], "none.jsonl"),
        (["check", "WHEEL", "--init-policy", "q"], "signed by a key that you trust"),
        (["check", "WHEEL", "--init-policy", "q", "--trust", "bob.pub"], "signed by a key that you trust"),
        (["check", "WHEEL", "--init-policy", "q", "--trust", "buildinfo.json"], "no public key"),
        (["check", "WHEEL", "--init-policy", "buildinfo.json", "--trust", "alice.pub"], "is there already"),
        (["keygen"], "PATH"),
        (["keygen", "k", "--type", "rsa"], "rsa"),
        (["keygen", "k", "--passphrase-env", "NOTHING"], "--passphrase-env"),
        (["keygen", "k", "--passphrase-env", "PHRASE", "--no-passphrase"], "Name one of"),
        (["keygen", "."], "no name for a key"),
        (["keygen", "alice"], "is there already"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_two_and_says_what_is_wrong(
    arguments: list[str], reason: str, wheel: Path, tmp_path: Path, samewheel: Samewheel
) -> None:
    """In words, and without a file that was half made."""
    before = sorted(path.name for path in tmp_path.iterdir())
    done = samewheel(*(str(wheel) if word == "WHEEL" else word for word in arguments))
    assert done.returncode == 2, done.stderr
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_buildinfo_of_another_wheel_is_refused_with_both_digests(wheel: Path, samewheel: Samewheel) -> None:
    """Someone has built again in between; nothing is signed."""
    written(wheel.parent, {**FILES, "demo/__init__.py": b"x = 2\n"})
    done = samewheel("attest", wheel, *FILES_OF_BUILD, "--key", "alice")
    assert done.returncode == 2
    assert "not all name the same file" in done.stderr
    assert len(re.findall(r"[0-9a-f]{64}", done.stderr)) == 4


@pytest.mark.parametrize("which", ["buildinfo.json", "verify.json"])
def test_another_commit_than_the_one_that_is_meant_is_refused(
    which: str, wheel: Path, tmp_path: Path, samewheel: Samewheel
) -> None:
    """A job knows its commit from its service: what a build says of itself does not decide what is signed."""
    document = json.loads((tmp_path / "buildinfo.json").read_bytes())
    meant = document["source"]["commit"]
    words = ("attest", wheel, *FILES_OF_BUILD, "--key", ALICE.name, "--output", "out", "--commit")
    done = samewheel(*words, meant)
    assert done.returncode == 0, done.stderr  # the control
    for commit in (meant[:12], "0" * 40):
        done = samewheel(*words[:-2], "other", "--commit", commit)
        assert (done.returncode, f"it was not built from {commit}" in done.stderr) == (2, True)
    path = tmp_path / which
    path.write_bytes(path.read_bytes().replace(meant.encode(), b"0" * 40))
    done = samewheel(*words[:-2], "other", "--commit", meant)
    assert (done.returncode, "0" * 40 in done.stderr) == (2, True)
    assert not (tmp_path / "other").exists()


def test_attestations_go_through_no_link_that_was_there(wheel: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """It could lead to a folder in which others look for what to trust; who names it means it."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "evidence").symlink_to(tmp_path / "elsewhere")
    words = ("attest", wheel, *FILES_OF_BUILD, "--key", ALICE.name, "--builder", ALICE.builder)
    refused = samewheel(*words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "evidence is a link" in refused.stderr
    assert refused.stderr.endswith("say so: --output evidence\n")
    assert not list((tmp_path / "elsewhere").iterdir())
    assert samewheel(*words, "--output", "evidence").returncode == 0
    assert list((tmp_path / "elsewhere").iterdir())
