"""Pages in a browser: nothing is wrong with them, nothing hostile works, and a keyboard is enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from jinja2 import Environment, PackageLoader

from samewheel.excerpts import read_excerpts
from samewheel.explaining.diffs import explain_diff
from samewheel.report.html import rendering
from samewheel.report.html.diffed import diff_page
from tests.functional.browser import chromium, needs_chromium, opened
from tests.unit.pages import KINDS, MARKUP, every_page, hostile_site, hostile_verified, long_list
from tests.unit.wheels import FILES, INIT, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium

every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of each kind as a file; those of an audit in their site."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for kind, page in every_page(folder).items():
        found[kind] = folder / f"{kind}.html"
        found[kind].write_text(page, "utf-8")
    (folder / "site" / "packages").mkdir(parents=True)
    for name, page in hostile_site().items():
        (folder / "site" / name).write_text(page, "utf-8")
    found["audit"] = folder / "site" / "index.html"
    return found


@every_kind
def test_page_is_accessible(browser: Browser, files: dict[str, Path], kind: str) -> None:
    """Contrast, names, order and structure hold."""
    with opened(browser, files[kind]) as found:
        assert found.violations() == []


@every_kind
def test_dark_page_can_be_read(browser: Browser, files: dict[str, Path], kind: str) -> None:
    """The other colours have the contrast, too."""
    with opened(browser, files[kind], scheme="dark") as found:
        assert found.violations("color-contrast") == []


@every_kind
def test_page_fits_a_telephone(browser: Browser, files: dict[str, Path], kind: str) -> None:
    """Nothing is scrolled sideways but what scrolls by itself."""
    with opened(browser, files[kind], width=360) as found:
        assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_sees_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    """A control: a page that is not accessible is found to be so."""
    file = tmp_path / "bad.html"
    file.write_text(
        "<!doctype html><html><body><p style='color:#ccc;background:#fff'>pale</p><img src=''></body>", "utf-8"
    )
    with opened(browser, file) as found:
        rules = {line.partition(":")[0] for line in found.violations()}
    assert {"color-contrast", "image-alt", "html-has-lang"} <= rules


@every_kind
def test_page_says_nothing_and_asks_for_nothing(browser: Browser, files: dict[str, Path], kind: str) -> None:
    """No error in the console, no script but ours, no request but for the page itself."""
    with opened(browser, files[kind]) as found:
        assert found.page.evaluate("window.ran") is None
        assert found.page.locator(".theirs").count() == 0
        assert found.asked == [files[kind].as_uri()]
        assert found.said == []


def unescaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let templates write what they are given."""
    loader = PackageLoader(rendering.PACKAGE)
    careless = Environment(loader=loader, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    careless.filters["number"] = "{:,}".format
    monkeypatch.setattr(rendering, "_environment", lambda: careless)


def test_policy_holds_where_escaping_fails(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second wall: had we forgotten to escape, elements would come, and still nothing of theirs would run."""
    unescaped(monkeypatch)
    file = tmp_path / "page.html"
    file.write_text(hostile_verified(), "utf-8")
    with opened(browser, file) as found:
        assert found.page.locator(".theirs").count() > 0
        assert found.page.evaluate("window.ran") is None
        assert any("Content Security Policy" in line for line in found.said)


def test_hostile_markup_is_live(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A control: without escaping and without the policy, it runs."""
    unescaped(monkeypatch)
    monkeypatch.setattr(rendering, "policy", lambda *_: "")
    file = tmp_path / "page.html"
    file.write_text(hostile_verified(), "utf-8")
    with opened(browser, file) as found:
        found.page.wait_for_function("window.ran === 1")


def focused(page: Page) -> str:
    """Return the text of what has the focus."""
    return str(page.evaluate("document.activeElement.innerText || document.activeElement.id"))


def shown_names(page: Page) -> list[str]:
    """Return the names of packages that are drawn."""
    return page.locator("#rows a").all_inner_texts()


def test_list_is_searched_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    """A stroke leads to the search, letters to the package, Escape back."""
    with opened(browser, files["audit"]) as found:
        page = found.page
        everything = page.inner_text("#count")
        page.keyboard.press("/")
        page.keyboard.type("no-source theirs")
        assert [name[:9] for name in shown_names(page)] == ["no-source"]
        assert page.inner_text("#count") == "1 of 14"
        page.keyboard.press("Escape")
        assert page.inner_text("#count") == everything == "14 of 14"
        page.keyboard.type("no such thing")
        assert page.is_visible("#nothing")


def test_rows_are_walked_and_opened_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    """Arrows, Home and End move from row to row, Enter opens the page of a package."""
    with opened(browser, files["audit"]) as found:
        page = found.page
        names = shown_names(page)
        page.focus("#list")
        page.keyboard.press("ArrowDown")
        assert focused(page) == names[0]
        page.keyboard.press("ArrowDown")
        assert focused(page) == names[1]
        page.keyboard.press("End")
        assert focused(page) == names[-1]
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        page.wait_for_url("**/packages/*.html")
        assert page.locator("h1").count() == 1
        page.click(".brand a")
        page.wait_for_url("**/index.html")


def test_list_is_filtered(browser: Browser, files: dict[str, Path]) -> None:
    """By verdict, by cause and by backend, each with the others; and back."""
    with opened(browser, files["audit"]) as found:
        page = found.page
        for word in ("identical", "skipped", "failed"):
            page.uncheck(f'#chips input[value="{word}"]')
        assert page.inner_text("#count") == "10 of 14"
        page.select_option("#cause", label="build-date")
        assert page.inner_text("#count") == "10 of 14"
        page.select_option("#backend", index=1)
        assert page.inner_text("#count") == "0 of 14"
        page.click("#reset")
        assert page.inner_text("#count") == "14 of 14"


def test_list_is_sorted_both_ways(browser: Browser, files: dict[str, Path]) -> None:
    """By each column, and a second press turns it around; who cannot see it is told."""
    with opened(browser, files["audit"]) as found:
        page = found.page
        words = page.locator("#rows .badge")
        page.click('th button[data-key="word"]')
        assert words.first.inner_text().endswith("identical")
        page.keyboard.press("Enter")
        assert words.first.inner_text().endswith("skipped")
        assert page.get_attribute("th.c-word", "aria-sort") == "descending"
        assert page.get_attribute("th.c-name", "aria-sort") is None


def test_only_rows_that_can_be_seen_are_drawn(browser: Browser, tmp_path: Path) -> None:
    """5,000 packages are as quick to open as 50; all of them are there when one scrolls, and on paper."""
    (tmp_path / "index.html").write_text(long_list(5000), "utf-8")
    with opened(browser, tmp_path / "index.html") as found:
        page = found.page
        assert page.locator("#rows a").count() < 60
        assert page.get_attribute("#table", "aria-rowcount") == "5001"
        page.focus("#list")
        page.keyboard.press("End")
        assert focused(page) == "package-4999"
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("#rows a").count() == 5000


def test_members_are_searched(browser: Browser, files: dict[str, Path]) -> None:
    """By name, and by whether they are the same; a folder without hits goes."""
    with opened(browser, files["diff"]) as found:
        page = found.page
        page.keyboard.press("/")
        page.keyboard.type("run.sh")
        assert page.locator(".leaf:visible").count() == 1
        page.keyboard.press("Escape")
        page.check("#odd")
        assert not [text for text in page.locator(".leaf:visible").all_inner_texts() if "same" in text.split()]
        assert page.locator(".leaf:visible").count() == 6


def test_member_leads_to_what_differs_in_it(browser: Browser, files: dict[str, Path]) -> None:
    """From the tree to the lines, by keyboard, though they were folded."""
    with opened(browser, files["diff"]) as found:
        page = found.page
        page.evaluate("document.querySelectorAll('.member > details').forEach((one) => { one.open = false; })")
        link = page.locator(".leaf a").last
        link.focus()
        page.keyboard.press("Enter")
        aim = str(link.get_attribute("href"))
        page.wait_for_function(f"document.activeElement === document.querySelector('{aim}')")
        assert page.locator(f"{aim} > details[open]").count() == 1


RELOADS = 20
"""How often a page is loaded again before what it kept counts as lost."""


def test_colours_follow_the_system_until_they_are_chosen(browser: Browser, files: dict[str, Path]) -> None:
    """The switch goes through light and dark and back, says what it is, and is remembered."""
    colour = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, files["verify"], scheme="dark") as found:
        page = found.page
        dark = page.evaluate(colour)
        page.focus("#theme")
        page.keyboard.press("Enter")
        assert page.inner_text("#theme") == "Colours: light"
        light = page.evaluate(colour)
        assert light != dark
        # A process of its own may draw the page anew, and hear later of what the first one kept.
        for _ in range(RELOADS):
            page.reload()
            if page.evaluate(colour) == light:
                break
        assert page.evaluate(colour) == light
        page.click("#theme")
        page.click("#theme")
        assert page.inner_text("#theme") == "Colours: as the system"
        assert page.evaluate(colour) == dark


def test_paper_has_everything(browser: Browser, files: dict[str, Path]) -> None:
    """What is folded on the screen is printed; what only works on a screen is not."""
    with opened(browser, files["verify"]) as found:
        page = found.page
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert not page.is_visible("#theme")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() > 0


LINES = ".lines tr:not(.gap) .t"
"""Cells with a line of a text."""


def narrowest(page: Page, cells: str) -> int:
    """Return the width of the narrowest cell that is shown, in pixels."""
    widths = page.locator(cells).evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().width)")
    return int(min(width for width in widths if width))


