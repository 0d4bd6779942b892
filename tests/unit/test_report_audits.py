"""Audits as text, JSON and CSV: golden."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click
import pytest

from samewheel.audit.policy import parse_policy
from samewheel.audit.values import Entry, Status
from samewheel.comparison import Verdict
from samewheel.report.audit_tables import to_csv, to_listing, to_shown
from samewheel.report.audits import audit_lines, missed_lines, shown_lines

from .audits import digest, entries_of, job_of, rebuilt_of


@pytest.fixture
def entries(tmp_path: Path) -> tuple[Entry, ...]:
    """Return entries with one of each kind, as a store gives them back."""
    return entries_of(tmp_path)


LISTED = """\
audited list.txt
  failed                  broken 1.0            the disk is full (audit-logs/broken.log)
  skipped                 git                   It comes from version control, so no wheel of it was published.
  identical               identical 1.0
  metadata-differs        metadata-differs 1.0  build-date
  not-buildable           not-buildable 1.0     The backend failed.
  pending                 waits 1.0

  identical               1  █
  metadata-differs        1  █
  not-buildable           1  █
  failed                  1  █
  pending                 1  █
  skipped                 1  █
  store        audit.sqlite3
"""


def text(lines: object) -> str:
    """Return lines without colours."""
    return "".join(f"{click.unstyle(line)}\n" for line in lines)  # type: ignore[attr-defined]


def test_list_is_one_aligned_line_each_and_a_summary(entries: tuple[Entry, ...]) -> None:
    """Verdict, name, version, cause."""
    assert text(audit_lines("list.txt", entries, Path("audit.sqlite3"))) == LISTED


def test_bars_are_as_long_as_what_they_count() -> None:
    """Up to forty columns; what is there at all has a bar."""
    many = [Entry(**fields(f"p{index}", Verdict.IDENTICAL)) for index in range(80)]  # type: ignore[arg-type]
    one = Entry(**fields("q", Verdict.NO_SOURCE))  # type: ignore[arg-type]
    lines = text(audit_lines("x", [*many, one], Path("s"))).splitlines()
    assert f"  identical               80  {'█' * 40}" in lines
    assert "  no-source                1  █" in lines


def fields(name: str, verdict: Verdict, reason: str = "") -> dict[str, object]:
    """Return the fields of an entry."""
    return {
        "name": name, "version": "1", "filename": "", "sha256": digest("a"), "status": Status.REBUILT,
        "verdict": verdict, "reason": reason, "skipped": None, "where": "", "log": "", "tool": "0",
    }  # fmt: skip


def test_json_says_everything_and_no_time(entries: tuple[Entry, ...]) -> None:
    """Two audits of the same things give the same bytes; durations are in the store only."""
    document = json.loads(to_listing("list.txt", entries))
    assert list(document) == ["schema", "name", "packages", "summary"]
    assert document["schema"] == "samewheel/audit/1"
    assert [package["name"] for package in document["packages"]] == sorted(p["name"] for p in document["packages"])
    assert document["packages"][3] == {
        "filename": "metadata-differs-1.0-py3-none-any.whl",
        "isolation": "user-namespaces",
        "log": "",
        "name": "metadata-differs",
        "reason": "build-date",
        "sha256": "a" * 64,
        "skipped": None,
        "status": "rebuilt",
        "tool": "0.1.0",
        "verdict": "metadata-differs",
        "version": "1.0",
        "where": "list.txt, metadata-differs",
    }
    assert document["summary"] == dict.fromkeys(
        ["failed", "identical", "metadata-differs", "not-buildable", "pending", "skipped"], 1
    )
    assert "seconds" not in str(document)


TABLE = """\
name,version,filename,sha256,status,verdict,skipped,reason,where,log,tool,isolation
git,,,,skipped,,vcs,"It comes from version control, so no wheel of it was published.",list.txt,,,
"""


def test_csv_is_golden(entries: tuple[Entry, ...]) -> None:
    """As RFC 4180 has it, with what is empty left empty."""
    assert to_csv(entries[1:2]) == TABLE.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        *((said, f"'{said}") for said in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)")),
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
    ],
)
def test_csv_holds_no_formula(said: str, cell: str) -> None:
    """A spreadsheet would run what somebody else wrote into a build log, after a tab too; that is escaped anyway."""
    entry = Entry(**fields("x", Verdict.IDENTICAL, said))  # type: ignore[arg-type]
    rows = list(csv.reader(io.StringIO(to_csv([entry]))))
    assert rows[1][7] == cell


def test_missed_policy_says_where_only_a_sandbox_is_missing() -> None:
    """The verdict alone would seem to be good enough."""
    policy = parse_policy(["min=same-contents"])
    assert policy is not None
    bare, worse = (Entry(**fields("x", verdict)) for verdict in (Verdict.IDENTICAL, Verdict.NO_SOURCE))  # type: ignore[arg-type]
    lines = text(missed_lines([bare, worse], policy)).splitlines()
    assert lines[1].endswith("identical               x 1  built without a sandbox (else: isolation=none)")
    assert lines[2].endswith("no-source               x 1")


def test_control_characters_reach_no_terminal() -> None:
    """Names and reasons are other people's."""
    entry = Entry(**fields("x\x1b[2J", Verdict.IDENTICAL, "y\x1b]0;z\x07\u202e"))  # type: ignore[arg-type]
    policy = parse_policy(["min=identical"])
    assert policy is not None
    for lines in (audit_lines("t\x1b", [entry], Path("s")), missed_lines([entry], policy), shown_lines(entry, None)):
        assert all(line.isprintable() for line in text(lines).splitlines())
    assert "\x1b" not in to_csv([entry])


SHOWN = """\
metadata-differs metadata-differs 1.0
  named in     list.txt, metadata-differs
  wheel        metadata-differs-1.0-py3-none-any.whl
  sha256       aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  rebuilt      cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
  isolation    user-namespaces: no network, files hidden
  source       metadata-differs-1.0.tar.gz
  python       3.11
  epoch        315532800
  cause        build-date: a.py differs, which is consistent with the time of the build: leave it out
"""


def test_show_tells_plan_and_causes(entries: tuple[Entry, ...]) -> None:
    """Everything that one needs to see why."""
    assert text(shown_lines(entries[3], rebuilt_of(job_of("metadata-differs")))) == SHOWN
    skipped = text(shown_lines(entries[1], None))
    assert "vcs          It comes from version control" in skipped


def test_json_of_one_package_has_its_whole_rebuild(entries: tuple[Entry, ...]) -> None:
    """As ``samewheel rebuild`` would say it."""
    document = json.loads(to_shown("list.txt", [(entries[3], rebuilt_of(job_of("metadata-differs")))]))
    (package,) = document["packages"]
    assert package["rebuild"]["plan"]["source"]["sdist"] == "metadata-differs-1.0.tar.gz"
    assert package["entry"]["verdict"] == "metadata-differs"
