"""What is known of causes: complete, true of the codes and conditions that there are, and fit to be pasted."""

from __future__ import annotations

import ast
import builtins
import re
import shutil
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from samewheel.comparison.codes import CODES
from samewheel.explaining.causes import CAUSES, LAYERS
from samewheel.explaining.causes.pasting import BACKENDS, CODE, COMMANDS, HOOKS, at_hand, in_order
from samewheel.explaining.steps import FIRST
from samewheel.explaining.values import UNKNOWN
from samewheel.project import CALLERS_ONLY, Settings
from samewheel.verifying import available

if TYPE_CHECKING:
    from samewheel.explaining.values import Cause

every_cause = pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.name)

PASTED = [
    pytest.param(file, body, id=f"{cause.name}-{backend or 'any'}")
    for cause in CAUSES.values()
    for backend, file, body in in_order(cause.lines)
]

SOURCES = {"setup.py", "src/sample/__init__.py"}

FILES = {".gitattributes", "CMakeLists.txt", "MANIFEST.in", "meson.build", "pyproject.toml", *SOURCES}

REGISTRIES = ("pypi.org", "pythonhosted.org", "crates.io", "npmjs.com")


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    """Return the parameters of what is pasted into files of some kinds."""
    return pytest.mark.parametrize(("file", "body"), [one for one in PASTED if one.values[0] in kinds])


@every_cause
def test_cause_has_all_that_a_page_tells(cause: Cause) -> None:
    """Whoever is told a cause asks what it is, how one knows, where else it was seen and what to do."""
    assert min(map(len, (cause.what, cause.do, cause.how, cause.told))) > 8
    assert cause.seen
    assert cause.lines or cause.do


@every_cause
def test_clauses_fit_into_sentences(cause: Cause) -> None:
    """``what`` ends a sentence and ``do`` follows a colon, so neither begins as one or ends with a full stop."""
    for clause in (cause.what, cause.do):
        assert clause == clause.strip()
        assert not clause.endswith(".")
        assert not re.match(r"[A-Z][a-z]", clause)
    for prose in (cause.how, cause.told):
        assert prose.endswith((".", "!", "?"))
        assert not re.search(r"^\s*[#>-]|\]\(", prose, re.MULTILINE)


@every_cause
def test_codes_exist_and_are_sorted(cause: Cause) -> None:
    """A page of a code that no difference has would never be read."""
    assert cause.codes
    assert list(cause.codes) == sorted(set(cause.codes))
    assert set(cause.codes) <= set(CODES)


@every_cause
def test_conditions_can_be_varied_somewhere(cause: Cause) -> None:
    """What ``samewheel verify`` is said to vary is what it knows."""
    assert list(cause.conditions) == sorted(set(cause.conditions))
    assert set(cause.conditions) <= set(available())


@every_cause
def test_references_are_pages_and_no_registry(cause: Cause) -> None:
    """A reader can open them; registries are no place for evidence."""
    for address in cause.seen:
        assert re.fullmatch(r"https://[\w.-]+/\S*", address)
        assert not any(host in address for host in REGISTRIES)


def test_names_are_unique_and_stable_in_form() -> None:
    """Names are typed on a command line, stand in file names, and never mean two things."""
    names = [cause.name for causes in LAYERS.values() for cause in causes]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)
    assert UNKNOWN not in names
    assert {"README", "causes"}.isdisjoint(names)


def test_every_code_has_a_cause_and_a_first_step() -> None:
    """No difference leaves a user without something to do."""
    assert {code for cause in CAUSES.values() for code in cause.codes} == set(CODES)
    assert list(FIRST) == list(CODES)
    assert not any(step.endswith(".") for step in FIRST.values())


def test_every_condition_has_a_cause() -> None:
    """What ``samewheel verify`` finds guilty, a page explains."""
    assert {name for cause in CAUSES.values() for name in cause.conditions} == set(available())


@every_cause
def test_backends_are_known_by_their_names(cause: Cause) -> None:
    """A cure is found by the name of the backend at hand: a name in another spelling is never found."""
    assert set(cause.lines) <= set(BACKENDS)


@pytest.mark.parametrize(("file", "body"), PASTED)
def test_pasted_lines_say_where_they_belong(file: str, body: str) -> None:
    """Nobody knows by itself whether a line is for a shell or for a file."""
    assert file in {*FILES, COMMANDS, CODE}
    assert body.strip() == body
    assert body


@pytest.mark.parametrize("backend", [*HOOKS])
def test_code_of_a_build_is_pasted_where_the_backend_has_it(backend: str) -> None:
    """Whoever is told "python" has to know where his backend runs any."""
    assert at_hand("# python\nx = 1\ny = 2", backend) == f"# {HOOKS[backend]}\nx = 1\ny = 2"
    assert backend in BACKENDS


@pytest.mark.parametrize("text", ["# shell\ntrue", "# src/sample/__init__.py\nx = 1"])
def test_lines_that_name_their_file_stay_there(text: str) -> None:
    """A shell is a shell with any backend, and the package's own code is in the package."""
    assert at_hand(text, "setuptools") == text
    assert at_hand("# python\nx = 1", "uv_build") == "# python\nx = 1"


@of_kind("pyproject.toml")
def test_pasted_toml_is_toml(file: str, body: str) -> None:  # noqa: ARG001
    """What is pasted works at the first attempt."""
    assert all(isinstance(table, dict) for table in tomllib.loads(body).values())


@of_kind("pyproject.toml")
def test_pasted_settings_of_ours_exist(file: str, body: str) -> None:  # noqa: ARG001
    """A setting of ours that is made up would be refused."""
    document: dict[str, Any] = tomllib.loads(body)
    ours = document.get("tool", {}).get("samewheel", {})
    fields = [field for field in msgspec.structs.fields(Settings) if field.name not in CALLERS_ONLY]
    assert set(ours) <= {field.encode_name for field in fields}
    msgspec.convert(ours, Settings)


@of_kind(CODE, *SOURCES)
def test_pasted_python_is_python(file: str, body: str) -> None:  # noqa: ARG001
    """What is pasted compiles, and defines what it uses."""
    tree = ast.parse(body)
    defined = {name for node in ast.walk(tree) for name in _bound(node)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert used <= {*defined, *dir(builtins), "__file__"}


def _bound(node: ast.AST) -> list[str]:
    """Return the names that a node gives a meaning to."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    return [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []


@of_kind(COMMANDS)
def test_pasted_commands_are_commands(file: str, body: str) -> None:  # noqa: ARG001
    """A shell reads them to the end."""
    bash = shutil.which("bash")
    assert bash is not None
    assert subprocess.run([bash, "-n"], input=body.encode(), capture_output=True, check=False).stderr == b""


@of_kind("meson.build", "CMakeLists.txt")
def test_brackets_of_pasted_build_files_close(file: str, body: str) -> None:  # noqa: ARG001
    """Neither language has a parser here; half of a call is what a careless edit leaves."""
    for opening, closing in ("()", "[]", "{}"):
        assert body.count(opening) == body.count(closing)
    assert body.count("'") % 2 == 0
    assert body.count('"') % 2 == 0


def test_no_condition_is_guilty_of_the_kind_of_processor() -> None:
    """``cpus`` is their number: a cause that names it for their kind would be told of the wrong wheels."""
    assert "native-cpu" not in {cause.name for cause in CAUSES.values() if "cpus" in cause.conditions}
