"""What audits read: lock files as tools write them, requirements, environments, wheels; and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._types import Sha256
from samewheel._uv import uv_binary
from samewheel.audit.inputs.bytes import MOST_BYTES
from samewheel.audit.inputs.requirements import read_requirements
from samewheel.audit.inputs.uv_lock import read_uv_lock
from samewheel.audit.reading import read_file, read_files
from samewheel.audit.target import find_target
from samewheel.audit.values import Skipped
from samewheel.errors import UsageError

from .audits import FILES, MARKERS, Release, Shelf, digest, items_of, target_of
from .wheels import written

LOCKS = ("uv.lock", "pylock.toml")


def outcome(path: Path, shelf: Shelf | None = None) -> dict[str, str]:
    """Return the wheel or the reason of each name."""
    return {name: str(item.skipped or item.filename) for name, item in items_of(path, shelf=shelf).items()}


HERE = {
    "colorama": "other-platform",
    "docopt": "no-wheel",
    "iniconfig": "iniconfig-2.0.0-py3-none-any.whl",
    "markupsafe": "MarkupSafe-2.1.5-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "pysocks": "PySocks-1.7.1-py3-none-any.whl",
    "urllib3": "urllib3-2.2.2-py3-none-any.whl",
}
"""What the project of the files installs on the target."""


def published() -> Shelf:
    """Return an index with what the lock says that the index has."""
    files: dict[str, list[Release]] = {}
    for named in read_files([FILES / "uv.lock"], target_of(["extra"], ["dev", "docs"])):
        wheels = [Release(named.version, w.filename, "wheel", w.sha256) for w in named.wheels or ()]
        files[named.name] = wheels
    sdist = "49b3a825280bd66b3aa83585ef59c4a8c82f2c8a522dbe754a8bc8d08c85c491"
    files["docopt"] = [Release("0.6.2", "docopt-0.6.2.tar.gz", "sdist", Sha256(sdist))]
    return Shelf(**files)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_the_wheels_that_are_installed_here(lock: str) -> None:
    """Both standards' files say the same of one project: these wheels, and why not the rest."""
    found = outcome(FILES / lock)
    assert {name: found[name] for name in HERE} == HERE


def test_lock_is_answered_without_the_index() -> None:
    """It has names and hashes; what it does not name is none of the audit's business."""
    for lock in LOCKS:
        shelf = Shelf()
        items_of(FILES / lock, shelf=shelf)
        assert shelf.asked == []


PROJECT = """
[project]
name = "demo"
version = "1"
requires-python = ">=3.11"
dependencies = ["colorama==0.4.6; sys_platform == 'win32'", "markupsafe==3.0.2", "docopt==0.6.2"]
[dependency-groups]
dev = ["iniconfig==2.0.0"]
"""


@pytest.mark.index
def test_locks_that_are_made_now_are_read(tmp_path: Path) -> None:
    """The files in the tests are as old as the tests; this uv's own say the same in all three formats."""
    (tmp_path / "pyproject.toml").write_text(PROJECT, "utf-8")
    for words in (["lock"], ["export", "-o", "list.txt"], ["export", "--format", "pylock.toml", "-o", "pylock.toml"]):
        subprocess.run([uv_binary(), *words, "-q"], cwd=tmp_path, check=True)
    target = find_target(None)
    found = {name: items_of(tmp_path / name, target) for name in ("uv.lock", "pylock.toml")}
    wheels = {lock: {item.filename: item.sha256 for item in items.values()} for lock, items in found.items()}
    assert wheels["uv.lock"] == wheels["pylock.toml"]
    assert {name for name, item in found["pylock.toml"].items() if item.skipped is None} == {
        "iniconfig",
        "markupsafe",
    }
    named = {one.name: one for one in read_file(tmp_path / "list.txt", target)}
    for name in ("iniconfig", "markupsafe"):
        assert f"sha256:{found['uv.lock'][name].sha256}" in named[name].hashes


