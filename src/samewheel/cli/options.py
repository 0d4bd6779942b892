"""Options that several commands share, and how their words become values."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from samewheel._types import Frontend, Via
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from samewheel.limits import Limits
    from samewheel.project import Overrides

__all__ = [
    "build_options",
    "common_options",
    "limit_option",
    "limits_from",
    "overrides_from",
    "source_argument",
    "stacked",
]

FACTORS = ("", "K", "M", "G", "T")

AMOUNT = re.compile(r"(?P<none>none)|(?P<number>[1-9][0-9]{0,15})(?:(?P<factor>[KMGT]?)(?:i?B)?)?")
"""A number, with a power of 1024 where it is one of bytes."""

source_argument = click.argument("source", metavar="[PROJECT | SDIST]", default=".", type=click.Path(path_type=Path))


def stacked(options: Sequence[Callable[[Callable[..., Any]], Callable[..., Any]]]) -> Callable[..., Any]:
    """Return one decorator for several; the help shows them in the given order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


limit_option = click.option(
    "--limit", "limits", metavar="NAME=AMOUNT", multiple=True,
    help="What one step of a build may use up: seconds, cpu_seconds, memory, output, disk, processes; "
    "512, 8GiB or none.",
)  # fmt: skip

common_options = stacked(
    [
        click.option("--python", "-p", metavar="PYTHON", help="Interpreter: a path, a name on PATH or a version."),
        click.option(
            "--config-setting", "-C", "config_settings", metavar="KEY=VALUE", multiple=True,
            help="Setting for the backend; a key may be given several times.",
        ),
        click.option(
            "--env", "-e", "env", metavar="NAME[=VALUE]", multiple=True,
            help="Variable that the build sees; without a value, the caller's. It is written to the buildinfo.",
        ),
        click.option(
            "--readable", metavar="PATH", multiple=True, type=click.Path(exists=True, path_type=Path),
            help="File or folder of this machine that the build may read besides the system's.",
        ),
        click.option(
            "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
            help="Time that one step of the backend may take.",
        ),
        limit_option,
        click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and the result."),
    ]
)  # fmt: skip

build_options = stacked(
    [
        click.option(
            "--constraints", "-c", metavar="FILE", type=click.Path(path_type=Path),
            help="Hashed build constraints, instead of the project's constraints.txt.",
        ),
        click.option(
            "--frontend", type=click.Choice([f.value for f in Frontend]), help="Who calls the backend.  [default: uv]"
        ),
        click.option(
            "--via", type=click.Choice([v.value for v in Via]),
            help="Build from the source tree, or from an sdist made of it.  [default: tree]",
        ),
        click.option("--allow-dirty", is_flag=True, help="Build a working copy that differs from its commit."),
    ]
)  # fmt: skip


def _unlimited() -> Limits:
    from samewheel.limits import Limits

    return Limits()


def limits_from(words: Sequence[str], usual: Limits) -> Limits:
    """Return limits as words such as ``memory=2GiB`` say, and as usual where they say nothing.

    Raises:
        UsageError: a word names no limit, or no amount.
    """
    from msgspec.structs import fields, replace

    given: dict[str, int | None] = {}
    for word in words:
        name, _, amount = word.partition("=")
        match = AMOUNT.fullmatch(amount.strip())
        if name not in {field.name for field in fields(usual)} or match is None:
            raise UsageError(
                f"--limit {word!r} is no limit",
                cause=f"There are: {', '.join(field.name for field in fields(usual))}.",
                hint="For example: --limit memory=2GiB --limit seconds=none",
            )
        given[name] = None if match["none"] else int(match["number"]) << FACTORS.index(match["factor"]) * 10
    return replace(usual, **given)


def _config_settings(words: Sequence[str]) -> dict[str, str | list[str]]:
    """Return settings as PEP 517 has them: a key that is given several times gets a list.

    Raises:
        UsageError: one has no key, or no value.
    """
    settings: dict[str, str | list[str]] = {}
    for word in words:
        key, given, value = word.partition("=")
        if not key or not given:
            raise UsageError(
                f"--config-setting {word!r} is not KEY=VALUE",
                hint=f"For an empty value: -C {word.strip('=') or 'KEY'}=",
            )
        before = settings.get(key)
        if before is None:
            settings[key] = value
        else:
            settings[key] = [*([before] if isinstance(before, str) else before), value]
    return settings


def _environment(words: Sequence[str]) -> dict[str, str]:
    """Return variables; one without a value is taken from the caller's environment."""
    env = {}
    for word in words:
        name, given, value = word.partition("=")
        if not name:
            raise UsageError(f"--env {word!r} names no variable", hint="Give a name: --env NAME=VALUE")
        if not given:
            if name not in os.environ:
                raise UsageError(
                    f"--env {name} asks for a variable that is not set", hint=f"Give a value: --env {name}=VALUE"
                )
            value = os.environ[name]
        env[name] = value
    return env


def _absolute(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return paths from the root on; links in them are kept."""
    return tuple(str(path.absolute()) for path in paths)


def _seconds(seconds: float) -> float:
    if not math.isfinite(seconds):
        raise UsageError(f"--timeout {seconds} is no time", hint="Without the option, there is no limit.")
    return seconds


CONVERTERS: dict[str, Callable[[Any], object]] = {
    "config_settings": _config_settings,
    "constraints": lambda path: str(path.absolute()),
    "env": _environment,
    "frontend": Frontend,
    "limits": lambda words: limits_from(words, _unlimited()),
    "python": str,
    "readable": _absolute,
    "requires_python": str,
    "timeout": _seconds,
    "via": Via,
}
"""What becomes of an option's words, by the name of the setting that they decide."""


def overrides_from(options: dict[str, Any]) -> Overrides:
    """Return the settings that the command line decides; an option that was not given decides nothing.

    Raises:
        UsageError: an option is no setting, or ``--env`` names a variable that is not set.
    """
    given = {name: convert(options[name]) for name, convert in CONVERTERS.items() if options.get(name)}
    return cast("Overrides", given)
