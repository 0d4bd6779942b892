"""Plans as TOML: written by us, corrected and committed by people, and read again."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from samewheel._files import write_atomic
from samewheel._standards import is_python
from samewheel.constraints import indexed, parse_constraints
from samewheel.errors import SamewheelError, UsageError
from samewheel.locking import instant
from samewheel.rebuilding.values import PLAN_SCHEMA, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tomlkit.items import Array

__all__ = ["plan_text", "read_plan", "write_plan"]

HEADER = (
    "How to build this wheel again: samewheel rebuild --plan FILE. docs/lookup/rebuild.md explains each field.",
    "Change what you know better. Without locked, what is installed is resolved anew as of uploaded-before.",
)


def plan_text(plan: Plan) -> str:
    """Return a plan as TOML: its fields in their order, without those that are as usual; the evidence comes last."""
    import tomlkit

    fields: dict[str, Any] = msgspec.to_builtins(plan)
    usual: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(Plan(wheel=plan.wheel, source=plan.source, python=plan.python))
    )
    always = {"wheel", "source", "python"}
    document = tomlkit.document()
    for line in HEADER:
        document.add(tomlkit.comment(line))
    document.add("schema", tomlkit.item(PLAN_SCHEMA))
    kept = {name: value for name, value in fields.items() if name in always or value != usual[name]}
    # Tables last, as TOML wants it; what is locked is long.
    for name, value in sorted(kept.items(), key=lambda field: (isinstance(field[1], dict), field[0] == "evidence")):
        document.add(name, _array(value) if isinstance(value, list | tuple) else tomlkit.item(value))
    return tomlkit.dumps(document)


def _array(values: Sequence[Any]) -> Array:
    """Return a list, one item on each line."""
    import tomlkit

    made = tomlkit.array()
    for value in values:
        made.add_line(value)
    made.add_line(indent="")
    return made


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan.

    Raises:
        SamewheelError: it cannot be written.
    """
    write_atomic(path, plan_text(plan).encode())


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises:
        UsageError: it cannot be read, or is none; the message names the field.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot read the plan {path}", cause=str(error)) from error
    schema = document.pop("schema", None)
    if schema != PLAN_SCHEMA:
        raise UsageError(
            f"{path} is no plan of a rebuild",
            cause=f"Its schema is {schema!r}, and must be {PLAN_SCHEMA!r}.",
            hint="Have one written: samewheel rebuild NAME==VERSION --plan FILE",
        )
    try:
        plan = msgspec.convert(document, Plan)
        _check(plan)
    except (msgspec.ValidationError, OverflowError, SamewheelError) as error:
        raise UsageError(f"the plan {path} is wrong", cause=str(error)) from error
    return plan


def _check(plan: Plan) -> None:
    """Refuse what would fail only later, or run a program that whoever wrote the plan has chosen.

    Raises:
        SamewheelError: something is wrong.
    """
    if not is_python(plan.python):
        cause = "It must be a version, such as 3.12 or python3.12; the machine decides which program that is."
        raise UsageError(f"python is {plan.python!r}", cause=cause, hint="Give another by --python.")
    indexed(plan.pins)
    for lines in (plan.locked, plan.built):
        parse_constraints("".join(f"{line}\n" for line in lines).encode(), "its list")
    if plan.uploaded_before is not None:
        instant(plan.uploaded_before)
