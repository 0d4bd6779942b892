"""Projects and sdists that want more than to be built: nothing of theirs runs or is written while we fetch."""

from __future__ import annotations

import io
import os
import site
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel import InvalidProjectError, NotBuildableError, StaleLockError, build, check_lock, lock, verify
from samewheel._indexes import index_settings
from samewheel.errors import SamewheelError
from samewheel.locking import resolve_uv
from tests.functional.builds import make_project, pack
from tests.functional.test_locking_resolving import Index, only
from tests.index_server import package_index
from tests.unit.wheels import recorded, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Samewheel


def member(archive: tarfile.TarFile, name: str, *, link: str | None = None, content: bytes | None = None) -> None:
    """Add a folder, a symbolic link or a file."""
    info = tarfile.TarInfo(name)
    info.mode = 0o755
    if link is not None:
        info.type, info.linkname = tarfile.SYMTYPE, link
    elif content is None:
        info.type = tarfile.DIRTYPE
    else:
        info.size = len(content)
    archive.addfile(info, None if content is None else io.BytesIO(content))


def test_long_chain_of_links_leads_no_file_out_of_the_sdist(tmp_path: Path) -> None:
    """CVE-2025-4517: paths too long to be resolved get past the data filter of some versions of Python."""
    sdist = tmp_path / "pkg-1.0.tar.gz"
    folder, steps = "d" * 247, "abcdefghijklmnop"
    with tarfile.open(sdist, "w:gz") as archive:
        member(archive, "pkg-1.0")
        member(archive, "pkg-1.0/pyproject.toml", content=b"[build-system]\nrequires = []\n")
        place = "pkg-1.0"
        for step in steps:
            member(archive, f"{place}/{folder}")
            member(archive, f"{place}/{step}", link=folder)
            place = f"{place}/{folder}"
        chain = "/".join(steps)
        member(archive, f"pkg-1.0/{chain}/{'l' * 254}", link="../" * len(steps))
        member(archive, "pkg-1.0/escape", link=f"{chain}/{'l' * 254}/../../../{tmp_path.name}-escaped")
        member(archive, "pkg-1.0/escape/owned.txt", content=b"owned")
    with pytest.raises(InvalidProjectError, match="through a symbolic link"):
        lock(sdist, output=tmp_path / "constraints.txt")
    assert not [name for name in os.listdir("/tmp") if name.endswith("-escaped")]  # noqa: PTH208, S108


@pytest.mark.index
@pytest.mark.parametrize("file", ["pyproject.toml", "uv.toml", "../uv.toml"])
def test_settings_of_uv_run_no_code_while_fetching(tmp_path: Path, file: str) -> None:
    """A project's uv settings could have a dependency built from source, with the network and all secrets at hand."""
    witness = tmp_path / "witness"
    evil = make_project(tmp_path / "evil", "")
    code = f"open({str(witness)!r}, 'w').close()\n" + (evil / "backend.py").read_text("utf-8")
    (evil / "backend.py").write_text(code, "utf-8")
    project = make_project(tmp_path / "above" / "project", "", requires='"iniconfig"')
    table = "[tool.uv]\n" if file == "pyproject.toml" else ""
    settings = f'{table}override-dependencies = ["iniconfig @ file://{evil}"]\nno-binary-package = ["iniconfig"]\n'
    with (project / file).open("a", encoding="utf-8") as target:
        target.write("\n" + settings)
    locked = lock(project, force=True)
    assert [pin.name for pin in locked.constraints.pins] == ["iniconfig"]
    assert not witness.exists()


def test_nothing_of_a_build_requirement_runs_while_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python runs ``*.pth`` files and ``sitecustomize.py`` whenever it starts: here only in the sandbox."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "cache"))
    witness, info = tmp_path / "witness", "helper-1.0.dist-info"
    runs = f"import sys; open({str(witness)!r}, 'w').close()\n".encode()
    members = {
        "helper.pth": runs,
        "helper.py": b"x = 1\n",
        "sitecustomize.py": runs,
        # A virtual environment's Python would look for its standard library where this says.
        "helper-1.0.data/data/pyvenv.cfg": b"home = /nowhere\n",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: helper\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: none\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    wheel = written(tmp_path / "wheels", recorded(members, info=info), name="helper-1.0-py3-none-any.whl")
    project = make_project(tmp_path / "project", "", requires='"helper"')
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.uv]\nno-index = true\nfind-links = ["../wheels"]\n')
    lock(project, force=True)
    assert not witness.exists()
    environments = tmp_path / "cache" / "environments"
    assert [file.parts[-2:] for file in environments.rglob("*.pyc") if "helper" in file.name] == [
        ("__pycache__", f"helper.{sys.implementation.cache_tag}.pyc")
    ]
    (tmp_path / "control").mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extract("helper.pth", tmp_path / "control")
    site.addsitedir(str(tmp_path / "control"))
    assert witness.exists()


