"""What `canonicalize` refuses while it packs: each member is read once, checked and compressed in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.canonicalizing import canonicalize, check_canonical
from samewheel.errors import InvalidWheelError
from samewheel.wheel import members
from tests.unit.wheels import FILES, INFO, INIT, NAME, WHEEL, Entry, packed, record_of, recorded, written

if TYPE_CHECKING:
    from pathlib import Path

WRONG = {**FILES, f"{INFO}/RECORD": record_of({**FILES, "demo/run.sh": b"#!/bin/zz\n"})}
LONGER = {**FILES, f"{INFO}/RECORD": record_of(FILES).replace(b",54\n", b",55\n")}
ITSELF = {**FILES, f"{INFO}/RECORD": record_of(FILES).replace(b"RECORD,,", b"RECORD,,7")}
UNTAGGED = recorded({**FILES, f"{INFO}/WHEEL": WHEEL.replace(b"py3", b"py2")})


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        (WRONG, r"demo/run\.sh: it does not have the hash"),
        (LONGER, f"{INIT}: it does not have the hash or the size"),
        (recorded(FILES, "md5"), f"{INIT}: it has no hash in RECORD that can be checked"),
        (ITSELF, f"{INFO}/RECORD: it has a hash of itself"),
        (UNTAGGED, f"{INFO}/WHEEL: it does not have the tag py3-none-any"),
    ],
    ids=["hash", "size", "algorithm", "itself", "tag"],
)
def test_wrong_wheel_is_refused_and_nothing_is_written(tmp_path: Path, files: dict[str, bytes], cause: str) -> None:
    """A new RECORD would make right what was wrong, and what stands where the result goes is not touched."""
    path = written(tmp_path / "wrong", files)
    before = path.read_bytes()
    new = tmp_path / "new" / "folder"
    for attempt in (lambda: canonicalize(path), lambda: canonicalize(path, new), lambda: check_canonical(path)):
        with pytest.raises(InvalidWheelError, match=cause):
            attempt()
    assert not new.parent.exists()
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [NAME]


def test_wrong_hash_of_a_large_member_is_found_next_to_compressing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its stream is there before the hash is known to be wrong, and must not be seen by anybody."""
    monkeypatch.setattr(members, "IN_MEMORY", 3)
    path = written(tmp_path / "wrong", WRONG)
    with pytest.raises(InvalidWheelError, match=r"demo/run\.sh: it does not have the hash"):
        canonicalize(path, tmp_path / "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["wrong"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "blake2b"])
def test_right_wheel_is_packed_whatever_its_hashes(tmp_path: Path, algorithm: str) -> None:
    """Every hash that RECORD may have is checked, and the new one always has SHA-256."""
    one = canonicalize(written(tmp_path / "one", recorded(FILES, algorithm)), tmp_path / "out")
    assert one.path.read_bytes() == canonicalize(written(tmp_path / "other"), tmp_path / "again").path.read_bytes()


def test_damaged_entry_that_is_left_out_is_refused(tmp_path: Path) -> None:
    """The entry of a folder that has members is not in the canonical form; its stream is looked at all the same."""
    folder = Entry(name=b"demo/", stream=b"\6\0", both={"method": 8}, central={"external_attributes": 0o40755 << 16})
    members = [Entry(name=name.encode(), contents=content) for name, content in recorded(FILES).items()]
    path = tmp_path / NAME
    path.write_bytes(packed([folder, *members]))
    with pytest.raises(InvalidWheelError, match="demo/: its stream is damaged"):
        canonicalize(path)
