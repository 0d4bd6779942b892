"""Two records -> on which level they differ: what went in, then what came out, from the numbers to the bytes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import Any

INPUTS = {
    "wheel": ("code", "wheel"),
    "lock": ("environment", "lock"),
    "data": ("data", "sha256"),
    "configuration": ("config", "sha256"),
    "split": ("data", "split"),
    "seed": ("randomness", "seed"),
}
SURROUNDINGS = {
    "python": ("environment", "python"),
    "machine": ("environment", "machine"),
    "cpu": ("environment", "cpu"),
    "packages": ("environment", "packages"),
    "threads": ("config", "threads"),
}
OUTPUTS = {name: ("result", name) for name in ("model", "predictions", "metrics")}

LEVELS = {
    "identical": "the same model, to the bit",
    "model-file": "another file, but the same predictions: its form leaks, or what the model keeps beside numbers",
    "predictions": "other predictions: the training itself differs",
    "inputs": "not the same inputs, so that nothing was to be expected",
}


@dataclass(frozen=True)
class Comparison:
    """The level, and what differs on each; `around` may differ, and is a place to look if something else does."""

    level: str
    inputs: tuple[str, ...]
    around: tuple[str, ...]
    outputs: tuple[str, ...]


def compare(first: dict[str, Any], second: dict[str, Any]) -> Comparison:
    """Compare two records."""
    inputs, around, outputs = (differing(first, second, what) for what in (INPUTS, SURROUNDINGS, OUTPUTS))
    return Comparison(level(inputs, outputs), inputs, around, outputs)


def differing(first: dict[str, Any], second: dict[str, Any], places: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """Return the names of the values that are not the same."""
    return tuple(name for name, (part, key) in places.items() if first[part][key] != second[part][key])


def level(inputs: tuple[str, ...], outputs: tuple[str, ...]) -> str:
    """Return the name of the level."""
    if not outputs:
        return "identical"
    if inputs:
        return "inputs"
    return "model-file" if outputs == ("model",) else "predictions"


def members(first: bytes, second: bytes) -> tuple[str, ...]:
    """Return which members of two model files differ, also in name or date, and `order` if nothing else does."""
    files = [zipfile.ZipFile(io.BytesIO(content)) for content in (first, second)]
    one, two = (
        {info.filename: (info.date_time, digest(file.read(info))) for info in file.infolist()} for file in files
    )
    names = tuple(sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name)))
    return names or (() if first == second else ("order",))


def digest(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def report(comparison: Comparison) -> str:
    """Return the comparison as lines."""
    lines = [f"{comparison.level}: {LEVELS[comparison.level]}"]
    parts = {"inputs differ": comparison.inputs, "outputs differ": comparison.outputs, "around it": comparison.around}
    lines += [f"  {name:<20}{', '.join(values)}" for name, values in parts.items() if values]
    return "\n".join(lines)