def test_uv_lock_leaves_out_what_nobody_asked_for() -> None:
    """An extra and a group that uv sync would not install are skipped, and said to be; the project itself is none."""
    found = outcome(FILES / "uv.lock")
    assert (found["attrs"], found["six"], found["demo"]) == ("not-installed", "not-installed", "editable")


@pytest.mark.parametrize(
    ("extras", "groups", "installed"),
    [
        ([], None, {"iniconfig"}),
        (["extra"], None, {"attrs", "iniconfig"}),
        ([], ["docs"], {"six"}),
        (["extra"], ["dev", "docs"], {"attrs", "iniconfig", "six"}),
    ],
)
def test_extras_and_groups_are_as_asked_for(extras: list[str], groups: list[str] | None, installed: set[str]) -> None:
    """As with ``uv sync --extra`` and ``--only-group``: what is named comes in, and groups replace the default."""
    items = items_of(FILES / "uv.lock", target_of(extras, groups))
    assert {name for name in ("attrs", "iniconfig", "six") if items[name].skipped is None} == installed


@pytest.mark.parametrize(
    ("extras", "groups", "words"), [(["exrta"], None, "has no extra 'exrta'"), ([], ["dcos"], "has no group 'dcos'")]
)
def test_an_unknown_extra_or_group_is_refused(extras: list[str], groups: list[str] | None, words: str) -> None:
    """A misspelt one would leave packages out of the audit in silence; the message names those that there are."""
    with pytest.raises(UsageError, match=words) as caught:
        items_of(FILES / "uv.lock", target_of(extras, groups))
    assert "docs" in caught.value.cause or "extra" in caught.value.cause


@pytest.mark.parametrize("file", ["uv-export.txt", "pip-compile.txt"])
def test_requirements_choose_among_the_hashed_wheels(file: str) -> None:
    """Hashes and the index together say the same wheels as the locks do."""
    found = outcome(FILES / file, published())
    assert found == {name: HERE[name] for name in found}
    assert {"markupsafe", "urllib3", "docopt"} <= set(found)


def test_wheel_is_chosen_for_the_interpreter() -> None:
    """Another interpreter installs another wheel of the same release."""
    item = items_of(FILES / "pylock.toml", target_of(minor=12))["markupsafe"]
    assert item.filename.startswith("MarkupSafe-2.1.5-cp312-cp312-manylinux")


LINES = [
    ("demo==1.0", "demo", None),
    ("Demo_X[a,b] == 1.0 ; python_version > '3'", "demo-x", None),
    ("demo===1.0 --hash=sha256:" + "a" * 64, "demo", None),
    ("demo==1.0 ; sys_platform == 'win32'", "demo", Skipped.OTHER_PLATFORM),
    ("demo==1.0 ; extra == 'x'", "demo", Skipped.OTHER_PLATFORM),
    ("demo>=1.0", "demo", Skipped.NO_VERSION),
    ("demo==1.*", "demo", Skipped.NO_VERSION),
    ("demo==1.0,>0.5", "demo", Skipped.NO_VERSION),
    ("demo", "demo", Skipped.NO_VERSION),
    ("demo @ https://example.org/demo-1.0.zip", "demo", Skipped.URL),
    ("demo @ git+https://example.org/demo@main", "demo", Skipped.VCS),
    ("demo @ git+ssh://git@example.org/demo", "demo", Skipped.VCS),
    ("demo @ file:///srv/demo-1.0-py3-none-any.whl", "demo", Skipped.LOCAL_PATH),
    ("-e .", ".", Skipped.EDITABLE),
    ("--editable=./demo", "./demo", Skipped.EDITABLE),
    ("./demo-1.0-py3-none-any.whl", "./demo-1.0-py3-none-any.whl", Skipped.LOCAL_PATH),
    ("https://example.org/demo.zip", "https://example.org/demo.zip", Skipped.URL),
    ("git+https://example.org/demo", "git+https://example.org/demo", Skipped.VCS),
    (".", ".", Skipped.LOCAL_PATH),
]


