"""Pages of package indexes, read: what each form says of a file, and what strangers put into them."""

from __future__ import annotations

import json
import string
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.errors import SamewheelError, UsageError
from samewheel.index.names import identify
from samewheel.index.pages import read_page, supplement
from samewheel.index.urls import origin, part, plain
from samewheel.index.values import ReleaseFile, is_filename
from tests.index_server import JSON, entry

BASE = "https://index.example/simple/six/"
WHEEL = "six-1.16.0-py2.py3-none-any.whl"
DIGEST = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"


def page(*files: object, **more: object) -> bytes:
    """Return a page in JSON."""
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "six", "files": files, **more}).encode()


def read_html(*anchors: str, head: str = "") -> tuple[ReleaseFile, ...]:
    """Read a page in HTML."""
    return read_page(f"<html><head>{head}</head>{''.join(anchors)}</html>".encode(), "text/html", BASE, "six")


def test_json_and_html_say_the_same_of_a_file() -> None:
    """Which form an index answers in makes no difference."""
    from_json = read_page(
        page(
            {
                "filename": WHEEL,
                "url": f"../../files/{WHEEL}",
                "hashes": {"sha256": DIGEST.upper(), "md5": "x"},
                "requires-python": ">=2.7",
                "upload-time": "2021-05-05T16:18:17.379524+02:00",
                "yanked": "broken",
                "provenance": "https://index.example/p",
                "size": 5,
            }
        ),
        JSON,
        BASE,
        "six",
    )
    from_html = read_html(
        f'<a href="../../files/{WHEEL}#sha256={DIGEST}" data-requires-python="&gt;=2.7" data-yanked=""'
        f' data-upload-time="2021-05-05T14:18:17.379524Z" data-provenance="https://index.example/p">{WHEEL}</a>'
    )
    assert from_json == from_html
    assert from_json == (
        ReleaseFile(
            name="six",
            version="1.16.0",
            filename=WHEEL,
            kind="wheel",
            url=f"https://index.example/files/{WHEEL}",
            sha256=DIGEST,  # type: ignore[arg-type]
            uploaded="2021-05-05T14:18:17.379524Z",
            requires_python=">=2.7",
            yanked=True,
            provenance="https://index.example/p",
        ),
    )


@pytest.mark.parametrize("yanked", [False, ""])
def test_what_is_not_yanked_in_json(yanked: object) -> None:
    """PEP 691: only a true value says so."""
    (file,) = read_page(page(entry(WHEEL) | {"yanked": yanked}), JSON, BASE, "six")
    assert not file.yanked


@pytest.mark.parametrize(
    ("filename", "project", "kind", "version"),
    [
        (WHEEL, "six", "wheel", "1.16.0"),
        ("zope.interface-5.0-cp38-cp38-linux_x86_64.whl", "zope-interface", "wheel", "5.0"),
        ("six-1.0-1-py3-none-any.whl", "six", "wheel", "1.0"),
        ("six-1.16.0.tar.gz", "six", "sdist", "1.16.0"),
        ("zope.interface-5.0.zip", "zope-interface", "sdist", "5.0"),
        ("azure-core-1.0b2.tar.gz", "azure-core", "sdist", "1.0b2"),
        ("six-1.0-1.tar.bz2", "six", "sdist", "1.0.post1"),
        ("a-1-1.0.tgz", "a-1", "sdist", "1.0"),
        ("a-1-1.0.tgz", "a", None, None),
        ("six-1.0-py3.8.egg", "six", None, None),
        ("six-1.0.linux-x86_64.tar.gz", "six", None, None),
        ("six-1.0.win32.exe", "six", None, None),
        ("six-latest.tar.gz", "six", None, None),
        ("seven-1.0.tar.gz", "six", None, None),
        ("seven-1.0-py3-none-any.whl", "six", None, None),
        ("six-1.0-py3-none.whl", "six", None, None),
        ("six-1.0-py3-none-../../any.whl", "six", None, None),
        ("../six-1.0.tar.gz", "six", None, None),
        ("six-1.0.tar.gz\n", "six", None, None),
        ("six-1.0\x1b[2J.tar.gz", "six", None, None),
        ("six-1.0-py3-none-any.whl\u202e", "six", None, None),
        (".tar.gz", "six", None, None),
        ("six-" + "1" * 300 + ".tar.gz", "six", None, None),
        (
            f"six-1.0-{'.'.join('abcdefghijk')}-{'.'.join('abcdefghijk')}-{'.'.join('abcdefghijk')}.whl",
            "six",
            None,
            None,
        ),
    ],
)
def test_name_says_what_a_file_is(filename: str, project: str, kind: str | None, version: str | None) -> None:
    """Wheels and sdists of the project, under old names too, and nothing else."""
    known = identify(filename, project)
    assert (known and known.kind, known and known.version) == (kind, version)


