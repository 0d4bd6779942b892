"""The index client against a server of ours: what it asks, keeps, checks, and how it fails."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from samewheel.errors import ExitCode, NoSourceError, SamewheelError, UsageError
from samewheel.index import Index, ReleaseFile
from tests.index_server import Asked, PackageIndex, Reply, entry, package_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHEEL = "six-1.16.0-py2.py3-none-any.whl"
SDIST = "six-1.16.0.tar.gz"
CONTENT = b"content"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return the cache of a test."""
    return tmp_path / "cache"


@pytest.fixture
def server(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """Run an index that has one project, and make it the default one, with a cache that is empty."""
    with package_index() as index:
        monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(cache))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.simple)
        monkeypatch.setenv("UV_HTTP_RETRIES", "1")
        monkeypatch.setenv("UV_HTTP_TIMEOUT", "20")
        monkeypatch.delenv("UV_OFFLINE", raising=False)
        index.put_json("six", entry(WHEEL), entry(SDIST))
        index.put(f"/files/{WHEEL}", Reply(CONTENT))
        yield index


def wheel_of(index: Index) -> ReleaseFile:
    """Return the wheel."""
    return next(file for file in index.files("six") if file.kind == "wheel")


def left(cache: Path) -> list[str]:
    """Return the files of releases that are in the cache, with what is half written."""
    return sorted(path.name for path in (cache / "files").rglob("*") if path.is_file())


def test_files_are_asked_for_once(server: PackageIndex) -> None:
    """In JSON if the index can; under the normalised name, whatever was written."""
    server.put_json("zope-interface", entry("zope.interface-5.0.tar.gz"))
    index = Index()
    assert index.files("Zope_Interface") is index.files("zope.interface")
    (asked,) = server.asked
    assert asked.path == "/simple/zope-interface/"
    assert asked.accept.startswith("application/vnd.pypi.simple.v1+json, ")
    assert "text/html" in asked.accept


def test_html_with_upload_times_needs_no_second_question(server: PackageIndex) -> None:
    """Some indexes put them there for who could read JSON."""
    server.put_html("six", f'<a href="/x#sha256={DIGEST}" data-upload-time="2021-05-05T14:18:17Z">{WHEEL}</a>')
    (file,) = Index().files("six")
    assert (file.uploaded, file.sha256) == ("2021-05-05T14:18:17Z", DIGEST)
    assert server.paths() == ["/simple/six/"]


def test_older_json_is_the_last_resort(server: PackageIndex) -> None:
    """It is asked where the page has no upload times or hashes."""
    server.put_html("six", f'<a href="/x">{WHEEL}</a>')
    old = {"filename": WHEEL, "digests": {"sha256": DIGEST}, "upload_time_iso_8601": "2021-05-05T14:18:17.1Z"}
    server.put_old("six", **{"1.16.0": [old]})
    (file,) = Index().files("six")
    assert (file.uploaded, file.sha256) == ("2021-05-05T14:18:17.100000Z", DIGEST)
    assert server.paths() == ["/simple/six/", "/pypi/six/json"]


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_index_without_the_older_json_is_no_error(server: PackageIndex, status: int) -> None:
    """Then the time is not known; a file without a hash can be listed, but not fetched."""
    server.put_html("six", f'<a href="/x">{WHEEL}</a>')
    server.put("/pypi/six/json", Reply(status=status))
    index = Index()
    file = wheel_of(index)
    assert (file.uploaded, file.sha256) == (None, None)
    with pytest.raises(SamewheelError, match="does not say its SHA-256"):
        index.fetch(file)


def test_file_is_fetched_once(server: PackageIndex, cache: Path) -> None:
    """Under its hash, so that what was fetched for one project serves all."""
    index = Index()
    file = wheel_of(index)
    path = index.fetch(file)
    assert path == cache / "files" / DIGEST / WHEEL
    assert path.read_bytes() == CONTENT
    assert Index(offline=True).fetch(file) == path
    assert index.fetch(file) == path
    assert server.paths() == ["/simple/six/", f"/files/{WHEEL}"]


