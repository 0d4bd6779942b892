"""uv in the fetch phase: what of the caller's environment it sees, where it looks for settings, how it fails."""

from __future__ import annotations

import inspect
import sys
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from samewheel._masking import without_secrets
from samewheel._process import Finished
from samewheel._uv import (
    cache_folder,
    explain,
    fetch_variables,
    run_uv,
    uv_binary,
    uv_version,
    without_wheel,
)
from samewheel.errors import ExitCode, NoWheelError, SamewheelError, UnlockableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a cache of its own, no proxy, and no patience with broken connections."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    return folder


def resolve(tmp_path: Path, requirements: str, *options: str | Path, offline: bool = False) -> Finished:
    """Ask uv for a resolution."""
    (tmp_path / "in.txt").write_text(requirements)
    command = ["pip", "compile", "--quiet", "--only-binary", ":all:", "--python", sys.executable]
    return run_uv([*command, *options, tmp_path / "in.txt"], offline=offline)


def sdist_of_only(links: Path) -> Path:
    """Return a folder with a project that has no wheel."""
    (links / "only-1.0").mkdir(parents=True)
    (links / "only-1.0" / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: only\nVersion: 1.0\n")
    with tarfile.open(links / "only-1.0.tar.gz", "w:gz") as archive:
        archive.add(links / "only-1.0", "only-1.0")
    return links


@contextmanager
def index(status: int) -> Iterator[str]:
    """Serve a package index that answers everything with one status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "name",
    [
        "HOME",
        "PATH",
        "HTTPS_PROXY",
        "https_proxy",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "SSL_CLIENT_CERT",
        "NETRC",
        "LANG",
        "LC_ALL",
        "TMPDIR",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
        "PYTHON_KEYRING_BACKEND",
        "KEYRING_PROPERTY_KEYRING_KEY",
        "UV_INDEX",
        "UV_DEFAULT_INDEX",
        "UV_INDEX_URL",
        "UV_INDEX_INTERNAL_PASSWORD",
        "UV_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_KEYRING_PROVIDER",
        "UV_HTTP_TIMEOUT",
        "UV_NATIVE_TLS",
        "UV_INSECURE_HOST",
        "UV_OFFLINE",
        "UV_EXCLUDE_NEWER",
        "UV_CONCURRENT_DOWNLOADS",
        *("SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP", "PATHEXT", "COMSPEC"),
    ],
)
def test_what_says_where_packages_come_from_stays(name: str) -> None:
    """Behind a proxy, with a private index or on Windows nothing could be fetched without these."""
    assert fetch_variables({name: "value"}) == {name: "value"}


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "UV_CACHE_DIR",
        "UV_PYTHON",
        "UV_LINK_MODE",
        "UV_PRERELEASE",
        "UV_RESOLUTION",
        "UV_CONSTRAINT",
        "UV_BUILD_CONSTRAINT",
        "UV_OVERRIDE",
        "UV_NO_BUILD",
        "UV_NO_BINARY",
        "UV_REQUIRE_HASHES",
        "UV_PYTHON_DOWNLOADS",
        "UV_PROJECT_ENVIRONMENT",
        "UV_COMPILE_BYTECODE",
        "UV_NO_CACHE",
    ],
)
def test_what_would_change_the_outcome_goes(name: str) -> None:
    """Two people with the same index must get the same lock and the same environment."""
    assert fetch_variables({name: "value", "HOME": "/h"}) == {"HOME": "/h"}


@pytest.mark.parametrize(
    "name",
    [
        "GITHUB_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "CI_JOB_TOKEN",
        "TWINE_PASSWORD",
        "UV_PUBLISH_TOKEN",
        "UV_PUBLISH_PASSWORD",
        "PIP_INDEX_URL",
        "SSH_AUTH_SOCK",
        "DATABASE_URL",
        "MY_HOME",
        "HOME_TOKEN",
    ],
)
def test_what_uv_has_no_use_for_goes(name: str) -> None:
    """Uv puts variables into URLs that strangers write (``${NAME}``): what it does not get, nobody can ask it for."""
    assert fetch_variables({name: "value", "HOME": "/h"}) == {"HOME": "/h"}


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user exported counts, read when it is needed."""
    monkeypatch.setenv("UV_INDEX_URL", "https://example.org")
    monkeypatch.setenv("PYTHONPATH", "/evil")
    assert fetch_variables()["UV_INDEX_URL"] == "https://example.org"
    assert "PYTHONPATH" not in fetch_variables()


VALUES = {
    "UV_INDEX_OWN_USERNAME": "first",
    "UV_INDEX_OTHER_USERNAME": "nin th",
    "UV_INDEX_OWN_PASSWORD": "sec/ond @1",
    "UV_INDEX": "own=https://me:third@one.example/simple https://fourth@two.example:8080/@x/simple",
    "UV_FIND_LINKS": "https://me:f%2Fifth@three.example",
    "https_proxy": "me:sixth@four.example:8080",
    "HTTP_PROXY": "http://me:se/venth@five.example:8080/",
    "KEYRING_PROPERTY_KEYRING_KEY": "eighth",
    "UV_EXTRA_INDEX_URL": "https://tenth-is-a-token@six.example/simple",
}


@pytest.mark.parametrize(
    "said",
    [
        *("first", "sec/ond @1", "sec%2Fond%20@1", "sec%2fond%20%401", "third", "fourth", "f%2Fifth", "f/ifth"),
        *("me:sixth", "se/venth", "se%2Fventh", "eighth", "tenth-is-a-token"),
    ],
)
def test_no_user_and_no_password_is_told_in_a_url(said: str) -> None:
    """However a URL has it: as it is, or as URLs spell it."""
    before = ended_by(1, f"http://h/{said}/x.whl".encode())
    assert without_secrets(before, VALUES).tail() == "http://h/****/x.whl"


@pytest.mark.parametrize(
    "said", ["sec/ond @1", "third", "me:third", "f/ifth", "me:sixth", "se/venth", "eighth", "tenth-is-a-token"]
)
def test_no_password_and_no_token_is_told_anywhere(said: str) -> None:
    """METADATA can have it shown as a path, or as a word; and a user as long as a token may be one."""
    before = ended_by(1, f"relative path without a working directory: {said}".encode())
    assert without_secrets(before, VALUES).tail() == "relative path without a working directory: ****"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("(https://first@h/simple)", "(https://****@h/simple)"),
        ("first@h:8080", "****@h:8080"),
        ("https://nin%20th@h/nin th/nin%20th", "https://****@h/****/****"),
        ("first has `first` @ http://first/first-1.0", "first has `first` @ http://****/****-1.0"),
        ("ninth: nin th, fourth==1.0", "ninth: nin th, fourth==1.0"),
    ],
)
def test_user_is_hidden_where_a_url_has_it(said: str, shown: str) -> None:
    """Elsewhere it is a word, which may be a package's name."""
    assert without_secrets(ended_by(1, said.encode()), VALUES).tail() == shown


