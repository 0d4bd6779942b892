"""``samewheel rebuild --attest``: a published file is stated as ours only if our build is that very file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from samewheel.attesting.envelopes import read_envelopes
from samewheel.attesting.keyfiles import make_key_files
from samewheel.attesting.rebuilds import NOT_REPRODUCED, REBUILD_TYPE
from samewheel.attesting.slsa import PROVENANCE
from samewheel.attesting.statements import Statement, read_statement
from samewheel.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Samewheel


def stated(folder: Path, wheel: str) -> Statement:
    """Return what was signed of a wheel."""
    path = folder / "evidence" / f"{wheel}.intoto.jsonl"
    (envelope,) = read_envelopes(path.read_bytes(), path.name)
    return read_statement(envelope.payload, path.name)


@pytest.mark.index
def test_identical_rebuild_is_provenance_of_the_published_file(tmp_path: Path, samewheel: Samewheel) -> None:
    """The subject is the file that everybody has, and each file that was installed for it is named by hash."""
    key = tmp_path / "key"
    make_key_files(key)
    finished = samewheel("rebuild", "-q", "six==1.16.0", "--attest", "--key", key, "--builder", "https://us.example")
    assert finished.returncode == 0, finished.stderr
    statement = stated(tmp_path, "six-1.16.0-py2.py3-none-any.whl")
    assert statement.predicate_type == PROVENANCE
    assert statement.subject[0].digest == {
        "sha256": "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
    }
    definition = json.loads(json.dumps(statement.predicate))["buildDefinition"]
    assert definition["buildType"] == REBUILD_TYPE
    assert definition["externalParameters"] == {"pins": "setuptools<70.1\nwheel==0.36.2", "target": "six==1.16.0"}
    assert {one["name"].partition("-")[0] for one in definition["resolvedDependencies"]} == {
        "source",
        "setuptools",
        "wheel",
    }
    assert all(len(one["digest"]["sha256"]) == 64 for one in definition["resolvedDependencies"])


@pytest.mark.index
def test_other_rebuild_is_no_provenance_of_anything(tmp_path: Path, samewheel: Samewheel) -> None:
    """What we built has another name, and the predicate says what came of it."""
    key = tmp_path / "key"
    make_key_files(key)
    finished = samewheel("rebuild", "-q", "--tries", "1", "colorama==0.4.4", "--attest", "--key", key)
    assert finished.returncode == ExitCode.METADATA_DIFFERS, finished.stderr
    name = "colorama-0.4.4-py2.py3-none-any.whl"
    statement = stated(tmp_path, name)
    published = json.loads((tmp_path / "evidence" / f"{name}.rebuild.json").read_text())["wheel"]["sha256"]
    assert statement.predicate_type == NOT_REPRODUCED
    assert statement.subject[0].name == f"rebuild/{name}"
    assert statement.subject[0].digest["sha256"] != published
    assert statement.predicate["verdict"] == "metadata-differs"


@pytest.mark.parametrize("options", [["--attest"], ["--key", "key"]])
def test_key_and_wish_belong_together(options: list[str], samewheel: Samewheel) -> None:
    """A key that signs nothing, and a signature without a key, are slips; both are said before the work."""
    finished = samewheel("rebuild", "six==1.16.0", *options)
    assert finished.returncode == ExitCode.USAGE
    assert "belong together" in finished.stderr