@pytest.mark.parametrize("width", [390, 700])
def test_lines_fill_a_narrow_screen(browser: Browser, files: dict[str, Path], width: int) -> None:
    """One under the other, each as wide as the page, but for its number and the edges."""
    with opened(browser, files["diff"], width=width) as found:
        found.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert narrowest(found.page, LINES) > width - 140


def long_diff(folder: Path) -> str:
    """Return the page of two wheels with many lines that differ, as long as those that people write."""
    sides = [
        {**FILES, INIT: "".join(f"value_{at} = some_function(argument_{at}, {side})\n" for at in range(300)).encode()}
        for side in range(2)
    ]
    a, b = (written(folder / str(number), side) for number, side in enumerate(sides))
    return diff_page(explain_diff(a, b), read_excerpts(a, b))


def test_paper_has_lines_side_by_side(browser: Browser, tmp_path: Path) -> None:
    """On A4 as on a wide screen: 240 lines take some pages, not dozens with a letter in each line."""
    file = tmp_path / "page.html"
    file.write_text(long_diff(tmp_path), "utf-8")
    with opened(browser, file) as found:
        paper = found.page.pdf(format="A4", margin={"top": "1cm", "right": "1cm", "bottom": "1cm", "left": "1cm"})
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 16


@pytest.mark.parametrize("width", [390, 740])
def test_list_fills_a_narrow_screen(browser: Browser, tmp_path: Path, width: int) -> None:
    """Columns that are hidden leave their room to the others, also when a wide window is made narrow."""
    (tmp_path / "index.html").write_text(long_list(500), "utf-8")
    with opened(browser, tmp_path / "index.html") as found:
        page = found.page
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(".space td[colspan='2']").first.wait_for(state="attached")
        inside = page.evaluate("document.getElementById('list').clientWidth")
        cells = page.locator("#rows tr:not(.space)").first.locator("td:visible")
        assert cells.count() == 2
        assert sum(int(box["width"]) for cell in cells.all() if (box := cell.bounding_box())) > inside - 4


def test_paper_has_the_whole_list(browser: Browser, tmp_path: Path) -> None:
    """With all its columns and rows, not those that a window would show."""
    (tmp_path / "index.html").write_text(long_list(500), "utf-8")
    with opened(browser, tmp_path / "index.html", width=740) as found:
        page = found.page
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("#rows tr:not(.space)").first.locator("td:visible").count() == 4
        assert page.evaluate("document.getElementById('list').clientHeight > 500 * 30")


def test_page_tells_without_scripts(browser: Browser, files: dict[str, Path]) -> None:
    """Verdict, tree and the list of packages are there; what would not work is not."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files["audit"].as_uri())
    assert page.locator("noscript a").count() == 14
    assert not page.is_visible("#controls")
    page.goto(files["diff"].as_uri())
    assert page.locator(".leaf").count() == 10
    assert MARKUP[:20] in page.inner_text("main")
    context.close()
