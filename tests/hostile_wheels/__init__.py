"""Wheels that must be refused, and unusual ones that must be accepted, made byte by byte.

Each case is a small valid wheel with one thing wrong. Nothing is made before ``make()`` or ``write(folder)`` is
called.
"""

from __future__ import annotations

from tests.hostile_wheels import controls, dist_info, ends, headers, kinds, large, layout, names, record_rows, zip64
from tests.hostile_wheels.values import FILE_NAME, Case, Control

__all__ = ["CASES", "CONTROLS", "FILE_NAME", "Case", "Control"]

CASES: tuple[Case, ...] = tuple(
    sorted(
        (
            case
            for module in (dist_info, ends, headers, kinds, large, layout, names, record_rows, zip64)
            for case in module.CASES
        ),
        key=lambda case: case.name,
    )
)
"""Every hostile wheel, sorted by name."""

CONTROLS: tuple[Control, ...] = tuple(sorted(controls.CONTROLS, key=lambda control: control.name))
"""Wheels that are unusual and must be accepted, sorted by name."""
