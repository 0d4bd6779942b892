"""Whether two independent resolvers say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.constraints import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from samewheel.constraints import Pin

__all__ = ["agree"]

SHOWN = 3
"""Hashes that a sentence quotes before it only counts."""


def _hashes(values: set[str]) -> str:
    shown = ", ".join(sorted(values)[:SHOWN])
    return f"{shown} and {len(values) - SHOWN} more" if len(values) > SHOWN else shown


def _compare(uv: Pin, pip_tools: Pin) -> list[str]:
    if uv.version != pip_tools.version:
        return [f"{uv.name}: uv pins {uv.version}, pip-tools {pip_tools.version}"]
    label = f"{uv.name} {uv.version}"
    sentences = []
    if only_uv := set(uv.hashes) - set(pip_tools.hashes):
        sentences.append(f"{label}: only uv has {_hashes(only_uv)}")
    if only_pip_tools := set(pip_tools.hashes) - set(uv.hashes):
        sentences.append(f"{label}: only pip-tools has {_hashes(only_pip_tools)}")
    return sentences


def agree(uv: Iterable[Pin], pip_tools: Iterable[Pin], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Compare the pins of both resolvers that apply to one interpreter; no sentence means that they agree.

    Names, versions and whole sets of hashes must be equal: an additional hash would let another file in. Measured on
    43 releases of build tools (setuptools, hatchling, ninja, cython, cffi, numpy and others; uv 0.13.9, pip-tools
    7.6.2): uv always lists the wheels of all platforms and the sdist, and so does pip-tools when sdists are allowed,
    which is how :func:`~samewheel.locking.by_pip_tools.resolve_pip_tools` asks; the sets were then equal in all 43.
    With ``--only-binary :all:`` pip-tools leaves out the sdist's hash. On an index without hashes uv computes those
    of wheels only, so that releases with an sdist differ.

    When a pin was kept from an older lock, uv also kept its hashes; files that appeared on the index since are then
    hashes that only pip-tools has. Upgrading the package settles that.

    Args:
        uv: universal pins, with markers.
        pip_tools: pins of the interpreter.
        environment: the interpreter's variables (PEP 508).

    Raises:
        InvalidProjectError: one resolver pins a name twice for the interpreter.
    """
    ours, theirs = select(uv, environment), select(pip_tools, environment)
    sentences: list[str] = []
    for name in sorted({*ours, *theirs}):
        left, right = ours.get(name), theirs.get(name)
        if left is not None and right is not None:
            sentences += _compare(left, right)
        elif left is not None:
            sentences.append(f"{name}: only uv pins it, {left.version}")
        elif right is not None:
            sentences.append(f"{name}: only pip-tools pins it, {right.version}")
    return tuple(sentences)
