"""CI, the action, and what `samewheel init` writes: pinned, without rights that are not needed, nothing expanded.

Most of it is read as text, line by line: the files have a plain form, and these tests keep it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from .test_recipes import JUSTFILE, RECIPES, ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
TEMPLATES = sorted((ROOT / "src" / "samewheel" / "adopting" / "templates").glob("*.yml"))
ACTION = ROOT / "action.yml"
RUNNER = ROOT / ".ci" / "run"

INSTALL = "python -m pip install --only-binary :all: --require-hashes -r .github/samewheel.txt"

TOOLS = "python -m pip install --only-binary :all: --require-hashes -r .github/tools.txt"

SANDBOXES = """if [ -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]; then
  sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
fi"""
"""What a release needs on images that take rights from user namespaces, and on those that do not know of it."""

SETUP = {
    TOOLS,
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    SANDBOXES,
    INSTALL,
}
"""What a fresh machine needs before it can do anything else."""

RIGHTS: dict[str, dict[str, dict[str, str]]] = {
    "audit.yml": {"audit": {"contents": "read"}},
    "ci.yml": {"gates": {"contents": "read"}},
    "nightly.yml": {"torture": {"contents": "read"}},
    "release.yml": {
        "build": {"contents": "read"},
        "rebuild": {"contents": "read"},
        "compare": {},
        "explain": {"contents": "read"},
        "attest": {"contents": "read", "id-token": "write"},
        "check": {"contents": "read"},
        "publish": {"id-token": "write"},
        "release": {"contents": "write"},
    },
}
"""Of each job: those that it cannot do without."""


def named(path: Path) -> str:
    """Return what a file is called among tests."""
    return f"{path.parent.name}/{path.name}"


every_workflow = pytest.mark.parametrize("workflow", [*WORKFLOWS, *TEMPLATES], ids=named)
every_file = pytest.mark.parametrize("path", [*WORKFLOWS, *TEMPLATES, ACTION], ids=named)
every_release = pytest.mark.parametrize(
    "release",
    [path for path in (*WORKFLOWS, *TEMPLATES) if path.name == "release.yml"],
    ids=lambda path: path.parent.name,
)


def jobs_of(workflow: Path) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    found: dict[str, Any] = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    return found


def recipe_of(command: str) -> str | None:
    """Return the recipe that a shell command runs, or None if it runs something else."""
    match = re.fullmatch(r"just ([\w-]+)( [\w./ -]+)?( </dev/null)?", command)
    return match[1] if match else None


def inputs_of(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    """Return what each use of an action in a job is given."""
    return [step["with"] for step in job["steps"] if step.get("uses", "").partition("@")[0] == action]


def commands_of(steps: list[dict[str, Any]]) -> list[str]:
    """Return the scripts among some steps."""
    return [step["run"].strip() for step in steps if "run" in step]


def test_ci_runs_only_recipes() -> None:
    """Whoever wants to know what CI does, or to do it at home, has the justfile."""
    (gates,) = jobs_of(WORKFLOWS[0].parent / "ci.yml").values()
    for command in commands_of(gates["steps"]):
        assert command in SETUP or recipe_of(command) in RECIPES, command


def as_written_for_others(command: str) -> str:
    """Return a command of ours as a project has it that installs samewheel."""
    return re.sub(r"\bpython -m samewheel\b", "samewheel", command)


def filled_in(command: str) -> str:
    """Return a command of a template as a project has it that calls its files what we call ours."""
    return command.replace("@WORKFLOW@", ".github/workflows/release.yml").replace("@CONSTRAINTS@", "constraints.txt")


def is_about_the_sbom(step: dict[str, Any]) -> bool:
    """Whether a step makes, hands over or checks the bill of materials, which the template has none of."""
    return step.get("with", {}).get("name") == "sbom" or bool(re.search(r"bills? of materials", step.get("name", "")))


@pytest.mark.parametrize("name", [path.name for path in TEMPLATES])
def test_we_use_what_we_give_to_others(name: str) -> None:
    """Our jobs run the template's commands in their order, and besides only what we have and others may not have.

    That is a check that imports nothing of ours, and a bill of materials, which both builds must give.
    """
    ours, theirs = (jobs_of(folder / name) for folder in (WORKFLOWS[0].parent, TEMPLATES[0].parent))
    assert list(ours) == list(theirs)
    about = {job: [one for one in ours[job]["steps"] if is_about_the_sbom(one)] for job in ours}
    billed = {"build": 2, "rebuild": 1, "compare": 1, "release": 2} if name == "release.yml" else {}
    assert {job: len(steps) for job, steps in about.items() if steps} == billed
    for job, wanted in theirs.items():
        ours[job]["steps"] = [one for one in ours[job]["steps"] if one not in about[job]]
        assert (ours[job].get("outputs", {}).pop("sbom", None) is not None) == (job in {*billed} - {"release"})
        commands = [as_written_for_others(command) for command in commands_of(ours[job]["steps"])]
        more = [command for command in commands if "scripts/verify_twice.py" in command]
        assert len(more) == (job == "rebuild")
        kept = [command for command in commands if command not in more]
        kept = [command.replace(".github/samewheel.txt constraints", "constraints") for command in kept]
        assert kept == [filled_in(command) for command in commands_of(wanted["steps"])]
        assert [step.get("uses") for step in ours[job]["steps"] if "uses" in step] == [
            step.get("uses") for step in wanted["steps"] if "uses" in step
        ]
        for key in ("needs", "if", "permissions", "outputs", "runs-on", "environment"):
            assert ours[job].get(key) == wanted.get(key), (job, key)


@every_file
def test_actions_are_pinned(path: Path) -> None:
    """An action is named by its commit, which nobody can move, with the version beside it for people."""
    actions = re.findall(r"^\s+(?:- )?uses: *(.*)$", path.read_text("utf-8"), re.MULTILINE)
    assert actions
    for action in actions:
        assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_one_action_has_one_commit() -> None:
    """A new version comes everywhere at once, or somewhere an old one stays for years."""
    texts = [path.read_text("utf-8") for path in (*WORKFLOWS, *TEMPLATES, ACTION)]
    used = {match for text in texts for match in re.findall(r"uses: *([\w/-]+)@(.*)$", text, re.MULTILINE)}
    assert len({name for name, _ in used}) == len(used), sorted(used)


@every_workflow
def test_workflow_starts_without_rights(workflow: Path) -> None:
    """The token can do nothing unless a job asks for it, and does not stay in the checkout for others to find."""
    text = workflow.read_text("utf-8")
    assert "\npermissions: {}\n" in text
    assert {name: job["permissions"] for name, job in jobs_of(workflow).items()} == RIGHTS[workflow.name]
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")
    assert "pull_request_target" not in text


@every_workflow
def test_workflow_has_no_cache(workflow: Path) -> None:
    """What an earlier run or another branch left behind is no part of a build, so nothing keeps it."""
    assert "cache" not in re.sub(r"(^|\s)#.*", "", workflow.read_text("utf-8"), flags=re.MULTILINE).lower()


@every_workflow
def test_jobs_name_their_machine_and_end(workflow: Path) -> None:
    """A job does not move to another image unasked, and one that hangs is stopped; after minutes if few are usual."""
    for name, job in jobs_of(workflow).items():
        assert re.fullmatch(r"ubuntu-\d\d\.\d\d", job["runs-on"]), name
        assert job["timeout-minutes"] <= {"audit": 120, "torture": 300}.get(name, 30), name


@every_file
def test_nothing_is_expanded_in_a_script(path: Path) -> None:
    """What the service puts into a script is part of it, whoever chose it: values come in by variables."""
    document = yaml.safe_load(path.read_text("utf-8"))
    jobs = document.get("jobs", {"": document.get("runs")})
    commands = [command for job in jobs.values() for command in commands_of(job["steps"])]
    assert commands
    assert not [command for command in commands if "${{" in command]


@every_workflow
def test_what_fails_in_a_pipe_fails_its_step(workflow: Path) -> None:
    """Where a workflow names no shell, only the last command of a pipe can fail: a refusal would be passed over."""
    document = yaml.safe_load(workflow.read_text("utf-8"))
    pipes = [
        one for job in document["jobs"].values() for one in commands_of(job["steps"]) if re.search(r"[^|]\|[^|]", one)
    ]
    assert not pipes or document["defaults"] == {"run": {"shell": "bash"}}


@every_release
def test_release_begins_with_a_tag_and_is_not_cut_off(release: Path) -> None:
    """A pushed version makes a release; a click rehearses one; neither is cancelled by the next."""
    document = yaml.safe_load(release.read_text("utf-8"))
    # YAML takes the key `on` for a boolean.
    assert document[True] == {"push": {"tags": ["v*"]}, "workflow_dispatch": None}
    assert document["concurrency"]["cancel-in-progress"] is False
    assert document["jobs"]["attest"]["if"] == "github.ref_type == 'tag'"


@every_release
def test_release_is_rebuilt_on_another_image_by_the_same_python(release: Path) -> None:
    """If a machine leaves its mark on the wheel, we find out before others do; the Python is not what is tested."""
    build, rebuild = (jobs_of(release)[name] for name in ("build", "rebuild"))
    assert build["runs-on"] != rebuild["runs-on"]
    assert not {"ubuntu-20.04", "ubuntu-22.04"} & {build["runs-on"], rebuild["runs-on"]}, "they are withdrawn"
    for job in (build, rebuild):
        assert SANDBOXES in commands_of(job["steps"])
        assert inputs_of(job, "actions/setup-python") == [{"python-version": "${{ env.PYTHON_VERSION }}"}]


def test_our_release_is_built_by_the_oldest_python() -> None:
    """As `just package` does it, so that anybody gets the same wheel at home."""
    document = yaml.safe_load((WORKFLOWS[0].parent / "release.yml").read_text("utf-8"))
    assert document["env"]["PYTHON_VERSION"] == JUSTFILE["assignments"]["oldest_python"]["value"]


@every_release
@pytest.mark.parametrize(
    ("version", "tag", "fits"),
    [
        ("1.0", "v1.0", True),
        ("1.0.0", "v1.0", True),
        ("1.0", "v1.0.0", True),
        ("0.1.0", "v0.1", True),
        ("0", "v0.0", True),
        ("1.0rc1", "v1.0-rc.1", True),
        ("1.0a0", "v1.0-alpha", True),
        ("1.0.post1", "v1.0-1", True),
        ("1.0.post1.dev2", "v1.0.post1.dev2", True),
        ("2024.1.2", "v2024.01.02", True),
        ("1!2.0", "v1!2.0", True),
        ("1.0+ab.1", "v1.0+AB-1", True),
        ("0+unknown", "v1.0", False),
        ("1", "v10", False),
        ("1.1", "v1.10", False),
        ("1.0.post1", "v1.0", False),
        ("1.0a1", "v1.0b1", False),
        ("1.0", "v1.0rc1", False),
        ("1.0.dev3+g0123abc", "v1.0", False),
        ("1.0", "very", False),
    ],
)
def test_a_version_is_compared_with_the_tag_by_what_it_means(
    release: Path, version: str, tag: str, fits: object, tmp_path: Path
) -> None:
    """People and backends write one version in several ways; another version must not be released under the tag."""
    (step,) = (step for step in jobs_of(release)["compare"]["steps"] if "tag" in step.get("name", ""))
    assert step["if"] == "github.ref_type == 'tag'"
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / f"demo-{version}-py3-none-any.whl").touch()
    done = subprocess.run(
        ["/bin/bash", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "GITHUB_REF_NAME": tag},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0 if fits else 1, "")
    assert done.stdout.startswith("::error title=Another version::") is not fits


@every_release
def test_second_build_sees_nothing_of_the_first(release: Path) -> None:
    """It has a checkout of its own, waits for nobody, takes nothing, and is told nothing."""
    rebuild = jobs_of(release)["rebuild"]
    assert "needs" not in rebuild
    assert not inputs_of(rebuild, "actions/download-artifact")
    assert inputs_of(rebuild, "actions/checkout") == [{"fetch-depth": 0, "persist-credentials": False}]
    assert "needs." not in str(rebuild)


BUILDING = re.compile(
    r"samewheel (build|verify|rebuild|audit|lock)\b|\bjust\b|\buv\b|pip install (?!--only-binary :all:)"
)
"""What runs code of the project, or of anything that is not pinned."""


@every_release
def test_jobs_with_power_build_nothing(release: Path) -> None:
    """Who signs, publishes or writes runs none of the project's code, and checks each file against the comparison."""
    powerful = {name: job for name, job in jobs_of(release).items() if "write" in job["permissions"].values()}
    assert set(powerful) == {"attest", "publish", "release"}
    for name, job in {**powerful, "check": jobs_of(release)["check"]}.items():
        assert not [command for command in commands_of(job["steps"]) if BUILDING.search(command)], name
        assert "compare" in job["needs"]
        scripts = "\n".join(commands_of(job["steps"]))
        assert 'sha256sum --check --strict <<< "$WHEEL  $(echo dist/*.whl)"' in scripts
        for checkout in inputs_of(job, "actions/checkout"):
            assert checkout["sparse-checkout-cone-mode"] is False
            assert {*checkout["sparse-checkout"].split()} <= {"/.github/samewheel.txt", "/policy.toml", "/src/"}
    assert "/src/" not in (TEMPLATES[0].parent / "release.yml").read_text("utf-8")


