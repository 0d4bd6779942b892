"""Make the pictures of reports in the documentation, from real runs of samewheel.

    python scripts/report_pictures.py [DIR]         # by default docs/pictures

Verifies projects of tests/projects that have known defects, rebuilds some published wheels, and takes pictures of the
pages in Chromium. Takes some minutes and the package index.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PROJECTS = ROOT / "tests" / "projects"

WIDTH = 1120

REQUIREMENTS = """\
attrs==23.1.0
click==8.1.7
exceptiongroup==1.2.0
idna==3.6
iniconfig==2.0.0
markupsafe==2.1.3
packaging==23.2
poetry-core==1.8.1
pyyaml==6.0.1
six==1.16.0
tomli==2.0.1
urllib3==2.1.0
"""
"""What is audited: wheels of several backends, of which most come out as published."""

PICTURES = (
    ("report-verify", "conditions.html", "light", "main", 930),
    ("report-lines", "order.html", "dark", "#m1", None),
    ("report-sections", "path.html", "light", "#m1", None),
    ("report-audit", "site/index.html", "light", "main", 760),
)
"""Name, page, colours, what of the page, and how much of its height at most."""


def run(folder: Path, *words: str | Path) -> None:
    """Run samewheel, whatever its verdict is; anything else than one ends us."""
    print("samewheel", *words, flush=True)
    command = [sys.executable, "-m", "samewheel", *map(str, words), "--quiet"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in {0, 13}:
        sys.exit(f"it ended with {done.returncode}")


def reports(folder: Path) -> None:
    """Write all pages."""
    for name, page in (("dumps-conditions", "conditions"), ("defects/hash-order", "order")):
        shutil.copytree(PROJECTS / name, folder / page)
        run(folder, "verify", "--no-via-sdist", page, "--html", f"{page}.html")
    shutil.copytree(PROJECTS / "defects" / "compiled-path", folder / "path")
    run(folder, "verify", "--no-via-sdist", "path", "--html", "path.html")
    (folder / "requirements.txt").write_text(REQUIREMENTS, "utf-8")
    run(folder, "audit", "run", "requirements.txt", "--html", "site")


def pictures(folder: Path, output: Path) -> None:
    """Take all pictures."""
    chromium = shutil.which("chromium") or sys.exit("Chromium is not here: just chromium installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for name, file, colours, what, most in PICTURES:
            page = browser.new_page(color_scheme="dark" if colours == "dark" else "light")
            page.set_viewport_size({"width": WIDTH, "height": 900})
            page.goto((folder / file).as_uri())
            box = page.locator(what).bounding_box() or sys.exit(f"{file} has no {what}")
            height = min(box["height"], most or box["height"])
            clip = {"x": 0, "y": max(0, box["y"] - 8), "width": WIDTH, "height": height + 16}
            page.screenshot(path=output / f"{name}.png", clip=clip, full_page=True)  # type: ignore[arg-type]
            print(output / f"{name}.png")
        browser.close()


def main() -> None:
    """Do all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", metavar="DIR", nargs="?", type=Path, default=ROOT / "docs" / "pictures")
    output = parser.parse_args().output.absolute()
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        reports(Path(folder))
        pictures(Path(folder), output)


if __name__ == "__main__":
    main()
