"""Values as TOML on one line."""

from __future__ import annotations

import json
from typing import Any

from samewheel._text import quoted

__all__ = ["inline"]


def inline(value: Any) -> str:  # noqa: ANN401 - whatever TOML has
    """Return a value as inline TOML; a time becomes its text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(name)} = {inline(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value) if isinstance(value, int | float) else quoted(str(value))
