"""Writes the page of all commands and options, from the commands themselves: ``just docs-commands``.

python scripts/command_pages.py docs/lookup/commands.md
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from samewheel.cli.main import samewheel

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 120
"""Columns of a paragraph."""

HEAD = """# Commands and options

Written by `just docs-commands` from the commands themselves; each says the same with `-h`. What an exit code means is
on a [page of its own](exit-codes.md), and so is what a project can [set for good](settings.md).
"""


def walk(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield a command and all those below it, each with a context that knows its full name."""
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from walk(below, inside(below, name, context))


def inside(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    """Return the context that a command has when it is run."""
    return click.Context(command, info_name=name, parent=parent, **command.context_settings)


def page() -> str:
    """Return the page."""
    parts = [HEAD]
    for command, context in walk(samewheel, inside(samewheel, "samewheel")):
        parts.append("\n".join(section(command, context)))
    return "\n".join(parts)


def section(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the lines about a command."""
    yield f"## {context.command_path}"
    yield ""
    yield f"    {command.get_usage(context).removeprefix('Usage: ')}"
    for text in (command.help, command.epilog):
        for paragraph in inspect.cleandoc(text or "").split("\n\n"):
            if paragraph:
                yield from (
                    "",
                    *textwrap.wrap(plain(paragraph), WIDTH, break_long_words=False, break_on_hyphens=False),
                )
    if isinstance(command, click.Group):
        yield from ("", "| command | meaning |", "| --- | --- |", *commands(command, context))
    else:
        yield from ("", "| option | meaning |", "| --- | --- |", *options(command, context))
    yield ""


def commands(group: click.Group, context: click.Context) -> Iterator[str]:
    """Yield a row for each command of a group."""
    for name in group.list_commands(context):
        below = group.get_command(context, name)
        if below is not None and not below.hidden:
            path = f"{context.command_path} {name}"
            yield f"| [{path}](#{path.replace(' ', '-')}) | {plain(below.get_short_help_str(limit=WIDTH))} |"


def options(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield a row for each option of a command, but for those that every command has."""
    for param in command.params:
        record = param.get_help_record(context) if isinstance(param, click.Option) else None
        if record is not None:
            names, meaning = record
            yield f"| `{names.replace('|', chr(92) + '|')}` | {plain(meaning)} |"


def plain(text: str) -> str:
    """Return a text in a line, without what Markdown would take for more than that."""
    text = " ".join(text.split())
    for sign in "\\|*<":
        text = text.replace(sign, "\\" + sign)
    return text


def main() -> None:
    """Write the page to the file that the command line names."""
    Path(sys.argv[1]).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
