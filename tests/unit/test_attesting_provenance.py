"""What is said of a build: the fields of SLSA provenance, of one file, the same bytes each time, in its own files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings

from samewheel import __version__
from samewheel._types import Sha256, SourceKind, Via
from samewheel.attesting.attesting import attest, statement_of
from samewheel.attesting.envelopes import BUNDLE, PAYLOAD, encoded, read_envelopes, sealed
from samewheel.attesting.keys import keyid
from samewheel.attesting.provenance import BUILD_TYPE, provenance
from samewheel.attesting.slsa import BUILDER, PROVENANCE
from samewheel.attesting.statements import STATEMENT, Statement, read_statement
from samewheel.attesting.statements import written as bytes_of
from samewheel.buildinfo import Dependency, Digest, Epoch, Isolation, SourceInfo, Tool, WheelInfo
from samewheel.comparison import Verdict
from samewheel.errors import InvalidAttestationError, UsageError
from tests.unit.attestations import ALICE, BOB, COMMIT, MALLORY, PAULA, REF, URI, buildinfo, statement, verification
from tests.unit.test_buildinfo import buildinfos
from tests.unit.test_compare_builds import ONE, other
from tests.unit.wheels import FILES, NAME, SMALLEST, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samewheel.attesting.keys import PrivateKey
    from samewheel.buildinfo import BuildInfo

OTHER = Sha256("f" * 64)

EMPTY = Statement(subject=(), predicate_type=PROVENANCE, predicate={})


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


def said(info: BuildInfo, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - those of provenance()
    """Return the predicate of a build."""
    return provenance(info, **options)


# What is stated


def test_statement_is_about_one_file_by_name_and_sha256(wheel: Path) -> None:
    """In-toto statement v1: more digests or names would be more to compare, and not more to know."""
    found = json.loads(bytes_of(statement(wheel)))
    assert found.keys() == {"_type", "subject", "predicateType", "predicate"}
    assert found["_type"] == STATEMENT == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == PROVENANCE == "https://slsa.dev/provenance/v1"
    assert found["subject"] == [{"name": NAME, "digest": {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}}]


def test_predicate_has_the_fields_of_the_specification_and_no_other(wheel: Path) -> None:
    """SLSA 1.2, provenance: what is not known there must be in a field of a vendor's, or nowhere."""
    found = statement(wheel).predicate
    assert found.keys() == {"buildDefinition", "runDetails"}
    definition: dict[str, Any] = found["buildDefinition"]  # type: ignore[assignment] # it is an object
    details: dict[str, Any] = found["runDetails"]  # type: ignore[assignment] # as above
    assert definition.keys() == {"buildType", "externalParameters", "internalParameters", "resolvedDependencies"}
    assert definition["buildType"] == BUILD_TYPE
    assert details.keys() == {"builder", "byproducts"}
    assert details["builder"] == {"id": ALICE.builder, "version": {"samewheel": __version__, "uv": "0.13.9"}}
    known = {"name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations"}
    for one in (*definition["resolvedDependencies"], *details["byproducts"]):
        assert one.keys() <= known
        assert one.keys() & {"uri", "digest", "content"} or one["annotations"]


def test_what_it_was_built_from_and_how_is_stated(wheel: Path) -> None:
    """A policy asks for each of these."""
    definition: dict[str, Any] = statement(wheel).predicate["buildDefinition"]  # type: ignore[assignment] # as above
    assert definition["externalParameters"] == {"frontend": "uv", "via": "tree", "source": URI, "ref": REF}
    assert definition["internalParameters"] == {
        "implementation": "cpython", "platform": "linux-x86_64", "python": "3.11.7", "sourceDateEpoch": "315532800",
        "zlib": "1.3",
    }  # fmt: skip
    assert definition["resolvedDependencies"] == [
        {"name": "source", "uri": f"git+{URI}", "digest": {"gitCommit": COMMIT, "samewheelTree": "1" * 64}},
        {"name": "constraints.txt", "digest": {"sha256": "2" * 64}},
        {"name": "interpreter", "uri": "pkg:generic/cpython@3.11.7"},
        {"name": "f.whl", "uri": "pkg:pypi/flit-core@3.12.0", "digest": {"sha256": "3" * 64}},
    ]


