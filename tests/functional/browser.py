"""Chromium for tests: pages opened from files, with all that they say to the console and ask for noted."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: just chromium installs it")

AXE = files("axe_playwright_python").joinpath("axe.min.js")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser for the time of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


class Opened:
    """A page, and what it has said and asked for."""

    def __init__(self, browser: Browser, file: Path, *, scheme: str = "light", width: int = 1200) -> None:
        """Open a file."""
        self.context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())

    def violations(self, *rules: str) -> list[str]:
        """Return what axe finds wrong, by default by all of its rules: the rule, and the first place."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "(options) => axe.run(options)", {"runOnly": list(rules)} if rules else {}
        )
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]

    def close(self) -> None:
        """Close the page."""
        self.context.close()


@contextmanager
def opened(browser: Browser, file: Path, *, scheme: str = "light", width: int = 1200) -> Iterator[Opened]:
    """Open a file for the time of the block."""
    found = Opened(browser, file, scheme=scheme, width=width)
    try:
        yield found
    finally:
        found.close()
