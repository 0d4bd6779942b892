"""The rules of the house that imports and syntax show: who may import whom, who may print, exit or run a process."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(errors.__file__).parent

LAYERS = (
    *("_lazily", "_text", "_toml", "_words", "errors", "_types", "_standards", "_early"),
    *("_groups", "_process", "_syncing", "_files", "_outputs"),
    *("_masking", "_temporary", "_uv_settings", "_indexes", "_uv"),
    *("limits", "project", "constraints", "conditions", "observation", "buildinfo", "epoch", "packaged", "wheel"),
    *("comparison", "patterns", "trials", "explaining", "verification", "excerpts"),
    *("sources", "interpreter", "pythons", "compilers", "sandbox", "watching", "machine", "variations"),
    *(
        "environment",
        "leavings",
        "backend",
        "commands",
        "leaks",
        "toolchain",
        "file_modes",
        "staging",
        "answers",
        "preparing",
        "locking",
        "building",
        "pairing",
        "proof",
        "attributing",
        "reasoning",
        "via_sdist",
        "canonicalizing",
        "verifying",
        "index",
        "rebuilding",
        "audit",
        "attesting",
        "checking",
        "adopting",
        "report",
        "schemas",
    ),
    *("__init__", "cli", "__main__"),
)
"""Modules and packages, lowest first: each may import what stands before it, and a package what is in itself."""

STANDALONE = frozenset({"_clock", "_hooks", "_launch", "_limit", "_newlines", "_probe"})
"""Run as scripts for a build: they import nothing of ours, and nothing of ours imports them."""

LONGEST = 400
"""Lines that a module may have."""


def dotted(path: Path) -> str:
    """Return a module's name below the package: ``errors``, ``wheel.__init__``, ``cli.build``."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


MODULES = {dotted(path): ast.parse(path.read_bytes(), str(path)) for path in sorted(PACKAGE.rglob("*.py"))}


def top(module: str) -> str:
    """Return the module or package directly below ours: ``wheel`` for ``wheel.record``."""
    return module.partition(".")[0]


def resolve(name: str) -> str | None:
    """Return the module of ours that a name such as ``samewheel.wheel`` stands for, or None."""
    below = name.removeprefix("samewheel").lstrip(".")
    candidates = (below, f"{below}.__init__") if below else ("__init__",)
    return next((module for module in candidates if module in MODULES), None)


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield each module of ours that is imported anywhere in a module, under TYPE_CHECKING and in functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            if node.module == "samewheel" and [alias.name for alias in node.names] == ["__version__"]:
                continue  # a constant, that the package sets before it imports anything
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if resolve(name) else str(node.module) for name in names]
        else:
            continue
        # A module that does not exist is the type checker's to find.
        ours_only = [name for name in names if top(name) == "samewheel"]
        yield from (resolve(name) or name.removeprefix("samewheel.") for name in ours_only)


def layer(module: str) -> int:
    """Return the place of a module's layer."""
    return LAYERS.index(top(module))


def used_names(tree: ast.Module) -> set[str]:
    """Return the names that a module uses or imports, dotted where they are written so, such as ``sys.exit``."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names.add(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update({str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def top_level_names(tree: ast.Module) -> set[str]:
    """Return what a module defines or imports at its top level."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
    return names


def exported(tree: ast.Module) -> list[str] | None:
    """Return a module's ``__all__``, or None where it has none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return list(ast.literal_eval(node.value))
    return None


every_module = pytest.mark.parametrize("module", sorted(MODULES))
ours = pytest.mark.parametrize("module", sorted(set(MODULES) - STANDALONE))
below_cli = pytest.mark.parametrize(
    "module", [m for m in sorted(MODULES) if m not in STANDALONE and top(m) not in {"cli", "__main__"}]
)


@ours
def test_module_has_a_layer(module: str) -> None:
    """A new module gets its place in the order when it is added, not later."""
    assert top(module) in LAYERS


@ours
def test_module_imports_only_from_below(module: str) -> None:
    """Data flows one way: a module knows nothing of those that use it."""
    above = {name for name in imports(MODULES[module]) if layer(name) >= layer(module) and top(name) != top(module)}
    assert not above, f"{module} imports {', '.join(sorted(above))}"


def test_modules_import_in_no_circle() -> None:
    """Also inside a package, one can read the modules in an order in which each needs only what came before."""
    graph = {module: set(imports(tree)) for module, tree in MODULES.items()}
    assert set(TopologicalSorter(graph).static_order()) >= set(MODULES)


@pytest.mark.parametrize("script", sorted(STANDALONE))
def test_standalone_script_is_alone(script: str) -> None:
    """What runs for a build cannot import us: we are not installed there, or it would cost start-up time."""
    assert not list(imports(MODULES[script]))
    assert not [module for module, tree in MODULES.items() if script in imports(tree)]


@below_cli
def test_library_neither_prints_nor_exits(module: str) -> None:
    """The library returns values and raises errors; what becomes of them is decided in cli/."""
    forbidden = {"print", "exit", "quit", "SystemExit", "sys.exit", "os._exit", "os.abort"}
    assert not used_names(MODULES[module]) & forbidden


@ours
def test_only_process_module_runs_processes(module: str) -> None:
    """There is one way to run a process, with an environment that is built up and a group that is killed."""
    forbidden = {"subprocess", "multiprocessing", "os.system", "os.popen", "os.fork"}
    assert module in {"_groups", "_process"} or not used_names(MODULES[module]) & forbidden


@every_module
def test_module_is_not_too_long(module: str) -> None:
    """A module that has grown past the limit is two modules."""
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize(
    "module",
    [m for m in sorted(MODULES) if top(m) != "cli" and not any(part.startswith("_") for part in m.split("."))],
)
def test_public_module_says_what_is_public(module: str) -> None:
    """``__all__`` is there, and each name in it exists; the linter keeps it sorted."""
    names = exported(MODULES[module])
    assert names is not None
    assert set(names) <= top_level_names(MODULES[module])


@ours
def test_exceptions_live_in_errors(module: str) -> None:
    """One family, one file: whoever wants to know what can go wrong reads errors.py."""
    family = {*errors.__all__, "Exception", "BaseException", "ValueError", "RuntimeError", "OSError"} - {"ExitCode"}
    classes = [node for node in ast.walk(MODULES[module]) if isinstance(node, ast.ClassDef)]
    strays = [c.name for c in classes if any(isinstance(base, ast.Name) and base.id in family for base in c.bases)]
    assert module == "errors" or not strays