def test_second_build_and_how_far_builds_were_kept_apart_are_by_products(wheel: Path) -> None:
    """They are facts of one run, which a policy may ask for; without a verification, nothing is said of one."""
    info = buildinfo(wheel)
    details: dict[str, Any] = statement(wheel).predicate["runDetails"]  # type: ignore[assignment] # as above
    apart, verified, second = details["byproducts"]
    assert apart["annotations"] == {"network": "none", "filesystem": "hidden", "mechanism": "user-namespaces"}
    assert verified["annotations"] == {"verdict": "identical", "varied": ["umask"]}
    assert second == {"name": f"second-build/{NAME}", "digest": {"sha256": str(info.wheel.sha256)}}
    assert [one["name"] for one in said(info)["runDetails"]["byproducts"]] == ["isolation"]


@settings(max_examples=30)
@given(buildinfos)
def test_whatever_the_build_it_can_be_stated_and_read_back(info: BuildInfo) -> None:
    """Parameters are strings, dependencies have a package URL and a SHA-256, and no other value needs a float."""
    found = said(info, report=verification(info))
    definition = found["buildDefinition"]
    assert all(isinstance(value, str) for value in definition["externalParameters"].values())
    assert all(isinstance(value, str) for value in definition["internalParameters"].values())
    dependencies = definition["resolvedDependencies"][3:]
    assert len(dependencies) == len(info.dependencies)
    for one in dependencies:
        assert one["uri"].startswith("pkg:pypi/")
        assert re.fullmatch(r"[0-9a-f]{64}", one["digest"]["sha256"])
    content = bytes_of(msgspec.structs.replace(EMPTY, predicate=found))
    assert bytes_of(read_statement(content, "x")) == content


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"config_settings": {"a": "1", "b": ["2", "3"]}}, "config:a", "1"),
        ({"config_settings": {"a": "1", "b": ["2", "3"]}}, "config:b", "2\n3"),
        ({"env": {"CFLAGS": "-O3"}}, "env:CFLAGS", "-O3"),
        ({"readable": ("/opt/sdk",)}, "readable", "/opt/sdk"),
        ({"source": msgspec.structs.replace(ONE.source, dirty=("a.py", "b.py"))}, "dirty", "a.py\nb.py"),
        ({"source": msgspec.structs.replace(ONE.source, included=("a.py", "b.py"))}, "included", "a.py\nb.py"),
        ({"source": msgspec.structs.replace(ONE.source, subdirectory="python")}, "subdirectory", "python"),
    ],
)
def test_all_that_the_caller_decided_is_a_parameter(changes: dict[str, object], key: str, value: str) -> None:
    """Parameters that a policy does not know are refused by it; what is left out here could not be."""
    assert said(other(**changes))["buildDefinition"]["externalParameters"][key] == value
    assert key not in said(ONE)["buildDefinition"]["externalParameters"]


def test_source_without_a_commit_or_a_place_is_stated_by_its_files() -> None:
    """There is always a digest: somebody who has the files can compare them."""
    folder = SourceInfo(kind=SourceKind.FOLDER, digest=Sha256("1" * 64))
    definition = said(other(source=folder))["buildDefinition"]
    assert definition["resolvedDependencies"][0] == {"name": "source", "digest": {"samewheelTree": "1" * 64}}
    assert "source" not in definition["externalParameters"]
    sdist = SourceInfo(kind=SourceKind.SDIST, digest=Sha256("1" * 64), uri="demo-1.0.tar.gz")
    assert said(other(source=sdist))["buildDefinition"]["resolvedDependencies"][0]["uri"] == "demo-1.0.tar.gz"


def test_who_does_not_say_who_built_gets_no_name(wheel: Path) -> None:
    """Somebody on a machine of their own: SLSA Build L1, and no policy should have that id for two people."""
    found: dict[str, Any] = statement_of(wheel, buildinfo(wheel)).predicate
    assert found["runDetails"]["builder"]["id"] == BUILDER
    assert "ref" not in found["buildDefinition"]["externalParameters"]


# The same each time