@pytest.mark.parametrize(
    "said", ["abc", "one.example", "two.example:8080/@x/simple", "https://four.example:8080", "own", "FIRST"]
)
def test_what_is_no_password_is_told(said: str) -> None:
    """A message that hides hosts and paths says nothing; and what has three letters is anywhere."""
    before = ended_by(1, said.encode())
    assert without_secrets(before, VALUES | {"UV_INDEX_X_PASSWORD": "abc"}).tail() == said


def test_nothing_is_hidden_where_nothing_is_secret() -> None:
    """A URL without a user, or with an empty password, has none."""
    before = ended_by(1, b"only: https://h/simple/only")
    assert without_secrets(before, {"UV_INDEX_URL": "https://h/simple", "HOME": "/only"}) == before
    assert "only: " in without_secrets(before, {"UV_INDEX_URL": "https://only:@h/simple"}).tail()


@pytest.mark.parametrize(
    ("name", "value"), [("UV_INDEX_CORP_USERNAME", "only"), ("UV_INDEX", "corp=https://only@127.0.0.1:9/simple")]
)
def test_package_that_is_called_as_a_user_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A rebuild builds first what has no wheel, by the name that uv says; users are called build, too."""
    links = sdist_of_only(tmp_path / "links")
    monkeypatch.setenv(name, value)
    error = explain(resolve(tmp_path, "only", "--no-index", "--find-links", links), "locking")
    assert isinstance(error, NoWheelError)
    assert error.names == ("only",)


def test_cache_is_where_the_user_says(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CI job keeps it between runs; a relative name counts from the working folder."""
    assert cache_folder() == own_cache
    monkeypatch.chdir(own_cache.parent)
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", "relative")
    assert cache_folder() == own_cache.parent / "relative"


