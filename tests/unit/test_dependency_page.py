"""The page about our dependencies: what an audit found, for all that we install, and for nothing else."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from samewheel.audit.store import writing
from samewheel.audit.values import Entry, Skipped, failed
from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError
from tests.conftest import ROOT
from tests.pages import script

from .audits import easy_work, item_of, job_of

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.audit.values import Item

PAGE = (ROOT / "docs" / "understand" / "our-dependencies.md").read_text("utf-8")
TRIED = (ROOT / "docs" / "understand" / "what-was-tried.md").read_text("utf-8")
MAKER = script("dependency_page")

ROW = re.compile(r"^\| ([\w.-]+) \| (\d[\w.]*) \| ([a-z -]+) \| (.*) \|$", re.MULTILINE)
"""Of a package: its name, version, verdict, and why that is so."""

FULL = SamewheelError("the disk is full")

LOCK: dict[str, Any] = {
    "package": [
        {
            "name": "samewheel",
            "dependencies": [{"name": "identical"}],
            "optional-dependencies": {"clock": [{"name": "payload-differs", "extra": ["more"]}]},
        },
        {"name": "identical", "dependencies": [{"name": "not-buildable"}]},
        {
            "name": "payload-differs",
            "dependencies": [{"name": "identical"}],
            "optional-dependencies": {"more": [{"name": "absent"}], "unasked": [{"name": "unasked"}]},
        },
        {"name": "not-buildable", "dependencies": [{"name": "identical"}]},
        {"name": "absent"},
        {"name": "unasked"},
    ]
}
"""Packages that are called what becomes of them; two need each other."""


def store_of(folder: Path, *names: str) -> Path:
    """Return a store with an audit of some packages; ``pending`` has no result, ``machine`` no verdict."""
    path = folder / "dependencies.sqlite3"
    items = [item_of(name) for name in names]
    with writing(path, "dependencies", items) as writer:
        for name in names:
            if name != "pending":
                writer.put(job_of(name), failed(FULL) if name == "machine" else easy_work(job_of(name)))
    return path


def as_entry(item: Item) -> Entry:
    """Return an item as an audit lists it whose build failed."""
    said = {"status": "rebuilt", "verdict": "not-buildable", "reason": "It failed.", "log": "", "tool": ""}
    return msgspec.convert({**msgspec.to_builtins(item), **said}, Entry)


def test_packages_belong_to_what_needs_them() -> None:
    """What is always installed is no extra's; what an extra of a dependency brings is for whoever asks for it."""
    assert MAKER.parts(LOCK) == {
        "identical": "always",
        "not-buildable": "always",
        "payload-differs": "clock",
        "absent": "clock",
    }


def test_page_has_each_package_with_its_verdict_and_reason(tmp_path: Path) -> None:
    """Figures for each part, causes as links, and of what failed the line that says why, as its author's words."""
    path = store_of(tmp_path, "identical", "payload-differs", "not-buildable")
    page = MAKER.page(MAKER.read(path, LOCK), "2026-11-22")
    assert ROW.findall(page) == [
        ("identical", "1.0", "identical", ""),
        ("not-buildable", "1.0", "not-buildable", "The backend failed."),
        ("payload-differs", "1.0", "payload-differs", "[build-date](../explain/build-date.md)"),
    ]
    assert "| What is always installed | 2 | 1 | 0 | 1 |" in page
    assert "| Together | 3 | 1 | 1 | 1 |" in page
    assert "**1 of the 3 that are installed here are identical" in page
    assert "this is of 2026-11-22," in page
    assert page == MAKER.page(MAKER.read(path, LOCK), "2026-11-22")


def test_line_that_tells_is_shown_as_it_is() -> None:
    """A backend's words are code: they make no link, no cell and no other column."""
    entry = as_entry(item_of("not-buildable"))
    assert (
        MAKER.why(entry, "It failed.\nstep 1\nmake: nasm: No such file\nerror: 2\n")
        == "It failed.: `make: nasm: No such file`"
    )
    assert MAKER.why(entry, "It failed.\nerror: 2\n") == "It failed."
    assert MAKER.code("  a | b `c` ") == "`a \\| b 'c'`"
    assert MAKER.code("x" * 500) == f"`{'x' * MAKER.LONGEST}…`"


@pytest.mark.parametrize("name", ["machine", "pending"])
def test_unfinished_audit_makes_no_page(name: str, tmp_path: Path) -> None:
    """What has no verdict is not left out in silence."""
    with pytest.raises(SystemExit, match=f"{name} has no verdict"):
        MAKER.read(store_of(tmp_path, name), LOCK)


def test_page_is_about_what_we_install() -> None:
    """`just audit-self` was run since .github/samewheel.txt changed last."""
    pinned = (ROOT / ".github" / "samewheel.txt").read_text("utf-8")
    rows = [(name, version) for name, version, *_ in ROW.findall(PAGE)]
    assert rows
    assert sorted(rows) == sorted(re.findall(r"^([\w.-]+)==([\w.]+)", pinned, re.MULTILINE))


def test_every_verdict_but_identical_has_its_reason() -> None:
    """Who reads that something differs wants to know why; what is skipped says so, too."""
    rows = ROW.findall(PAGE)
    assert {verdict for *_, verdict, _ in rows} <= {*Verdict, "not installed here"}
    for name, _, verdict, why in rows:
        assert bool(why) == (verdict != "identical"), name
    assert Skipped.OTHER_PLATFORM.sentence in PAGE


def test_figures_are_those_of_the_rows() -> None:
    """On the page, and on the one that says what was tried."""
    counts = Counter(verdict for *_, verdict, _ in ROW.findall(PAGE) if verdict in {*Verdict})
    shown = [verdict for verdict in Verdict if counts[verdict]]
    figures = " | ".join(str(counts[verdict]) for verdict in shown)
    together = f"| Together | {counts.total()} | {figures} |"
    assert together in PAGE
    assert together in TRIED
    assert f"**{counts[Verdict.IDENTICAL]} of the {counts.total()} " in PAGE