@pytest.mark.parametrize("said", ["${GITHUB_TOKEN}", "what-the-build-saw"])
@pytest.mark.parametrize("who", ["project", "backend"])
@pytest.mark.parametrize("verb", [build, verify, check_lock])
def test_no_requirement_has_anything_fetched_from_where_it_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verb: Callable[[Path], object],
    who: str,
    said: str,
) -> None:
    """Uv fetches a direct reference outside of the sandbox, and puts the caller's variables into it.

    The marker is false to packaging, for which ``3.12`` is a part of ``13.12``, and true to uv, which reads a list.
    """
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GITHUB_TOKEN", "s3cr3t")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    versions = " ".join(f"13.{minor}" for minor in range(9, 20))
    with package_index() as listening:
        asked = f"x @ {listening.url}/{said}/x-1.0-py3-none-any.whl ; python_version not in '{versions}'"
        project = make_project(
            tmp_path / "project",
            "",
            requires=f'"{asked}"' if who == "project" else "",
            constraints=f"x==1.0 --hash=sha256:{'0' * 64}\n",
        )
        with (project / "backend.py").open("a", encoding="utf-8") as backend:
            backend.write(f"\n\ndef get_requires_for_build_wheel(config_settings=None):\n    return [{asked!r}]\n")
        with pytest.raises(NotBuildableError, match=r"x is required by its URL|has a \$"):
            verb(project)
    assert [one.path for one in listening.asked] == []


@pytest.mark.parametrize(
    "name", ["UV_INDEX_OWN_USERNAME", "UV_INDEX_OWN_PASSWORD", "UV_DEFAULT_INDEX", "https_proxy"]
)
def test_no_wheel_of_the_index_has_a_password_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Uv puts variables into the URLs of a wheel's METADATA, too, and then into its message, which logs keep."""
    served = Index(tmp_path / "index")
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "cache"))
    only(monkeypatch, served.url.replace("://", "://me:s3cr3t-1@"), served.url)
    monkeypatch.setenv("UV_INDEX_OWN_USERNAME", "s3cr3t 2")
    monkeypatch.setenv("UV_INDEX_OWN_PASSWORD", "s3cr3t 3\n")
    monkeypatch.setenv("https_proxy", "http://me:s3cr3t%204@127.0.0.1:9")
    served.add("one", "1.0", f"two @ http://127.0.0.1:9/${{{name}}}/two-1.0-py3-none-any.whl")
    try:
        with pytest.raises(SamewheelError, match=r"/two-1\.0-py3-none-any\.whl") as caught:
            resolve_uv(["one"], requires_python=">=3.11", python=Path(sys.executable))
    finally:
        served.close()
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("user", ["--keyring-backend=x", "%2dx"])
def test_user_of_an_index_is_no_option(tmp_path: Path, user: str) -> None:
    """Uv gives it to the user's program keyring, if the project's settings say so."""
    project = make_project(tmp_path / "project", "")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f'[tool.uv]\nkeyring-provider = "subprocess"\nindex-url = "https://{user}@example.org/simple"\n')
    with pytest.raises(InvalidProjectError, match="begins with a hyphen"):
        index_settings(project, {"HOME": str(tmp_path)})


