"""The README's transcripts: run as they stand, and compared with what they say."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import ProjectCopier, Samewheel

TRANSCRIPTS = re.findall(
    r"^```console\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def same_everywhere(text: str) -> str:
    """Replace what depends on the machine: digests (the zlib at hand decides the bytes), sizes, versions of tools."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", text)
    text = re.sub(r"[\d,]+ bytes", "<size>", text)
    text = re.sub(r"^    ([-+]) (zlib|libdeflate)\b.*", r"    \1 <compressor>", text, flags=re.MULTILINE)
    text = re.sub(r"((isolation|varied|not varied|searched) +).*", r"\1<what works here>", text)
    text = re.sub(r"SHA256:[\w+/]{43}", "<key>", text)
    return re.sub(r"(Python|--python|uv) 3?[\d.]+", r"\1 <version>", text)


@pytest.mark.index
def test_the_transcripts_of_the_readme_are_what_happens(copied: ProjectCopier, samewheel: Samewheel) -> None:
    """A newcomer compares each line with the screen; a README that is nearly right loses their trust."""
    project = copied("hatchling")
    (project / "constraints.txt").unlink()
    copied("defects/hash-order", to="colours")
    commands = 0
    for transcript in TRANSCRIPTS:
        shown = [
            re.split(r"\n", part, maxsplit=1) for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE) if part
        ]
        for command, expected in shown:
            program, *arguments = shlex.split(command)
            assert program == "samewheel"
            finished = samewheel(*arguments, cwd=project)
            assert finished.stderr == ""
            assert same_everywhere(finished.stdout) == same_everywhere(expected)
            commands += 1
    assert commands >= 4
