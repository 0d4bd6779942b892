"""``samewheel diff``."""

from __future__ import annotations

from pathlib import Path

import click

from samewheel.cli.forms import markdown_option, refuse_several
from samewheel.cli.pages import html_option, write_diff
from samewheel.cli.targets import refuse_unwritable

__all__ = ["command"]


@click.command("diff")
@click.argument("a", metavar="A.whl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("b", metavar="B.whl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--strict",
    is_flag=True,
    help="Check every hash in RECORD and the tags, and refuse a wheel in which one is wrong.",
)
@html_option
@click.option("--quiet", "-q", is_flag=True, help="Show the result and warnings, no progress.")
@click.option("--json", "as_json", is_flag=True, help="Print all differences as JSON.")
@markdown_option
def command(
    a: Path, b: Path, *, strict: bool, quiet: bool, as_json: bool, as_markdown: bool, html: Path | None
) -> int:
    """Say what is different between two wheels, how far apart they are, and what may have caused it.

    Exits with 0 if the files are equal to the bit, else with the verdict's code. A wheel that is damaged, or in which
    readers could find different things, is refused.
    """
    from samewheel.cli.console import progress, show
    from samewheel.explaining.diffs import explain_diff

    refuse_several(json=as_json, markdown=as_markdown)
    refuse_unwritable(html)
    with progress(quiet=quiet) as shown:
        shown.step(f"Comparing {a.name} and {b.name}" if a.name != b.name else f"Comparing two of {a.name}")
        found = explain_diff(a, b, strict=strict)
        write_diff(html, found, a, b)
    if as_json:
        from samewheel.buildinfo import to_json
        from samewheel.explaining.diffs import SCHEMA

        click.echo(to_json(SCHEMA, found), nl=False)
    elif as_markdown:
        from samewheel.report.markdown_wheels import diff_markdown

        show(diff_markdown(found))
    else:
        from samewheel.report.wheels import diff_lines

        show(diff_lines(found))
    return found.verdict.exit_code
