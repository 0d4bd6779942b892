"""From requirements to hashed pins, by the resolver that was chosen, or by both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from packaging.markers import default_environment

from samewheel._standards import specifiers_of
from samewheel._types import Resolver
from samewheel.constraints import render
from samewheel.errors import UnlockableError, UsageError
from samewheel.locking.by_pip_tools import resolve_pip_tools
from samewheel.locking.by_uv import resolve_uv
from samewheel.locking.comparing import agree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from samewheel.constraints import Constraints, Pin
    from samewheel.interpreter import Interpreter

__all__ = ["Resolution", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What requirements were resolved to."""

    pins: tuple[Pin, ...]
    """Sorted; of every platform if uv took part, else of one interpreter."""

    @property
    def text(self) -> bytes:
        """The pins as lines of a constraints file."""
        return render(self.pins)


def _this_environment() -> dict[str, str]:
    return {key: str(value) for key, value in default_environment().items()}


def _check_scope(
    resolver: Resolver,
    interpreter: Interpreter,
    requires_python: str,
    environment: Mapping[str, str],
    *,
    offline: bool,
) -> None:
    """Refuse what pip-tools cannot answer: it needs the network, and answers for the interpreter that runs it."""
    if offline:
        raise UsageError(
            "pip-tools cannot resolve offline", cause="It has no such mode.", hint="Use uv alone: --resolver uv"
        )
    this = environment["python_full_version"]
    hint = f"Run samewheel with Python {interpreter.version}, or use uv alone: --resolver uv"
    if resolver is Resolver.PIP_TOOLS and interpreter.markers != environment:
        raise UsageError(
            f"pip-tools cannot resolve for {interpreter.path}",
            cause=f"It resolves for the interpreter that runs samewheel, Python {this}.",
            hint=hint,
        )
    if not specifiers_of(requires_python, prereleases=True).contains(this):
        raise UsageError(
            f"pip-tools cannot take part in locking for Python {requires_python}",
            cause=f"It resolves for the interpreter that runs samewheel, Python {this}.",
            hint=hint,
        )


def resolve(
    requirements: Sequence[str],
    *,
    resolver: Resolver,
    requires_python: str,
    interpreter: Interpreter,
    previous: Constraints | None = None,
    upgrade: bool = False,
    upgrade_packages: Sequence[str] = (),
    exclude_newer: str | None = None,
    offline: bool = False,
    cwd: Path | None = None,
    bounds: Sequence[str] = (),
) -> Resolution:
    """Resolve requirements to pins with hashes.

    With both resolvers the result is uv's, once pip-tools says the same for the interpreter that runs samewheel. They
    work apart from each other: each has its own cache, finds versions and hashes itself, keeps old pins by its own
    rules, and has its own index settings (UV_DEFAULT_INDEX and uv.toml; PIP_INDEX_URL and pip.conf).

    Args:
        requirements: PEP 508.
        resolver: who decides.
        requires_python: Pythons to lock for; uv takes the lower bound.
        interpreter: the interpreter that builds.
        previous: the constraints so far, whose pins are kept while they satisfy the requirements.
        upgrade: keep none of them.
        upgrade_packages: names of packages whose pins are not kept.
        exclude_newer: a date (inclusive, UTC) or a timestamp; newer files are passed over.
        offline: use what was fetched before.
        cwd: where uv looks for the project's index settings; None is a place that has none.
        bounds: constraints on whatever is installed (PEP 508); they install nothing.

    Raises:
        UnlockableError: there is no solution of hashed wheels, or the resolvers disagree.
        UsageError: the chosen resolver cannot do what is asked for, or an argument is wrong.
        SamewheelError: the index cannot be reached; others as :func:`resolve_uv` and :func:`resolve_pip_tools`.
    """
    environment = _this_environment()
    if resolver is not Resolver.UV:
        _check_scope(resolver, interpreter, requires_python, environment, offline=offline)

    def by_uv() -> tuple[Pin, ...]:
        return resolve_uv(
            requirements,
            requires_python=requires_python,
            python=interpreter.path,
            previous=previous,
            upgrade=upgrade,
            upgrade_packages=upgrade_packages,
            exclude_newer=exclude_newer,
            offline=offline,
            cwd=cwd,
            bounds=bounds,
        )

    def by_pip_tools() -> tuple[Pin, ...]:
        return resolve_pip_tools(
            requirements,
            environment=environment,
            previous=previous,
            upgrade=upgrade,
            upgrade_packages=upgrade_packages,
            exclude_newer=exclude_newer,
            bounds=bounds,
        )

    match resolver:
        case Resolver.UV:
            return Resolution(pins=by_uv())
        case Resolver.PIP_TOOLS:
            return Resolution(pins=by_pip_tools())
        case Resolver.BOTH:
            pins = by_uv()
            if differences := agree(pins, by_pip_tools(), environment):
                raise UnlockableError(
                    "uv and pip-tools disagree",
                    cause="\n".join(differences),
                    hint="See which index each uses. A pin that was kept is found anew with: --upgrade-package NAME",
                )
            return Resolution(pins=pins)
        case _:
            assert_never(resolver)