@pytest.mark.parametrize(("line", "name", "skipped"), LINES, ids=[line for line, _, _ in LINES])
def test_every_kind_of_line_is_told_apart(line: str, name: str, skipped: Skipped | None, tmp_path: Path) -> None:
    """Whatever pip takes as a line is a job or has its own reason not to be one."""
    file = tmp_path / "list.txt"
    file.write_text(f"# a comment\n--index-url https://index.example/simple\n{line}\n", "utf-8")
    (named,) = read_file(file, target_of())
    assert (named.name, named.skipped) == (name, skipped)
    assert named.where == f"{file}, line 3"


REFUSED = [
    ("list.txt", b"demo==1.0\n-r other.txt\n", "line 2: -r other.txt leads to another file"),
    ("list.txt", b"--constraint=other.txt\n", "line 1: --constraint other.txt leads to another file"),
    ("list.txt", b"--no-such-option\n", "line 1: the option --no-such-option is not understood"),
    ("list.txt", b"demo==1.0 --config-settings x\n", "line 1: 'demo==1.0 --config-settings x' is not a requirement"),
    ("list.txt", b"demo==1.0 --hash=sha256:00 --what\n", "line 1: the options after demo==1.0 are not understood"),
    ("list.txt", b"demo = 1.0\n", "line 1: 'demo = 1.0' is not a requirement"),
    ("list.txt", b"\xff\xfe", "is not UTF-8"),
    ("list.txt", b"# nothing\n", "nothing is named there"),
    ("a.toml", b"lock-version = 1.0\n", "is not a pylock.toml"),
    (
        "a.toml",
        b'lock-version = "2.0"\ncreated-by = "x"\npackages = []\n',
        "of a format that samewheel does not know",
    ),
    ("a.toml", b"[project]\nname = 'x'\n", "is not a pylock.toml"),
    ("a.toml", b"x = " + b"[" * 100_000, "is not TOML"),
    ("a.toml", b"x = 1\nx = 2\n", "is not TOML"),
    ("uv.lock", b"version = 2\n", "of a format that samewheel does not know"),
    ("uv.lock", b"version = 1\n", "names no project"),
    ("uv.lock", b"version = 1\npackage = 3\n", "is damaged, or of another format"),
    ("uv.lock", b"[[package]]\nname = 'x'\n[metadata]\nlock-version = '2.0'\n", "is damaged, or of another format"),
]


