"""Where a project's repository is, and which of its tags is a release."""

from __future__ import annotations

import pytest

from samewheel.rebuilding.repository import repository_urls, tag_of
from samewheel.wheel import read_headers


def urls(*lines: str) -> tuple[str, ...]:
    """Return the repositories that METADATA with these lines may name."""
    text = "\n".join(["Metadata-Version: 2.1", "Name: demo", "Version: 1.0", *lines, ""])
    return repository_urls(read_headers(text.encode(), "METADATA"))


def test_labels_decide_the_order() -> None:
    """A label for the source comes before the home page, however it is written."""
    found = urls(
        "Home-page: https://example.org/demo",
        "Project-URL: Homepage, https://example.org/other/",
        "Project-URL: Source Code, https://example.org/group/demo.git",
        "Project-URL: Documentation, https://example.org/docs",
    )
    assert found == (
        "https://example.org/group/demo.git",
        "https://example.org/other",
        "https://example.org/demo",
    )


def test_pages_lead_to_their_repository() -> None:
    """Most projects name a page of it."""
    assert urls("Project-URL: Source, https://example.org/group/demo/tree/main/lib") == (
        "https://example.org/group/demo",
    )
    assert urls("Project-URL: Code, https://example.org/group/demo/-/tree/main") == (
        "https://example.org/group/demo",
    )


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc",
        "/etc",
        "ext::sh -c id",
        "ssh://example.org/x",
        "https://user:word@example.org/x",
        "https://[",
        "",
    ],
)
def test_a_strangers_url_is_one_of_the_web_or_none(url: str) -> None:
    """Nothing of this machine, no program, no credentials."""
    assert urls(f"Project-URL: Source, {url}") == ()


@pytest.mark.parametrize(
    "tag",
    [
        "1.2.0",
        "v1.2.0",
        "1.2",
        "V1.2",
        "release-1.2.0",
        "rel_1.2.0",
        "demo-pkg-1.2.0",
        "demo_pkg-v1.2.0",
        "demo-pkg/v1.2.0",
        "demo-pkg/1.2",
    ],
)
def test_a_tag_of_the_release_is_found(tag: str) -> None:
    """As projects write them; versions are compared as versions (PEP 440)."""
    assert tag_of(["1.1.0", "v1.20", "1.2.0rc1", "other-1.2.0", tag], "demo-pkg", "1.2.0") == tag


def test_another_release_has_no_tag() -> None:
    """A version that is only alike is another one."""
    assert tag_of(["v1.2.1", "1.2.0.dev1", "12.0", "1.2.0-other", "demo", ""], "demo", "1.2.0") is None


def test_of_several_the_shortest_counts() -> None:
    """In a repository of several projects, the others have their names in their tags."""
    assert tag_of(["demo-1.0", "v1.0", "demo-v1.0"], "demo", "1.0") == "v1.0"
