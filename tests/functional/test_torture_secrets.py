"""Secrets of the caller, looked for in all that is made: the short form of ``just torture-secrets``."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from samewheel.sandbox import choose_sandbox
from tests.index_server import PackageIndex, package_index
from tests.torture.searching import forms, layers, search, spelled
from tests.torture.secret_commands import prepared
from tests.torture.secret_variables import variables
from tests.torture.secrets import tortured
from tests.torture.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

isolated = pytest.mark.skipif(
    choose_sandbox().isolation.mechanism == "none", reason="without a sandbox, builds can look at other processes"
)

WORD = "zq0123456789abcdef"


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A project whose backend looks around, in an environment of 200 secrets."""
    with package_index() as index:
        made = Vault("test", tmp_path / "vault", index)
        prepared(made)
        yield made


@isolated
def test_no_variable_of_the_caller_reaches_a_build_a_file_or_a_reader(vault: Vault) -> None:
    """Promise 8: environments of people and of CI jobs are full of secrets."""
    for code, *words in (
        (0, "lock", "--resolver", "both"),
        (0, "build", "--sdist", "--json"),
        (13, "verify", "--html", "page.html", "--keep", "kept"),
        (13, "rebuild", "sample==1.0", "--explain", "--plan", "plan.toml"),
        (0, "audit", "run", "list.txt", "--html", "site"),
    ):
        vault.run(int(str(code)), *map(str, words))
    tally = vault.tally()
    assert tally.unlike == ()
    assert tally.found == ()
    assert tally.values >= 200
    assert tally.entrusted
    assert tally.seen > 100


@isolated
def test_variable_that_is_passed_on_is_found(vault: Vault) -> None:
    """The control: what users hand to a build is in the wheel and in the buildinfo, and the search sees it."""
    vault.run(0, "lock", "-q")
    vault.run(0, "build", "-q", "--env", "AWS_SECRET_ACCESS_KEY")
    places = {found.place.partition("!")[0] for found in vault.tally().found}
    wheel = "project/dist/sample-1.0-py3-none-any.whl"
    assert {wheel, "project/evidence/sample-1.0-py3-none-any.whl.buildinfo.json"} <= places


@isolated
@pytest.mark.long
@pytest.mark.parametrize("name", ["remotes", "refused: 401", "refused: a slash in the password", "signed links"])
def test_credentials_of_repositories_and_indexes_are_written_nowhere(name: str, tmp_path: Path) -> None:
    """Whether they are right or wrong: reports and logs go to places that more people read."""
    tally = tortured(name, tmp_path / "vault")
    assert tally.unlike == ()
    assert tally.found == ()


@isolated
@pytest.mark.long
def test_credentials_in_the_settings_of_a_repository_stay_there(tmp_path: Path) -> None:
    """A build has a clone with a history, and none of the remotes, helpers and headers."""
    tally = tortured("repositories", tmp_path / "vault")
    assert tally.unlike == ()
    assert tally.found == ()
    assert tally.seen > 1000


def test_environment_has_200_values() -> None:
    """The number that the page of figures names."""
    given: list[str] = []

    def value() -> str:
        given.append(f"value{len(given)}")
        return given[-1]

    made = variables(value, "/path", "http://127.0.0.1:1")
    told = [text for text in made.values() if any(word in text for word in given)]
    assert (len(made), len(given), len(told)) == (202, 200, 200)


WRAPPED = {
    "as it is": WORD.encode(),
    "backwards": WORD[::-1].encode(),
    "UTF-16": f"a{WORD}b".encode("utf-16"),
    "base64 0": base64.b64encode(f"user:{WORD}!".encode()),
    "base64 1": base64.b64encode(f"user1:{WORD}!".encode()),
    "base64 2": base64.urlsafe_b64encode(f"user12:{WORD}".encode()),
    "hex": f"a{WORD}".encode().hex().encode(),
    "percent": "".join(f"%{byte:02X}" for byte in WORD.encode()).encode(),
    "JSON": json.dumps({"a": [WORD]}).encode(),
    "gzip": gzip.compress(f"a{WORD}".encode()),
}


@pytest.mark.parametrize("how", WRAPPED)
def test_each_spelling_is_found(how: str) -> None:
    """The control of the search itself, with something before and behind."""
    contents = [content for _, content in layers(b"" + WRAPPED[how])]
    assert [found for content in contents for found in spelled(content, forms(WORD), "here")]


def test_names_links_archives_and_databases_are_searched(tmp_path: Path) -> None:
    """A secret in any of them is one that was written down; what the caller put there is passed over."""
    (tmp_path / f"name {WORD}").mkdir()
    (tmp_path / "link").symlink_to(f"/nowhere/{WORD}")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep.txt", f"{WORD}\n" * 9)
    with zipfile.ZipFile(tmp_path / "outer.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.getvalue())
    with closing(sqlite3.connect(tmp_path / "store")) as database:
        database.execute("CREATE TABLE t (c)")
        database.execute("INSERT INTO t VALUES (?)", ("x" * 4000 + WORD + "x" * 9000,))
        database.commit()
    (tmp_path / "planted").write_text(WORD, "utf-8")
    number, found = search(tmp_path, forms(WORD), planted={tmp_path / "planted"})
    assert number >= 4
    assert {one.place for one in found if one.form == "as it is"} == {
        f"the name name {WORD}",
        "the link link",
        "outer.whl!inner.zip!deep.txt",
        "store!sqlite",
    } | {one.place for one in found if one.place == "store"}


def test_words_of_a_process_are_looked_at(tmp_path: Path) -> None:
    """Everybody can read them while it runs, so a password among them is one that was told."""
    vault = Vault("test", tmp_path / "vault", PackageIndex())
    said = {"argv": ["git", "clone", f"https://user:{vault.value()}@example.org/"], "env": {}}
    held = {"argv": ["cc", "x.c"], "env": {"TOKEN": vault.value()}}
    allowed = {"argv": ["/bin/uv", "pip"], "env": {"TOKEN": vault.value()}}
    lines = "".join(json.dumps(one) + "\n" for one in (said, held, allowed))
    (vault.folder / "recorder" / "processes").write_text(lines, "utf-8")
    tally = vault.tally()
    assert (tally.processes, tally.entrusted) == (3, 2)
    assert {found.place for found in tally.found} == {"the words of git", "the variables of ['cc', 'x.c']"}
