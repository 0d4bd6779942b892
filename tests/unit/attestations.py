"""Makers for tests of attestations: operators with keys, a wheel, what they say of it, and a gate's policy."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import tomlkit
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from samewheel._files import sha256_of
from samewheel.attesting.attesting import statement_of
from samewheel.attesting.envelopes import PAYLOAD, Envelope, Signature, encoded, pae
from samewheel.attesting.keys import keyid, public_pem, sign
from samewheel.attesting.provenance import BUILD_TYPE
from samewheel.attesting.statements import Statement
from samewheel.attesting.statements import written as bytes_of
from samewheel.buildinfo import WheelInfo
from samewheel.checking.checking import check
from samewheel.checking.policy import SCHEMA, read_policy
from samewheel.comparison import Verdict
from samewheel.verification import Verification
from tests.unit.test_compare_builds import ONE, other

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from samewheel.attesting.keys import PrivateKey
    from samewheel.buildinfo import BuildInfo
    from samewheel.checking.values import Checked

Changes = Mapping[str, object]
"""What is else in a document, by the path of keys and places with dots between; None: it is not there at all."""

TODAY = dt.date(2026, 1, 15)
URI = "https://git.example/demo"
REF = "refs/tags/1.0"
COMMIT = "a" * 40


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who builds, and signs with a key."""

    name: str
    key: PrivateKey

    @property
    def builder(self) -> str:
        """Return the URI that they are known by."""
        return f"https://{self.name}.example/builder"


ALICE, BOB, CAROL, MALLORY = (
    Operator(name, Ed25519PrivateKey.from_private_bytes(name[:1].encode() * 32))
    for name in ("alice", "bob", "carol", "mallory")
)
PAULA = Operator("paula", derive_private_key(256, SECP256R1()))
"""The one whose key is on P-256."""


def _child(place: Any, key: str) -> Any:  # noqa: ANN401 - any JSON value
    return place[int(key)] if isinstance(place, list) else place.setdefault(key, {})


def changed(document: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """Return a copy of a document with some changes."""
    copied: dict[str, Any] = copy.deepcopy(dict(document))
    for path, value in changes.items():
        *way, last = path.split(".")
        place: Any = copied
        for key in way:
            place = _child(place, key)
        if value is None:
            del place[int(last) if isinstance(place, list) else last]
        elif isinstance(place, list):
            place[int(last) :] = [value, *place[int(last) + 1 :]]
        else:
            place[last] = value
    return copied


def buildinfo(wheel: Path, **changes: object) -> BuildInfo:
    """Return what a build said of a wheel."""
    said = WheelInfo(name=wheel.name, sha256=sha256_of(wheel), size=wheel.stat().st_size)
    return other(**{"wheel": said, "source": msgspec.structs.replace(ONE.source, uri=URI), **changes})


def verification(first: BuildInfo, second: BuildInfo | None = None, **changes: object) -> Verification:
    """Return the report of two builds that gave the same."""
    report = Verification(
        verdict=Verdict.IDENTICAL,
        builds=(first, second or first),
        observed=({"umask": "022"}, {"umask": "077"}),
        varied=("umask",),
        not_varied=(),
        differences=(),
    )
    return msgspec.structs.replace(report, **changes)


def statement(wheel: Path, by: Operator = ALICE, changes: Changes | None = None) -> Statement:
    """Return what somebody says of a wheel."""
    info = buildinfo(wheel)
    said = statement_of(wheel, info, verification(info), builder=by.builder, ref=REF)
    return msgspec.convert(changed(json.loads(bytes_of(said)), changes or {}), Statement)


def signed(payload: bytes, by: Operator = ALICE, kind: str = PAYLOAD) -> bytes:
    """Return the envelope that somebody who has the key can make of any bytes at all."""
    signature = Signature(keyid=keyid(by.key.public_key()), sig=sign(by.key, pae(kind, payload)))
    return encoded(Envelope(payload=payload, payload_type=kind, signatures=(signature,)))


def enveloped(wheel: Path, by: Operator = ALICE, changes: Changes | None = None) -> bytes:
    """Return what somebody says of a wheel, signed: a file ``*.intoto.jsonl``."""
    return signed(bytes_of(statement(wheel, by, changes)), by)


def put_policy(folder: Path, *operators: Operator, changes: Changes | None = None) -> Path:
    """Write a policy that accepts what these operators say of the wheel, if all of them do; by default, Alice."""
    believed = operators or (ALICE,)
    document = {
        "schema": SCHEMA,
        "wheel": {"names": ["demo-1.0-py3-none-any.whl"]},
        "source": {"uri": URI, "ref": REF, "commit": COMMIT},
        "build": {
            "types": [BUILD_TYPE],
            "constraints": "2" * 64,
            "parameters": {"frontend": ["uv"], "via": ["tree"]},
        },
        "accept": {"threshold": len(believed), "verdict": "identical", "isolation": "hidden"},
        "builder": [
            {"id": one.builder, "group": one.name, "key": public_pem(one.key.public_key()).decode()}
            for one in believed
        ],
    }
    path = folder / "policy.toml"
    path.write_text(tomlkit.dumps(changed(document, changes or {})))
    return path


def judged(wheel: Path, policy: Path, *contents: bytes, on: dt.date = TODAY, lenient: bool = False) -> Checked:
    """Check a wheel against a policy with attestations, whose files are named by their place in the row."""
    files = [wheel.parent / f"{number}.intoto.jsonl" for number, _ in enumerate(contents)]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return check(wheel, files, read_policy(policy), on=on, lenient=lenient)


def rules(found: Checked) -> Sequence[str]:
    """Return which rules failed, each once: of attestations, of the wheel, of the number of groups."""
    attestations = [failure.rule for one in found.attestations for failure in one.failures]
    return list(dict.fromkeys([*attestations, *(failure.rule for failure in found.failures)]))
