"""Writes the schemas: ``python -m samewheel.schemas FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from samewheel._files import write_atomic
from samewheel.schemas.generating import files


def write(folder: Path) -> None:
    """Write all schemas into a folder, and remove those that are none any more."""
    schemas = files()
    for name, content in schemas.items():
        write_atomic(folder / name, content)
    for path in sorted(folder.glob("*.json")):
        if path.name not in schemas:
            path.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
