"""Writes the pages: ``python -m samewheel.explaining FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from samewheel._files import write_atomic
from samewheel.explaining.pages import files


def write(folder: Path) -> None:
    """Write all pages into a folder, and remove pages that are none any more."""
    pages = files()
    for name, text in pages.items():
        write_atomic(folder / name, text.encode())
    for path in sorted(folder.glob("*.md")):
        if path.name not in pages:
            path.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
