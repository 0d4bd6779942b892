"""``samewheel build``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from samewheel.cli.options import build_options, common_options, overrides_from, source_argument

__all__ = ["command"]


@click.command("build")
@source_argument
@click.option(
    "--out-dir", "-o", metavar="DIR", type=click.Path(path_type=Path), help="Where the wheel goes.  [default: dist]"
)
@click.option(
    "--evidence",
    "evidence_dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the buildinfo goes.  [default: evidence]",
)
@click.option("--sdist", is_flag=True, help="Write the sdist too.")
@build_options
@common_options
@click.option("--json", "as_json", is_flag=True, help="Print the buildinfo as JSON.")
def command(
    source: Path,
    out_dir: Path | None,
    evidence_dir: Path | None,
    *,
    sdist: bool,
    allow_dirty: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Build a wheel of PROJECT (a folder, by default this one) or of an SDIST.

    Everything that the build installs is pinned by hash in constraints.txt (see samewheel lock). The wheel goes to
    dist, and its buildinfo, which says how to build it again, to evidence.
    """
    from samewheel.machine import look_early

    look_early()
    from samewheel.buildinfo import SCHEMA, to_json
    from samewheel.building import build
    from samewheel.cli.console import progress, show

    overrides = overrides_from(options)
    with progress(quiet=quiet) as shown:
        built = build(
            source,
            out_dir=out_dir,
            evidence_dir=evidence_dir,
            sdist=sdist,
            allow_dirty=allow_dirty,
            progress=shown,
            **overrides,
        )
    if as_json:
        click.echo(to_json(SCHEMA, built.buildinfo), nl=False)
        return
    from samewheel.report.terminal import built_lines

    show(built_lines(built, source if source.is_dir() else source.parent))