def test_cache_is_not_the_users_uv_cache(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that builds can write to may be poisoned."""
    monkeypatch.setenv("UV_CACHE_DIR", str(own_cache.parent / "poisoned"))
    assert run_uv(["cache", "dir"]).text.strip() == str(own_cache / "uv")


def test_cache_that_cannot_be_made_is_our_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint says which variable moves it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(SamewheelError, match="cannot make the cache") as caught:
        run_uv(["--version"])
    assert "SAMEWHEEL_CACHE_DIR" in caught.value.hint


def test_uv_is_the_one_that_we_installed() -> None:
    """Another uv on PATH would be another, untested resolver."""
    assert uv_binary().is_relative_to(sys.prefix)
    assert f"uv {uv_version()}" in run_uv(["--version"]).text


def test_settings_above_the_cache_do_not_count(own_cache: Path, tmp_path: Path) -> None:
    """The cache may lie in a project, whose settings are not meant for a stranger's sdist."""
    own_cache.mkdir()
    (tmp_path / "uv.toml").write_text("nonsense = 1")
    assert "nonsense" not in explain(resolve(tmp_path, "absent", "--no-index"), "x").cause
    assert "No solution found" in resolve(tmp_path, "absent", "--no-index").tail()


def test_settings_of_the_project_count_where_we_are_told_so(tmp_path: Path) -> None:
    """A private index is named there."""
    (tmp_path / "uv.toml").write_text('index-url = "http://127.0.0.1:9/simple"')
    (tmp_path / "requirements.in").write_text("iniconfig")
    finished = run_uv(["pip", "compile", tmp_path / "requirements.in"], offline=False, cwd=tmp_path)
    assert not finished.ok
    assert "http://127.0.0.1:9/simple/iniconfig/" in finished.tail()


def test_requirements_that_contradict_each_other_cannot_be_locked(tmp_path: Path) -> None:
    """That is the project's fault, and the message is uv's proof."""
    error = explain(resolve(tmp_path, "a>2\na<1\n", "--no-index"), "locking")
    assert type(error) is UnlockableError
    assert error.exit_code is ExitCode.NOT_BUILDABLE
    assert error.what == "locking: the requirements have no solution"
    assert "a>2" in error.cause


def test_project_without_a_wheel_cannot_be_locked(tmp_path: Path) -> None:
    """Building it first would run code that nobody locked; the message names the project."""
    links = sdist_of_only(tmp_path / "links")
    error = explain(resolve(tmp_path, "only", "--no-index", "--find-links", links), "locking")
    assert isinstance(error, NoWheelError)
    assert error.names == ("only",)
    assert error.what == "only has no wheel that fits"
    assert "only" in error.hint


def test_packages_without_any_wheel_come_before_those_without_some() -> None:
    """Uv names all that were in its way, by the alphabet: old versions of one may be there because of another."""
    said = (
        "Because cffi<=1.11.4 has no usable wheels, all versions of pycparser have no usable wheels and cffi>=1.11.5 "
        "depends on pycparser, your requirements are unsatisfiable.\n"
        "hint: Wheels are required for `cffi` because building from source is disabled\n"
        "hint: Wheels are required for `pycparser` because building from source is disabled\n"
    )
    assert without_wheel(said) == ("pycparser", "cffi")
    assert without_wheel("error: No solution found") == ()


def test_package_that_was_never_fetched_is_missing_offline(tmp_path: Path) -> None:
    """It is not the project's fault, and the cure is one run with the network."""
    error = explain(resolve(tmp_path, "absent", offline=True), "locking")
    assert type(error) is SamewheelError
    assert error.exit_code is ExitCode.FAILED
    assert error.what == "locking offline"
    assert "network" in error.hint


def test_index_that_nobody_serves_cannot_be_reached(tmp_path: Path) -> None:
    """A broken network must never look like a project that has no solution."""
    error = explain(resolve(tmp_path, "absent", "--index-url", "http://127.0.0.1:9/simple"), "locking")
    assert type(error) is SamewheelError
    assert error.what == "locking: the package index cannot be reached"
    assert "127.0.0.1:9" in error.cause
    assert error.hint


@pytest.mark.parametrize("status", [500, 503])
def test_index_that_fails_cannot_be_reached(status: int, tmp_path: Path) -> None:
    """An outage passes; the project is as it was."""
    with index(status) as url:
        error = explain(resolve(tmp_path, "absent", "--index-url", url), "locking")
    assert type(error) is SamewheelError
    assert error.what == "locking: the package index cannot be reached"


@pytest.mark.parametrize("status", [401, 403])
def test_index_that_asks_for_a_password_is_no_fault_of_the_project(status: int, tmp_path: Path) -> None:
    """It takes what it may not see for absent; a CI job with an expired token must say so."""
    with index(status) as url:
        error = explain(resolve(tmp_path, "absent", "--index-url", url), "locking")
    assert type(error) is SamewheelError
    assert error.what == "locking: the package index refuses us"
    assert "credentials" in error.hint


def test_package_that_no_index_has_cannot_be_locked(tmp_path: Path) -> None:
    """A misspelt name in build-system.requires is the project's fault."""
    with index(404) as url:
        error = explain(resolve(tmp_path, "absent", "--index-url", url), "locking")
    assert type(error) is UnlockableError


def test_any_other_failure_is_shown_in_uvs_own_words() -> None:
    """What we do not know we do not interpret."""
    error = explain(run_uv(["no-such-command"]), "doing something")
    assert type(error) is SamewheelError
    assert error.what == "doing something"
    assert "no-such-command" in error.cause


def ended_by(returncode: int, stderr: bytes = b"") -> Finished:
    """Return what is known of a uv that ended so."""
    return Finished(argv=("uv",), returncode=returncode, stdout=b"", stderr=stderr, timed_out=False)


@pytest.mark.parametrize(
    ("finished", "cause", "hint"),
    [
        (ended_by(-11), "SIGSEGV", "--force-reinstall"),
        (ended_by(-25), "SIGXFSZ", "ulimit -f"),
        (ended_by(3), "said nothing", "--force-reinstall"),
        (ended_by(2, b"No space left on device (os error 28)"), "No space", "Make room"),
        (ended_by(2, b"Read-only file system (os error 30)"), "Read-only", "may write to"),
        (ended_by(1, b"cause: Hash mismatch for `tool==1.0`"), "Hash mismatch", "changes files"),
        (ended_by(2, b"error: unexpected argument '--x' found"), "unexpected argument", "--force-reinstall"),
    ],
    ids=["crash", "file-size", "silent", "full", "read-only", "changed", "another-version"],
)
def test_uv_that_fails_by_itself_says_how_and_what_to_do(finished: Finished, cause: str, hint: str) -> None:
    """Neither the project nor the index has anything to do with it."""
    error = explain(finished, "locking")
    assert type(error) is SamewheelError
    assert error.exit_code is ExitCode.FAILED
    assert cause in error.cause
    assert hint in error.hint


def test_file_that_uv_cannot_read_is_not_the_projects_fault() -> None:
    """Uv counts one that was cut off on its way as none, and then finds no solution."""
    said = b"No solution found when resolving dependencies\n  cause: Because tool==1.0 has an invalid package format"
    error = explain(ended_by(1, said), "fetching")
    assert type(error) is SamewheelError
    assert "damaged" in error.what
    assert error.hint


@pytest.mark.parametrize(
    ("script", "cause"),
    [("exec sleep 1000", "no answer in 0.2 s"), ("kill -KILL $$", "SIGKILL"), ("exit 0", "said nothing")],
    ids=["hangs", "killed", "silent"],
)
def test_uv_that_does_not_say_its_version_is_given_up(
    script: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command asks for it first, and one on a disk that is gone never answers."""
    broken = tmp_path / "uv"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setattr("samewheel._uv.uv_binary", lambda: broken)
    monkeypatch.setattr("samewheel._uv.ANSWERS_WITHIN", 0.2)
    # Asked anew: who asked before remembers.
    with pytest.raises(SamewheelError, match="does not say its version") as caught:
        inspect.unwrap(uv_version)()
    assert cause in caught.value.cause
    assert caught.value.hint
