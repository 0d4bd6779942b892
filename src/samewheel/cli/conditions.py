"""``samewheel conditions``."""

from __future__ import annotations

import json

import click

__all__ = ["command"]


@click.command("conditions")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: each condition, and why it cannot be varied or null."
)
def command(*, as_json: bool) -> None:
    """Show which conditions samewheel verify can vary on this machine, and why it cannot vary the others."""
    from samewheel.cli.console import show
    from samewheel.report.terminal import conditions_lines
    from samewheel.sandbox import choose_sandbox
    from samewheel.verifying import available

    reasons = available()
    if as_json:
        click.echo(json.dumps({name: reason or None for name, reason in reasons.items()}, indent=2))
        return
    show(conditions_lines(reasons, choose_sandbox().isolation))
