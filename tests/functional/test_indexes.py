"""Where packages come from: each setting that docs/lookup/indexes.md names, with an index that asks who is there."""

from __future__ import annotations

import base64
import os
import re
import sys
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from packaging.markers import default_environment

from samewheel.errors import SamewheelError
from samewheel.index import Index as Client
from samewheel.locking.by_pip_tools import resolve_pip_tools
from samewheel.locking.by_uv import resolve_uv
from tests.conftest import ROOT
from tests.functional.git_projects import write
from tests.functional.test_locking_resolving import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER, PASSWORD = "me", "s3cr3t"

AUTHORIZATION = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"

PAGE = (ROOT / "docs" / "lookup" / "indexes.md").read_text("utf-8")


class Guard(SimpleHTTPRequestHandler):
    """Serves a folder to those who give name and password."""

    def do_GET(self) -> None:
        """Serve, or ask."""
        if self.headers.get("Authorization") == AUTHORIZATION:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Case(NamedTuple):
    """One setting."""

    name: str
    """As the page has it."""
    heeded: str
    """By whom: u for ``lock``, ``build``, ``verify``; p for the second resolver; r for ``rebuild``, ``audit``."""
    environ: dict[str, str]
    files: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


NAMED = '[[tool.uv.index]]\nname = "own"\nurl = "{url}"\ndefault = true\n'
SECRETS = {"UV_INDEX_OWN_USERNAME": USER, "UV_INDEX_OWN_PASSWORD": PASSWORD}
NETRC = f"machine 127.0.0.1\nlogin {USER}\npassword {PASSWORD}\n"
NONE = {"UV_DEFAULT_INDEX": "{empty}", "PIP_INDEX_URL": "{empty}"}
BARE = {"UV_DEFAULT_INDEX": "{url}", "PIP_INDEX_URL": "{url}"}
KEYRING = f"""#!/bin/sh
case "$*" in *json*) echo '{{"username": "{USER}", "password": "{PASSWORD}"}}' ;; *) echo {PASSWORD} ;; esac
"""
WITH_NAME = {"UV_DEFAULT_INDEX": "{named}", "PIP_INDEX_URL": "{named}"}

CASES = [
    Case("`UV_DEFAULT_INDEX`", "u-r", {**NONE, "UV_DEFAULT_INDEX": "{secret}"}),
    Case("`UV_INDEX_URL`", "u-r", {"PIP_INDEX_URL": "{empty}", "UV_INDEX_URL": "{secret}"}),
    Case("`UV_INDEX`", "u--", {**NONE, "UV_INDEX": "{secret}"}),
    Case("`UV_EXTRA_INDEX_URL`", "u--", {**NONE, "UV_EXTRA_INDEX_URL": "{secret}"}),
    Case("`UV_FIND_LINKS`, a folder", "u--", {**NONE, "UV_FIND_LINKS": "{folder}/guarded/one"}),
    Case(
        "`UV_INDEX_NAME_USERNAME`, `UV_INDEX_NAME_PASSWORD`",
        "u-r",
        {"PIP_INDEX_URL": "{empty}", **SECRETS},
        {"project/pyproject.toml": NAMED},
    ),
    Case(
        "`[[tool.uv.index]]` with `default = true`",
        "u-r",
        {"PIP_INDEX_URL": "{empty}"},
        {"project/pyproject.toml": NAMED.replace("{url}", "{secret}")},
    ),
    Case(
        "other `[[tool.uv.index]]`, `extra-index-url`, `find-links` of uv's files",
        "u--",
        NONE,
        {"project/pyproject.toml": NAMED.replace("{url}", "{secret}").replace("true", "false")},
    ),
    Case(
        "`index-url` of uv's files",
        "u-r",
        {"PIP_INDEX_URL": "{empty}"},
        {"home/.config/uv/uv.toml": 'index-url = "{secret}"\n'},
    ),
    Case("`PIP_INDEX_URL`", "-p-", {**NONE, "PIP_INDEX_URL": "{secret}"}),
    Case("`PIP_EXTRA_INDEX_URL`", "-p-", {**NONE, "PIP_EXTRA_INDEX_URL": "{secret}"}),
    Case("`PIP_FIND_LINKS`", "-p-", {**NONE, "PIP_FIND_LINKS": "{secret}/one/"}),
    Case(
        "`pip.conf`",
        "-p-",
        {"UV_DEFAULT_INDEX": "{empty}"},
        {"home/.config/pip/pip.conf": "[global]\nindex-url = {secret}\n"},
    ),
    Case("`~/.netrc`", "upr", BARE, {"home/.netrc": NETRC}),
    Case("`NETRC`", "upr", {**BARE, "NETRC": "{folder}/home/secrets"}, {"home/secrets": NETRC}),
    Case(
        "keyring (`UV_KEYRING_PROVIDER`, `PIP_KEYRING_PROVIDER`)",
        "up-",
        {**WITH_NAME, "UV_KEYRING_PROVIDER": "subprocess", "PIP_KEYRING_PROVIDER": "subprocess"},
        {"bin/keyring": KEYRING},
    ),
]  # fmt: skip

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Index]:
    """Return an index that wants name and password, with one package."""
    served = Index(tmp_path / "guarded", Guard)
    served.add("one", "1.0")
    yield served
    served.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Index]:
    """Return an index that has nothing, and lets everybody in."""
    served = Index(tmp_path / "empty")
    yield served
    served.close()


