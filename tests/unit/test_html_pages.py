"""Pages as bytes: the same ones every time, in which nothing of other people's is markup; they ask for nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import Verdict
from samewheel.report.html.audits import site
from samewheel.report.html.badges import badge_svg
from samewheel.report.html.flow import flow
from samewheel.report.html.rendering import data_block, plain, render_page
from samewheel.report.html.words import VERDICTS
from tests.conftest import ROOT

from .pages import KINDS, MARKUP, TURNED, entries, every_page, hostile_cause, hostile_site, rebuilt_for

if TYPE_CHECKING:
    from pathlib import Path

OWN_SCRIPTS = {"audit": 2}
"""Script elements of a page, where it has data besides its script."""


class Reader(HTMLParser):
    """Notes elements and their texts."""

    def __init__(self, page: str) -> None:
        """Read a whole page."""
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        """Note the text at the beginning of an element."""
        self.texts.setdefault(self._open, []).append(data)

    def attribute(self, name: str) -> list[str]:
        """Return the values of an attribute, wherever it is."""
        return [value or "" for _, found in self.elements for key, value in found.items() if key == name]

    def count(self, tag: str) -> int:
        """Return how many elements there are of a kind."""
        return sum(found == tag for found, _ in self.elements)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A page of each kind, full of markup that is not ours."""
    return every_page(tmp_path_factory.mktemp("wheels"))


every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_nothing_of_others_becomes_an_element(pages: dict[str, str], kind: str) -> None:
    """Names, contents, reasons and causes are text, whatever they say; and they are all there."""
    found = Reader(pages[kind])
    assert not [value for value in found.attribute("class") if "theirs" in value]
    assert found.count("script") == OWN_SCRIPTS.get(kind, 1)
    assert found.count("style") == found.count("title") - pages[kind].count("<title", pages[kind].index("<body")) == 1
    assert not {name for _, attributes in found.elements for name in attributes if name.startswith("on")}
    assert "window.ran=1" in pages[kind]


@every_kind
def test_nothing_turns_the_direction_of_writing(pages: dict[str, str], kind: str) -> None:
    """What is read is what is there: marks that nobody sees are spelt out."""
    assert TURNED not in pages[kind]
    assert f"\\u{ord(TURNED):04x}" in pages[kind]


@every_kind
def test_policy_allows_the_very_script_and_style_of_the_page(pages: dict[str, str], kind: str) -> None:
    """Nothing else runs, even if something came through; no address can be asked for anything."""
    page = pages[kind]
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.replace("&#39;", "'").split(";"))
    for tag, name in (("script", "script-src"), ("style", "style-src")):
        text = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert {rules[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}


@every_kind
def test_page_names_no_address(pages: dict[str, str], kind: str) -> None:
    """One file is all: links stay in the page, or between pages of the site."""
    found = Reader(pages[kind])
    assert not found.attribute("src")
    assert not [link for link in found.attribute("href") if not re.match(r"#|\.\./index\.html$|packages/", link)]
    assert "url(" not in pages[kind]


@every_kind
def test_page_has_no_style_that_the_policy_would_drop(pages: dict[str, str], kind: str) -> None:
    """A style attribute would silently do nothing."""
    assert not Reader(pages[kind]).attribute("style")


def test_verdict_comes_first(pages: dict[str, str]) -> None:
    """Whoever reads one sentence reads the right one."""
    for kind in KINDS:
        body = pages[kind].partition("<main")[2]
        assert body.index("<h1") < body.index("badge" if kind != "audit" else "<figure")
        assert pages[kind].count("<h1") == 1


def test_pages_are_the_same_bytes_in_another_process() -> None:
    """No hash seed, locale, home or clock shows in a site."""
    script = (
        "import hashlib; from tests.unit.pages import hostile_site; "
        "print(hashlib.sha256(repr(sorted(hostile_site().items())).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "HOME": "/nowhere", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    command = [sys.executable, "-c", script]
    other = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert other.strip() == hashlib.sha256(repr(sorted(hostile_site().items())).encode()).hexdigest()


def test_data_in_a_page_is_the_data() -> None:
    """What is escaped for the page is what its script reads."""
    block = data_block([MARKUP, "\u2028"])
    assert not set("<>&\u2028") & set(block)
    assert json.loads(block) == [plain(MARKUP), "\\u2028"]


def test_tabs_and_line_ends_stay() -> None:
    """A remedy is pasted as it is."""
    assert plain("a\n\tb\x1b[1m") == "a\n\tb\\x1b[1m"


def test_own_script_that_would_end_its_element_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash would then be of something else."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "bad.js").write_text("'</script>'", "utf-8")
    monkeypatch.setattr("samewheel.report.html.rendering.files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"bad\.js"):
        render_page("base.html.j2", scripts=("bad.js",), styles=())


def test_each_package_has_a_page_of_its_own() -> None:
    """Also where names are the same once odd letters are gone; a name is one on every system."""
    names = [name for name, _ in site("list.txt", entries() * 2, rebuilt_for)]
    assert len(names) == len({name.lower() for name in names}) == 1 + 2 * len(entries())
    assert all(re.fullmatch(r"index\.html|packages/[a-z0-9][a-z0-9._~-]*\.html", name) for name in names)


def test_every_link_of_the_list_leads_to_a_page() -> None:
    """In the list for browsers without scripts, and in the data of the one with."""
    pages = hostile_site()
    data = json.loads(pages["index.html"].partition('id="data">')[2].partition("</script>")[0])
    linked = [link for link in Reader(pages["index.html"]).attribute("href") if link.startswith("packages/")]
    assert sorted(linked) == sorted(row[-1] for row in data["rows"]) == sorted(pages.keys() - {"index.html"})


def test_picture_joins_conditions_causes_and_members() -> None:
    """Which condition caused what is seen, and said in words."""
    from samewheel.report.html.causes import causes

    found = flow(causes([hostile_cause(1)]), ["clock", "umask"])
    assert found is not None
    assert [box.kind for box in found.boxes] == ["guilty", "guilty", "cause", "member", "member"]
    assert len(found.curves) == 4
    assert found.idle == ("umask",)
    assert found.said == ((f"clock, {MARKUP}", "build-date", f"{MARKUP}, b1.py"),)
    assert flow((), ["umask"]) is None


@pytest.mark.parametrize("verdict", Verdict)
def test_badge_says_the_verdict(verdict: Verdict) -> None:
    """For those who see it, and for those to whom it is read; nothing in it is fetched or run."""
    picture = badge_svg(verdict)
    assert picture.count(VERDICTS[verdict].word) == 3
    assert not re.search(r"<script|href|https?:(?!//www\.w3\.org/2000/svg\")|<style| on\w+=", picture)
