"""The benchmarks that time commands: what they compare runs, on wheels and backends of our own, without an index."""

from __future__ import annotations

import re
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from .test_bench_verify import loaded
from .wheels import FILES, INIT, written

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = loaded("commands")
DIFFING = loaded("diffing")
loaded("paired")
FLOORS = loaded("floors")
INFLATING = loaded("inflating")


def test_canonicalize_is_compared_with_its_compressor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the benchmark gives to ``canonicalize`` must be what that takes; it once was not, and nobody saw it."""
    wheel = written(tmp_path / "demo")
    monkeypatch.setattr(DIFFING, "fetched", lambda _project, _folder: wheel)
    wall, processor = DIFFING.packing("demo", tmp_path)
    assert wall.startswith("canonicalize-demo")
    assert wall.endswith("of the compressor's speed, wall")
    assert processor.endswith("of the compressor's speed, processor")


def test_variants_differ_in_what_they_are_named_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark of wheels with one other source, byte or time is about these, and all else is the same."""
    wheel = written(tmp_path / "demo", {**FILES, INIT: b"x = 1\n" * 999})
    monkeypatch.setattr(DIFFING, "fetched", lambda _project, _folder: wheel)
    same, *others = (DIFFING.variant("demo", kind, tmp_path) for kind in ("same", "py", "so", "time"))

    def contents(path: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    before = contents(same)
    differing = [{name for name, held in contents(path).items() if held != before[name]} for path in others]
    record = next(name for name in before if name.endswith("RECORD"))
    assert differing == [{INIT, record}, {INIT, record}, set()]
    assert len({path.read_bytes() for path in (same, *others)}) == 4


def test_inflating_alone_looks_at_every_stream(tmp_path: Path) -> None:
    """It stands for what nobody could leave out, so it must do that: no wrong CRC passes, whichever member has it."""
    wheel = written(tmp_path / "demo")
    content = wheel.read_bytes()
    assert INFLATING.main([str(wheel), str(wheel)]) == 0
    entries = [found.start() for found in re.finditer(rb"PK\x01\x02", content)]
    assert len(entries) == 6
    for entry in entries:
        wrong = bytearray(content)
        # Where an entry of the central directory has the CRC (APPNOTE 4.3.12).
        wrong[entry + 16] ^= 1
        wheel.write_bytes(wrong)
        assert INFLATING.main([str(wheel), str(wheel)]) == 1


def test_a_command_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    """The time of a command that did not do its work is no measurement."""
    with pytest.raises(SystemExit, match="ended with 1"):
        COMMANDS.seconds(["false"], tmp_path)
    assert COMMANDS.seconds(["false"], tmp_path, exits=1) > 0


def test_two_bare_builds_are_two_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The least that a verification must do is what two calls of the backend take, not one, and not none."""
    ran: list[list[str]] = []
    monkeypatch.setattr(FLOORS, "seconds", lambda command, _folder: ran.append(command))
    source = tmp_path / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "a.b"\n')
    shell, option, script = FLOORS.two_bare(source, tmp_path)
    assert (shell, option) == ("sh", "-c")
    assert script.count("import a.b as backend; backend.build_wheel") == 2
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$3" >> "$3/built"\n')
    python.chmod(0o755)
    subprocess.run([shell, option, script], check=True)
    assert [(tmp_path / name / "built").is_file() for name in ("first", "second")] == [True, True]
    assert any("--require-hashes" in command for command in ran)
