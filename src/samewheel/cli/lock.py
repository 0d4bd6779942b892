"""``samewheel lock``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from samewheel._types import Resolver
from samewheel.cli.options import common_options, overrides_from, source_argument
from samewheel.errors import ExitCode

__all__ = ["command"]

CHANGES = ("exclude_newer", "force", "upgrade", "upgrade_packages")
"""Options that say how to write the file."""


@click.command("lock")
@source_argument
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The constraints file.  [default: constraints.txt; NAME-VERSION.constraints.txt for an sdist]",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 20 if the file is stale, and say why.")
@click.option("--upgrade", "-U", is_flag=True, help="Take the newest versions instead of the pinned ones.")
@click.option(
    "--upgrade-package",
    "-P",
    "upgrade_packages",
    metavar="NAME",
    multiple=True,
    help="Take the newest version of this distribution.",
)
@click.option("--exclude-newer", metavar="DATE", help="Leave out what was uploaded after this date.")
@click.option(
    "--requires-python",
    metavar="RANGE",
    help="Pythons to lock for, such as '>=3.10'.  [default: as before, else this one and newer]",
)
@click.option(
    "--resolver",
    type=click.Choice([r.value for r in Resolver]),
    default=Resolver.UV.value,
    show_default=True,
    help="Who decides the pins; both must agree to the last hash.",
)
@click.option("--force", is_flag=True, help="Replace a file that samewheel did not write.")
@click.option("--offline", is_flag=True, help="Use only what was fetched before.")
@common_options
@click.option("--markdown", "as_markdown", is_flag=True, help="With --check: print Markdown, for a CI job's summary.")
def command(
    source: Path,
    output: Path | None,
    *,
    check: bool,
    quiet: bool,
    offline: bool,
    as_markdown: bool,
    **options: Any,
) -> int:
    """Pin and hash everything that building PROJECT (a folder, by default this one) or an SDIST may install.

    Asks the build backend too, and writes constraints.txt; for an sdist, NAME-VERSION.constraints.txt in the working
    folder. Only wheels are locked, for every platform.
    """
    from samewheel.machine import look_early

    look_early()
    from samewheel.cli.console import progress, show
    from samewheel.locking import check_lock, lock
    from samewheel.report.terminal import locked_lines, stale_lines

    if check and (idle := [name for name in CHANGES if options[name]]):
        raise click.UsageError(
            f"--check changes nothing, so it does not go with --{idle[0].replace('_', '-').rstrip('s')}"
        )
    if as_markdown and not check:
        raise click.UsageError("--markdown goes with --check.")
    overrides = overrides_from(options)
    with progress(quiet=quiet) as shown:
        if check:
            reasons = check_lock(source, output=output, offline=offline, progress=shown, **overrides)
        else:
            locked = lock(
                source,
                output=output,
                resolver=Resolver(options["resolver"]),
                upgrade=options["upgrade"],
                upgrade_packages=options["upgrade_packages"],
                exclude_newer=options["exclude_newer"],
                force=options["force"],
                offline=offline,
                progress=shown,
                **overrides,
            )
    if as_markdown:
        from samewheel.report.markdown_verified import stale_markdown

        show(stale_markdown(output.name if output is not None else source.absolute().name, reasons))
    else:
        show(stale_lines(reasons) if check else locked_lines(locked))
    return ExitCode.STALE if check and reasons else ExitCode.OK
