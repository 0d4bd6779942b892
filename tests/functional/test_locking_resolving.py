"""Both resolvers at work: on the package index, and on small indexes of our own on this machine."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from packaging.markers import default_environment

from samewheel._process import run
from samewheel._types import Resolver
from samewheel.constraints import Constraints, Pin, parse_constraints, render, select
from samewheel.errors import ExitCode, InvalidProjectError, SamewheelError, UnlockableError, UsageError
from samewheel.interpreter import find_interpreter
from samewheel.locking import check_lock, lock
from samewheel.locking.by_pip_tools import resolve_pip_tools
from samewheel.locking.by_uv import resolve_uv
from samewheel.locking.comparing import agree
from samewheel.locking.resolving import resolve
from tests.functional.builds import make_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
PYTHON = Path(sys.executable)
HERE = {key: str(value) for key, value in default_environment().items()}
WINDOWS = {**HERE, "sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Share what was fetched between tests and runs; only the package index's files are in there."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", os.environ.get("SAMEWHEEL_TEST_CACHE", str(ROOT / ".cache" / "tests")))


@pytest.fixture
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin with nothing fetched."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "cache"))


def by_uv(
    requirements: Sequence[str],
    *,
    previous: Sequence[Pin] = (),
    upgrade: bool = False,
    upgrade_packages: Sequence[str] = (),
    exclude_newer: str | None = None,
    offline: bool = False,
    cwd: Path | None = None,
    bounds: Sequence[str] = (),
) -> tuple[Pin, ...]:
    """Resolve with uv for Python 3.11 and newer."""
    return resolve_uv(
        requirements,
        requires_python=">=3.11",
        python=PYTHON,
        previous=as_constraints(previous),
        upgrade=upgrade,
        upgrade_packages=upgrade_packages,
        exclude_newer=exclude_newer,
        offline=offline,
        cwd=cwd,
        bounds=bounds,
    )


def as_constraints(pins: Sequence[Pin]) -> Constraints:
    """Return constraints that consist of these pins."""
    return parse_constraints(render(pins), "constraints.txt")


def versions(pins: Sequence[Pin]) -> dict[str, str]:
    """Return the versions by name; names pinned twice would be lost, and these tests have none."""
    return {pin.name: pin.version for pin in pins}


# Small indexes


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder; a page ``then.html`` takes the place of ``index.html`` once that was served."""

    def do_GET(self) -> None:
        """Serve, and turn the page."""
        super().do_GET()
        page = Path(self.translate_path(self.path))
        if (page / "then.html").exists():
            (page / "then.html").replace(page / "index.html")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Index:
    """A simple index (PEP 503) without upload times, with whatever wheels a test puts into it."""

    def __init__(self, folder: Path, handler: type[SimpleHTTPRequestHandler] | None = None) -> None:
        """Begin with no packages; ``handler`` serves them in a way of its own."""
        folder.mkdir()
        self.folder = folder
        self.hashed = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler or _Handler, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it can be reached."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def add(self, name: str, version: str, *requires: str, comment: str = "") -> str:
        """Add a wheel, or replace it, and return its hash."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        required = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
        members = {
            f"{name}.py": f"# {comment}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{required}",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = [
            f"{member},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},"
            for member, text in members.items()
        ]
        with zipfile.ZipFile(path, "w") as archive:
            for member, text in members.items():
                archive.writestr(zipfile.ZipInfo(member), text)
            archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
        self.list(name)
        return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"

    def add_sdist(self, name: str, version: str, ran: Path) -> None:
        """Add an sdist whose backend creates the file ``ran`` when anything imports it."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        with zipfile.ZipFile(folder / f"{name}-{version}.zip", "w") as archive:
            root = f"{name}-{version}"
            archive.writestr(f"{root}/backend.py", f"import pathlib; pathlib.Path({str(ran)!r}).touch()")
            archive.writestr(f"{root}/PKG-INFO", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(
                f"{root}/pyproject.toml",
                '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            )
        self.list(name)

    def list(self, name: str) -> None:
        """Write the page of a package: links to its files."""
        links = []
        for file in sorted((self.folder / name).iterdir()):
            if file.suffix != ".html":
                fragment = f"#sha256={hashlib.sha256(file.read_bytes()).hexdigest()}" if self.hashed else ""
                links.append(f'<a href="{file.name}{fragment}">{file.name}</a>\n')
        (self.folder / name / "index.html").write_text(f"<!DOCTYPE html>\n{''.join(links)}")

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def index(empty_cache: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:  # noqa: ARG001
    """Be the only index that both resolvers know."""
    served = Index(tmp_path / "index")
    only(monkeypatch, served.url, served.url)
    yield served
    served.close()


def only(monkeypatch: pytest.MonkeyPatch, for_uv: str, for_pip: str) -> None:
    """Let each resolver know one index, and nothing of this machine's settings."""
    for name in os.environ:
        if name.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("UV_DEFAULT_INDEX", for_uv)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", for_pip)
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_index_without_hashes_is_hashed(index: Index) -> None:
    """Both resolvers download what has no hash, so no pin is ever without."""
    index.hashed = False
    wheel, dependency = index.add("one", "1.0", "two>=2"), index.add("two", "2.0")
    pins = by_uv(["one"])
    assert [(pin.name, pin.version, pin.hashes, pin.via) for pin in pins] == [
        ("one", "1.0", (wheel,), ()),
        ("two", "2.0", (dependency,), ("one",)),
    ]
    assert resolve_pip_tools(["one"], environment=HERE) == pins


BOUNDS = ("three==1", "two<2; python_version > '3'")


def test_bounds_bound_and_install_nothing(index: Index) -> None:
    """As pip's and uv's constraints: what is required stays within them, what is not required stays out."""
    for name in ("two", "three"):
        for version in ("1.0", "2.0"):
            index.add(name, version)
    index.add("one", "1.0", "two")
    expected = {"one": "1.0", "two": "1.0"}
    bounded = by_uv(["one"], bounds=BOUNDS)
    assert versions(bounded) == versions(resolve_pip_tools(["one"], environment=HERE, bounds=BOUNDS)) == expected
    assert [pin.via for pin in bounded] == [(), ("one",)]
    assert versions(by_uv(["one"])) == {"one": "1.0", "two": "2.0"}
    assert versions(by_uv(["one"], previous=by_uv(["one"]), bounds=BOUNDS)) == expected


def test_bounds_without_a_solution_are_told(index: Index) -> None:
    """By whichever resolver."""
    index.add("one", "1.0")
    with pytest.raises(UnlockableError):
        by_uv(["one"], bounds=["one>1"])
    with pytest.raises(UnlockableError):
        resolve_pip_tools(["one"], environment=HERE, bounds=["one>1"])


def test_lock_heeds_the_build_constraints_that_uv_heeds(index: Index, tmp_path: Path) -> None:
    """They are read from the root of the workspace, written to the header, and noticed when they change."""
    for version in ("1.0", "2.0"):
        index.add("one", version)
    root = '[tool.uv]\nbuild-constraint-dependencies = ["one<2"]\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    project = make_project(tmp_path / "packages" / "m", "", requires='"one"')
    (tmp_path / "pyproject.toml").write_text(root, "utf-8")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[project]\nname = "m"\nversion = "1"\n')
    locked = lock(project, resolver=Resolver.BOTH, force=True).constraints
    assert versions(locked.pins) == {"one": "1.0"}
    assert b"# bounded by: one<2\n" in locked.content
    assert check_lock(project) == ()
    (tmp_path / "pyproject.toml").write_text(root.replace("one<2", "one>1"), "utf-8")
    assert check_lock(project) == (
        "- constraint one<2",
        "+ constraint one>1",
        "one==1.0 is not within the constraint one>1",
    )
    (tmp_path / "pyproject.toml").write_text(root.replace("one<2", "one<"), "utf-8")
    with pytest.raises(InvalidProjectError, match="which is no requirement"):
        lock(project)


def test_both_give_what_uv_gives(index: Index) -> None:
    """The second resolver is a witness; the file is the first one's."""
    index.add("one", "1.0", "two>=2; sys_platform == 'win32'")
    index.add("two", "2.0")
    pins = resolve(["one"], resolver=Resolver.BOTH, requires_python=">=3.11", interpreter=find_interpreter(None)).pins
    assert pins == by_uv(["one"])
    assert [pin.marker for pin in pins] == [None, 'sys_platform == "win32"']


def test_each_resolver_can_be_chosen_alone(index: Index) -> None:
    """Then its word is taken, and its text is lines of a constraints file."""
    index.add("one", "1.0")
    interpreter = find_interpreter(None)
    for chosen in (Resolver.UV, Resolver.PIP_TOOLS):
        found = resolve(["one"], resolver=chosen, requires_python=">=3.11", interpreter=interpreter)
        assert parse_constraints(found.text, "x").pins == found.pins
        assert versions(found.pins) == {"one": "1.0"}


def test_tampered_file_is_noticed(index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where one resolver is shown another file than the other, nothing is locked."""
    honest, other = index.add("one", "1.0"), Index(tmp_path / "other")
    try:
        tampered = other.add("one", "1.0", comment="tampered")
        only(monkeypatch, other.url, index.url)
        with pytest.raises(UnlockableError) as caught:
            resolve(["one"], resolver=Resolver.BOTH, requires_python=">=3.11", interpreter=find_interpreter(None))
    finally:
        other.close()
    assert caught.value.cause == f"one 1.0: only uv has {tampered}\none 1.0: only pip-tools has {honest}"


def test_pin_stays_until_it_is_upgraded(index: Index) -> None:
    """A newer release is no reason to change a lock; asking for it is. Both resolvers see it so."""
    index.add("one", "1.0")
    index.add("two", "1.0")
    before = by_uv(["one", "two"])
    index.add("one", "2.0")
    index.add("two", "2.0")
    again = as_constraints(before)
    assert by_uv(["one", "two"], previous=before) == before
    assert resolve_pip_tools(["one", "two"], environment=HERE, previous=again) == before

    one = {"one": "2.0", "two": "1.0"}
    assert versions(by_uv(["one", "two"], previous=before, upgrade_packages=["One"])) == one
    moved = resolve_pip_tools(["one", "two"], environment=HERE, previous=again, upgrade_packages=["One"])
    assert versions(moved) == one

    both = {"one": "2.0", "two": "2.0"}
    assert versions(by_uv(["one", "two"], previous=before, upgrade=True)) == both
    assert versions(resolve_pip_tools(["one", "two"], environment=HERE, previous=again, upgrade=True)) == both


def test_pin_moves_when_it_no_longer_fits(index: Index) -> None:
    """What the project requires comes before what was locked."""
    index.add("one", "1.0")
    before = by_uv(["one"])
    index.add("one", "2.0")
    # The cached list of releases would still do for uv, as any cache does for minutes.
    moved = by_uv(["one>=2"], previous=before, upgrade_packages=["one"])
    assert versions(moved) == {"one": "2.0"}
    assert resolve_pip_tools(["one>=2"], environment=HERE, previous=as_constraints(before)) == moved


def test_kept_pin_keeps_its_hashes_and_the_witness_tells(index: Index) -> None:
    """A file that was replaced on the index after it was locked is not trusted silently."""
    old = index.add("one", "1.0")
    before = by_uv(["one"])
    new = index.add("one", "1.0", comment="replaced")
    kept = by_uv(["one"], previous=before)
    assert [pin.hashes for pin in kept] == [(old,)]
    seen = resolve_pip_tools(["one"], environment=HERE, previous=as_constraints(before))
    assert agree(kept, seen, HERE) == (f"one 1.0: only uv has {old}", f"one 1.0: only pip-tools has {new}")


def test_sdist_of_an_index_never_runs(index: Index, tmp_path: Path) -> None:
    """Nothing of a project runs while pins are found, not even where a wheel's version also has an sdist."""
    index.add("one", "1.0")
    ran = tmp_path / "ran"
    for version in ("1.0", "2.0"):
        index.add_sdist("one", version, ran)
    pins = by_uv(["one"])
    assert versions(pins) == {"one": "1.0"}
    assert resolve_pip_tools(["one"], environment=HERE) == pins
    assert len(pins[0].hashes) == 2
    assert not ran.exists()


def test_lying_index_cannot_make_pip_build(index: Index, tmp_path: Path) -> None:
    """An index may show a wheel first, and then only an sdist of the same version."""
    index.add("one", "1.0")
    page = index.folder / "one" / "index.html"
    honest = page.read_bytes()
    (index.folder / "one" / "one-1.0-py3-none-any.whl").rename(tmp_path / "kept.whl")
    index.add_sdist("one", "1.0", tmp_path / "ran")
    page.rename(page.with_name("then.html"))
    (tmp_path / "kept.whl").rename(index.folder / "one" / "one-1.0-py3-none-any.whl")
    page.write_bytes(honest)
    # Its time tells a cache that the page changed, within the second in which all this happens.
    os.utime(page, (0, 0))
    with pytest.raises(SamewheelError, match="pip may not start"):
        resolve_pip_tools(["one"], environment=HERE)
    assert not (tmp_path / "ran").exists()


def test_sdist_only_dependency_is_refused_by_both(index: Index, tmp_path: Path) -> None:
    """The name of the package that is in the way is in the message, also deep in the tree."""
    index.add("one", "1.0", "two")
    index.add_sdist("two", "1.0", tmp_path / "ran")
    with pytest.raises(UnlockableError, match=r"^two exists only as an sdist"):
        by_uv(["one"])
    with pytest.raises(UnlockableError, match=r"^two exists only as an sdist"):
        resolve_pip_tools(["one"], environment=HERE)
    assert not (tmp_path / "ran").exists()


def test_projects_settings_leave_no_trace(index: Index, tmp_path: Path) -> None:
    """An index URL that uv.toml makes uv write, and the paths of this machine, are not in what we write."""
    index.add("one", "1.0", "two")
    index.add("two", "1.0")
    project = tmp_path / "project"
    project.mkdir()
    (project / "uv.toml").write_text("[pip]\nemit-index-url = true\nemit-index-annotation = true\n")
    pins = by_uv(["one"], cwd=project)
    assert pins == by_uv(["one"])
    text = render(pins).decode()
    assert [line for line in text.splitlines() if "--hash" not in line] == [
        "one==1.0 \\",
        "two==1.0 \\",
        "    # via one",
    ]


def test_nothing_required_needs_no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose backend is in its own tree requires nothing."""
    only(monkeypatch, "http://127.0.0.1:9/simple", "http://127.0.0.1:9/simple")
    assert by_uv([]) == ()
    assert resolve_pip_tools([], environment=HERE) == ()


def test_other_platforms_requirement_is_nothing_here(index: Index) -> None:
    """It is pinned for the others by uv, and pip-tools has no answer for it."""
    index.add("one", "1.0")
    required = ['one; sys_platform == "win32"']
    assert [(pin.name, pin.marker) for pin in by_uv(required)] == [("one", 'sys_platform == "win32"')]
    assert resolve_pip_tools(required, environment=HERE) == ()


@pytest.mark.usefixtures("empty_cache")
def test_unreachable_index_is_not_the_projects_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and the message says that it is the index; both resolvers tell it from a missing package."""
    only(monkeypatch, "http://127.0.0.1:9/simple", "http://user:secret@127.0.0.1:9/simple")
    with pytest.raises(SamewheelError, match="the package index cannot be reached") as caught:
        by_uv(["setuptools"])
    assert caught.value.exit_code is ExitCode.FAILED
    with pytest.raises(SamewheelError, match="the package index cannot be reached") as caught:
        resolve_pip_tools(["setuptools"], environment=HERE)
    assert caught.value.exit_code is ExitCode.FAILED
    assert "secret" not in str(caught.value)


def test_missing_package_is_the_projects_fault(index: Index) -> None:
    """An index that answers, and does not have it."""
    index.add("one", "1.0")
    for resolver in (by_uv, lambda wanted: resolve_pip_tools(wanted, environment=HERE)):
        with pytest.raises(UnlockableError, match="have no solution") as caught:
            resolver(["two"])
        assert "two" in caught.value.cause


def test_unsatisfiable_requirements_are_explained(index: Index) -> None:
    """The resolver's own words say which requirements clash."""
    index.add("one", "1.0", "two<2")
    index.add("two", "1.0")
    index.add("two", "2.0")
    for resolver in (by_uv, lambda wanted: resolve_pip_tools(wanted, environment=HERE)):
        with pytest.raises(UnlockableError, match="have no solution") as caught:
            resolver(["one", "two>=2"])
        assert "two>=2" in caught.value.cause
        assert "one" in caught.value.cause


def test_index_without_upload_times_cannot_be_limited(index: Index) -> None:
    """Neither resolver guesses when a file was uploaded."""
    index.add("one", "1.0")
    with pytest.raises(UnlockableError, match="have no solution"):
        by_uv(["one"], exclude_newer="2026-01-31")
    with pytest.raises(UsageError, match="pip-tools cannot pass over newer files"):
        resolve_pip_tools(["one"], environment=HERE, exclude_newer="2026-01-31")


@pytest.mark.usefixtures("empty_cache")
def test_offline_with_nothing_fetched_says_so() -> None:
    """The network is what is missing, not the package."""
    with pytest.raises(SamewheelError, match="offline") as caught:
        by_uv(["hatchling"], offline=True)
    assert caught.value.exit_code is ExitCode.FAILED


def test_offline_uses_what_was_fetched(index: Index) -> None:
    """What one run fetched, the next finds without the network."""
    index.add("one", "1.0")
    pins = by_uv(["one"])
    index.close()
    assert by_uv(["one"], offline=True) == pins


def test_pip_tools_refuses_what_it_cannot_answer() -> None:
    """It has no offline mode, and knows no other interpreter than ours."""
    interpreter = find_interpreter(None)
    for chosen in (Resolver.BOTH, Resolver.PIP_TOOLS):
        with pytest.raises(UsageError, match="cannot resolve offline"):
            resolve(["one"], resolver=chosen, requires_python=">=3.11", interpreter=interpreter, offline=True)
        with pytest.raises(UsageError, match="cannot take part in locking for Python >=4"):
            resolve(["one"], resolver=chosen, requires_python=">=4", interpreter=interpreter)
    other = replace(interpreter, markers={**interpreter.markers, "python_full_version": "3.99.0"})
    with pytest.raises(UsageError, match="pip-tools cannot resolve for"):
        resolve(["one"], resolver=Resolver.PIP_TOOLS, requires_python=">=3.11", interpreter=other)


def test_same_bytes_under_every_hash_seed(index: Index) -> None:
    """Sets are everywhere in what resolvers find; none of their orders may reach the file."""
    for name in "abcdef":
        index.add(name, "1.0", *(f"{other}>=1" for other in "abcdef" if other > name))
    code = (
        "import sys; from pathlib import Path; from packaging.markers import default_environment as e\n"
        "from samewheel.constraints import make_header, render\n"
        "from samewheel.locking.by_uv import resolve_uv\n"
        "from samewheel.locking.by_pip_tools import resolve_pip_tools\n"
        "asked = ['f', 'a', 'c']\n"
        "header = make_header(requires=asked, asked=['b', 'd'], requires_python='>=3.11')\n"
        "uv = resolve_uv(asked, requires_python='>=3.11', python=Path(sys.executable))\n"
        "sys.stdout.buffer.write(render(uv, header) + render(resolve_pip_tools(asked, environment=e())))\n"
    )
    outputs = set()
    for seed in ("1", "2"):
        finished = run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, timeout=120)
        assert finished.ok, finished.tail()
        outputs.add(finished.stdout)
    assert len(outputs) == 1
    text = outputs.pop().decode()
    assert text.count("==1.0 \\\n") == 12
    assert index.url not in text
    assert not [line for line in text.splitlines() if "/" in line]


# The package index


@pytest.mark.index
def test_pins_hold_for_every_platform() -> None:
    """A marker of the project stays on the pin, and hashes are those of all platforms' files."""
    pins = by_uv(['ninja; sys_platform == "win32"', 'colorama; os_name == "nt"', "hatchling"])
    here, windows = select(pins, HERE), select(pins, WINDOWS)
    assert {"ninja", "colorama"}.isdisjoint(here)
    assert {"ninja", "colorama"} <= set(windows)
    assert len(next(pin for pin in pins if pin.name == "ninja").hashes) > 10
    assert "hatchling" in here


@pytest.mark.index
def test_sdist_only_package_is_refused_by_name() -> None:
    """Building docopt first would run code that nothing pins."""
    with pytest.raises(UnlockableError, match=r"^docopt exists only as an sdist"):
        by_uv(["hatchling", "docopt"])
    with pytest.raises(UnlockableError, match=r"^docopt exists only as an sdist"):
        resolve_pip_tools(["hatchling", "docopt"], environment=HERE)


@pytest.mark.index
def test_impossible_requirement_is_explained() -> None:
    """What uv says is passed on."""
    with pytest.raises(UnlockableError, match="have no solution") as caught:
        by_uv(["hatchling>1000"])
    assert "hatchling>1000" in caught.value.cause


@pytest.mark.index
def test_unknown_package_is_named() -> None:
    """A typo in build-system.requires is the project's fault."""
    with pytest.raises(UnlockableError, match="have no solution") as caught:
        by_uv(["no-such-package-samewheel-tests"])
    assert "no-such-package-samewheel-tests" in caught.value.cause


@pytest.mark.index
@pytest.mark.parametrize(
    "requirements",
    [("setuptools>=77", "wheel"), ("hatchling>=1.27", "hatch-vcs"), ("flit-core", "cffi")],
    ids=["setuptools", "hatchling", "flit-cffi"],
)
def test_resolvers_agree_on_real_backends(requirements: tuple[str, ...]) -> None:
    """Two programs that share no code find the same versions, and the same hashes of the same files."""
    pins = resolve(
        requirements, resolver=Resolver.BOTH, requires_python=">=3.11", interpreter=find_interpreter(None)
    ).pins
    assert {requirement.split(">")[0] for requirement in requirements} <= {pin.name for pin in pins}


@pytest.mark.index
def test_date_limits_both_resolvers_alike() -> None:
    """The same day means the same releases, and the same files of them."""
    pins = by_uv(["setuptools"], exclude_newer="2024-01-01")
    assert versions(pins) == {"setuptools": "69.0.3"}


@pytest.mark.index
def test_date_limits_pip_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checked without this machine's pip.conf: pip does not apply the limit to indexes on disk."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    limited = resolve_pip_tools(["setuptools"], environment=HERE, exclude_newer="2024-01-01")
    assert limited == by_uv(["setuptools"], exclude_newer="2024-01-01")


@pytest.mark.index
def test_kept_pin_of_a_real_package_moves_when_asked() -> None:
    """With all its hashes, the new one's and not the old one's."""
    old = by_uv(["setuptools"], exclude_newer="2024-01-01")
    assert by_uv(["setuptools"], previous=old) == old
    new = by_uv(["setuptools"], previous=old, upgrade_packages=["setuptools"])
    assert new[0].version != old[0].version
    assert set(new[0].hashes).isdisjoint(old[0].hashes)
