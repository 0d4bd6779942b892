"""``samewheel audit run --shard`` and ``samewheel audit merge`` as users run them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.functional.test_audit import call

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the driver is for POSIX")

NAMES = ["identical", "machine", "mistake", "not-buildable", "no-source", "payload-differs", "six", "idna"]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a list, the store of one audit of all of it, and the stores of three shards."""
    (tmp_path / "list.txt").write_text("".join(f"{name}==1.0\n" for name in NAMES), "utf-8")
    assert call(tmp_path, "list.txt", "-q", "--store", "whole.sqlite3").returncode == 0
    for number in (1, 2, 3):
        words = ("list.txt", "-q", "--shard", f"{number}/3", "--store", f"{number}.sqlite3")
        assert call(tmp_path, *words).returncode == 0
    return tmp_path


STORES = ("3.sqlite3", "1.sqlite3", "2.sqlite3")


def test_merged_shards_list_what_one_audit_lists(here: Path) -> None:
    """Whoever reads the list need not know that several machines made it."""
    done = call(here, "merge", *STORES, "-o", "merged.sqlite3")
    assert done.returncode == 0, done.stderr
    whole = call(here, "list", "--json", "--store", "whole.sqlite3").stdout
    assert {package["name"] for package in json.loads(whole)["packages"]} == {*NAMES}
    merged = call(here, "list", "--json", "--store", "merged.sqlite3").stdout
    assert merged.replace("merged.sqlite3", "whole.sqlite3") == whole


def test_shard_that_is_missing_is_named(here: Path) -> None:
    """Two thirds of a list must not pass for all of it."""
    done = call(here, "merge", *STORES[:2], "-o", "merged.sqlite3")
    assert "shards 2" in " ".join(done.stdout.split())
    found = json.loads(call(here, "merge", *STORES[:2], "-o", "again.sqlite3", "--json").stdout)
    assert found["schema"] == "samewheel/audit-merge/1"
    assert found["audits"][0]["missing"] == [2]


def test_other_limits_are_a_wrong_usage_and_nothing_is_written(here: Path) -> None:
    """The exit code of what a user can put right, the next command, and no store."""
    again = call(here, "list.txt", "-q", "--anew", "--shard", "2/3", "--store", "2.sqlite3", "--limit", "memory=1GiB")
    assert again.returncode == 0
    before = sorted(path.name for path in here.iterdir())
    done = call(here, "merge", *STORES, "-o", "merged.sqlite3")
    assert done.returncode == 2
    assert "other limits" in done.stderr
    assert "next:" in done.stderr
    assert sorted(path.name for path in here.iterdir()) == before


def test_interrupted_shard_goes_on_as_the_same_shard(here: Path) -> None:
    """``--resume`` of a share rebuilds nothing of the others."""
    share = call(here, "list", "--json", "--store", "2.sqlite3").stdout
    assert 0 < len(json.loads(share)["packages"]) < len(NAMES)
    assert call(here, "list.txt", "-q", "--resume", "--shard", "2/3", "--store", "2.sqlite3").returncode == 0
    assert call(here, "list", "--json", "--store", "2.sqlite3").stdout == share
