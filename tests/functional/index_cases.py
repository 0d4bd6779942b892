"""Each setting that says where packages come from, as docs/lookup/indexes.md has them, with who heeds it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tests.functional.git_projects import write

if TYPE_CHECKING:
    from pathlib import Path

USER, PASSWORD = "me", "s3cr3t"


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


def settle(case: Case, folder: Path, index: str, empty: str, *, password: str = PASSWORD) -> dict[str, str]:
    """Write a case's files into a folder, and return its variables.

    Args:
        case: the setting, which becomes the only one that leads to the index.
        folder: has the folders ``home`` and ``project``.
        index: URL of the index that asks for a password.
        empty: URL of one that has nothing, and lets everybody in.
        password: of :data:`USER`, for the index.
    """
    places = {
        PASSWORD: password,
        "{url}": index,
        "{secret}": index.replace("://", f"://{USER}:{password}@"),
        "{named}": index.replace("://", f"://{USER}@"),
        "{empty}": empty,
        "{folder}": str(folder),
    }

    def filled(text: str) -> str:
        for word, place in places.items():
            text = text.replace(word, place)
        return text

    write(folder, {name: filled(text) for name, text in case.files.items()})
    environ = {"UV_HTTP_RETRIES": "0", "PIP_RETRIES": "0", "HOME": str(folder / "home")}
    environ |= {name: filled(text) for name, text in case.environ.items()}
    if (keyring := folder / "bin" / "keyring").exists():
        keyring.chmod(0o755)
        environ["PATH"] = f"{keyring.parent}{os.pathsep}{os.environ['PATH']}"
    return environ
