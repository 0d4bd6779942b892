"""The verify report as a file, and the page that explains it."""

from __future__ import annotations

import re

import msgspec
import pytest

from samewheel.buildinfo import to_json
from samewheel.comparison import Verdict
from samewheel.comparison.values import difference
from samewheel.errors import SamewheelError
from samewheel.verification import SCHEMA, NotVaried, Verification, ViaSdist, read_verification
from samewheel.verifying import available
from tests.conftest import ROOT
from tests.unit.test_buildinfo import example

PAGE = (ROOT / "docs" / "lookup" / "verify.md").read_text("utf-8")


def report() -> Verification:
    """Return a report in which every field has a value."""
    found = (difference("SW102", "mode", "100644", "100600", member="a.py"),)
    return Verification(
        verdict=Verdict.SAME_CONTENTS,
        builds=(example(), example()),
        observed=({"umask": "022"}, {"umask": "077"}),
        varied=("umask",),
        not_varied=(NotVaried(name="clock", reason="libfaketime is not installed"),),
        differences=found,
        against="0" * 64,
        via_sdist=ViaSdist(verdict=Verdict.SAME_CONTENTS, differences=found, reason=""),
    )


def rows(heading: str) -> list[str]:
    """Return the first column of the page's table under a heading."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)


def test_page_has_a_row_for_every_condition_and_no_other() -> None:
    """Who reads a report looks up what was done to the build."""
    assert rows("What is varied") == list(available())


def test_page_has_a_row_for_every_key_and_no_other() -> None:
    """A script that reads the report is written from this page."""
    fields = {field.encode_name for field in msgspec.structs.fields(Verification)}
    assert set(rows("The report")) == {"schema", *fields}


def test_reading_is_the_inverse_of_writing() -> None:
    """Nothing of the evidence is lost on its way through a file."""
    assert read_verification(to_json(SCHEMA, report()), "x") == report()


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (b'"verdict": "same-contents"', b'"verdict": "fine"'),
        (b'"varied"', b'"vary"'),
        (b"samewheel/verify/1", b"samewheel/verify/2"),
        (b'"code"', b'"kode"'),
    ],
    ids=lambda value: value.decode(),
)
def test_what_is_no_report_is_refused(broken: bytes, named: bytes) -> None:
    """A gate that reads a report must not guess what an unknown word means."""
    content = to_json(SCHEMA, report())
    assert broken in content
    with pytest.raises(SamewheelError, match=r"x\.json is not a samewheel/verify/1") as caught:
        read_verification(content.replace(broken, named), "x.json")
    assert caught.value.cause
