"""Where the pins are kept, and the table ``[tool.samewheel]`` that says so if it is not the usual place."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import tomlkit
from packaging.markers import default_environment
from tomlkit.exceptions import TOMLKitError

from samewheel.adopting.values import Change, Outcome, Part, left_out
from samewheel.constraints import for_interpreter, is_ours, parse_constraints, unsatisfied
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel.adopting.values import There

__all__ = ["BESIDE", "PYPROJECT", "USUAL", "constraints_file", "settings", "with_settings"]

PYPROJECT = "pyproject.toml"

USUAL = "constraints.txt"

BESIDE = "build-constraints.txt"
"""Where the pins go if somebody's own constraints have the usual name."""


def _will_do(content: bytes, there: There) -> bool:
    """Tell whether a file pins, with hashes, what the project states that its build requires."""
    environment = {name: str(value) for name, value in default_environment().items()}
    try:
        pins = for_interpreter(parse_constraints(content, USUAL), environment)
        return not unsatisfied(pins, there.project.build_system.requires, environment) and bool(pins)
    except SamewheelError:
        return False


def constraints_file(there: There) -> str:
    """Return where the project's build constraints are, or should be, from its folder.

    Constraints of something else are often called ``constraints.txt``. Those that do as build constraints are taken,
    whoever wrote them.
    """
    chosen = there.project.settings.constraints
    content = there.content(chosen)
    if chosen != USUAL or content is None or is_ours(content) or _will_do(content, there):
        return chosen
    return BESIDE


def _inserted(before: str, after: str) -> bool:
    """Tell whether one text is the other with whole lines put in somewhere, and nothing else."""
    remaining = iter(after.splitlines(keepends=True))
    return all(line in remaining for line in before.splitlines(keepends=True))


def with_settings(text: str, wanted: Mapping[str, str]) -> str | None:
    """Return a ``pyproject.toml`` in which ``[tool.samewheel]`` has these keys; None if that cannot be done safely.

    All that is there stays as it is to the byte, comments and layout included: lines are put in, and none goes.

    Args:
        text: the file, with the line ends that it has.
        wanted: keys that it does not have yet, with their values.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    whole = text if text.endswith("\n") or not text else text + newline
    try:
        document = tomlkit.parse(whole)
        old: dict[str, Any] = tomllib.loads(text)
        tool = document.setdefault("tool", tomlkit.table(is_super_table=True))
        table = tool.setdefault("samewheel", tomlkit.table())
        for key, value in wanted.items():
            table[key] = value
        changed = tomlkit.dumps(document).replace("\r\n", "\n").replace("\n", newline)
        new = tomllib.loads(changed)
    except (TOMLKitError, ValueError, AttributeError, TypeError, KeyError):
        # The others: a key on the way that is no table.
        return None
    expected = {**old, "tool": {**old.get("tool", {}), "samewheel": {**_table(old), **wanted}}}
    return changed if new == expected and _inserted(whole, changed) else None


def _table(document: Mapping[str, Any]) -> dict[str, Any]:
    table: dict[str, Any] = document.get("tool", {}).get("samewheel", {})
    return table


def settings(there: There) -> Outcome:
    """Say in ``pyproject.toml`` where the pins are, if they are not in the usual place."""
    wanted = constraints_file(there)
    if wanted == there.project.settings.constraints:
        return Outcome(part=Part.SETTINGS)
    line = f'constraints = "{wanted}"'
    before = there.content(PYPROJECT)
    if before is None:
        # A pyproject.toml without a table [build-system] would be a decision about the build that is not ours.
        reason = f"there is no pyproject.toml to say that the pins are in {wanted}, as {USUAL} holds something else"
        return left_out(Part.SETTINGS, reason, f"Rename {USUAL}, or write a pyproject.toml.")
    after = with_settings(before.decode("utf-8"), {"constraints": wanted})
    if after is None:
        reason = "pyproject.toml is written in a way that cannot be added to without changing other lines"
        return left_out(Part.SETTINGS, reason, f"Add to its table [tool.samewheel]: {line}")
    change = Change(
        path=there.below + PYPROJECT,
        before=before,
        after=after.encode(),
        why=f"it does not say that the pins are in {wanted}",
    )
    return Outcome(part=Part.SETTINGS, changes=(change,))
