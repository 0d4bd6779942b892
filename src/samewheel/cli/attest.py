"""``samewheel attest``."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click
from click.core import ParameterSource

from samewheel._outputs import refuse_link
from samewheel.cli.signing import Signing, signing_key, signing_options
from samewheel.errors import UsageError

__all__ = ["command"]

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)

EVIDENCE = Path("evidence")
"""Where evidence is, and goes, if nobody says."""


def _is_an_option(name: str) -> bool:
    """Return whether a value was given on the command line, and not by a variable that is meant for other runs."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


@click.command("attest")
@click.argument("wheel", type=EXISTING)
@click.option(
    "--buildinfo",
    metavar="FILE",
    type=EXISTING,
    help="What samewheel build wrote.  [default: evidence/WHEEL.buildinfo.json]",
)
@click.option(
    "--verification",
    metavar="FILE",
    type=EXISTING,
    help="What samewheel verify wrote.  [default: evidence/WHEEL.verify.json, if it is there]",
)
@signing_options
@click.option("--keyless", is_flag=True, help="Sign with the identity of the CI job, by Sigstore (extra: sigstore).")
@click.option(
    "--trust-config",
    metavar="FILE",
    envvar="SAMEWHEEL_TRUST_CONFIG",
    type=EXISTING,
    help="With --keyless: another Sigstore than the public one (ClientTrustConfig, in JSON).  "
    "[env: SAMEWHEEL_TRUST_CONFIG]",
)
@click.option("--builder", metavar="URI", help="Who built, as policies name you.")
@click.option("--ref", metavar="REF", help="The tag or branch that the commit was built for.")
@click.option("--commit", metavar="SHA", help="Refuse, unless it was built from this commit, named in full.")
@click.option("--time", "with_time", is_flag=True, help="State the time, too; two runs then differ.")
@click.option(
    "--output", "-o", metavar="DIR", type=click.Path(path_type=Path), help="Where it goes.  [default: evidence]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the statement as JSON.")
def command(
    wheel: Path,
    *,
    buildinfo: Path | None,
    verification: Path | None,
    keyless: bool,
    trust_config: Path | None,
    builder: str | None,
    ref: str | None,
    commit: str | None,
    with_time: bool,
    output: Path | None,
    as_json: bool,
    **signing: Unpack[Signing],
) -> None:
    """Sign how WHEEL was built, from its buildinfo and the report of its verification.

    Writes WHEEL.intoto.jsonl (in-toto statement with SLSA provenance, in a DSSE envelope) and WHEEL.sigstore.json
    (the same as a Sigstore bundle). Another signer's files are left alone.
    """
    from samewheel.attesting.attesting import attest, statement_of
    from samewheel.buildinfo import read_buildinfo
    from samewheel.cli.console import show
    from samewheel.report.attested import attested_lines
    from samewheel.verification import read_verification

    if [signing["key"] is not None, signing["key_env"] is not None, keyless].count(True) != 1:
        raise click.UsageError("Name one of --key FILE, --key-env NAME and --keyless.")
    if trust_config is not None and not keyless and _is_an_option("trust_config"):
        raise click.UsageError("--trust-config goes with --keyless.")
    buildinfo = buildinfo or EVIDENCE / f"{wheel.name}.buildinfo.json"
    if not buildinfo.exists():
        beside = wheel.parent.parent / buildinfo
        named = f"--buildinfo {beside}" if beside.exists() else "--buildinfo FILE, or build: samewheel build"
        raise UsageError(f"there is no {buildinfo}", hint=f"Name it: {named}")
    info = read_buildinfo(buildinfo.read_bytes(), str(buildinfo))
    verification = verification or EVIDENCE / f"{wheel.name}.verify.json"
    report = read_verification(verification.read_bytes(), str(verification)) if verification.exists() else None
    statement = statement_of(wheel, info, report, builder=builder, ref=ref, commit=commit, with_time=with_time)
    if output is None:
        refuse_link(EVIDENCE, f"--output {EVIDENCE}")
    folder = output or EVIDENCE
    if keyless:
        from samewheel.attesting.keyless import attest_keyless

        done = attest_keyless(statement, folder, trust=trust_config)
    else:
        done = attest(statement, signing_key(signing), folder)
    if as_json:
        from samewheel.attesting.statements import written

        click.echo(written(statement))
    else:
        show(attested_lines(done))
