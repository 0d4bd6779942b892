"""Calls a build backend's hooks; run as a script, in the build phase, never imported by samewheel.

    python -I _hooks.py REQUEST RESULT

REQUEST is a JSON file: ``source`` and ``python`` (paths), ``config_settings``, and either ``ask`` (``wheel`` or
``sdist``: what does the backend require for it?) or ``build`` (the same words) with ``output`` (a folder).
RESULT gets a JSON value: the sorted requirements, or the name of the file that was built. What the backend prints
goes to our own output, so it cannot be mistaken for an answer. The frontend is ``build`` (PEP 517).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import build
import pyproject_hooks


def main(request_file: str, result_file: str) -> int:
    """Answer one request; a failing hook ends with status 1 after its own output."""
    request = json.loads(Path(request_file).read_bytes())
    builder = build.ProjectBuilder(
        request["source"],
        python_executable=request["python"],
        runner=pyproject_hooks.default_subprocess_runner,
    )
    settings = request["config_settings"]
    try:
        if "ask" in request:
            answer: object = sorted(builder.get_requires_for_build(request["ask"], settings))
        else:
            answer = Path(builder.build(request["build"], request["output"], settings)).name
    except build.BuildException as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except build.BuildBackendException as error:
        sys.stderr.write(f"{error}\n")
        return 1
    Path(result_file).write_text(json.dumps(answer), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
