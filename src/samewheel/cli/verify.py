"""``samewheel verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from samewheel.cli.completing import among
from samewheel.cli.forms import markdown_option, refuse_several
from samewheel.cli.options import common_options, overrides_from, source_argument
from samewheel.cli.pages import badge_option, html_option, kept, write_badge, write_verified
from samewheel.cli.targets import refuse_unwritable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["command"]


def _conditions() -> Iterable[str]:
    """Return what can be varied here."""
    from samewheel.verifying import available

    return [name for name, reason in available().items() if not reason]


@click.command("verify")
@source_argument
@click.option(
    "--against",
    metavar="WHEEL",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A wheel that both builds must equal, too.",
)
@click.option(
    "--vary",
    metavar="CONDITION,...",
    shell_complete=among(_conditions),
    help="Vary these conditions only; see samewheel conditions.  [default: all that can be]",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Fail if a condition that can be varied was not, as the build fails under it or does not heed it.",
)
@click.option("--no-via-sdist", is_flag=True, help="Leave out the wheel that is built from the project's own sdist.")
@click.option("--jobs", type=click.IntRange(1, 3), default=3, show_default=True, help="Builds at the same time.")
@click.option(
    "--search",
    metavar="BUILDS",
    type=click.IntRange(0),
    help="Builds to make at most to find who is guilty, where the wheels do not tell; 0: none.  [default: 48]",
)
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep what was built, in one folder for each build.",
)
@click.option(
    "--constraints",
    "-c",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Hashed build constraints, instead of the project's.",
)
@click.option(
    "--evidence",
    "evidence_dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the report goes.  [default: evidence]",
)
@html_option
@badge_option
@common_options
@click.option("--timings", is_flag=True, help="Say on the terminal how long each step took.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@markdown_option
def command(
    source: Path,
    *,
    vary: str | None,
    strict: bool,
    no_via_sdist: bool,
    search: int | None,
    html: Path | None,
    badge: Path | None,
    quiet: bool,
    as_json: bool,
    as_markdown: bool,
    timings: bool,
    **options: Any,
) -> int:
    """Build PROJECT (a folder, by default this one) or an SDIST twice under opposite conditions, and compare.

    Exits with 0 if the wheels are equal to the bit, else with the verdict's code. A condition counts as varied only
    if the two build processes really saw it differently.
    """
    refuse_several(json=as_json, markdown=as_markdown)
    from samewheel.machine import look_early

    look_early()
    from samewheel.buildinfo import to_json
    from samewheel.cli.console import progress, say, show
    from samewheel.verification import BUDGET, SCHEMA
    from samewheel.verifying import verify

    budget = BUDGET if search is None else search
    places = {name: options.pop(name) for name in ("against", "evidence_dir", "jobs", "keep")}
    overrides = overrides_from(options)
    refuse_unwritable(html, badge)
    with progress(quiet=quiet) as shown, kept(places["keep"], html) as places["keep"]:
        verified = verify(
            source,
            names=[name.strip() for name in vary.split(",")] if vary is not None else None,
            strict=strict,
            via_sdist=not no_via_sdist,
            search=budget,
            **places,
            beside=[path.absolute() for path in (html, badge) if path is not None],
            progress=shown,
            **overrides,
        )
        write_verified(html, verified, against=places["against"], keep=places["keep"])
    write_badge(badge, verified)
    if timings:
        for line in shown.timings():
            say(line)
    if as_json:
        click.echo(to_json(SCHEMA, verified.verification), nl=False)
    elif as_markdown:
        from samewheel.report.markdown_verified import verified_markdown

        show(verified_markdown(verified))
    else:
        from samewheel.report.verified import verified_lines

        show(verified_lines(verified))
    return verified.verification.verdict.exit_code
