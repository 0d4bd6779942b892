"""Run samewheel as the action does (action.yml): its input is in variables, its outcome in the files of the job.

The action hands over what its caller gave it in the variables COMMAND, ARGUMENTS and SUMMARY; nothing of it ever
becomes part of a script. Standard library only, so that it says what is wrong also where nothing could be installed.

Exit codes: those of samewheel, and 2 where an input is wrong.
"""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

CODES = {
    "verify": {
        0: "identical",
        11: "same-contents",
        12: "metadata-differs",
        13: "payload-differs",
        14: "not-buildable",
        15: "no-source",
    },
    "audit": {0: "met", 16: "refused"},
    "check": {0: "accepted", 16: "refused"},
}
"""The commands, and what their exit codes say; all others say that there is no verdict."""

USAGE = 2


class Wrong(Exception):  # noqa: N818 - an input is
    """An input cannot be used; the text says which, and why."""


def read(name: str) -> str:
    """Return an input."""
    return os.environ.get(name, "").strip()


def words() -> list[str]:
    """Return the command with its arguments; with a summary, they ask for Markdown, unless they ask for JSON.

    Raises:
        Wrong: an input cannot be used.
    """
    command = read("COMMAND")
    if command not in CODES:
        raise Wrong(f"command: {command!r} is none of {', '.join(CODES)}")
    try:
        arguments = shlex.split(read("ARGUMENTS"))
    except ValueError as error:
        raise Wrong(f"arguments: {error}") from None
    if read("SUMMARY") not in {"true", "false"}:
        raise Wrong(f"summary: {read('SUMMARY')!r} is neither true nor false")
    if read("SUMMARY") == "true" and not {"--json", "--markdown"} & {*arguments}:
        return [command, *arguments, "--markdown"]
    return [command, *arguments]


def said(arguments: list[str]) -> tuple[int, str]:
    """Run samewheel of this checkout, and return its exit code and what it printed; what it told goes to the log."""
    source = Path(__file__).absolute().parent.parent / "src"
    # Not that of the folder in which this runs: it is the caller's project, and may hold anything.
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "samewheel", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def append(variable: str, text: str) -> None:
    """Write to the end of a file of the job's, whose name is in a variable."""
    if os.environ.get(variable):
        with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
            file.write(text)


def evidence() -> str:
    """Return the folder in which reports are by default, if it is there."""
    folder = Path("evidence").absolute()
    return str(folder) if folder.is_dir() else ""


def main() -> int:
    """Run it, and tell the job what came of it."""
    try:
        arguments = words()
    except Wrong as error:
        print(f"::error title=samewheel::{error}", flush=True)
        return USAGE
    # Names in the output may be other people's: no line of it is a command to the service.
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    code, output = said(arguments)
    print(output, flush=True)
    print(f"::{token}::", flush=True)
    if "--markdown" in arguments:
        append("GITHUB_STEP_SUMMARY", f"{output}\n")
    verdict = CODES[arguments[0]].get(code, "failed")
    append("GITHUB_OUTPUT", f"verdict={verdict}\nexit-code={code}\nevidence={evidence()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
