"""``samewheel conditions``."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("conditions")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: each condition, and why it cannot be varied or null."
)
def command(*, as_json: bool) -> None:
    """Show which conditions samewheel verify can vary on this machine, and why it cannot vary the others."""
    from samewheel.sandbox import choose_sandbox
    from samewheel.verifying import available

    reasons = available()
    isolation = choose_sandbox().isolation
    if as_json:
        from samewheel.report.conditions import to_conditions

        click.echo(to_conditions(reasons, isolation), nl=False)
    else:
        from samewheel.cli.console import show
        from samewheel.report.terminal import conditions_lines

        show(conditions_lines(reasons, isolation))
