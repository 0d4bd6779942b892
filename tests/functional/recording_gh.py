"""Stands in for ``gh``: writes down what it was asked to do, and refuses what the real one would.

python recording_gh.py RECORD release create TAG ... FILES...
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

__all__ = ["main"]


def main(record: str, *words: str) -> int:
    """Append the words to a file, one call a line; without a token, or with a file that is not there, fail."""
    files = [word for word in words if "/" in word and not word.startswith("us/")]
    if not os.environ.get("GH_TOKEN") or not all(Path(file).is_file() for file in files):
        return 1
    with Path(record).open("a", encoding="utf-8") as file:
        file.write(json.dumps(words) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