def arrange(case: Case, folder: Path, guarded: Index, empty: Index, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make this setting the only one that leads to the package; return the project."""
    bare = guarded.url
    places = {
        "{url}": bare,
        "{secret}": bare.replace("://", f"://{USER}:{PASSWORD}@"),
        "{named}": bare.replace("://", f"://{USER}@"),
        "{empty}": empty.url,
        "{folder}": str(folder),
    }

    def filled(text: str) -> str:
        for word, place in places.items():
            text = text.replace(word, place)
        return text

    for name in os.environ:
        if name.startswith(("UV_", "PIP_")) or name in {"NETRC", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"}:
            monkeypatch.delenv(name)
    write(folder, {name: filled(text) for name, text in case.files.items()})
    (folder / "project").mkdir(exist_ok=True)
    for name, text in {"UV_HTTP_RETRIES": "0", "PIP_RETRIES": "0", **case.environ}.items():
        monkeypatch.setenv(name, filled(text))
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(folder / "cache"))
    if (keyring := folder / "bin" / "keyring").exists():
        keyring.chmod(0o755)
        monkeypatch.setenv("PATH", f"{keyring.parent}{os.pathsep}{os.environ['PATH']}")
    return folder / "project"


def by_uv(project: Path) -> None:
    """Resolve as ``lock`` does."""
    resolve_uv(["one"], requires_python=">=3.11", python=Path(sys.executable), cwd=project)


def by_pip(project: Path) -> None:  # noqa: ARG001 - as the others
    """Resolve as ``lock --resolver pip-tools`` does."""
    resolve_pip_tools(["one"], environment={key: str(value) for key, value in default_environment().items()})


def by_us(project: Path) -> None:
    """Ask and fetch as ``rebuild`` and ``audit`` do."""
    client = Client(cwd=project)
    client.fetch(client.files("one")[0])


def finds(way: Callable[[Path], None], project: Path) -> bool:
    """Tell whether a way leads to the package; whatever comes of it, nobody is told the password."""
    said = ""
    try:
        way(project)
    except SamewheelError as error:
        said = f"{error.what} {error.cause} {error.hint}"
    if PASSWORD in said:
        pytest.fail("the password is told")
    return not said


@every_case
def test_uv_heeds_what_the_page_says(
    case: Case, tmp_path: Path, guarded: Index, empty: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has an index of their own finds out before a build does."""
    assert finds(by_uv, arrange(case, tmp_path, guarded, empty, monkeypatch)) == ("u" in case.heeded)


@every_case
def test_second_resolver_heeds_what_the_page_says(
    case: Case, tmp_path: Path, guarded: Index, empty: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has pip's settings, and none of uv's."""
    assert finds(by_pip, arrange(case, tmp_path, guarded, empty, monkeypatch)) == ("p" in case.heeded)


@every_case
def test_rebuilds_heed_what_the_page_says(
    case: Case, tmp_path: Path, guarded: Index, empty: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They ask one index, that which uv takes for the default one."""
    assert finds(by_us, arrange(case, tmp_path, guarded, empty, monkeypatch)) == ("r" in case.heeded)


def test_page_has_a_row_for_every_case() -> None:
    """And says of each who heeds it."""
    rows = re.findall(r"^\| (.+?) \| (yes|no) \| (yes|no) \| (yes|no) \|$", PAGE, re.MULTILINE)
    assert rows == [(case.name, *("yes" if letter in case.heeded else "no" for letter in "upr")) for case in CASES]
