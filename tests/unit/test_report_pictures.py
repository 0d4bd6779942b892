"""The pictures of reports: made by the recipe, shown on a page, and not too large for a clone."""

from __future__ import annotations

import ast

from tests.conftest import ROOT

PICTURES = sorted((ROOT / "docs" / "pictures").glob("report-*.png"))

LARGEST = 150_000
"""Bytes of one of them."""


def named_by_recipe() -> set[str]:
    """Return the names of the pictures that the script makes."""
    tree = ast.parse((ROOT / "scripts" / "report_pictures.py").read_text("utf-8"))
    (value,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "PICTURES"
    ]
    return {row[0] for row in ast.literal_eval(value)}


def test_every_picture_of_a_report_has_a_recipe_and_a_page() -> None:
    """A picture that nobody makes grows old, and one that no page shows is in the way."""
    assert {path.stem for path in PICTURES} == named_by_recipe()
    page = (ROOT / "docs" / "do" / "look-at-reports.md").read_text("utf-8")
    assert all(f"../pictures/{path.name})" in page for path in PICTURES)


def test_pictures_of_reports_are_small() -> None:
    """Everybody who clones the project fetches them."""
    assert all(path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size < LARGEST for path in PICTURES)
