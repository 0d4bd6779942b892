"""``samewheel explain``."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

__all__ = ["command"]


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Return the codes and causes that begin as a word does."""
    from samewheel.comparison.codes import CODES
    from samewheel.explaining.causes import CAUSES

    helps = {**CODES, **{cause.name: cause.what for cause in CAUSES.values()}}
    return [
        CompletionItem(name, help=text) for name, text in helps.items() if name.lower().startswith(incomplete.lower())
    ]


def _found(word: str) -> str:
    """Return the code or cause that a word names.

    Raises:
        UsageError: it names none.
    """
    from samewheel.errors import UsageError
    from samewheel.explaining.pages import find, nearest
    from samewheel.explaining.values import UNKNOWN

    name = find(word)
    if name is not None:
        return name
    if word.lower() == UNKNOWN:
        raise UsageError(
            "an unknown cause cannot be explained",
            cause="It says that nothing told the cause of some differences.",
            hint="Explain the codes of these differences instead: samewheel explain CODE",
        )
    like = nearest(word)
    raise UsageError(
        f"there is no code and no cause {word!r}",
        hint=f"Did you mean {' or '.join(like)}?" if like else "All of them are listed by: samewheel explain",
    )


@click.command("explain")
@click.argument("words", metavar="[CODE | CAUSE]...", nargs=-1, shell_complete=_complete)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: codes, causes, and what to paste.")
def command(words: tuple[str, ...], *, as_json: bool) -> None:
    """Say what makes wheels differ, and how to cure it.

    CODE is that of a difference, such as SW102 or just 102; CAUSE is a name such as umask. Without either, all of
    them are listed.
    """
    from samewheel.explaining.pages import SCHEMA, explained

    names = [_found(word) for word in words]
    found = explained(names)
    if as_json:
        from samewheel.buildinfo import to_json

        click.echo(to_json(SCHEMA, found), nl=False)
    else:
        from samewheel.cli.console import show
        from samewheel.report.explained import explained_lines

        show(explained_lines(found, names))
