"""``samewheel completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

__all__ = ["command"]

SHELLS = ("bash", "fish", "zsh")

VARIABLE = "_SAMEWHEEL_COMPLETE"
"""By which a shell asks for what completes a line."""


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print what makes SHELL complete commands, options, codes and causes.

    In ~/.bashrc: eval "$(samewheel completion bash)"; zsh likewise. In fish: samewheel completion fish | source.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click has no completion for {shell}.")
    root = context.find_root()
    click.echo(kind(root.command, {}, "samewheel", VARIABLE).source(), nl=False)