def test_damaged_file_of_the_cache_is_fetched_again(server: PackageIndex) -> None:
    """Disks and people change files."""
    index = Index()
    path = index.fetch(wheel_of(index))
    path.write_bytes(b"damaged")
    with pytest.raises(SamewheelError, match="offline"):
        Index(offline=True).fetch(wheel_of(index))
    assert index.fetch(wheel_of(index)).read_bytes() == CONTENT
    assert server.paths().count(f"/files/{WHEEL}") == 2


def test_offline_needs_no_server(server: PackageIndex) -> None:
    """What was asked for and fetched once is there."""
    online = Index()
    files = online.files("six")
    path = online.fetch(wheel_of(online))
    asked = len(server.asked)
    offline = Index(offline=True)
    assert offline.files("Six") == files
    assert offline.fetch(wheel_of(offline)) == path
    assert len(server.asked) == asked


def test_an_answer_that_somebody_else_got_can_be_believed(server: PackageIndex) -> None:
    """The workers of an audit do not ask again what was asked before they began, and ask for everything else."""
    server.put_json("six", entry("six-1.16.0.tar.gz"))
    files = Index().files("six")
    asked = len(server.asked)
    assert Index(asked_before=True).files("six") == files
    assert len(server.asked) == asked
    with pytest.raises(NoSourceError):
        Index(asked_before=True).files("nothing")
    assert len(server.asked) > asked


@pytest.mark.parametrize("asked_before", [False, True])
def test_answer_that_lacks_a_file_can_be_asked_for_anew(server: PackageIndex, *, asked_before: bool) -> None:
    """An answer that is kept may be of any age, and a wheel that a lock file names be younger."""
    Index().files("six")
    index = Index(asked_before=asked_before)
    assert len(index.files("six")) == 2
    server.put_json("six", entry(WHEEL), entry(SDIST), entry("six-1.17.0.tar.gz"))
    assert len(index.files("six")) == 2
    assert len(index.files("six", anew=True)) == 3
    assert len(index.files("six")) == len(Index(offline=True).files("six")) == 3


def test_nothing_is_asked_anew_offline(server: PackageIndex) -> None:
    """What is kept is all that there is."""
    Index().files("six")
    asked = len(server.asked)
    assert len(Index(offline=True).files("six", anew=True)) == 2
    assert len(server.asked) == asked


def test_offline_without_an_answer_says_what_to_do(server: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it is uv's variable that says so, and when what was kept is damaged."""
    file = wheel_of(Index())
    monkeypatch.setenv("UV_OFFLINE", "1")
    index = Index()
    for ask in (lambda: index.files("other"), lambda: index.fetch(file)):
        with pytest.raises(SamewheelError, match="offline") as raised:
            ask()
        assert raised.value.hint == "Run it once with the network, then again offline."
    assert server.paths() == ["/simple/six/"]


def test_damaged_answer_of_the_cache_is_none(server: PackageIndex, cache: Path) -> None:
    """A file name that it has now would lead out of the cache."""
    Index().files("six")
    (kept,) = (cache / "index").iterdir()
    kept.write_bytes(kept.read_bytes().replace(WHEEL.encode(), b"../" + WHEEL.encode()))
    with pytest.raises(SamewheelError, match="offline"):
        Index(offline=True).files("six")
    assert len(Index().files("six")) == 2
    assert server.paths() == ["/simple/six/"] * 2


@pytest.mark.parametrize("filename", ["../evil.whl", "/evil.whl", "a/b.whl", "", "..", "a\0b.whl"])
def test_file_that_was_made_up_leads_nowhere(server: PackageIndex, cache: Path, filename: str) -> None:
    """Who calls may have it from elsewhere."""
    file = ReleaseFile(
        name="six",
        version="1",
        filename=filename,
        kind="wheel",
        url=f"{server.url}/files/{WHEEL}",
        sha256=DIGEST,  # type: ignore[arg-type]
    )
    with pytest.raises(SamewheelError):
        Index().fetch(file)
    assert not cache.exists()


def test_unknown_project_has_no_source(server: PackageIndex) -> None:
    """The likely reason is a typing error."""
    with pytest.raises(NoSourceError) as raised:
        Index().files("sixx")
    assert raised.value.exit_code is ExitCode.NO_SOURCE
    assert raised.value.what == "the package index has no project sixx"
    assert raised.value.hint.startswith("Check the name")
    assert server.paths() == ["/simple/sixx/"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "-a", "six ", "s\x1b[2Jx", "é"])
