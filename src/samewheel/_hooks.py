"""Calls a build backend's hooks; run as a script, in the build phase, never imported by samewheel.

    python -I -S _hooks.py REQUEST RESULT

REQUEST is a JSON file: ``libraries`` (folders to import from), ``source`` and ``python`` (paths), ``backend`` and
``backend_path`` (as pyproject.toml has them), ``config_settings``, and either ``ask`` (``wheel`` or ``sdist``: what
does the backend require for it?) or ``build`` (the same words) with ``output`` (a folder); with ``call`` instead of
``build``, no frontend takes part, which would read the project's file. RESULT gets a JSON value:
what the hook answered, or the name of the file that was built. What the backend prints goes to our own output, so it
cannot be mistaken for an answer.

Questions go straight to the hook (PEP 517); the frontend that builds is ``build``, where one does.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

# This process ends soon, and starting makes many objects but no garbage.
gc.disable()

REQUEST = json.loads(Path(sys.argv[1]).read_bytes())
# Last, so that nothing of Python itself is found there first.
sys.path += REQUEST["libraries"]

import pyproject_hooks  # noqa: E402


def backend_of(request: dict[str, Any]) -> pyproject_hooks.BuildBackendHookCaller:
    """Return the backend that is asked for, which need not be the one of the project's file."""
    return pyproject_hooks.BuildBackendHookCaller(
        request["source"],
        request["backend"],
        request["backend_path"] or None,
        runner=pyproject_hooks.default_subprocess_runner,
        python_executable=request["python"],
    )


def ask(request: dict[str, Any]) -> object:
    """Return what the hook answers, whatever it is."""
    return getattr(backend_of(request), f"get_requires_for_build_{request['ask']}")(request["config_settings"])


def call(request: dict[str, Any]) -> object:
    """Build by the hook itself and return the name of what was built."""
    return getattr(backend_of(request), f"build_{request['call']}")(request["output"], request["config_settings"])


def build_one(request: dict[str, Any]) -> str:
    """Build and return the name of what was built."""
    # Takes longer to import than most backends to answer a question.
    import build

    source, python, runner = request["source"], request["python"], pyproject_hooks.default_subprocess_runner
    try:
        builder = build.ProjectBuilder(source, python_executable=python, runner=runner)
        return Path(builder.build(request["build"], request["output"], request["config_settings"])).name
    except (build.BuildException, build.BuildBackendException) as error:
        raise SystemExit(str(error)) from error


def main(request_file: str, result_file: str) -> int:
    """Answer one request; a failing hook ends with status 1 after its own output."""
    request = json.loads(Path(request_file).read_bytes())
    try:
        action = ask if "ask" in request else call if "call" in request else build_one
        answer = action(request)
    except pyproject_hooks.BackendUnavailable as error:
        sys.stderr.write(f"{error.traceback}\n{error}\n")
        return 1
    except CalledProcessError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    Path(result_file).write_text(json.dumps(answer), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
