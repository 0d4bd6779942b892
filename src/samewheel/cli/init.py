"""``samewheel init``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from samewheel._words import plural
from samewheel.cli.completing import among
from samewheel.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.adopting import Adoption, Part

__all__ = ["command"]


def _names() -> Iterable[str]:
    """Return the names of all parts."""
    from samewheel.adopting import Part

    return map(str, Part)


def _parts(words: str | None, option: str) -> tuple[Part, ...]:
    """Return the parts that an option names.

    Raises:
        UsageError: it names something else.
    """
    from samewheel.adopting import Part

    names = [word.strip() for word in (words or "").split(",") if word.strip()]
    unknown = [name for name in names if name not in {str(part) for part in Part}]
    if unknown or (words is not None and not names):
        what = f"{option} names no part of init: {', '.join(unknown) or repr(words)}"
        raise UsageError(what, cause=f"There are: {', '.join(Part)}.")
    return tuple(Part(name) for name in names)


def _agreed(adoption: Adoption, *, yes: bool) -> bool:
    """Ask whether to write, unless that was said before.

    Raises:
        UsageError: there is nobody to ask.
    """
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "nothing was written: there is no terminal to ask on", hint="To write what is shown: samewheel init --yes"
        )
    return click.confirm(f"Write {plural(len(adoption.changes), 'file')}?", default=False, err=True)


@click.command("init")
@click.argument("project", metavar="[PROJECT]", default=".", type=click.Path(path_type=Path))
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 20 if a file is out of date, and say why.")
@click.option(
    "--only",
    metavar="PART,...",
    shell_complete=among(_names),
    help="These parts only: constraints, settings, just, ignore, pre-commit, release, audit, tools, policy.",
)
@click.option("--without", metavar="PART,...", shell_complete=among(_names), help="All parts but these.")
@click.option(
    "--python", "-p", metavar="PYTHON", help="Interpreter to lock with: a path, a name on PATH or a version."
)
@click.option("--offline", is_flag=True, help="Use only what was fetched before.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and the result.")
def command(
    project: Path,
    *,
    yes: bool,
    check: bool,
    only: str | None,
    without: str | None,
    python: str | None,
    offline: bool,
    quiet: bool,
) -> int:
    """Add samewheel to PROJECT (a folder, by default this one): constraints, recipes, release workflow, policy.

    Shows what it would change in which file, and asks before it writes. Files that it did not write stay as they are,
    but for the lines that it adds to a justfile, a pyproject.toml, a .gitignore and a pre-commit configuration.
    """
    from samewheel.adopting import Part, adopt, write
    from samewheel.cli.console import progress, show
    from samewheel.cli.options import overrides_from
    from samewheel.report.adopted import diff_lines, left_out_lines, stale_adoption_lines, written_lines

    if check and yes:
        raise click.UsageError("--check writes nothing, so it does not go with --yes")
    asked = _parts(only, "--only")
    omitted = _parts(without, "--without")
    parts = [part for part in asked or Part if part not in omitted]
    with progress(quiet=quiet) as shown:
        adoption = adopt(
            project, parts=parts, asked=asked, offline=offline, progress=shown, **overrides_from({"python": python})
        )
    if check:
        show(stale_adoption_lines(adoption))
        show(left_out_lines(adoption))
        return ExitCode.OK if adoption.is_fresh else ExitCode.STALE
    show(diff_lines(adoption))
    show(left_out_lines(adoption))
    if adoption.changes and not _agreed(adoption, yes=yes):
        show(["nothing was written"])
        return ExitCode.OK
    show(written_lines(adoption, write(adoption)))
    return ExitCode.OK
