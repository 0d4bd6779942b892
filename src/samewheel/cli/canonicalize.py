"""``samewheel canonicalize``."""

from __future__ import annotations

from pathlib import Path

import click

from samewheel.errors import ExitCode

__all__ = ["command"]


@click.command("canonicalize")
@click.argument("wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output",
    "-o",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A folder, or a file of the same name.  [default: the wheel itself]",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 20 if the wheel is not canonical.")
@click.option("--stored", is_flag=True, help="Compress nothing: three times as large, and no compressor to trust.")
@click.option("--quiet", "-q", is_flag=True, help="Show the result and warnings, no progress.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(wheel: Path, *, output: Path | None, check: bool, stored: bool, quiet: bool, as_json: bool) -> int:
    """Pack WHEEL again in its canonical form; what it holds never changes.

    Members in one order, with one time (SOURCE_DATE_EPOCH, or 1980), modes 0644 or 0755, compressed to the same bytes
    on every machine.
    """
    from samewheel.buildinfo import to_json
    from samewheel.canonicalizing import SCHEMA, Form, canonicalize, check_canonical
    from samewheel.cli.console import progress, show
    from samewheel.report.wheels import canonicalized_lines

    if check and output is not None:
        raise click.UsageError("--check writes nothing: leave out --output.")
    form = Form.STORED if stored else Form.DEFLATED
    with progress(quiet=quiet) as shown:
        shown.step(f"{'Checking' if check else 'Packing'} {wheel.name}")
        if check:
            path, report = None, check_canonical(wheel, form=form)
        else:
            done = canonicalize(wheel, output, form=form)
            path, report = done.path, done.report
    if as_json:
        click.echo(to_json(SCHEMA, report), nl=False)
    else:
        show(canonicalized_lines(report, path))
    return ExitCode.OK if report.canonical or not check else ExitCode.STALE