def test_only_index_settings_are_taken_from_files(tmp_path: Path) -> None:
    """Where packages come from is the user's business; what is done with them is ours."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[tool.uv]\nno-binary-package = ["x"]\nfind-links = ["wheels"]\n'
        '[[tool.uv.index]]\nname = "own"\nurl = "https://index.example/simple"\ndefault = true\n'
        '[tool.uv.pip]\nresolution = "lowest"\n',
        "utf-8",
    )
    user = tmp_path / "config" / "uv"
    user.mkdir(parents=True)
    (user / "uv.toml").write_text(
        'keyring-provider = "subprocess"\nfind-links = ["theirs"]\npreview = true\n', "utf-8"
    )
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert index_settings(project, environ) == (
        f'find-links = ["{project}/wheels", "{user}/theirs"]\n'
        'index = [{"name" = "own", "url" = "https://index.example/simple", "default" = true}]\n'
        'keyring-provider = "subprocess"\n'
    )
    assert "theirs" in index_settings(None, environ)
    assert index_settings(project, {**environ, "UV_NO_CONFIG": "1"}) == ""


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('python = "./evil"', "tool.samewheel.python is './evil'"),
        ('python = "make"', "tool.samewheel.python is 'make'"),
        ('python = "python3;make"', "tool.samewheel.python is 'python3;make'"),
        ('constraints = "../other.txt"', "tool.samewheel.constraints is"),
        ('constraints = "/etc/passwd"', "tool.samewheel.constraints is"),
        ('constraints = "a\\u0000b"', "tool.samewheel.constraints is"),
        ('readable = ["/root"]', "tool.samewheel.readable is unknown"),
        ("limits = { processes = 100000 }", "tool.samewheel.limits is unknown"),
    ],
)
def test_project_decides_nothing_outside_of_itself(tmp_path: Path, setting: str, said: str) -> None:
    """Which program runs, and which file of the machine is read or written, is for the caller to say."""
    project = make_project(tmp_path / "project", "")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[tool.samewheel]\n{setting}\n")
    with pytest.raises(InvalidProjectError) as raised:
        lock(project)
    assert said in raised.value.what


def test_constraints_that_the_caller_names_are_the_ones_for_an_sdist_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names a file means it; another one that lies about must not be taken instead."""
    monkeypatch.chdir(tmp_path)
    sdist = pack(make_project(tmp_path / "project", ""), tmp_path / "sample-1.0.tar.gz")
    lock(sdist)
    assert (tmp_path / "sample-1.0.constraints.txt").exists()
    build(sdist)
    with pytest.raises(StaleLockError, match=r"missing\.txt does not exist"):
        build(sdist, constraints=str(tmp_path / "missing.txt"))


def test_constraints_of_something_else_in_an_sdist_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many sdists have a constraints.txt for their tests; only one that we wrote is about the build."""
    monkeypatch.chdir(tmp_path)
    project = make_project(tmp_path / "project", "", constraints="requests<3\n")
    sdist = pack(project, tmp_path / "sample-1.0.tar.gz")
    with pytest.raises(StaleLockError, match=r"sample-1\.0\.constraints\.txt does not exist"):
        build(sdist)


@pytest.mark.index
def test_lock_of_a_backend_that_asks_twice_is_fresh(tmp_path: Path) -> None:
    """What is asked for depends on what is there: the check must go as far as the lock did."""
    project = make_project(tmp_path / "project", "")
    with (project / "backend.py").open("a", encoding="utf-8") as backend:
        backend.write(
            "\n\ndef get_requires_for_build_wheel(config_settings=None):\n"
            "    from importlib.util import find_spec\n"
            '    return ["iniconfig>=2", *(["pluggy>=1"] if find_spec("iniconfig") else [])]\n'
        )
    locked = lock(project, force=True)
    assert locked.constraints.header is not None
    assert locked.constraints.header.asked == ("iniconfig>=2", "pluggy>=1")
    assert check_lock(project) == ()


def test_what_was_not_copied_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A package that is called build would else vanish from its own wheel without a word."""
    project = make_project(tmp_path / "project", "")
    (project / "build").mkdir()
    (project / "build" / "module.py").write_text("", "utf-8")
    warnings: list[str] = []

    class Listener:
        def step(self, text: str) -> None:
            """Pass over it."""

        def warn(self, text: str) -> None:
            """Keep it."""
            warnings.append(text)

    build(project, progress=Listener())
    assert [text for text in warnings if "not copied" in text and "build/" in text]
    assert capsys.readouterr().out == ""


def test_header_of_an_sdist_takes_no_memory(tmp_path: Path) -> None:
    """A reader that takes a header of any size into memory can be made to take all of it."""
    sdist = tmp_path / "pkg-1.0.tar.gz"
    with tarfile.open(sdist, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("pkg-1.0/file")
        info.pax_headers = {"comment": "x" * (17 << 20)}
        archive.addfile(info)
    with pytest.raises(InvalidProjectError, match="a header of"):
        lock(sdist, output=tmp_path / "constraints.txt")


def test_check_goes_with_no_option_that_changes(tmp_path: Path, samewheel: Samewheel) -> None:
    """An option that is passed over in silence makes one believe in what did not happen."""
    project = make_project(tmp_path / "project", "")
    for option in (["--upgrade"], ["--force"], ["-P", "x"], ["--exclude-newer", "2026-01-01"]):
        finished = samewheel("lock", project, "--check", *option)
        assert finished.returncode == 2
        assert "--check changes nothing" in finished.stderr
