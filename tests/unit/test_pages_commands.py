"""Commands on pages: each that a reader may type exists, with its options; the page of them all is what they say."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, cast

import click
import pytest

from samewheel.cli.main import samewheel
from tests.pages import PAGES, blocks, code, script

from .test_recipes import RECIPES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND_PAGES = script("command_pages")

SEPARATORS = re.compile(r"(?:^|\s)(?:&&|\|\||[|(]|if|then|run)(?=\s)|;\s|\$\(")
"""Where another command may begin."""

REDIRECTED = re.compile(r"\d?>+\s*[^\s;]+")

ELSEWHERE = "samewheel"
"""The module of recipes that a project gets which adopts samewheel: ``just samewheel package``."""

every_page = pytest.mark.parametrize("name", sorted(PAGES))


def lines(text: str) -> Iterator[str]:
    """Yield the lines of blocks of code that a reader may type; what a transcript shows as printed is none."""
    for language, body in blocks(text):
        joined = re.sub(r"\\\n\s*", " ", body)
        for line in joined.splitlines():
            if language == "console" and not line.startswith("$ "):
                continue
            if "[OPTIONS]" not in line:  # the form of a call, not one
                yield line.strip().removeprefix("$ ").removeprefix("run: ").removeprefix("- run: ")


def calls(line: str) -> Iterator[list[str]]:
    """Yield the words after each ``samewheel`` with which a command of a line begins."""
    for part in SEPARATORS.split(REDIRECTED.sub("", line)):
        whole = "".join(sign for sign in part if sign not in "'\"" or part.count(sign) % 2 == 0)
        words = shlex.split(whole, comments=True)
        while words and re.match(r"[A-Z_]+=", words[0]):
            words.pop(0)
        if words and words[0] == "samewheel":
            yield [word.rstrip(")") for word in words[1:]]


def parse(words: list[str], *, complete: bool) -> None:
    """Read the words of a call as the command line would, but run nothing and look at no file.

    Raises:
        click.UsageError: there is no such command or option, or a value is missing or none.
    """
    command: click.Command = samewheel
    context = COMMAND_PAGES.inside(command, "samewheel")
    while isinstance(command, click.Group) and words and not (words[0].startswith("-") and command is samewheel):
        below = command.get_command(context, words[0])
        if below is None and command is samewheel:
            raise click.UsageError(f"no such command: {words[0]}")
        name, words = (words[0], words[1:]) if below is not None else ("run", words)
        command = below or command.commands["run"]
        context = COMMAND_PAGES.inside(command, name, context)
    try:
        values, left, _ = command.make_parser(context).parse_args(list(words))
    except click.BadOptionUsage as error:
        if complete or error.option_name != words[-1]:
            raise
        return  # a sentence names an option without its value
    if left and not isinstance(command, click.Group):
        raise click.UsageError(f"more than it takes: {left}")
    for param in command.params:
        look(param, values.get(param.name or ""), context, complete=complete)


def look(param: click.Parameter, value: object, context: click.Context, *, complete: bool) -> None:
    """Read a value, if it is one of a few words or a number."""
    given = list(value) if isinstance(value, tuple | list) else [value]
    present = [one for one in given if isinstance(one, str)]
    if complete and param.required and not present:
        raise click.UsageError(f"{param.name} is missing")
    if isinstance(param.type, click.Choice | click.IntRange | click.FloatRange):
        for one in present:
            if not one.isupper():
                cast("click.ParamType[object]", param.type).convert(one, param, context)


def faults(text: str) -> list[str]:
    """Return what is wrong with the calls of samewheel on a page."""
    found = []
    told = [(line, True) for line in lines(text)] + [(line, False) for line in code(text)]
    for line, complete in told:
        if "samewheel" not in line:
            continue
        for words in calls(line):
            try:
                parse(words, complete=complete)
            except click.UsageError as error:
                found.append(f"{line}: {error.format_message()}")
    return found


@every_page
def test_calls_on_pages_can_be_typed(name: str) -> None:
    """An option that was renamed stays on no page."""
    assert faults(PAGES[name]) == []


def test_calls_are_found() -> None:
    """The control: enough of them are read for the test above to mean something."""
    found = [words for text in PAGES.values() for line in lines(text) for words in calls(line)]
    assert len(found) >= 60
    assert {words[0] for words in found if words} >= {"lock", "build", "verify", "diff", "rebuild", "audit", "check"}


@pytest.mark.parametrize(
    "line",
    [
        "samewheel verifi",
        "samewheel verify --agianst dist/x.whl",
        "samewheel build && samewheel verify --against",
        "samewheel diff a.whl",
        "samewheel diff a.whl b.whl c.whl",
        "samewheel build --frontend pip",
        "samewheel audit list --cvs",
        "samewheel verify --search many",
        "sha256sum x | samewheel nothing",
    ],
)
def test_wrong_calls_are_noticed(line: str) -> None:
    """The control: one mistake each."""
    assert len(faults(f"Do:\n\n    {line}\n")) == 1
    assert len(faults(f"```sh\n{line}\n```\n")) == 1
    assert faults(f"```console\n$ true\n{line}\n```\n") == []


def test_recipes_on_pages_exist() -> None:
    """What a reader is told to type works."""
    named = {
        word for text in PAGES.values() for line in code(text) for word in re.findall(r"^just ([a-z][\w-]*)", line)
    }
    assert {"package", "test", "docs"} <= named <= {*RECIPES, ELSEWHERE}


def test_page_of_commands_is_what_they_say() -> None:
    """The page is written by `just docs-commands`, and has every command with every option."""
    assert (ROOT / "docs" / "lookup" / "commands.md").read_text("utf-8") == COMMAND_PAGES.page()


def test_page_of_commands_has_every_option() -> None:
    """Looked up by another way than the page was made: nothing is hidden, nothing lost."""
    text = PAGES["docs/lookup/commands.md"]
    for command, context in COMMAND_PAGES.walk(samewheel, COMMAND_PAGES.inside(samewheel, "samewheel")):
        part = text.partition(f"\n## {context.command_path}\n")[2].partition("\n## ")[0]
        assert part
        if not isinstance(command, click.Group):
            names = [name for param in command.params if isinstance(param, click.Option) for name in param.opts]
            assert all(re.search(rf"[` ]{re.escape(name)}[`, ]", part) for name in names), context.command_path