@given(st.text(st.sampled_from(string.ascii_lowercase + "0123456789.-_+!/\\\n\0é"), max_size=40), st.booleans())
def test_name_that_is_accepted_is_one_part_of_a_path(text: str, whole: bool) -> None:  # noqa: FBT001 - drawn
    """It becomes the name of a file in our cache."""
    filename = text if whole else f"six-1.0{text}.tar.gz"
    if is_filename(filename):
        assert not set(filename) & set("/\\\n\0")
        assert filename not in {"", ".", ".."}
    else:
        assert identify(filename, "six") is None


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://host/x",
        "javascript:alert(1)",
        "https://[bad/x",
        "https://host:port/x",
        "https://index.example\\@evil.example/x",
        "https://host/a\x1bb",
        "https://host/a b",
    ],
)
def test_file_behind_a_strange_url_is_passed_over(url: str) -> None:
    """Only HTTP is spoken, and only with URLs that everyone reads alike."""
    files = read_page(page(entry(WHEEL) | {"url": url}, entry("six-1.0.tar.gz")), JSON, BASE, "six")
    assert [file.filename for file in files] == ["six-1.0.tar.gz"]


def test_credentials_in_a_link_are_not_kept() -> None:
    """What was found is kept on disk, and shown."""
    (file,) = read_html(f'<a href="https://user:secret@files.example/{WHEEL}">{WHEEL}</a>')
    assert file.url == f"https://files.example/{WHEEL}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"meta":{"api-version":"1.0"}}',
        page(entry(WHEEL), meta={"api-version": "2.0"}),
        page(entry(WHEEL), meta={"api-version": 1}),
        page("text"),
        page(entry(WHEEL) | {"url": 5}),
        page(entry(WHEEL) | {"filename": None}),
        page(entry(WHEEL) | {"hashes": ["sha256"]}),
        page(entry(WHEEL) | {"yanked": 3}),
        page(entry(WHEEL) | {"upload-time": 17}),
        page(entry(WHEEL), entry(WHEEL, b"other")),
    ],
)
def test_page_that_is_not_as_specified_is_an_error(content: bytes) -> None:
    """Half of the files would be a wrong answer."""
    with pytest.raises(SamewheelError) as raised:
        read_page(content, JSON, BASE, "six")
    assert raised.value.what == "the package index's page of six cannot be read"
    assert raised.value.cause.isprintable()
    assert BASE in raised.value.hint


def test_other_media_type_is_an_error() -> None:
    """A sign-in page of another kind is no list of files."""
    with pytest.raises(SamewheelError, match=r"image/png\\n"):
        read_page(page(), "image/png\n", BASE, "six")


def test_html_of_another_major_version_is_an_error() -> None:
    """PEP 629: it may mean something else."""
    with pytest.raises(SamewheelError, match="cannot be read"):
        read_html(head='<meta name="pypi:repository-version" content="2.0">')


def test_html_of_a_later_minor_version_is_read_without_a_warning() -> None:
    """PEP 629: what we know is still there."""
    head = '<meta name="pypi:repository-version" content="1.99">'
    assert len(read_html(f'<a href="/{WHEEL}">{WHEEL}</a>', head=head)) == 1


@pytest.mark.filterwarnings("error")
def test_html_of_a_later_minor_version_leaves_the_filters_of_warnings_alone() -> None:
    """They are the whole process's, and pages are read by several of its threads."""
    head = '<meta name="pypi:repository-version" content="1.99">'
    before = list(warnings.filters)
    read_html(f'<a href="/{WHEEL}">{WHEEL}</a>', head=head)
    assert list(warnings.filters) == before


@pytest.mark.parametrize("html", ["<![foo[x", "<![foo[ x ]]>"])
def test_declaration_that_nobody_knows_is_an_error_of_the_page(html: str) -> None:
    """The standard library's parser says it by an assertion."""
    with pytest.raises(SamewheelError, match="cannot be read"):
        read_html(html)


def test_html_names_no_codec() -> None:
    """With a codec that unpacks, a small page would be a large one."""
    page = f'<meta charset="bz2"><a href="/{WHEEL}">{WHEEL}</a>'.encode()
    assert len(read_page(page, "text/html", BASE, "six")) == 1


