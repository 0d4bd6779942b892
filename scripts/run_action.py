"""Run samewheel as the action does (action.yml): its input is in variables, its outcome in the files of the job.

The action hands over what its caller gave it in the variables COMMAND, ARGUMENTS and SUMMARY; nothing of it ever
becomes part of a script. Standard library only, so that it says what is wrong also where nothing could be installed.

Exit codes: those of samewheel, 2 where an input is wrong, and 1 where samewheel ended well without a verdict.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

CODES = {
    "verify": {
        0: "identical",
        11: "same-contents",
        12: "metadata-differs",
        13: "payload-differs",
        14: "not-buildable",
        15: "no-source",
    },
    "audit": {0: "audited", 16: "missed"},
    "check": {0: "accepted", 16: "refused"},
}
"""The commands, and what their exit codes say; all others say that there is no verdict."""

SAID = {"verify": "identical", "audit": "audited", "check": "accepted"}
"""What the first line of the output has where the code is 0."""

IN_JSON: dict[str, tuple[str, object]] = {
    "verify": ("verdict", "identical"),
    "audit": ("schema", "samewheel/audit/1"),
    "check": ("accepted", True),
}
"""The same, where the output is JSON: a key and its value."""

NO_VERDICT = re.compile(r"-q*h.*|--help|--init-policy(=.*)?", re.DOTALL)
"""Options with which nothing is verified, audited or checked, and the exit code is 0."""

FAILED = 1

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
    asked = [word for word in arguments if NO_VERDICT.fullmatch(word)]
    if command == "audit":
        asked += [word for word in arguments[:1] if word in {"list", "show"}]
    if asked:
        raise Wrong(f"arguments: {asked[0]!r} is not for the action, as there would be no verdict")
    if read("SUMMARY") not in {"true", "false"}:
        raise Wrong(f"summary: {read('SUMMARY')!r} is neither true nor false")
    if read("SUMMARY") == "true" and not {"--json", "--markdown"} & {*options(arguments)}:
        # Before all else: what follows `--` is no option.
        place = 1 if command == "audit" and arguments[:1] == ["run"] else 0
        arguments.insert(place, "--markdown")
    return [command, *arguments]


def options(arguments: list[str]) -> list[str]:
    """Return the words that can be options."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def given(arguments: list[str], name: str, usual: str) -> Path:
    """Return the value of an option that names a path, or what it usually is."""
    value, before = usual, ""
    for word in options(arguments):
        if before == name:
            value = word
        elif word.startswith(f"{name}="):
            value = word.partition("=")[2]
        before = word
    return Path(value).absolute()


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


def evidence(arguments: list[str]) -> str:
    """Return where that is what a run writes: a verification's folder, an audit's store; empty if there is none."""
    if arguments[0] == "check":
        return ""
    if arguments[0] == "audit":
        path = given(arguments, "--store", "evidence/audit.sqlite3")
    else:
        path = given(arguments, "--evidence", "evidence")
    # A line end would be that of an output, too.
    return str(path) if path.exists() and str(path).isprintable() else ""


def has_verdict(arguments: list[str], output: str) -> bool:
    """Tell whether an output is that of a run which went well, and not of something else that ended with 0."""
    command = arguments[0]
    if "--json" not in options(arguments):
        first = next(iter(output.strip().splitlines()), "")
        return re.search(rf"\b{SAID[command]}\b", first) is not None
    try:
        document: Any = json.loads(output)
    except ValueError:
        return False
    key, value = IN_JSON[command]
    return isinstance(document, dict) and document.get(key) == value


def outcome(arguments: list[str], code: int) -> str:
    """Return what an exit code says; of an audit, that it met its policy, if it had one."""
    asked = any(word.partition("=")[0] == "--policy" for word in options(arguments))
    return "met" if (arguments[0], code) == ("audit", 0) and asked else CODES[arguments[0]].get(code, "failed")


def report(verdict: str, code: int, place: str = "") -> int:
    """Hand the outcome over to the job, and return the exit code."""
    append("GITHUB_OUTPUT", f"verdict={verdict}\nexit-code={code}\nevidence={place}\n")
    return code


def refused(reason: str, code: int) -> int:
    """Say, where the service shows it, why there is no verdict."""
    print(f"::error title=samewheel::{reason}", flush=True)
    return report("failed", code)


def main() -> int:
    """Run it, and tell the job what came of it."""
    try:
        arguments = words()
    except Wrong as error:
        return refused(str(error), USAGE)
    # Names in the output may be other people's: no line of it is a command to the service.
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    code, output = said(arguments)
    print(output, flush=True)
    print(f"::{token}::", flush=True)
    if "--markdown" in options(arguments):
        append("GITHUB_STEP_SUMMARY", f"{output}\n")
    if code == 0 and not has_verdict(arguments, output):
        return refused("samewheel ended without a verdict", FAILED)
    return report(outcome(arguments, code), code, evidence(arguments))


if __name__ == "__main__":
    sys.exit(main())