def test_name_that_is_none_is_asked_nowhere(server: PackageIndex, name: str) -> None:
    """It would become a part of a URL."""
    with pytest.raises(UsageError) as raised:
        Index().files(name)
    assert raised.value.what.isprintable()
    assert not server.asked


def test_failure_of_a_moment_is_nothing(server: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers restart."""
    monkeypatch.setattr("samewheel.index.transport.LONGEST_PAUSE", 0.0)
    page, content = server.answers["/simple/six/"], server.answers[f"/files/{WHEEL}"]
    server.put("/simple/six/", Reply(status=503, headers={"Retry-After": "86400"}), *page)
    server.put(f"/files/{WHEEL}", Reply(status=500), *content)
    index = Index()
    assert index.fetch(wheel_of(index)).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "paused"),
    [
        ("3", [3.0, 3.0]),
        ("86400", [10.0, 10.0]),
        ("9" * 5000, [0.0, 0.6]),
        ("Wed, 21 Oct 2099 07:28:00 GMT", [0.0, 0.6]),
        ("soon", [0.0, 0.6]),
        ("-1", [0.0, 0.6]),
        (None, [0.0, 0.6]),
    ],
)
def test_index_that_is_too_busy_is_asked_again_when_it_says_but_not_for_ever(
    server: PackageIndex, monkeypatch: pytest.MonkeyPatch, status: int, said: str | None, paused: list[float]
) -> None:
    """Whoever limits us says when it will answer; how long we wait, and how often, is ours to decide."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    monkeypatch.setenv("UV_HTTP_RETRIES", "2")
    server.put("/simple/six/", Reply(status=status, headers={} if said is None else {"Retry-After": said}))
    with pytest.raises(SamewheelError, match=f"HTTP {status}"):
        Index().files("six")
    assert [pause for pause in pauses if pause] == [pause for pause in paused if pause]
    assert len(server.asked) == 3


def test_failure_that_lasts_is_an_error(server: PackageIndex, cache: Path) -> None:
    """Of the index, not of the project."""
    server.put("/simple/broken/", Reply(status=502))
    index = Index()
    file = wheel_of(index)
    server.put(f"/files/{WHEEL}", Reply(status=500))
    for ask, status in ((lambda: index.files("broken"), "502"), (lambda: index.fetch(file), "500")):
        with pytest.raises(SamewheelError, match=f"HTTP {status}") as raised:
            ask()
        assert raised.value.exit_code is ExitCode.FAILED
        assert raised.value.hint
    assert left(cache) == []


@pytest.mark.parametrize("status", [401, 403])
def test_refusal_is_about_credentials(server: PackageIndex, status: int) -> None:
    """It is not the project that is missing."""
    server.put("/simple/six/", Reply(status=status))
    with pytest.raises(SamewheelError, match="refuses us") as raised:
        Index().files("six")
    assert raised.value.exit_code is ExitCode.FAILED
    assert "credentials" in raised.value.hint


def test_index_that_cannot_be_reached_is_an_error(server: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens there; credentials are no help to who reads the message."""
    with package_index() as gone:
        url = gone.url
    monkeypatch.setenv("UV_DEFAULT_INDEX", url.replace("//", "//user:secret@"))
    with pytest.raises(SamewheelError, match="cannot be reached") as raised:
        Index().files("six")
    assert raised.value.hint == "Check the network, proxy and index URL."
    assert "secret" not in str(raised.value)
    assert not server.asked


@pytest.mark.parametrize("password", ["secret", "se/secret", "secret?x", "se:secret"])
def test_secret_of_a_proxy_is_not_told(server: PackageIndex, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """Libraries quote the URL that they cannot read, or a part of it."""
    monkeypatch.setenv("NO_PROXY", "")
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://user:{password}@proxy.example:port")
    with pytest.raises(SamewheelError, match="of a proxy") as raised:
        Index().files("six")
    assert "se" not in raised.value.cause.replace("index, of one of its files", "")
    assert not server.asked


def test_words_of_libraries_are_told_without_secrets(server: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do terminals obey them; a file of certificates that is not there is none of their own errors."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", server.simple.replace("http:", "https:"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/none\x1b[2J//user:se/cret@host?signature=1")
    with pytest.raises(SamewheelError, match="cannot be reached") as raised:
        Index().files("six")
    assert "/none\\x1b[2J//host" in raised.value.cause
    assert not re.search("cret|user|signature|\x1b", raised.value.cause)
    assert not server.asked


def test_wrong_hash_is_an_error_with_both(server: PackageIndex, cache: Path) -> None:
    """Nothing of such a file is kept."""
    server.put(f"/files/{WHEEL}", Reply(b"evil"))
    index = Index()
    with pytest.raises(SamewheelError) as raised:
        index.fetch(wheel_of(index))
    assert WHEEL in raised.value.what
    assert DIGEST in raised.value.cause
    assert hashlib.sha256(b"evil").hexdigest() in raised.value.cause
    assert left(cache) == []


def test_file_that_is_cut_off_is_an_error(server: PackageIndex, cache: Path) -> None:
    """A connection that broke is told apart from a file that was changed."""
    server.put(f"/files/{WHEEL}", Reply(CONTENT, claimed=1 << 20))
    index = Index()
    with pytest.raises(SamewheelError, match="cannot be reached"):
        index.fetch(wheel_of(index))
    assert left(cache) == []


def test_answer_without_end_is_given_up(server: PackageIndex, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory and disk are bounded, whatever a stranger sends."""
    index = Index()
    file = wheel_of(index)
    monkeypatch.setattr("samewheel.index.transport.LARGEST_FILE", len(CONTENT) - 1)
    monkeypatch.setattr("samewheel.index.transport.LARGEST_PAGE", 10)
    for ask in (lambda: index.fetch(file), lambda: Index().files("six")):
        with pytest.raises(SamewheelError, match="too large"):
            ask()
    assert left(cache) == []
    assert server.asked


FOREVER = b"x" * 400
"""Eight seconds of drops."""


@pytest.mark.parametrize(
    "dripped",
    [
        b"|HTTP/1.1 200 " + FOREVER,
        b"HTTP/1.1 200 OK\r\nX: |" + FOREVER,
        b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n|X: " + FOREVER,
        b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n|" + FOREVER,
        b"HTTP/1.0 200 OK\r\n\r\n|" + FOREVER,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|7;" + FOREVER,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 410\r\n\r\n"
        b"|\x1f\x8b\x08\x08\0\0\0\0\0\xff" + FOREVER,
        b"HTTP/1.1 302 Found\r\nLocation: /simple/six/\r\nX: |" + FOREVER,
    ],
    ids=["status", "header", "more-headers", "body", "body-to-the-end", "chunk-size", "gzip-header", "redirection"],
)
@pytest.mark.parametrize("what", ["page", "file"])
def test_answer_that_drips_is_given_up(
    server: PackageIndex, cache: Path, monkeypatch: pytest.MonkeyPatch, dripped: bytes, what: str
) -> None:
    """A byte now and then is no silence; the limit is for the answer as a whole, and its end is no good answer."""
    index = Index()
    file = wheel_of(index)
    monkeypatch.setattr("samewheel.index.transport.PATIENCE", 0.1)
    server.put("/simple/slow/" if what == "page" else f"/files/{WHEEL}", Reply(dripped=dripped))
    asked = len(server.asked)
    with pytest.raises(SamewheelError, match="too slow") as raised:
        _ = index.files("slow") if what == "page" else index.fetch(file)
    assert raised.value.cause.startswith("The limit is 0.1 s; it is http://127.0.0.1")
    assert raised.value.hint
    assert server.drops < len(FOREVER)
    # Nor is it tried again, as what fails for a moment is.
    assert len(server.asked) <= asked + 1
    assert left(cache) == []


def test_slow_answer_does_not_spoil_the_next_one(server: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the same session, to which the connections belong."""
    index = Index()
    file = wheel_of(index)
    server.put(f"/files/{WHEEL}", Reply(dripped=b"HTTP/1.1 200 |" + FOREVER), Reply(CONTENT))
    with monkeypatch.context() as patch:
        patch.setattr("samewheel.index.transport.PATIENCE", 0.1)
        with pytest.raises(SamewheelError, match="too slow"):
            index.fetch(file)
    assert index.fetch(file).read_bytes() == CONTENT


def test_page_may_be_compressed(server: PackageIndex) -> None:
    """Most indexes send them so."""
    (page,) = server.answers["/simple/six/"]
    packed = gzip.compress(page.content)
    server.put("/simple/six/", Reply(packed, headers={**page.headers, "Content-Encoding": "gzip"}))
    assert len(Index().files("six")) == 2


def test_file_is_taken_as_it_is_stored(server: PackageIndex) -> None:
    """Some servers say of a .tar.gz that it is a .tar, sent compressed."""
    server.put(f"/files/{WHEEL}", Reply(CONTENT, headers={"Content-Encoding": "gzip"}))
    index = Index()
    assert index.fetch(wheel_of(index)).read_bytes() == CONTENT


def test_credentials_go_to_the_index_and_nowhere_else(
    server: PackageIndex, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to the host that has the files, nor into values or the cache."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", server.simple.replace("//", "//us%40er:se%2Fcret@"))
    with package_index() as files:
        elsewhere = f"{files.url}/{WHEEL}"
        server.put_json("six", entry(WHEEL) | {"url": elsewhere, "provenance": f"{server.url}/p"}, entry(SDIST))
        server.put(f"/files/{SDIST}", Reply(CONTENT))
        files.put(f"/{WHEEL}", Reply(CONTENT))
        index = Index()
        for file in index.files("six"):
            index.fetch(file)
            index.provenance(file)
    assert {asked.user for asked in server.asked} == {"us@er:se/cret"}
    assert [asked.authorization for asked in files.asked] == [""]
    kept = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    for secret in ("cret", "us@er", "us%40er"):
        assert secret not in f"{index.files('six')}{pickle.dumps(index)!r}"
        assert secret.encode() not in kept


def test_redirection_takes_no_credentials_along(server: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links on the page are relative to where it was found."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", server.simple.replace("//", "//user:secret@"))
    with package_index() as other:
        other.put_json("six", entry(WHEEL))
        there = other.simple.replace("//", "//a:b@") + "/six/"
        server.put("/simple/six/", Reply(status=302, headers={"Location": there}))
        (file,) = Index().files("six")
    assert file.url == f"{other.url}/files/{WHEEL}"
    assert other.asked[0].authorization == ""


@pytest.mark.parametrize("target", ["/simple/six/", "file:///etc/passwd", "https://[bad/", "//"])
def test_redirection_that_leads_nowhere_is_an_error(server: PackageIndex, target: str) -> None:
    """In a circle, or to what is not of the web."""
    server.put("/simple/six/", Reply(status=302, headers={"Location": target}))
    with pytest.raises(SamewheelError, match="cannot be reached"):
        Index().files("six")
    assert len(server.asked) <= 6


def test_provenance_is_kept_for_offline(server: PackageIndex) -> None:
    """The index has the file's statements at a URL of their own; that there are none is known, too."""
    server.put_json(
        "six",
        entry(SDIST) | {"provenance": f"{server.url}/none"},
        entry(WHEEL) | {"provenance": f"{server.url}/some"},
        entry("six-1.15.0.tar.gz"),
    )
    server.put("/some", Reply(b'{"version": 1}'))
    index, offline = Index(), Index(offline=True)
    found = {file.filename: index.provenance(file) for file in index.files("six")}
    assert found == {WHEEL: b'{"version": 1}', SDIST: None, "six-1.15.0.tar.gz": None}
    asked = len(server.asked)
    assert {file.filename: offline.provenance(file) for file in offline.files("six")} == found
    assert len(server.asked) == asked


def test_copy_in_another_process_does_the_same(server: PackageIndex) -> None:
    """Audits run in many processes."""
    index = pickle.loads(pickle.dumps(Index(offline=True)))  # noqa: S301 - our own
    assert index.offline
    with pytest.raises(SamewheelError, match="offline"):
        index.files("six")
    online = Index()
    online.files("six")
    assert pickle.loads(pickle.dumps(online)).files("six") == online.files("six")  # noqa: S301 - our own
    assert server.paths() == ["/simple/six/"] * 2


def test_threads_and_their_cache_do_not_disturb_each_other(server: PackageIndex, cache: Path) -> None:
    """All get the whole file, and nothing else is left."""
    together = threading.Barrier(8)

    def fetch(index: Index) -> bytes:
        together.wait()
        return index.fetch(wheel_of(index)).read_bytes()

    shared = Index()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(fetch, [shared] * 4 + [Index() for _ in range(4)])) == {CONTENT}
    assert left(cache) == [WHEEL]
    assert server.asked


def test_importing_the_client_imports_no_heavy_library() -> None:
    """They take half a second, which commands that need no index must not pay."""
    code = "import samewheel.index, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "samewheel.index.client" in loaded
    assert not {"requests", "pypi_simple", "pydantic", "bs4"} & set(loaded)


def test_index_that_speaks_json_needs_one_library_less(server: PackageIndex) -> None:
    """pypi-simple takes longest to import, and is for HTML."""
    code = "import sys; from samewheel.index import Index; print(len(Index().files('six')), *sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded[0] == "2"
    assert "pypi_simple" not in loaded
    assert server.asked == [Asked("/simple/six/", server.asked[0].accept, "")]


@pytest.mark.index
def test_real_index_has_what_it_had_years_ago(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a release do not change: six 1.16.0 was uploaded on 5 May 2021."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(cache))
    index = Index()
    sdist, wheel = [file for file in index.files("six") if file.version == "1.16.0"][::-1]
    assert (sdist.filename, wheel.filename) == (SDIST, WHEEL)
    assert wheel.sha256 == "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
    assert re.fullmatch(r"2021-05-05T14:18:17(\.\d{6})?Z", wheel.uploaded or "")
    for file in (sdist, wheel):
        assert hashlib.sha256(index.fetch(file).read_bytes()).hexdigest() == file.sha256
    assert Index(offline=True).files("six") == index.files("six")


@pytest.mark.index
def test_real_index_knows_when_each_file_was_uploaded(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans need it; a project with a thousand files has it for all of them."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(cache))
    files = Index().files("setuptools")
    assert len(files) > 1000
    assert all(file.uploaded and file.sha256 for file in files)
    assert {file.kind for file in files} == {"wheel", "sdist"}
