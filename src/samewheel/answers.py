"""What backends answered when they were asked what they require, kept in the cache.

A hook is code that cannot reach the network, run on a source in an environment, both known by their digests: asked
again, it says the same. What it may see besides is part of the question: interpreter, conditions, the system's tools.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from samewheel import __version__
from samewheel._files import write_atomic
from samewheel._uv import cache_folder
from samewheel.conditions import SYSTEM_PATH
from samewheel.sandbox import choose_sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.conditions import Conditions
    from samewheel.staging import Materials

__all__ = ["question", "recall", "remember"]


def question(what: str, materials: Materials, conditions: Conditions) -> str | None:
    """Return a digest of all that the answer can depend on, or None if nobody can know that.

    Args:
        what: the product: ``wheel`` or ``sdist``.
        materials: what the backend is and runs on.
        conditions: under which it runs.
    """
    settings, interpreter, build_system = materials.settings, materials.interpreter, materials.build_system
    if choose_sandbox().isolation.network != "none" or settings.readable:
        return None
    source = materials.snapshot.source
    # When a tool is installed or removed, the time of its folder changes: some backends ask only for what is missing.
    tools = [Path(folder).stat().st_mtime_ns if Path(folder).exists() else 0 for folder in SYSTEM_PATH]
    asked = {
        "backend": [build_system.backend, build_system.backend_path, build_system.requires],
        "conditions": conditions.described(),
        "dependencies": msgspec.to_builtins(materials.environment.dependencies),
        "interpreter": [str(interpreter.prefix), dict(interpreter.markers)],
        "samewheel": __version__,
        "settings": [settings.config_settings, settings.env],
        "source": [materials.snapshot.digest, source.kind, source.commit, source.describe, source.subdirectory],
        "tools": tools,
        "what": what,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _file(question: str) -> Path:
    return cache_folder() / "answers" / f"{question}.json"


def recall(question: str) -> tuple[str, ...] | None:
    """Return what was answered, or None if the question is new or the answer was damaged."""
    try:
        return msgspec.json.decode(_file(question).read_bytes(), type=tuple[str, ...])
    except (OSError, msgspec.MsgspecError):
        return None


def remember(question: str, answer: Sequence[str]) -> None:
    """Keep an answer.

    Raises:
        SamewheelError: it cannot be written.
    """
    write_atomic(_file(question), msgspec.json.encode(answer))