def test_no_time_is_stated_unless_it_is_asked_for(wheel: Path) -> None:
    """A statement of the same facts has the same bytes; who wants an age for it gives that up."""
    info = buildinfo(wheel)
    without, timed = (statement_of(wheel, info, with_time=with_time) for with_time in (False, True))
    assert re.search(rb"\d{4}-\d\d-\d\dT", bytes_of(without)) is None
    details: dict[str, Any] = timed.predicate["runDetails"]  # type: ignore[assignment] # as above
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", details["metadata"]["samewheel_signedOn"])


@pytest.mark.parametrize("key", [ALICE.key, PAULA.key], ids=["ed25519", "p256"])
def test_attesting_twice_gives_the_same_files(key: PrivateKey, wheel: Path, tmp_path: Path) -> None:
    """Attestations are reproducible, too: whoever has the key can show that nothing else went into them."""
    first, second = (attest(statement(wheel), key, tmp_path / folder) for folder in ("a", "b"))
    assert [path.name for path in first.files] == [f"{NAME}.intoto.jsonl", f"{NAME}.sigstore.json"]
    for one, two in zip(first.files, second.files, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_order_of_settings_is_no_matter() -> None:
    """They come from a command line."""
    there, back = {"a": "1", "b": "2"}, {"b": "2", "a": "1"}
    whole = [
        bytes_of(msgspec.structs.replace(EMPTY, predicate=said(other(env=one, config_settings=one))))
        for one in (there, back)
    ]
    assert whole[0] == whole[1]


# One file


def renamed(info: BuildInfo, name: str) -> BuildInfo:
    """Return the buildinfo of a file with another name."""
    return msgspec.structs.replace(info, wheel=msgspec.structs.replace(info.wheel, name=name))


def replaced(info: BuildInfo, **changes: object) -> BuildInfo:
    """Return a buildinfo with other values."""
    return msgspec.structs.replace(info, **changes)


def of_other_bytes(info: BuildInfo) -> BuildInfo:
    """Return the buildinfo of another file."""
    return msgspec.structs.replace(info, wheel=WheelInfo(name=NAME, sha256=OTHER, size=1))


def test_wheel_buildinfo_and_verification_must_be_of_one_file(wheel: Path) -> None:
    """Each of them may be left from an earlier build; the message has all digests, so that one sees which."""
    info = buildinfo(wheel)
    right = str(info.wheel.sha256)
    stale = of_other_bytes(info)
    for one, report, named in (
        (stale, None, [f"the wheel {NAME}: {right}", f"the buildinfo: {OTHER}"]),
        (stale, verification(info), [f"the buildinfo: {OTHER}", f"the verification's first build: {right}"]),
        (info, verification(stale), [f"the buildinfo: {right}", f"the verification's first build: {OTHER}"]),
        (info, verification(info, against=OTHER), [f"the wheel that the verification was given: {OTHER}"]),
    ):
        with pytest.raises(UsageError, match="not all name the same file") as caught:
            statement_of(wheel, one, report)
        assert all(line in caught.value.cause.splitlines() for line in named)
    assert statement_of(wheel, info, verification(info, against=right)).subject[0].digest == {"sha256": right}


def test_changed_wheel_is_not_attested(wheel: Path) -> None:
    """What is on the disk now is what would be published."""
    info = buildinfo(wheel)
    written(wheel.parent, FILES)
    with pytest.raises(UsageError, match="not all name the same file"):
        statement_of(wheel, info, verification(info))


def test_buildinfo_of_another_name_is_refused(wheel: Path) -> None:
    """A name is a version and a platform, too."""
    with pytest.raises(UsageError, match="cannot attest") as caught:
        statement_of(wheel, renamed(buildinfo(wheel), "demo-2.0-py3-none-any.whl"))
    assert "demo-2.0" in caught.value.cause


@pytest.mark.parametrize("count", [0, 1, 3])
def test_verification_is_of_two_builds(count: int, wheel: Path) -> None:
    """One build proves nothing, whatever the verdict that somebody wrote beside it."""
    info = buildinfo(wheel)
    with pytest.raises(UsageError, match="cannot attest"):
        statement_of(wheel, info, verification(info, builds=(info,) * count))


def of(info: BuildInfo, **source: object) -> BuildInfo:
    """Return the same of another source."""
    return msgspec.structs.replace(info, source=msgspec.structs.replace(info.source, **source))


@pytest.mark.parametrize(
    ("other_one", "named"),
    [
        (lambda info: of(info, commit="b" * 40), "commit"),
        (lambda info: of(info, commit=None), "commit"),
        (lambda info: of(info, digest=OTHER), "files of the source"),
        (lambda info: of(info, subdirectory="tests/demo"), "folder"),
        (lambda info: of(info, dirty=("setup.py",)), "changes that are in no commit"),
        (lambda info: of(info, included=("own.py",)), "files that are in no commit"),
        (lambda info: replaced(info, constraints=Digest(sha256=OTHER)), "constraints"),
        (lambda info: replaced(info, via=Via.SDIST), "way"),
        (lambda info: replaced(info, config_settings={"x": "1"}), "settings of the backend"),
        (lambda info: replaced(info, env={"CFLAGS": "-O3"}), "variables"),
        (lambda info: replaced(info, readable=("/",)), "readable files"),
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_what_was_verified_must_be_what_was_built(
    other_one: Callable[[BuildInfo], BuildInfo], named: str, which: int, wheel: Path
) -> None:
    """A report of another commit, or one that a stranger brought, may be of the same bytes and prove nothing."""
    info = buildinfo(wheel)
    builds = [info, info]
    builds[which] = other_one(info)
    with pytest.raises(UsageError, match="verified from something else") as caught:
        statement_of(wheel, info, verification(*builds))
    assert caught.value.cause.startswith(named)
    assert "samewheel verify" in caught.value.hint


def test_one_of_the_builds_that_were_compared_was_by_the_same_frontend(wheel: Path) -> None:
    """It is a parameter that policies allow; a verification varies it."""
    info = buildinfo(wheel)
    by_build = replaced(info, frontend=Tool(name="build", version="1.5"))
    assert statement_of(wheel, info, verification(info, by_build)).subject
    assert statement_of(wheel, by_build, verification(info, by_build)).subject
    with pytest.raises(UsageError, match="verified from something else") as caught:
        statement_of(wheel, by_build, verification(info))
    assert caught.value.cause == "frontend: build built, uv verified"


@pytest.mark.parametrize("which", [0, 1])
def test_builds_are_stated_to_be_kept_apart_as_far_as_the_least_was(which: int, wheel: Path) -> None:
    """A second build with a network could have fetched the first one's wheel."""
    info = buildinfo(wheel)
    builds = [info, info]
    builds[which] = replaced(info, isolation=Isolation(network="open", filesystem="open", mechanism="none"))
    apart = said(info, report=verification(*builds))["runDetails"]["byproducts"][0]
    assert apart["annotations"] == {"network": "open", "filesystem": "open", "mechanism": "none"}


def test_with_a_commit_nothing_else_may_have_been_built(wheel: Path) -> None:
    """Changes that are in no commit are not of the commit that somebody names."""
    info = of(buildinfo(wheel), dirty=("setup.py",))
    assert statement_of(wheel, info, verification(info)).subject
    with pytest.raises(UsageError, match="as it is") as caught:
        statement_of(wheel, info, verification(info), commit=COMMIT)
    assert "setup.py" in caught.value.cause


def test_what_is_not_identical_is_stated_as_such(wheel: Path) -> None:
    """It is for the policy to refuse it; the second build's digest is there to be looked up."""
    info = buildinfo(wheel)
    report = verification(info, of_other_bytes(info), verdict=Verdict.SAME_CONTENTS)
    byproducts = said(info, report=report)["runDetails"]["byproducts"]
    assert byproducts[1]["annotations"]["verdict"] == "same-contents"
    assert byproducts[2]["digest"] == {"sha256": OTHER}


# Files


def test_both_files_say_the_same_of_the_same_signer(wheel: Path, tmp_path: Path) -> None:
    """One for those who read DSSE, one for Sigstore's clients, which want the key's name twice."""
    done = attest(statement(wheel), ALICE.key, tmp_path / "evidence")
    envelope, bundle = (json.loads(path.read_bytes()) for path in done.files)
    assert envelope.keys() == {"payload", "payloadType", "signatures"}
    assert envelope["payloadType"] == PAYLOAD == "application/vnd.in-toto+json"
    assert [one.keys() for one in envelope["signatures"]] == [{"keyid", "sig"}]
    assert base64.b64decode(envelope["payload"]) == bytes_of(done.statement)
    assert bundle == {
        "mediaType": BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": done.signer}, "tlogEntries": []},
        "dsseEnvelope": envelope,
    }
    assert envelope["signatures"][0]["keyid"] == done.signer == keyid(ALICE.key.public_key())
    assert [path.read_bytes().count(b"\n") for path in done.files] == [1, 1]


def signer_of(path: Path) -> str:
    """Return the name of the key that signed a file."""
    (envelope,) = read_envelopes(path.read_bytes(), path.name)
    return envelope.signatures[0].keyid


def test_another_signers_files_are_left_and_ones_own_are_replaced(wheel: Path, tmp_path: Path) -> None:
    """The second to sign has the short keyid in the name, and signs again into the same files."""
    folder = tmp_path / "evidence"
    alice = attest(statement(wheel), ALICE.key, folder)
    before = [path.read_bytes() for path in alice.files]
    bob = attest(statement(wheel, BOB), BOB.key, folder)
    short = keyid(BOB.key.public_key()).removeprefix("SHA256:").replace("/", "_").replace("+", "-")[:8]
    assert [path.name for path in bob.files] == [f"{NAME}.{short}.intoto.jsonl", f"{NAME}.{short}.sigstore.json"]
    assert [path.read_bytes() for path in alice.files] == before
    later = statement(wheel, ALICE, {"predicate.runDetails.metadata": {"invocationId": "2"}})
    again = attest(later, ALICE.key, folder)
    assert again.files == alice.files
    assert [path.read_bytes() for path in again.files] != before
    assert attest(statement(wheel, BOB), BOB.key, folder).files == bob.files
    assert len(list(folder.iterdir())) == 4
    assert [signer_of(path) for path in (*alice.files, *bob.files)] == [alice.signer] * 2 + [bob.signer] * 2


@pytest.mark.parametrize(
    "content",
    [b"", b"junk", b"{}", b"\xff", b"[" * 100_000],
    ids=lambda content: repr(content[:8]),
)
def test_what_nobody_of_ours_wrote_is_left(content: bytes, wheel: Path, tmp_path: Path) -> None:
    """It may be another tool's, which we cannot read."""
    strange = tmp_path / f"{NAME}.intoto.jsonl"
    strange.write_bytes(content)
    done = attest(statement(wheel), ALICE.key, tmp_path)
    assert strange.read_bytes() == content
    assert strange not in done.files


def test_several_signers_in_one_file_are_left(wheel: Path, tmp_path: Path) -> None:
    """A file of two lines is lawful, and somebody has put it together."""
    path = tmp_path / f"{NAME}.intoto.jsonl"
    lines = b"".join(encoded(sealed(bytes_of(statement(wheel, by)), by.key)) for by in (ALICE, MALLORY))
    path.write_bytes(lines)
    attest(statement(wheel), ALICE.key, tmp_path)
    assert path.read_bytes() == lines


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b'{"_type":"https://in-toto.io/Statement/v1"}',
        b'{"_type":"x","predicate":{},"predicateType":"","subject":[]}',
    ],
)
def test_what_is_no_statement_is_not_read_as_one(content: bytes) -> None:
    """Neither in our form nor in another."""
    for lenient in (False, True):
        with pytest.raises(InvalidAttestationError, match="no in-toto statement"):
            read_statement(content, "x", lenient=lenient)


def test_dependencies_have_the_names_that_indexes_know() -> None:
    """A package URL is compared as text, so its name is normalised; the file is named as it was."""
    one = Dependency(name="Flit_Core", version="1", filename="Flit_Core-1-py3-none-any.whl", sha256=OTHER)
    info = other(dependencies=(one,), constraints=Digest(sha256=OTHER), epoch=Epoch(value=0, origin=""),
                 frontend=Tool(name="build", version="1"))  # fmt: skip
    assert said(info)["buildDefinition"]["resolvedDependencies"][3] == {
        "name": one.filename,
        "uri": "pkg:pypi/flit-core@1",
        "digest": {"sha256": OTHER},
    }
