"""Makes the pictures in docs/pictures: runs real commands on a terminal of 100 columns, and keeps it as SVG.

    python scripts/screenshots.py [NAME...]        # by default all

The same commands give the same bytes, as long as they print the same. POSIX only.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tempfile
import termios
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from transcripts import COLOURS, HATCHLING, ROOT, Session, environment, prepare, run

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = 100

THEME = TerminalTheme(
    (24, 26, 31),
    (214, 217, 222),
    [
        (60, 64, 72),
        (240, 113, 120),
        (137, 209, 133),
        (233, 196, 106),
        (110, 168, 254),
        (199, 146, 234),
        (118, 205, 214),
        (214, 217, 222),
    ],
    [
        (140, 146, 156),
        (255, 139, 146),
        (160, 228, 156),
        (250, 216, 130),
        (140, 188, 255),
        (216, 170, 250),
        (140, 220, 228),
        (255, 255, 255),
    ],
)
"""Background, text, the eight colours, and the same eight when they are bright; each as red, green and blue."""

FORM = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
font-size: {char_height}px;
line-height: {line_height}px;
white-space: pre;
}}
.{unique_id}-title {{ display: none }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""The file; fonts are those of the reader's machine."""


class Picture(NamedTuple):
    """What a picture shows."""

    command: str
    session: Session
    before: tuple[str, ...] = ()
    """Commands that come first, and are not shown."""


WHEEL = "dist/sample_hatchling-1.0-py2.py3-none-any.whl"

PICTURES = {
    "verify-identical": Picture("samewheel verify -q", HATCHLING),
    "verify-cause": Picture("samewheel verify -q --no-via-sdist", COLOURS),
    "diff": Picture(
        "samewheel diff -q dist/*.whl canonical/*.whl",
        HATCHLING,
        ("samewheel build -q", f"samewheel canonicalize -q {WHEEL} -o canonical"),
    ),
    "rebuild": Picture("samewheel rebuild -q six==1.16.0", Session()),
    "audit": Picture(
        "samewheel audit -q requirements.txt",
        Session(),
        ("printf '%s\\n' six==1.16.0 idna==3.10 click==8.1.7 tomli==2.0.1 markupsafe==3.0.2 > requirements.txt",),
    ),
    "check-refused": Picture(
        "samewheel check canonical/*.whl evidence/*.jsonl --policy policy.toml",
        HATCHLING,
        (
            "samewheel build -q && samewheel verify -q",
            "samewheel keygen --no-passphrase release.key",
            f"samewheel attest {WHEEL} --key release.key --builder https://ci.example.org/release",
            f"samewheel check {WHEEL} --init-policy policy.toml --trust release.key.pub",
            f"samewheel canonicalize -q {WHEEL} -o canonical",
        ),
    ),
}
"""What each picture shows, by its name."""


def shown(command: str, cwd: Path, env: Mapping[str, str]) -> str:
    """Return what a terminal gets from a command."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, COLUMNS))
    with subprocess.Popen(
        ["/bin/bash", "-c", command],
        cwd=cwd,
        env={**env, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        content = b""
        while more := _read(ours):
            content += more
    os.close(ours)
    return content.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when the other end was closed
        return b""


def drawn(command: str, output: str) -> str:
    """Return a terminal with a command and its output as SVG."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True,
            width=COLUMNS,
            file=nowhere,
            force_terminal=True,
            color_system="truecolor",
            legacy_windows=False,
        )
        for line in (Text.assemble(("$ ", "bold green"), (command, "bold")), *Text.from_ansi(output).split("\n")):
            for piece in line.divide(range(COLUMNS, len(line), COLUMNS)):
                console.print(piece, highlight=False, markup=False, soft_wrap=True)
        console.print()  # room for what is below the last line's base
    return console.export_svg(title="", theme=THEME, code_format=FORM, unique_id="samewheel")


def make(picture: Picture) -> str:
    """Run what a picture shows, in a folder of its own, and return it as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        inside = prepare(picture.session, Path(folder))
        env = environment(Path(folder) / ".tools")
        for command in picture.before:
            run(command, inside, env)
        return drawn(picture.command, shown(picture.command, inside, env).rstrip("\n"))


def main() -> None:
    """Write the pictures that the command line names, or all."""
    for name in sys.argv[1:] or sorted(PICTURES):
        path = ROOT / "docs" / "pictures" / f"{name}.svg"
        path.parent.mkdir(exist_ok=True)
        path.write_text(make(PICTURES[name]), "utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
