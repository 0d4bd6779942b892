"""Print what the project in the current folder needs to be built: the input for its build constraints.

These are build-system.requires of pyproject.toml and what the backend's hook get_requires_for_build_wheel adds to it.
A project's runtime dependencies are not among them, and constraints made of those would leave the backend unpinned.

    python scripts/build_requirements.py | uv pip compile --generate-hashes - -o constraints.txt

Like verify_twice.py, this does not import samewheel, so that it can be compared with what ``samewheel lock`` finds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import CalledProcessError

from build import BuildBackendException, BuildException, ProjectBuilder
from build.env import DefaultIsolatedEnv
from pyproject_hooks import quiet_subprocess_runner


def build_requirements(project: Path) -> list[str]:
    """Return the project's requirements for building a wheel, sorted.

    The hook is asked in an environment that has only the static requirements, as PEP 517 says.

    Raises:
        BuildException: pyproject.toml is wrong.
        CalledProcessError: the static requirements cannot be installed.
        BuildBackendException: the hook failed.
    """
    with DefaultIsolatedEnv(installer="uv") as environment:
        # Quiet: what a backend prints must not end up among the requirements.
        builder = ProjectBuilder.from_isolated_env(environment, project, runner=quiet_subprocess_runner)
        static = builder.build_system_requires
        environment.install(static)
        return sorted(static | builder.get_requires_for_build("wheel"))


def explain(error: Exception) -> str:
    """Return the error's text, after what the process that failed had to say."""
    failed = error.exception if isinstance(error, BuildBackendException) else error
    printed = (failed.output or b"") + (failed.stderr or b"") if isinstance(failed, CalledProcessError) else b""
    return f"{printed.decode('utf-8', 'replace')}\ncannot find out the build requirements: {error}"


if __name__ == "__main__":
    try:
        print("\n".join(build_requirements(Path.cwd())))
    except (BuildException, BuildBackendException, CalledProcessError) as error:
        sys.exit(explain(error))
