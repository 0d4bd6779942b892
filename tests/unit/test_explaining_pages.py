"""The pages about codes and causes: docs/explain is what they say, and nobody lands nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison.codes import CODES
from samewheel.comparison.values import RUNGS
from samewheel.explaining.causes import CAUSES, LAYERS
from samewheel.explaining.pages import LONGEST, code_page, explained, files, find, leading, nearest
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "docs" / "explain"
PAGES = files()

every_code = pytest.mark.parametrize("code", CODES)
every_page = pytest.mark.parametrize("name", sorted(PAGES))


def test_docs_are_what_is_rendered() -> None:
    """Pages that are edited by hand, or forgotten, say what the program does not: run ``just explain-pages``."""
    assert {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()} == PAGES


def test_docs_are_written_anew_without_remains(tmp_path: Path) -> None:
    """A page of a cause that was renamed does not stay behind, and other files do."""
    for name in ("umaks.md", "notes.txt"):
        (tmp_path / name).write_text("", "utf-8")
    subprocess.run([sys.executable, "-m", "samewheel.explaining", tmp_path], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {*PAGES, "notes.txt"}
    assert (tmp_path / "SW101.md").read_text("utf-8") == PAGES["SW101.md"]


def test_every_code_and_every_cause_has_a_page() -> None:
    """What a report names can be looked up."""
    assert set(PAGES) == {"README.md", "causes.md", *(f"{name}.md" for name in (*CODES, *CAUSES))}


@every_code
def test_page_of_a_code_names_all_its_causes(code: str) -> None:
    """A cause that is missing from the page is one that nobody looks for."""
    named = re.findall(r"\[[a-z-]+\]\(([a-z-]+)\.md\)", PAGES[f"{code}.md"])
    assert named == list(code_page(code).causes)
    assert set(named) == {cause.name for cause in CAUSES.values() if code in cause.codes}


@every_code
def test_page_of_a_code_says_verdict_and_first_step(code: str) -> None:
    """These are what a person in a hurry reads."""
    text = PAGES[f"{code}.md"]
    assert f"the verdict is `{RUNGS[code[:3]].value}`" in text
    assert text.count("**What to do first:** ") == 1


@every_code
def test_likeliest_causes_are_those_of_the_layer(code: str) -> None:
    """A difference in the ZIP file is explained by what packs before anything that writes files."""
    home = [cause.name for cause in LAYERS[code[:3]]]
    at_home = [name in home for name in code_page(code).causes]
    assert at_home == sorted(at_home, reverse=True)


@every_code
def test_at_least_one_cause_is_told_in_full(code: str) -> None:
    """The page helps by itself, without another click."""
    page = code_page(code)
    told = leading(page)
    assert told == page.causes[: len(told)]
    assert told
    for name in told:
        assert f"## [{name}]" in PAGES[f"{code}.md"]


@every_page
def test_page_is_short(name: str) -> None:
    """A page is read at one sight; one long cure may take it a little further."""
    assert len(PAGES[name].splitlines()) <= LONGEST * 1.15


@every_page
def test_links_lead_to_pages(name: str) -> None:
    """Names of causes change together with the links to them."""
    assert set(re.findall(r"\]\(([^):]+)\)", PAGES[name])) <= set(PAGES)


@every_page
def test_blocks_of_code_are_closed(name: str) -> None:
    """An open block swallows the rest of the page."""
    fences = re.findall(r"^```(\w*)$", PAGES[name], re.MULTILINE)
    assert all(fences[::2])
    assert not any(fences[1::2])
    assert len(fences) % 2 == 0


@pytest.mark.parametrize(
    ("word", "name"),
    [("SW102", "SW102"), ("sw102", "SW102"), ("102", "SW102"), ("Umask", "umask"), ("build_path", "build-path")],
)
def test_words_are_found_in_any_usual_spelling(word: str, name: str) -> None:
    """People type what they remember."""
    assert find(word) == name


@pytest.mark.parametrize("word", ["", "SW", "SW1", "SW999", "1020", "umaks", "unknown", "SWumask"])
def test_words_that_are_nothing_are_not_found(word: str) -> None:
    """A guess would explain what was not asked for."""
    assert find(word) is None


def test_nearest_names_are_offered() -> None:
    """A typing error is one key away from the answer."""
    assert nearest("umaks")[0] == "umask"
    assert nearest("SW199")[0] == "SW108"
    assert nearest("410") == ["SW409", "SW408", "SW407"]
    assert nearest("zzzzzz") == []


def test_explained_has_the_causes_of_codes_once() -> None:
    """A program that asks for codes gets what it needs to show them, in one document."""
    found = explained(["SW102", "umask", "SW102"])
    assert [page.code for page in found.codes] == ["SW102"]
    assert [cause.name for cause in found.causes] == ["umask", *(n for n in found.codes[0].causes if n != "umask")]


def test_explained_without_names_is_everything() -> None:
    """The tables are complete."""
    found = explained()
    assert [page.code for page in found.codes] == list(CODES)
    assert [cause.name for cause in found.causes] == list(CAUSES)
