"""Repositories behind HTTP that ask for a password: who gets it, and who does not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from samewheel.errors import NoSourceError, UsageError
from samewheel.sources.remote import clone, tags
from tests.functional.git_projects import git
from tests.index_server import PackageIndex, Reply, package_index

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = """h@n/t:e%r 2 "$HOME" \'`x`"""  # noqa: S105 - it is one, for these tests
LISTING = "/x.git/info/refs?service=git-upload-pack"


pytestmark = pytest.mark.usefixtures("plain_git")


def serve(repository: Path, host: PackageIndex) -> None:
    """Put a repository behind HTTP, as files."""
    git(repository, "tag", "--force", "v1.0")
    git(repository, "gc", "--quiet")
    git(repository, "update-server-info")
    for path in (repository / ".git").rglob("*"):
        if path.is_file():
            host.put(f"/x.git/{path.relative_to(repository / '.git')}", Reply(path.read_bytes()))
    host.answers[LISTING] = host.answers["/x.git/info/refs"]


def named(host: PackageIndex, path: str = "/x.git") -> str:
    """Return the URL of a repository with user and password."""
    return f"{host.url.replace('://', f'://me:{quote(PASSWORD, safe=str())}@')}{path}"


@pytest.mark.parametrize("wanted", ["", f"me:{PASSWORD}"], ids=["before-it-asks", "after-it-asked"])
def test_host_that_redirects_takes_no_password_elsewhere(repository: Path, tmp_path: Path, wanted: str) -> None:
    """Whoever moved, or was taken over, sends git where it likes; user and password are for whom the URL names."""
    with package_index() as host, package_index() as other:
        serve(repository, other)
        host.wanted = wanted
        host.put(LISTING, Reply(status=301, headers={"Location": f"{other.url}{LISTING}"}))
        assert list(tags(named(host), tmp_path)) == ["v1.0"]
        if not wanted:
            # Of a host that asks first, git 2.39.5 does not remember that it redirects, and looks there for the rest.
            assert clone(named(host), "v1.0", tmp_path / "clone") == git(repository, "rev-parse", "HEAD")
    assert {one.authorization for one in other.asked} == {""}
    assert (wanted in [one.user for one in host.asked]) or not wanted


def test_host_that_was_not_named_gets_no_password_if_it_asks(tmp_path: Path) -> None:
    """It would ask, if it were after that; the hint says why nobody was let in."""
    with package_index() as host, package_index() as other:
        other.wanted = f"me:{PASSWORD}"
        host.put(LISTING, Reply(status=301, headers={"Location": f"{other.url}{LISTING}"}))
        with pytest.raises(NoSourceError) as caught:
            clone(named(host), "v1.0", tmp_path / "clone")
    assert {one.authorization for one in other.asked} == {""}
    assert "redirects" in caught.value.hint


def test_password_opens_what_moved_on_its_own_host(repository: Path, tmp_path: Path) -> None:
    """The control: a repository that got another name there is cloned, whatever stands in the password."""
    with package_index() as host:
        serve(repository, host)
        host.wanted = f"me:{PASSWORD}"
        old = LISTING.replace("x.git", "old.git")
        host.put(old, Reply(status=301, headers={"Location": f"{host.url}{LISTING}"}))
        assert list(tags(named(host, "/old.git"), tmp_path)) == ["v1.0"]
        assert clone(named(host), "v1.0", tmp_path / "clone") == git(repository, "rev-parse", "HEAD")
        with pytest.raises(NoSourceError, match="Authentication failed"):
            clone(f"{host.url.replace('://', '://me:other@')}/x.git", "v1.0", tmp_path / "again")
    kept = [path.read_bytes() for path in (tmp_path / "clone").rglob("*") if path.is_file()]
    assert not any(quote(PASSWORD, safe="").encode() in content or PASSWORD.encode() in content for content in kept)


@pytest.mark.parametrize("password", ["a%0Ahost=example.org", "a%00b"])
def test_password_of_several_lines_is_refused(password: str, tmp_path: Path) -> None:
    """Git asks for it line by line, and no variable holds a zero byte."""
    with pytest.raises(UsageError, match="control character"):
        tags(f"https://me:{password}@127.0.0.1:9/x.git", tmp_path)
