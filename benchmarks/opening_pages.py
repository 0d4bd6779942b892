"""How soon Chromium shows an audit of many packages, opened from a file.

    python benchmarks/opening_pages.py [PACKAGES]        # by default 5000

Makes the site of an audit with so many made-up packages, opens its first page five times in a new tab, and prints the
seconds from the call until rows are drawn, and how long it takes to find one package among all. Nothing here judges.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from samewheel._types import Sha256
from samewheel.audit.values import Entry, Status
from samewheel.comparison import File, Verdict
from samewheel.explaining.values import Certainty, Explanation
from samewheel.rebuilding.values import Plan, PlannedSource, PlannedWheel, Rebuilt
from samewheel.report.html.audits import site

if TYPE_CHECKING:
    from playwright.sync_api import Page

RUNS = 5

BACKENDS = ("hatchling", "setuptools", "flit_core", "poetry-core", "pdm-backend")

CAUSES = ("archive-times", "compiler", "record-order", "build-path", "set-order", "unknown")

DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Resolves when what was changed can be seen."""


def entry(number: int) -> Entry:
    """Return a package."""
    verdict = tuple(Verdict)[number * 7 % 11 % 7]
    return Entry(
        name=f"package-{number:05}",
        version=f"{number % 9}.{number % 13}",
        filename=f"package_{number:05}-1.0-py3-none-any.whl",
        sha256=Sha256(f"{number:064}"),
        status=Status.REBUILT,
        verdict=verdict,
        reason="" if verdict is Verdict.IDENTICAL else CAUSES[number % len(CAUSES)],
        skipped=None,
        where="list.txt",
        log="",
        tool="0",
    )


def rebuilt(one: Entry) -> Rebuilt:
    """Return the rebuild of a package."""
    number, digest = int(one.name[-5:]), one.sha256 or Sha256("")
    cause = Explanation(
        cause=CAUSES[number % len(CAUSES)],
        certainty=Certainty.CONSISTENT,
        sentence="a.py differs",
        members=("a.py",),
        codes=("SW309",),
        remedy="",
    )
    plan = Plan(
        wheel=PlannedWheel(filename=one.filename, sha256=digest),
        source=PlannedSource(sdist=f"{one.name}.tar.gz", sha256=digest),
        python="3.11",
        pins=(f"{BACKENDS[number % len(BACKENDS)]}==1.0",),
    )
    return Rebuilt(
        name=one.name,
        version=one.version,
        wheel=File(name=one.filename, sha256=digest, size=1),
        verdict=one.verdict or Verdict.NO_SOURCE,
        plan=plan,
        causes=() if one.verdict is Verdict.IDENTICAL else (cause,),
    )


def write(folder: Path, count: int) -> None:
    """Write the site, and say how long that took and how large it is."""
    start = time.perf_counter()
    (folder / "packages").mkdir()
    size = 0
    for name, page in site("list.txt", [entry(number) for number in range(count)], rebuilt):
        size += (folder / name).write_text(page, "utf-8")
    seconds = time.perf_counter() - start
    first = (folder / "index.html").stat().st_size
    print(
        f"{count} packages: written in {seconds:.1f} s, {size / 1e6:.0f} MB in all, {first / 1e6:.2f} MB first page"
    )


def opened(page: Page, address: str) -> float:
    """Return the seconds until rows are drawn."""
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("#rows a")
    page.evaluate(DRAWN)
    return time.perf_counter() - start


def searched(page: Page) -> float:
    """Return the seconds until one package of all is found and drawn."""
    start = time.perf_counter()
    page.fill("#find", "package-00042")
    page.evaluate(DRAWN)
    return time.perf_counter() - start


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", metavar="PACKAGES", nargs="?", type=int, default=5000)
    count = parser.parse_args().packages
    chromium = shutil.which("chromium") or sys.exit("Chromium is not here: just chromium installs it")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write(Path(folder), count)
        browser = playwright.chromium.launch(executable_path=chromium)
        address = Path(folder, "index.html").as_uri()
        for what in (opened, searched):
            seconds = []
            for _ in range(RUNS):
                page = browser.new_page()
                before = opened(page, address)
                seconds.append(before if what is opened else searched(page))
                page.close()
            print(f"{what.__name__}: {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s")
        browser.close()


if __name__ == "__main__":
    main()
