"""The page about settings says what there is."""

from __future__ import annotations

import re

import msgspec

from samewheel.project import CALLERS_ONLY, Settings
from tests.conftest import ROOT


def test_page_has_a_row_for_every_setting_and_no_other() -> None:
    """A setting that nobody can find might as well not be there."""
    page = (ROOT / "docs" / "lookup" / "settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)
    fields = [field for field in msgspec.structs.fields(Settings) if field.name not in CALLERS_ONLY]
    assert sorted(rows) == sorted(field.encode_name for field in fields)
