"""``samewheel rebuild``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from samewheel.cli.forms import markdown_option, refuse_several
from samewheel.cli.options import limit_option, limits_from
from samewheel.cli.pages import html_option, kept, write_rebuilt
from samewheel.cli.signing import Signing, signing_key, signing_options
from samewheel.cli.targets import refuse_unwritable
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from samewheel.attesting.keys import PrivateKey
    from samewheel.rebuilding import Rebuilt

__all__ = ["command"]

TRIES = 8
"""Of :data:`samewheel.rebuilding.TRIES`, which would take longer to import than most commands to say their help."""

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


def _attest(rebuilt: Rebuilt, key: PrivateKey, folder: Path, builder: str | None, *, quiet: bool) -> None:
    """Sign what came of it."""
    from samewheel.attesting.attesting import attest
    from samewheel.attesting.rebuilds import statement_of_rebuild
    from samewheel.attesting.slsa import BUILDER
    from samewheel.cli.console import say, show
    from samewheel.report.attested import attested_lines

    if rebuilt.sha256 is None:
        say(f"nothing was built of {rebuilt.wheel.name}, and so nothing is attested")
        return
    done = attest(statement_of_rebuild(rebuilt, builder=builder or BUILDER), key, folder, rebuilt.wheel.name)
    if not quiet:
        show(attested_lines(done))


def _show(rebuilt: Rebuilt, evidence: Path, *, explain: bool, as_markdown: bool) -> None:
    """Show what came of it to people."""
    from samewheel.cli.console import show

    if as_markdown:
        from samewheel.report.markdown_rebuilt import rebuilt_markdown

        show(rebuilt_markdown(rebuilt))
        return
    from samewheel.report.rebuilt import explained_lines, rebuilt_lines

    show(rebuilt_lines(rebuilt, evidence))
    if explain:
        show(explained_lines(rebuilt))


@click.command("rebuild")
@click.argument("target", metavar="NAME==VERSION | WHEEL")
@click.option("--sdist", metavar="FILE", type=EXISTING, help="The source.  [default: the release's sdist]")
@click.option("--git", metavar="URL@REF", help="The source: a tag, branch or commit of a repository.")
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Build as this plan says; if there is no such file, write the best plan to it.",
)
@click.option("--explain", is_flag=True, help="Say why the plan is as it is, and what else was tried.")
@click.option("--python", "-p", metavar="PYTHON", help="Interpreter, instead of the one that the wheel speaks for.")
@click.option("--wheel", "filename", metavar="NAME", help="Which of the release's wheels.")
@click.option(
    "--tries", type=click.IntRange(1, 50), default=TRIES, show_default=True, help="Plans that are tried at most."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Time that one step of the backend may take.",
)
@limit_option
@click.option("--offline", is_flag=True, help="Use what was fetched before.")
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path), help="Keep the best wheel that was built.")
@click.option(
    "--evidence",
    "evidence_dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the report goes.  [default: evidence]",
)
@html_option
@click.option("--attest", is_flag=True, help="Sign what came of it; nothing else than identical is said to be it.")
@signing_options
@click.option("--builder", metavar="URI", help="Who rebuilt, as policies name you.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and the result.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@markdown_option
def command(
    target: str,
    *,
    sdist: Path | None,
    git: str | None,
    plan_file: Path | None,
    explain: bool,
    python: str | None,
    filename: str | None,
    tries: int,
    timeout: float | None,
    limits: tuple[str, ...],
    offline: bool,
    keep: Path | None,
    evidence_dir: Path | None,
    html: Path | None,
    attest: bool,
    builder: str | None,
    quiet: bool,
    as_json: bool,
    as_markdown: bool,
    **signing: Unpack[Signing],
) -> int:
    """Build a published wheel again from its published source, and compare.

    Exits with the verdict's code: 0 if our build gave the published file to the bit, 10 if it gave its contents, and
    the published archive's headers give the rest.
    """
    from msgspec.structs import replace

    from samewheel._files import check_writable, write_atomic
    from samewheel._outputs import output_folder
    from samewheel.attesting.attesting import refuse_no_text
    from samewheel.buildinfo import to_json
    from samewheel.cli.console import progress
    from samewheel.index import Index
    from samewheel.limits import AUDIT
    from samewheel.rebuilding import SCHEMA, Wanted, read_plan, rebuild, write_plan
    from samewheel.sandbox import choose_sandbox

    refuse_several(json=as_json, markdown=as_markdown)
    if attest != (signing["key"] is not None or signing["key_env"] is not None):
        raise click.UsageError("--attest and --key FILE (or --key-env NAME) belong together.")
    if attest and choose_sandbox().isolation.mechanism == "none":
        raise UsageError(
            "cannot attest a rebuild without a sandbox",
            cause="A stranger's build could read the key.",
            hint="Rebuild first; or allow user namespaces, or install bubblewrap: samewheel conditions",
        )
    key = signing_key(signing) if attest else None
    if attest:
        refuse_no_text("builder", builder)
    evidence_dir = output_folder(evidence_dir, Path("evidence"), "--evidence")
    for folder in filter(None, (evidence_dir, keep, plan_file.parent if plan_file is not None else None)):
        check_writable(folder.absolute(), "Name another folder with --evidence, --keep or --plan.")
    given = read_plan(plan_file) if plan_file is not None and plan_file.exists() else None
    wanted = Wanted(
        target=target,
        filename=filename,
        sdist=sdist,
        git=git,
        plan=given,
        python=python,
        tries=tries,
        timeout=timeout,
        limits=limits_from(limits, AUDIT),
        keep=keep.absolute() if keep is not None else None,
    )
    refuse_unwritable(html)
    index = Index(offline=offline, cwd=Path.cwd())
    with progress(quiet=quiet) as shown, kept(wanted.keep, html) as built:
        rebuilt = rebuild(replace(wanted, keep=built), index, offline=offline, progress=shown)
        write_rebuilt(html, rebuilt, target, index, built)
    report = to_json(SCHEMA, rebuilt)
    evidence = evidence_dir / f"{rebuilt.wheel.name}.rebuild.json"
    write_atomic(evidence, report)
    if plan_file is not None and given is None and rebuilt.plan is not None:
        write_plan(rebuilt.plan, plan_file)
    if as_json:
        click.echo(report, nl=False)
    else:
        _show(rebuilt, evidence, explain=explain, as_markdown=as_markdown)
    if key is not None:
        _attest(rebuilt, key, evidence.parent, builder, quiet=as_json or as_markdown)
    return rebuilt.verdict.exit_code