def test_html_in_which_nothing_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anchors in each other take time squared: a megabyte of them, hours."""
    monkeypatch.setattr("samewheel.index.pages.PATIENCE", 0.0)
    with pytest.raises(SamewheelError, match="seconds to read"):
        read_html("<a href=x>y" * 100_000)


@pytest.mark.parametrize("time", ["yesterday", "", "2021-13-01T00:00:00Z", "0001-01-01T00:00:00+23:00", "\x1b[2J"])
def test_time_that_is_none_is_not_known(time: str) -> None:
    """A date limit that was made up would be worse than none."""
    (file,) = read_page(page(entry(WHEEL) | {"upload-time": time}), JSON, BASE, "six")
    assert file.uploaded is None


@pytest.mark.parametrize(
    ("given_time", "kept"),
    [
        ("2021-05-05T14:18:17Z", "2021-05-05T14:18:17Z"),
        ("2021-05-05T14:18:17", "2021-05-05T14:18:17Z"),
        ("2021-05-05T14:18:17.500000-01:00", "2021-05-05T15:18:17.500000Z"),
    ],
)
def test_time_is_kept_in_utc(given_time: str, kept: str) -> None:
    """They are compared, and given to resolvers."""
    (file,) = read_page(page(entry(WHEEL) | {"upload-time": given_time}), JSON, BASE, "six")
    assert file.uploaded == kept


def test_control_characters_reach_no_value() -> None:
    """They are shown on terminals."""
    (file,) = read_page(page(entry(WHEEL) | {"requires-python": ">=3\x1b[2J"}), JSON, BASE, "six")
    assert file.requires_python is None


def test_order_is_that_of_names() -> None:
    """An index may answer in another order each time."""
    names = ["six-1.9.tar.gz", "six-1.10.tar.gz", WHEEL]
    files = [read_page(page(*map(entry, order)), JSON, BASE, "six") for order in (names, names[::-1])]
    assert files[0] == files[1]
    assert [file.filename for file in files[0]] == sorted(names)


OLD = {"filename": WHEEL, "digests": {"sha256": DIGEST}, "upload_time_iso_8601": "2021-05-05T14:18:17Z"}


def old_page(**changed: object) -> bytes:
    """Return the older JSON."""
    return json.dumps({"releases": {"1.16.0": [{**OLD, **changed}], "1.15.0": []}}).encode()


def test_older_json_fills_what_is_missing() -> None:
    """Its times and hashes are for files of the same name."""
    files = read_html(f'<a href="/{WHEEL}">{WHEEL}</a>', '<a href="/six-1.0.tar.gz">six-1.0.tar.gz</a>')
    sdist, wheel = supplement(files, old_page(yanked=True))
    assert (wheel.sha256, wheel.uploaded, wheel.yanked) == (DIGEST, "2021-05-05T14:18:17Z", True)
    assert (sdist.sha256, sdist.uploaded, sdist.yanked) == (None, None, False)


def test_older_json_about_another_file_is_not_believed() -> None:
    """The same name with another hash is another file, uploaded at another time."""
    files = read_html(f'<a href="/{WHEEL}#sha256={"0" * 64}">{WHEEL}</a>')
    assert supplement(files, old_page()) == files


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff", b"[]", b"[" * 100_000, old_page(digests=5)])
def test_older_json_that_is_none_changes_nothing(content: bytes) -> None:
    """Few indexes have it."""
    files = read_html(f'<a href="/{WHEEL}">{WHEEL}</a>')
    assert supplement(files, content) == files


def test_parts_of_an_index_url() -> None:
    """Credentials are for the connection, the rest may be told."""
    assert part("https://us%40er:p%2Fw@index.example:8080/simple?x#y") == (
        "https://index.example:8080/simple/",
        (b"us@er", b"p/w"),
    )
    assert part("http://token@index.example/simple/") == ("http://index.example/simple/", (b"token", b""))
    assert part("https://index.example") == ("https://index.example/", None)


@pytest.mark.parametrize("url", ["file:///simple", "/simple", "user:secret@host", "ftp://user:secret@host/"])
def test_index_that_is_not_on_the_web_is_refused_without_its_secrets(url: str) -> None:
    """The message may end up in a log."""
    with pytest.raises(UsageError) as raised:
        part(url)
    assert "secret" not in str(raised.value)


def test_origin_has_the_usual_port() -> None:
    """With and without it, it is the same server."""
    assert origin("https://h/a") == origin("https://h:443/b")
    assert len({origin(url) for url in ("https://h/", "http://h/", "https://h:8/", "https://g/")}) == 4


def test_plain_url_has_neither_user_nor_fragment() -> None:
    """Both are no part of where a file is."""
    assert plain("HTTPS://u:p@h/x?sig=1#sha256=0") == "https://h/x?sig=1"
