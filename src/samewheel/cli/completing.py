"""What a shell offers for the values of options that take several names, with commas between."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click
    from click.shell_completion import CompletionItem

    _Completion: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

__all__ = ["among"]


def among(names: Callable[[], Iterable[str]]) -> _Completion:
    """Return what completes the last of several names; none is offered twice."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        before, comma, begun = incomplete.rpartition(",")
        taken = set(before.split(","))
        return [
            CompletionItem(f"{before}{comma}{name}")
            for name in names()
            if name.startswith(begun) and name not in taken
        ]

    return complete
