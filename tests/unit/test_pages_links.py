"""Links on pages: each leads to a file that is there, and to a heading that it has."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.conftest import ROOT
from tests.pages import FENCE, PAGES, prose, script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)|<(?:img|source)\b[^>]*?\bsrc(?:set)?=\"([^\"]+)\"")

SITE = script("check_site")


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    found: set[str] = set()
    for title in re.findall(r"^#{1,6} +(.+?)\s*$", FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = 0
        while (name := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(name)
    return found


def lost(page: str, text: str) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for match in LINK.finditer(prose(text)):
        link = match[1] or match[2]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / PurePosixPath(page).parent / unquote(path)).resolve() if path else ROOT / page
        if not target.exists() or not target.is_relative_to(ROOT):
            yield f"{page}: {link} is no file"
        elif anchor and anchor not in anchors(text if not path else target.read_text("utf-8")):
            yield f"{page}: {link} is no heading"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_links_lead_somewhere(name: str) -> None:
    """A page that was moved, or a heading that was reworded, leaves no link behind."""
    assert list(lost(name, PAGES[name])) == []


def test_links_are_found() -> None:
    """The control: the pages have links of each kind, and they are read."""
    found = [match[1] or match[2] for text in PAGES.values() for match in LINK.finditer(prose(text))]
    assert len(found) > 500
    assert any("#" in link and ".md" in link for link in found)
    assert any(link.endswith(".svg") for link in found)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("[a](docs/nowhere.md)", 1),
        ("[a](docs/lookup/diff.md#no-such-heading)", 1),
        ("![a](docs/nothing.svg)", 1),
        ('<img src="docs/nothing.svg">', 1),
        ("[a](../elsewhere.md)", 1),
        ("[a](#here)", 1),
        ("# Here\n\n[a](#here) [b](docs/lookup/diff.md#the-codes) [c](https://example.org/x)", 0),
        ("    [a](nowhere.md)", 1),
        ("```text\n[a](nowhere.md)\n```\n", 0),
    ],
)
def test_lost_links_are_noticed(text: str, faults: int) -> None:
    """The control: one mistake each; what stands in a block of code is no link."""
    assert len(list(lost("README.md", text))) == faults


def test_every_page_can_be_reached() -> None:
    """Links alone lead from the index to every page: nobody needs the site."""
    reached, ahead = set[str](), ["docs/index.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page not in PAGES:
            continue
        reached.add(page)
        links = (match[1] or match[2] for match in LINK.finditer(prose(PAGES[page])))
        for link in links:
            if not re.match(r"[a-z]+:", link):
                target = (ROOT / PurePosixPath(page).parent / link.partition("#")[0]).resolve()
                ahead.append(str(target.relative_to(ROOT)))
    assert set(PAGES) - reached == set()


@pytest.mark.parametrize(
    ("name", "text", "faults"),
    [
        ("a.html", '<a href="#x">a</a><p id="x"><img src="b.svg">', 0),
        ("a.html", '<a href="https://example.org">a</a>', 0),
        ("a.html", '<link href="https://fonts.example.org/a.css" rel="stylesheet">', 1),
        ("a.html", '<script src="//example.org/a.js"></script>', 1),
        ("a.html", '<a href="#y">a</a>', 1),
        ("a.html", '<a href="c.html">a</a>', 1),
        ("a.css", "@import url('https://example.org/a.css')", 1),
        ("a.txt", "made in /here/at/home", 1),
    ],
)
def test_a_site_with_a_fault_is_noticed(name: str, text: str, faults: int, tmp_path: Path) -> None:
    """The check of the built site: nothing from elsewhere, no lost link, no name of the machine."""
    (tmp_path / "b.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', "utf-8")
    (tmp_path / "index.html").write_text("", "utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    assert len(SITE.faults(tmp_path, ["/here/at/home"])) == faults


def test_an_empty_site_is_a_fault(tmp_path: Path) -> None:
    """A build that wrote nothing passes no check."""
    assert len(SITE.faults(tmp_path, [])) == 1
