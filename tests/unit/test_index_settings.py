"""Which index is the default one: where uv looks, in its order, and with its credentials."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
import tomlkit

from samewheel._indexes import default_index, index_settings

if TYPE_CHECKING:
    from pathlib import Path

FLAG = '[[index]]\nname = "extra"\nurl = "https://extra.example"\n[[index]]\nname = "own-1"\nurl = "https://own.example"\n'


def settings(tmp_path: Path, user: str) -> dict[str, str]:
    """Return an environment in which the user has settings of uv."""
    folder = tmp_path / "config" / "uv"
    folder.mkdir(parents=True)
    (folder / "uv.toml").write_text(user, "utf-8")
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def test_variables_come_before_files(tmp_path: Path) -> None:
    """UV_DEFAULT_INDEX is the newer name of UV_INDEX_URL."""
    environ = settings(tmp_path, 'index-url = "https://file.example"')
    assert default_index(None, environ) == "https://file.example"
    environ["UV_INDEX_URL"] = "https://old.example"
    assert default_index(None, environ) == "https://old.example"
    environ["UV_DEFAULT_INDEX"] = "https://new.example/?a=b"
    assert default_index(None, environ) == "https://new.example/?a=b"


def test_nobody_chose_one(tmp_path: Path) -> None:
    """An index that is not the default one does not become it, and an empty variable is none."""
    assert default_index(None, {"UV_DEFAULT_INDEX": "", "UV_NO_CONFIG": "1"}) is None
    assert default_index(None, settings(tmp_path, FLAG)) is None


def test_flag_makes_a_listed_index_the_default(tmp_path: Path) -> None:
    """It comes before the older setting."""
    environ = settings(tmp_path, f'index-url = "https://old.example"\n{FLAG}default = true\n')
    assert default_index(None, environ) == "https://own.example"


def test_project_comes_before_the_user(tmp_path: Path) -> None:
    """But only where its settings count."""
    environ = settings(tmp_path, 'index-url = "https://user.example"')
    (tmp_path / "pyproject.toml").write_text('[tool.uv]\nindex-url = "https://project.example"\n', "utf-8")
    assert default_index(tmp_path, environ) == "https://project.example"
    assert default_index(None, environ) == "https://user.example"


def test_variables_have_the_credentials_of_a_named_index(tmp_path: Path) -> None:
    """So that files with settings can be public."""
    secrets = {"UV_INDEX_OWN_1_USERNAME": "me@x", "UV_INDEX_OWN_1_PASSWORD": "p/w"}
    environ = settings(tmp_path, f"{FLAG}default = true\n") | secrets
    assert default_index(None, environ) == "https://me%40x:p%2Fw@own.example"
    assert default_index(None, secrets | {"UV_DEFAULT_INDEX": "own-1=https://h/s"}) == "https://me%40x:p%2Fw@h/s"
    assert default_index(None, secrets | {"UV_DEFAULT_INDEX": "own-1=https://a:b@h/s"}) == "https://a:b@h/s"
    assert default_index(None, secrets | {"UV_DEFAULT_INDEX": "other=https://h/s"}) == "https://h/s"


@pytest.mark.parametrize("wrong", ["index = 5", "index = [5]", "[index]\nurl = 'x'", "[[index]]\ndefault = true"])
def test_settings_of_wrong_types_choose_nothing(tmp_path: Path, wrong: str) -> None:
    """Uv itself says what is wrong with them, when it is run."""
    assert default_index(None, settings(tmp_path, wrong)) is None


@pytest.mark.parametrize("text", ["/wheels/é", "/wheels/\U0001f600", '/a"\\b\x00\x7f\x9b\u202e\U000e0041'])
def test_what_uv_reads_is_what_was_set(text: str, tmp_path: Path) -> None:
    """Settings are written again for it as TOML, in which an emoji has no two halves as it has in JSON."""
    found = {"index": [{"name": "own", "url": f"https://own.example{text}"}], "find-links": [text]}
    (tmp_path / "pyproject.toml").write_text(tomlkit.dumps({"tool": {"uv": found}}), "utf-8")
    assert tomllib.loads(index_settings(tmp_path, {})) == found
