"""What a build sees: conditions that we set, what the user passes on, and nothing else of the machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import samewheel
from samewheel import Frontend, UsageError, Via
from samewheel.interpreter import find_interpreter
from tests.functional.builds import OURS, make_project, members, pack, seen, written
from tests.functional.git_projects import COMMIT_TIME, commit, git, isolate

if TYPE_CHECKING:
    from samewheel import Built
    from tests.conftest import ProjectCopier, Samewheel

FRONTENDS = list(Frontend)

OWN = {
    Frontend.UV: {"PYTHONIOENCODING", "UV", "UV_INTERNAL__BUILD_DIR", "VIRTUAL_ENV"},
    Frontend.BUILD: {"_PYPROJECT_HOOKS_BACKEND_PATH_JSON", "_PYPROJECT_HOOKS_BUILD_BACKEND"},
}
"""Variables that a frontend tells the backends; they are no part of the caller's environment."""

SECRETS = {
    **dict.fromkeys(("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "TWINE_PASSWORD", "UV_INDEX_X_PASSWORD"), "s3cr3t"),
    **dict.fromkeys(("PIP_INDEX_URL", "NETRC", "SSH_AUTH_SOCK", "HTTPS_PROXY", "GPG_TTY", "CI"), "s3cr3t"),
    **dict.fromkeys(("DBUS_SESSION_BUS_ADDRESS", "DOCKER_HOST", "CONTAINER_HOST", "GPG_AGENT_INFO"), "unix:/s3cr3t"),
    **dict.fromkeys(("WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"), "/s3cr3t"),
    **dict.fromkeys(("CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "ARCHFLAGS", "MAKEFLAGS"), "-O0"),
    **dict.fromkeys(("PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONUTF8", "SETUPTOOLS_SCM_PRETEND_VERSION"), "x"),
    **dict.fromkeys(("COLUMNS", "DISPLAY", "EDITOR", "LC_TIME", "LANGUAGE", "XDG_CONFIG_HOME", "HOSTNAME"), "x"),
    **{f"SECRET_{number}": f"s3cr3t-{number}" for number in range(25)},
}
"""What else callers have in their environment."""


@pytest.fixture
def project(copied: ProjectCopier) -> Path:
    """A project whose wheel says what its build noticed."""
    return copied("dumps-conditions")


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_build_sees_exactly_the_fixed_environment(
    project: Path, frontend: Frontend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a build can read of the caller, it can write into the wheel, or send to somebody."""
    assert len(SECRETS) >= 50
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    environ = seen(samewheel.build(project, frontend=frontend).wheel)["environ"]
    build = str(Path(environ["HOME"]).parent)
    fixed = {name: value.replace(build, "$B") for name, value in environ.items() if name not in OWN[frontend]}
    # uv puts the environment first once more; nothing in it has a compiler's name.
    fixed["PATH"] = fixed["PATH"].replace("$B/env/bin:$B/env/bin:", "$B/env/bin:")
    assert fixed == {
        "HOME": "$B/home",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "LOGNAME": "samewheel-user",
        "PATH": "$B/env/bin:$B/shims:/usr/local/bin:/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "315532800",
        "TMPDIR": "$B/tmp",
        "TZ": "UTC",
        "USER": "samewheel-user",
    }
    assert "s3cr3t" not in str(environ)


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_build_sees_fixed_conditions_besides_the_environment(project: Path, frontend: Frontend) -> None:
    """Time zone, locale, hash seed, umask, modes and times all show in real wheels."""
    (project / "backend.py").chmod(0o600)
    noticed = seen(samewheel.build(project, frontend=frontend).wheel)
    build = Path(noticed["environ"]["HOME"]).parent
    assert noticed["cwd"] == str(build / "source")
    assert noticed["prefix"] == str(build / "env")
    assert noticed["files"] == ["backend.py", "pyproject.toml"]
    assert noticed["modes"] == ["0o644"]
    assert noticed["mtimes"] == [315532800.0]
    assert noticed["umask"] == "022"
    assert noticed["locale"] == "C.UTF-8"
    assert noticed["timezone"] == "00 UTC"
    assert noticed["stdin"] == ""
    expected = subprocess.run(
        [sys.executable, "-c", "print(hash('samewheel'))"],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        check=True,
    )
    assert noticed["hash"] == int(expected.stdout)


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_build_imports_from_the_standard_library_and_its_environment_only(project: Path, frontend: Frontend) -> None:
    """A package of the user's own installation must not take part."""
    noticed = seen(samewheel.build(project, frontend=frontend).wheel)
    library = str(find_interpreter().prefix)
    outside = [place for place in noticed["path"] if not place.startswith((library, noticed["prefix"], "."))]
    assert outside == []


def test_variables_arrive_when_they_are_asked_for(project: Path, samewheel: Samewheel) -> None:
    """Some builds are steered by variables; the buildinfo then has to say so."""
    finished = samewheel(
        "build", project, "--json", "--env", "PASSED", "--env", "GIVEN=a=b c", "-e", "EMPTY=", PASSED="on", OTHER="x"
    )
    info = json.loads(finished.stdout)
    assert info["env"] == {"EMPTY": "", "GIVEN": "a=b c", "PASSED": "on"}
    environ = seen(project / "dist" / info["wheel"]["name"])["environ"]
    assert {name: environ[name] for name in info["env"]} == info["env"]
    assert "OTHER" not in environ


def test_variable_that_is_not_set_is_refused(project: Path, samewheel: Samewheel) -> None:
    """An empty value instead would build something that nobody asked for."""
    finished = samewheel("build", project, "--env", "NOT_SET_ANYWHERE")
    assert finished.returncode == 2
    assert "NOT_SET_ANYWHERE" in finished.stderr
    assert "--env NOT_SET_ANYWHERE=VALUE" in finished.stderr


@pytest.mark.index
def test_caller_changes_no_byte(copied: ProjectCopier, tmp_path: Path) -> None:
    """Modes of files get into the wheel with setuptools, and wheels were published with the umask of a laptop."""
    wheels = []
    for number, (umask, mode, env) in enumerate(
        [
            (0o022, 0o644, {"TZ": "UTC", "LANG": "C"}),
            (0o077, 0o600, {"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "HOME": str(tmp_path / "home")}),
        ]
    ):
        project = copied("setuptools", f"copy-{number}" * (number + 1))
        for file in project.rglob("*"):
            file.chmod(mode | (0o100 if file.is_dir() else 0))
        subprocess.run(
            [sys.executable, "-m", "samewheel", "build", "-q", os.path.relpath(project, project.parents[number])],
            env={**os.environ, **env},
            cwd=project.parents[number],
            umask=umask,
            check=True,
            capture_output=True,
        )
        (wheel,) = project.glob("dist/*.whl")
        wheels.append(wheel.read_bytes())
    assert wheels[0] == wheels[1]


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_settings_reach_the_backend(project: Path, frontend: Frontend, samewheel: Samewheel) -> None:
    """PEP 517 allows a list where a key is repeated, and the two frontends must not understand that differently."""
    finished = samewheel(
        *("build", project, "--json", "--frontend", frontend),
        *("-C", "one=1", "-C", "two=a", "--config-setting", "two=b=c", "-C", "--flag=x y", "-C", "empty="),
    )
    info = json.loads(finished.stdout)
    expected = {"--flag": "x y", "empty": "", "one": "1", "two": ["a", "b=c"]}
    assert info["config_settings"] == expected
    assert seen(project / "dist" / info["wheel"]["name"])["config_settings"] == expected


def comparable(built: Built) -> object:
    """Return a buildinfo without what the table itself changes in the source."""
    info = built.buildinfo
    return (info.env, info.config_settings, info.frontend, info.via, info.constraints, info.interpreter, info.epoch)


SETTINGS = """
[tool.samewheel]
constraints = "pins/build.txt"
frontend = "build"
timeout = 50
python = "{python}"
env = {{ A = "1", B = "2" }}
config-settings = {{ one = "1", many = ["x", "y"] }}
"""


@pytest.fixture
def configured(project: Path) -> Path:
    """The same project with everything that pyproject.toml can say of its build."""
    (project / "pins").mkdir()
    (project / "constraints.txt").rename(project / "pins" / "build.txt")
    with (project / "pyproject.toml").open("a") as file:
        file.write(SETTINGS.format(python=f"python3.{sys.version_info.minor}"))
    return project


def test_the_table_does_what_options_do(configured: Path, copied: ProjectCopier) -> None:
    """A project that says it once needs no options that somebody forgets."""
    plain = copied("dumps-conditions", "plain")
    by_options = samewheel.build(
        plain,
        constraints=str(configured / "pins" / "build.txt"),
        frontend=Frontend.BUILD,
        timeout=50,
        python=sys.executable,
        env={"A": "1", "B": "2"},
        config_settings={"one": "1", "many": ["x", "y"]},
    )
    by_table = samewheel.build(configured)
    assert comparable(by_table) == comparable(by_options)
    assert seen(by_table.wheel)["environ"]["A"] == "1"


def test_options_come_before_the_table(configured: Path) -> None:
    """What is typed is meant; single variables and settings are replaced, the others stay."""
    info = samewheel.build(configured, frontend=Frontend.UV, env={"B": "3"}, config_settings={"one": "2"}).buildinfo
    assert info.frontend.name == "uv"
    assert info.env == {"A": "1", "B": "3"}
    assert info.config_settings == {"one": "2", "many": ["x", "y"]}


def test_sdist_obeys_the_table_in_it_only(configured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the project in whose folder one happens to be are not a stranger's."""
    monkeypatch.chdir(configured)
    sdist = pack(make_project(tmp_path / "other", "pass", constraints=OURS), tmp_path / "sample-1.0.tar.gz")
    info = samewheel.build(sdist, out_dir=tmp_path / "o", evidence_dir=tmp_path / "o").buildinfo
    assert info.frontend.name == "uv"
    assert info.env == {}


def other_interpreter() -> str | None:
    """Return an interpreter of another version than ours, or None."""
    versions = [f"3.{minor}" for minor in (12, 13, 14, 11) if minor != sys.version_info.minor]
    candidates = [found for version in versions if (found := shutil.which(f"python{version}"))]
    candidates += [str(path) for v in versions for path in Path.home().glob(f".pyenv/versions/{v}.*/bin/python{v}")]
    for candidate in candidates:
        finished = subprocess.run(
            [candidate, "-c", "import sys; print(sys.version_info[1])"], capture_output=True, check=False
        )
        if finished.returncode == 0 and int(finished.stdout) != sys.version_info.minor:
            return candidate
    return None


def test_another_interpreter_builds(project: Path) -> None:
    """A compiled wheel is for the interpreter that built it, and that need not be samewheel's own."""
    python = other_interpreter()
    if python is None:
        pytest.skip("there is no other Python on this machine")
    built = samewheel.build(project, python=python)
    version = subprocess.run([python, "-V"], capture_output=True, check=True, text=True).stdout.split()[1]
    assert built.buildinfo.interpreter.version == version
    assert version.startswith(seen(built.wheel)["python"] + ".")
    assert f"--python {version}" in "\n".join(built.buildinfo.commands)


@pytest.mark.parametrize("python", ["/no/such/python", "no-such-python", "2.99", "/bin/false", "/etc/passwd", "/"])
def test_interpreter_that_does_not_work_is_refused(project: Path, python: str) -> None:
    """Nothing is downloaded, and nothing else is taken instead."""
    with pytest.raises(UsageError) as caught:
        samewheel.build(project, python=python)
    assert python in str(caught.value)
    assert written(project / "dist", project / "evidence") == []


def epoch_of(path: Path, **options: object) -> tuple[int, str]:
    """Build, and return the epoch that the buildinfo says, once the build has seen the same."""
    folder = path.parent / "out"
    built = samewheel.build(path, out_dir=folder, evidence_dir=folder, **options)  # type: ignore[arg-type]
    noticed = seen(built.wheel)
    epoch = built.buildinfo.epoch
    assert noticed["environ"]["SOURCE_DATE_EPOCH"] == str(epoch.value)
    assert noticed["mtimes"] == [epoch.value]
    return epoch.value, epoch.origin


@pytest.mark.parametrize("value", [315532800, 1_234_567_890, 4354819198])
def test_epoch_of_the_caller_comes_first(project: Path, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Distributors set it for everything that they build."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(value))
    assert epoch_of(project) == (value, "environment")


def test_epoch_of_a_repository_is_its_commit(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone who has the commit has its time."""
    isolate(monkeypatch, tmp_path / "home")
    git(project, "init", "--quiet")
    commit(project)
    assert epoch_of(project) == (COMMIT_TIME, "commit")


def test_epoch_of_an_sdist_is_its_newest_file(project: Path, tmp_path: Path) -> None:
    """Everyone who has the file has that, too."""
    assert epoch_of(pack(project, tmp_path / "sample-1.0.tar.gz", time=1_500_000_000)) == (1_500_000_000, "sdist")


@pytest.mark.parametrize("time", [0, 315532799])
def test_epoch_of_an_sdist_from_before_zip_files_is_the_default(project: Path, tmp_path: Path, time: int) -> None:
    """Some backends set all times to 1970, which no wheel can hold."""
    assert epoch_of(pack(project, tmp_path / "sample-1.0.tar.gz", time=max(time, 3)))[1] == "default"


def test_epoch_of_a_folder_is_the_default(project: Path) -> None:
    """Times of files are when somebody copied them, not when the source was written."""
    assert epoch_of(project) == (315532800, "default")


@pytest.mark.parametrize(
    "value", ["yesterday", "-1", "1.5", " 1500000000", "315532799", "4354819199", "9" * 5000, "٣"]
)
def test_epoch_that_cannot_be_is_refused_with_the_limits(
    project: Path, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error would otherwise give a wheel that nobody gets again."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    with pytest.raises(UsageError) as caught:
        samewheel.build(project)
    assert caught.value.exit_code == 2
    for limit in ("315532800", "1980", "4354819198", "2107"):
        assert limit in caught.value.cause
    assert written(project / "dist", project / "evidence") == []


def test_via_sdist_is_a_setting_too(copied: ProjectCopier) -> None:
    """A release that goes through its sdist always goes through it."""
    project = copied("flit")
    with (project / "pyproject.toml").open("a") as file:
        file.write('\n[tool.samewheel]\nvia = "sdist"\n')
    by_table = samewheel.build(project)
    assert by_table.buildinfo.via is Via.SDIST
    assert "sample_flit/greeting.py" in members(by_table.wheel)
    assert samewheel.build(project, via=Via.TREE).buildinfo.via is Via.TREE