@every_release
def test_nothing_is_published_before_it_was_checked(release: Path) -> None:
    """Each job waits for the one before it, and none goes on after a failure but the one that explains it."""
    jobs = jobs_of(release)
    order = ["compare", "attest", "check", "publish", "release"]
    for before, after in pairwise(order):
        assert before in jobs[after]["needs"]
    assert {name for name, job in jobs.items() if re.search(r"failure|always|cancelled", job.get("if", ""))} == {
        "explain"
    }


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("samewheel.txt", ["--no-dev", "--extra", "clock", "--extra", "sigstore"]),
        ("tools.txt", ["--only-group", "tools"]),
    ],
)
def test_what_is_installed_is_what_uv_lock_says(name: str, chosen: list[str], tmp_path: Path) -> None:
    """`just workflow-pins` was run after the last change; it has hashes for all, and nobody's address."""
    uv = shutil.which("uv") or "uv"
    words = ["export", "-q", "--frozen", "--offline", "--no-emit-project", "--no-header"]
    made = tmp_path / name
    subprocess.run([uv, *words, *chosen, "-o", str(made)], cwd=ROOT, check=True, capture_output=True)
    text = (ROOT / ".github" / name).read_text("utf-8")
    assert text == made.read_text("utf-8")
    pins = re.findall(r"^[\w.-]+==\S+( ;.*)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\w", text, re.MULTILINE)) > 0
    assert "://" not in text


