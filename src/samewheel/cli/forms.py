"""The forms of a result besides lines for people: JSON for programs, Markdown for the summary of a CI job."""

from __future__ import annotations

import click

__all__ = ["markdown_option", "refuse_several"]

markdown_option = click.option(
    "--markdown", "as_markdown", is_flag=True, help="Print the result as Markdown, for the summary of a CI job."
)


def refuse_several(**forms: bool) -> None:
    """Refuse more than one form, which are named as their options are.

    Raises:
        click.UsageError: several are asked for.
    """
    asked = [f"--{name}" for name, is_asked in forms.items() if is_asked]
    if len(asked) > 1:
        raise click.UsageError(f"{' or '.join(asked)}: give one of them.")
