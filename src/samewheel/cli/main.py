"""The group of all commands, and what becomes of errors and interruptions."""

from __future__ import annotations

import importlib
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from samewheel import __version__
from samewheel._early import wait_for_early
from samewheel._groups import stopped
from samewheel.errors import ExitCode, SamewheelError, remedy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

COMMANDS = {
    "attest": "Sign how a wheel was built.",
    "audit": "Rebuild the wheels that a lock file or an environment names, and keep what came of it.",
    "build": "Build a wheel under fixed conditions from locked dependencies.",
    "canonicalize": "Pack a wheel again in one canonical form.",
    "check": "Check the attestations of a wheel against a policy.",
    "completion": "Print what makes a shell complete commands and options.",
    "conditions": "Show which conditions of a build can be varied on this machine.",
    "diff": "Say what is different between two wheels.",
    "explain": "Say what makes wheels differ, and how to cure it.",
    "init": "Add samewheel to a project: constraints, recipes, release workflow.",
    "keygen": "Make a key to sign attestations with.",
    "lock": "Pin and hash everything that building the project may install.",
    "rebuild": "Build a published wheel again from its source and compare.",
    "verify": "Build twice under opposite conditions and compare the wheels.",
}
"""Commands and their one-line helps; each lives in a module of its name that is imported when it is run."""


class _Lazy(click.Group):
    """A group that imports a command when it is run: each command pays for its own imports only."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"samewheel.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.command(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 samewheel or the machine failed, 2 wrong usage, 10 to 13 wheels differ, "
    "14 not buildable, 15 no source, 16 refused by a policy, 20 not up to date, 130 interrupted.",
)
@click.version_option(__version__, "-V", "--version", message="samewheel %(version)s")
def samewheel() -> None:
    """Build the same wheel from the same source, every time, and prove it."""


def _show(error: SamewheelError) -> None:
    """Write an error's three parts to standard error."""
    from samewheel._text import printable
    from samewheel.cli.console import say

    say(f"{click.style('error:', fg='red', bold=True)} {printable(error.what)}")
    for line in error.cause.splitlines():
        say(f"  {printable(line)}")
    below = error.__cause__
    if hint := error.hint or (remedy(below.errno) if isinstance(below, OSError) else ""):
        say(f"{click.style('next:', bold=True)} {printable(hint)}")


def _of_system(error: OSError) -> SamewheelError:
    """Return our error for what the system refused somewhere, with the file, or where it can have been."""
    import tempfile

    places = [f"temporary files: {tempfile.gettempdir()}"]
    with suppress(SamewheelError):
        from samewheel._uv import cache_folder

        places.append(f"caches: {cache_folder()}")
    cause = str(error.filename or f"It does not say where. {'; '.join(places)}.")
    return SamewheelError(error.strerror or str(error), cause=cause, hint=remedy(error.errno))


def _terminated(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Run a command and return the exit code; a user's mistake never ends in a traceback."""
    # A run that is terminated, or whose terminal is closed, cleans up like an interrupted one; nohup's wish holds.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminated)
    try:
        code = samewheel.main(args=list(arguments), prog_name="samewheel", standalone_mode=False)
        return int(code or ExitCode.OK)
    except SamewheelError as error:
        _show(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted; nothing was written.", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.FAILED
    except OSError as error:
        _show(_of_system(error))
        return ExitCode.FAILED
    finally:
        with stopped():
            wait_for_early()