@pytest.mark.parametrize(("name", "content", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_understood_is_refused_with_its_place(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    """An audit that silently leaves out a line says more than it knows."""
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_files([file], target_of())
    assert said in caught.value.what
    assert str(file) in caught.value.what


LOCK = """version = 1
[[package]]
name = "root"
version = "1"
source = {{ virtual = "." }}
dependencies = [{{ name = "demo" {marker} }}]
[[package]]
name = "demo"
version = "1.0"
source = {source}
wheels = [{wheel}]
"""

GOOD = '{ url = "https://files.example/demo-1.0-py3-none-any.whl", hash = "sha256:' + "a" * 64 + '" }'
REGISTRY = '{ registry = "https://index.example/simple" }'


@pytest.mark.parametrize(
    ("source", "skipped"),
    [
        (REGISTRY, None),
        ('{ registry = "../wheels" }', Skipped.LOCAL_PATH),
        ('{ git = "https://example.org/demo?rev=1#2" }', Skipped.VCS),
        ('{ url = "https://example.org/demo.zip" }', Skipped.URL),
        ('{ path = "demo.zip" }', Skipped.LOCAL_PATH),
        ('{ directory = "demo" }', Skipped.LOCAL_PATH),
        ('{ editable = "demo" }', Skipped.EDITABLE),
    ],
)
def test_sources_of_a_uv_lock_are_told_apart(source: str, skipped: Skipped | None, tmp_path: Path) -> None:
    """Only what comes from an index was published there."""
    file = tmp_path / "uv.lock"
    file.write_text(LOCK.format(source=source, wheel=GOOD, marker=""), "utf-8")
    assert items_of(file)["demo"].skipped is skipped


@pytest.mark.parametrize(
    ("wheel", "said"),
    [
        (GOOD.replace("demo-1.0", "else-1.0"), "is no wheel of demo 1.0"),
        (GOOD.replace("demo-1.0", "demo-1.1"), "is no wheel of demo 1.0"),
        (GOOD.replace("-py3-none-any", "-py3-none-any%2F..%2Fx"), "is not the file name of a wheel"),
        (GOOD.replace("py3", ".".join(["py3"] * 60)), "is not the file name of a wheel"),
        (GOOD.replace("any.whl", "any\\u001b.whl"), "is not the file name of a wheel"),
        (GOOD.replace("aaa", "../"), "is not a SHA-256"),
    ],
)
def test_lie_of_a_lock_is_refused(wheel: str, said: str, tmp_path: Path) -> None:
    """What a lock says becomes part of paths and questions; a wheel of something else proves nothing."""
    file = tmp_path / "uv.lock"
    file.write_text(LOCK.format(source=REGISTRY, wheel=wheel, marker=""), "utf-8")
    with pytest.raises(UsageError, match=r"package demo 1\.0") as caught:
        items_of(file)
    assert said in caught.value.what


def test_marker_that_is_none_is_refused(tmp_path: Path) -> None:
    """It decides what is installed."""
    file = tmp_path / "uv.lock"
    file.write_text(LOCK.format(source=REGISTRY, wheel=GOOD, marker=', marker = "what"'), "utf-8")
    with pytest.raises(UsageError, match="a marker cannot be evaluated"):
        items_of(file)


def test_hash_of_another_kind_is_a_reason(tmp_path: Path) -> None:
    """The index tells SHA-256 only, so nothing could be compared with it."""
    file = tmp_path / "uv.lock"
    file.write_text(LOCK.format(source=REGISTRY, wheel=GOOD.replace("sha256", "sha512"), marker=""), "utf-8")
    assert items_of(file)["demo"].skipped is Skipped.NO_SHA256


def test_script_lock_begins_at_what_the_script_requires(tmp_path: Path) -> None:
    """The lock of a script has no project in it (PEP 723)."""
    file = tmp_path / "tool.py.lock"
    lock = LOCK.replace("virtual", "registry").format(source=REGISTRY, wheel=GOOD, marker="")
    file.write_text(lock + '[manifest]\nrequirements = [{ name = "demo", specifier = "==1.0" }]\n', "utf-8")
    assert items_of(file)["demo"].skipped is None


PYLOCK = """lock-version = "1.0"
created-by = "test"
[[packages]]
name = "demo"
{lines}
"""


@pytest.mark.parametrize(
    ("lines", "skipped"),
    [
        ('version = "1.0"\nvcs = { type = "git", url = "https://example.org/x", commit-id = "1" }', Skipped.VCS),
        ('directory = { path = "x", editable = true }', Skipped.EDITABLE),
        ('directory = { path = "x" }', Skipped.LOCAL_PATH),
        ('archive = { url = "https://example.org/x.zip", hashes = { sha256 = "00" } }', Skipped.URL),
        ('archive = { path = "x.zip", hashes = { sha256 = "00" } }', Skipped.LOCAL_PATH),
        ('wheels = [{ path = "demo-1.0-py3-none-any.whl", hashes = { sha256 = "00" } }]', Skipped.NO_VERSION),
        (
            'version = "1.0"\nwheels = [{ path = "demo-1.0-py3-none-any.whl", hashes = { sha256 = "00" } }]',
            Skipped.LOCAL_PATH,
        ),
        (
            "version='1'\nmarker = \"'x' in extras\"\nsdist = { path = 'demo-1.0.tar.gz', hashes = { a = '' } }",
            Skipped.OTHER_PLATFORM,
        ),
    ],
)
def test_sources_of_a_pylock_are_told_apart(lines: str, skipped: Skipped, tmp_path: Path) -> None:
    """As with uv's own."""
    file = tmp_path / "pylock.toml"
    file.write_text(PYLOCK.format(lines=lines), "utf-8")
    assert items_of(file)["demo"].skipped is skipped


def installed(folder: Path, name: str, tag: str | None = "py3-none-any", url: object = None) -> Path:
    """Install something, as far as an environment says it."""
    info = folder / "lib" / "python3.11" / "site-packages" / name
    info.mkdir(parents=True)
    if tag:
        (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n", "utf-8")
    if url is not None:
        (info / "direct_url.json").write_text(json.dumps(url), "utf-8")
    return info


def test_environment_says_what_is_installed_and_how(tmp_path: Path) -> None:
    """The tags tell which wheel it was; what was no release of an index has its reason."""
    (tmp_path / "pyvenv.cfg").touch()
    installed(tmp_path, "Demo_X-1.0.dist-info", "cp311-cp311-manylinux_2_17_x86_64")
    installed(tmp_path, "linked-1.0.dist-info", url={"url": "file:///x", "dir_info": {"editable": True}})
    installed(tmp_path, "folder-1.0.dist-info", url={"url": "file:///x", "dir_info": {}})
    installed(
        tmp_path, "cloned-1.0.dist-info", url={"url": "https://x", "vcs_info": {"vcs": "git", "commit_id": "1"}}
    )
    installed(tmp_path, "fetched-1.0.dist-info", url={"url": "https://x", "archive_info": {}})
    installed(tmp_path, "old-1.0.dist-info", None)
    installed(tmp_path, "older-1.0-py3.11.egg-info", None)
    installed(tmp_path, "nothing.dist-info")
    tag = "cp311-cp311-manylinux_2_17_x86_64"
    shelf = Shelf(
        **{
            "demo-x": [
                Release("1.0", "Demo_X-1.0-cp311-cp311-manylinux_2_28_x86_64.whl", "wheel", digest("a")),
                Release("1.0", f"Demo_X-1.0-{tag}.whl", "wheel", digest("b")),
            ]
        }
    )
    items = items_of(tmp_path, shelf=shelf)
    assert items["demo-x"].filename == f"Demo_X-1.0-{tag}.whl"
    reasons = {name: item.skipped for name, item in items.items() if item.skipped}
    assert reasons == {
        "linked": Skipped.EDITABLE,
        "folder": Skipped.LOCAL_PATH,
        "cloned": Skipped.VCS,
        "fetched": Skipped.URL,
        "old": Skipped.NOT_FROM_WHEEL,
        "older": Skipped.NOT_FROM_WHEEL,
        "nothing.dist-info": Skipped.NOT_A_NAME,
    }


def test_environment_that_runs_the_tests_is_read(tmp_path: Path) -> None:
    """A real one, made by a real installer: this project is an editable in it, or a wheel, and pytest a wheel."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "empty"], check=True)
    with pytest.raises(UsageError, match="nothing is named there"):
        read_files([tmp_path / "empty"], target_of())
    found = {named.name: named for named in read_file(Path(sys.prefix), target_of())}
    assert found["pytest"].skipped is None
    assert found["pytest"].tags == {"py3-none-any"}


@pytest.mark.skipif(os.name != "posix", reason="pipes in folders are POSIX")
def test_hostile_environment_does_not_keep_us_waiting(tmp_path: Path) -> None:
    """A pipe in the place of a file would never end, and a WHEEL of gigabytes neither."""
    info = installed(tmp_path, "demo-1.0.dist-info", None)
    os.mkfifo(info / "WHEEL")
    with pytest.raises(UsageError, match="WHEEL is not a plain file"):
        list(read_file(tmp_path, target_of()))
    (info / "WHEEL").unlink()
    with (info / "WHEEL").open("wb") as file:
        file.truncate(1 << 34)
    with pytest.raises(UsageError, match="WHEEL is too large"):
        list(read_file(tmp_path, target_of()))
    for tag in ("-".join([".".join(["a"] * 99)] * 3), "a-b-c\nTag: a-b"):
        (info / "WHEEL").write_text(f"Tag: {tag}\n", "utf-8")
        with pytest.raises(UsageError, match="WHEEL is damaged"):
            list(read_file(tmp_path, target_of()))
    (info / "WHEEL").unlink()
    (info / "direct_url.json").write_text("[" * 100_000, "utf-8")
    with pytest.raises(UsageError, match=r"direct_url\.json is damaged"):
        list(read_file(tmp_path, target_of()))


def test_file_without_end_is_refused(tmp_path: Path) -> None:
    """A file larger than any lock is not read into memory as a whole."""
    file = tmp_path / "list.txt"
    with file.open("wb") as sparse:
        sparse.truncate(MOST_BYTES + 1)
    with pytest.raises(UsageError, match="too large"):
        list(read_file(file, target_of()))


def test_wheels_are_looked_up_by_name_and_digest(tmp_path: Path) -> None:
    """A wheel that was changed after it was published is not the published one."""
    path = written(tmp_path / "wheels")
    (named,) = read_file(path, target_of())
    assert named.wheels is not None
    sha256 = named.wheels[0].sha256
    same = Shelf(demo=[Release("1.0", path.name, "wheel", sha256)])
    other = Shelf(demo=[Release("1.0", path.name, "wheel", digest("a"))])
    assert items_of(path, shelf=same)["demo"].skipped is None
    assert items_of(path.parent, shelf=same)["demo"].sha256 == sha256
    assert items_of(path, shelf=other)["demo"].skipped is Skipped.OTHER_FILE
    assert items_of(path)["demo"].skipped is Skipped.NOT_ON_INDEX


def test_folder_of_nothing_is_refused(tmp_path: Path) -> None:
    """A folder that holds neither is a typing error."""
    with pytest.raises(UsageError, match="nothing that can be audited"):
        list(read_file(tmp_path, target_of()))


@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.toml", "a.lock"]))
def test_no_bytes_end_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    """Whatever is in a file: values, or our error."""
    file = tmp_path_factory.mktemp("any") / name
    file.write_bytes(content)
    with suppress(UsageError):
        list(read_file(file, target_of()))


def test_markers_of_the_target_are_those_of_the_standard() -> None:
    """The control of the tests above: their target has every variable that a real interpreter has."""
    from samewheel.interpreter import find_interpreter

    assert set(find_interpreter().markers) == set(MARKERS)


@pytest.mark.parametrize(
    "line",
    [
        "-e git+https://user:word@example.org/x.git#egg=x",
        "https://user:word@example.org/x-1.0-py3-none-any.whl?signature=word",
        "git+https://word@example.org/" + "x" * 300,
    ],
)
def test_name_that_is_a_url_has_no_password(line: str) -> None:
    """It is written to the store, and shown in lists."""
    (named,) = read_requirements(line.encode(), "list.txt")
    assert "word" not in named.name
    assert "****@example.org/" in named.name


@pytest.mark.parametrize("host", ["example.org", "[x"])
def test_wheel_of_a_signed_link_has_its_name_without_the_signature(host: str) -> None:
    """Stores with private links write such locks; else the message would quote it. What is no URL has a name, too."""
    lock = (
        'version = 1\n[[package]]\nname = "mine"\nversion = "1"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "six" }]\n[[package]]\nname = "six"\nversion = "1.16.0"\n'
        'source = { registry = "https://example.org/simple" }\n'
        f'wheels = [{{ url = "https://{host}/six-1.16.0-py2.py3-none-any.whl?signature=word", '
        f'hash = "sha256:{"1" * 64}" }}]\n'
    )
    named = [one for one in read_uv_lock(lock.encode(), "uv.lock", target_of()) if one.name == "six"]
    assert [wheel.filename for one in named for wheel in one.wheels or ()] == ["six-1.16.0-py2.py3-none-any.whl"]
