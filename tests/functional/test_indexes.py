"""Where packages come from: each setting that docs/lookup/indexes.md names, with an index that asks who is there."""

from __future__ import annotations

import base64
import os
import re
import sys
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.markers import default_environment

from samewheel.errors import SamewheelError
from samewheel.index import Index as Client
from samewheel.locking.by_pip_tools import resolve_pip_tools
from samewheel.locking.by_uv import resolve_uv
from tests.conftest import ROOT
from tests.functional.index_cases import CASES, PASSWORD, USER, Case, settle
from tests.functional.test_locking_resolving import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    for name in os.environ:
        if name.startswith(("UV_", "PIP_")) or name in {"NETRC", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"}:
            monkeypatch.delenv(name)
    (folder / "project").mkdir(exist_ok=True)
    for name, text in settle(case, folder, guarded.url, empty.url).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(folder / "cache"))
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