ZIZMOR = ["--offline", "--persona=pedantic", "--no-progress", "--strict-collection", "-q"]


def test_linter_of_workflows_finds_an_injection(tmp_path: Path) -> None:
    """The control of `just lint-workflows`: what it passes over is not passed over because it sees nothing."""
    zizmor = shutil.which("zizmor")
    assert zizmor is not None, "zizmor is one of the development dependencies: run the tests by `uv run`"
    good = (TEMPLATES[0].parent / "release.yml").read_text("utf-8")
    path = tmp_path / "release.yml"
    for text, found in (
        (good, ""),
        (good.replace("$GITHUB_REF_NAME", "${{ github.ref_name }}"), "template-injection"),
        (good.replace("          persist-credentials: false\n", ""), "artipacked"),
        (good.replace("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v5"), "unpinned-uses"),
        (good.replace("\npermissions: {}\n", "\n"), "excessive-permissions"),
    ):
        path.write_text(text)
        done = subprocess.run([zizmor, *ZIZMOR, str(path)], capture_output=True, text=True, check=False)
        assert (done.returncode == 0) == (not found), done.stdout + done.stderr
        assert found in done.stdout


def test_matrix_is_what_the_project_promises() -> None:
    """CI runs on each Python that pyproject.toml's classifiers name."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["classifiers"]
    promised = [match[1] for text in classifiers if (match := re.search(r"Python :: (3\.\d+)$", text))]
    matrix = re.search(r"^ +python: \[(.*)\]$", (WORKFLOWS[0].parent / "ci.yml").read_text("utf-8"), re.MULTILINE)
    assert matrix is not None
    assert re.findall(r'"([^"]+)"', matrix[1]) == promised


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION, RUNNER], ids=lambda path: path.name)
def test_nothing_comes_from_an_index_without_its_hash(path: Path) -> None:
    """SECURITY.md says so, and a job that takes the newest of anything takes that of whoever could publish it."""
    lines = path.read_text("utf-8").replace("\\\n", " ").splitlines()
    run = [" ".join(line.split()) for line in lines if not line.lstrip().startswith("#")]
    installs = [line for line in run if re.search(r"\bpip3? install\b|\buv (pip|tool)\b|\buvx\b", line)]
    assert all("--only-binary :all: --require-hashes -r" in line for line in installs), installs


def test_runner_runs_the_same_gates() -> None:
    """`.ci/run` sets up a fresh machine and then runs one recipe: that of CI."""
    lines = RUNNER.read_text("utf-8").splitlines()
    assert [recipe_of(line) for line in lines if line.startswith("just ")] == ["ci"]
    assert ".github/tools.txt" in next(line for line in lines if "pip install" in line)
    assert not re.search(r"\b(pytest|ruff|mypy|twine)\b|uv (build|run)", RUNNER.read_text("utf-8"))
    assert os.access(RUNNER, os.X_OK)
