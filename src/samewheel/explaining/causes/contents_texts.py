"""The form of text."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import COMMANDS, pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="line-endings",
        what="the line endings of the checkout, or of the system",
        do="git config core.autocrlf false, or eol=lf in .gitattributes",
        codes=("SW202", "SW204", "SW207", "SW208", "SW305"),
        how="git for Windows turns line endings into CR LF when it checks out, unless told otherwise, and Python on "
        "Windows writes them where a file is opened as text. A wheel that was built there has other bytes in "
        "every text.",
        told="The same lines, ended by LF in one wheel and by CR LF in the other.",
        lines={
            "": pasted(".gitattributes", "* text=auto eol=lf"),
        },
        seen=(
            "https://github.com/google/oss-rebuild/tree/main/definitions/pypi",
            "https://git-scm.com/docs/gitattributes",
        ),
    ),
    Cause(
        name="blank-end",
        what="the program that wrote the file, which ends it otherwise",
        do="pin what generates it",
        codes=("SW307",),
        how="Releases of a generator end a file with one line end, with two, or with none. Editors and hooks that "
        "trim white space do the same to files of the source.",
        told="The texts are the same but for white space at their end.",
        lines={"": pasted(COMMANDS, "samewheel lock", "git add constraints.txt")},
        seen=("https://github.com/google/oss-rebuild/tree/main/definitions/pypi",),
    ),
    Cause(
        name="text-encoding",
        what="the encoding that open() took from the locale",
        do="name it: open(..., encoding='utf-8')",
        codes=("SW202", "SW301", "SW306"),
        conditions=("locale",),
        how="Without `encoding=`, `open` takes that of the locale: UTF-8 on most machines, Latin-1 or a code page on "
        "others, up to Python 3.14. Letters that are not ASCII become other bytes. Programs on Windows may also "
        "write a byte order mark.",
        told="The same text in two encodings, or with a byte order mark in one wheel only; or letters of the one "
        "wheel are the UTF-8 of the other, read in another encoding.",
        lines={
            "": pasted(
                "python",
                "from pathlib import Path",
                "",
                'text = Path("README.md").read_text(encoding="utf-8")',
                'Path("src/sample/readme.txt").write_text(text, encoding="utf-8", newline="\\n")',
            )
        },
        seen=("https://peps.python.org/pep-0597/", "https://reproducible-builds.org/docs/locales/"),
    ),
    Cause(
        name="json-form",
        what="how JSON was written: its order of keys or its white space",
        do="write it with sort_keys=True, and pin what writes it",
        codes=("SW314",),
        conditions=("hash_seed",),
        how="The same value can be written in many ways. Keys come in the order in which a `dict` was filled, which "
        "is that of a set or of a folder if one of them filled it; indentation and escapes are those of the "
        "writer.",
        told="Both files are read as the same value, and differ as text.",
        lines={
            "": pasted(
                "python",
                "import json",
                "",
                'document = {"name": "sample", "version": "1.0"}',
                "text = json.dumps(document, indent=2, sort_keys=True)",
            )
        },
        seen=("https://reproducible-builds.org/docs/stable-outputs/",),
    ),
)
"""Where several fit, the first one is the likeliest."""
