"""``samewheel check``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from samewheel.cli.forms import markdown_option, refuse_several
from samewheel.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.attesting.keys import PublicKey
    from samewheel.checking.values import Checked

__all__ = ["command"]

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


def _start(wheel: Path, attestations: Sequence[Path], policy: Path, keys: Sequence[Path]) -> None:
    """Write the first policy."""
    from samewheel._files import write_atomic
    from samewheel.checking.starting import first_policy, signed_by
    from samewheel.cli.console import show
    from samewheel.errors import UsageError
    from samewheel.report.lines import headline, row

    if policy.exists():
        raise UsageError(f"{policy} is there already", hint="Name another file, or remove it.")
    signed = signed_by(wheel, attestations, keys)
    write_atomic(policy, first_policy(wheel.name, signed).encode())
    show(
        [
            headline("written", str(policy)),
            row("next", f"read it, then: samewheel check {wheel} --policy {policy}"),
        ]
    )


def _is_summary_of(output: Path, signer: PublicKey) -> bool:
    """Tell whether a file holds one summary, which this key signed."""
    from samewheel.attesting.envelopes import read_envelopes
    from samewheel.attesting.statements import read_statement
    from samewheel.checking.summary import SUMMARY
    from samewheel.errors import InvalidAttestationError

    try:
        (envelope,) = read_envelopes(output.read_bytes(), output.name)
        is_summary = read_statement(envelope.payload, output.name).predicate_type == SUMMARY
    except (InvalidAttestationError, OSError, ValueError):
        return False
    return is_summary and any(True for _ in envelope.signers([signer]))


def _summarise(found: Checked, policy: Path, output: Path, key: Path, passphrase_env: str | None) -> None:
    """Write a signed summary of the check."""
    from samewheel._files import write_atomic
    from samewheel.attesting.envelopes import encoded, sealed
    from samewheel.attesting.keyfiles import key_in_file
    from samewheel.attesting.statements import written
    from samewheel.checking.summary import summary
    from samewheel.cli.passphrases import passphrase_for
    from samewheel.errors import UsageError

    signer = key_in_file(key, passphrase_for(passphrase_env))
    if output.exists() and not _is_summary_of(output, signer.public_key()):
        hint = "Name another file with --vsa."
        raise UsageError(f"{output} is there already, and is no summary that this key signed", hint=hint)
    write_atomic(output, encoded(sealed(written(summary(found, policy.name)), signer)))


@click.command("check")
@click.argument("wheel", type=EXISTING)
@click.argument("attestations", nargs=-1, type=EXISTING)
@click.option("--policy", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="What is accepted.")
@click.option(
    "--init-policy",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a policy to begin with, from the wheel's attestations, and check nothing.",
)
@click.option(
    "--trust",
    metavar="KEY.pub",
    multiple=True,
    type=EXISTING,
    help="With --init-policy: the public keys of those whom you trust.",
)
@click.option("--lenient", is_flag=True, help="Take attestations in the forms that other tools write.")
@click.option(
    "--evidence",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where to look for attestations if none are named.  [default: evidence]",
)
@click.option("--vsa", metavar="FILE", type=click.Path(path_type=Path), help="Write a SLSA verification summary.")
@click.option("--key", metavar="FILE", type=click.Path(path_type=Path), help="The key that signs it.")
@click.option("--passphrase-env", metavar="NAME", help="The variable with that key's passphrase.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@markdown_option
def command(
    wheel: Path,
    attestations: tuple[Path, ...],
    *,
    policy: Path | None,
    init_policy: Path | None,
    trust: tuple[Path, ...],
    lenient: bool,
    evidence: Path | None,
    vsa: Path | None,
    key: Path | None,
    passphrase_env: str | None,
    as_json: bool,
    as_markdown: bool,
) -> int:
    """Check whether ATTESTATIONS of WHEEL are what a policy asks for.

    Exits with 0 if it is accepted, and with 16 if it is refused; then every rule that fails is listed.
    """
    from samewheel.checking.checking import check, evidence_of, today
    from samewheel.checking.policy import read_policy

    refuse_several(json=as_json, markdown=as_markdown)
    if (policy is None) == (init_policy is None):
        raise click.UsageError("Name one of --policy FILE and --init-policy FILE.")
    if (vsa is None) != (key is None):
        raise click.UsageError("--vsa FILE and --key FILE belong together.")
    files = attestations or evidence_of(wheel, evidence or Path("evidence"))
    if vsa is not None and any(os.path.realpath(vsa) == os.path.realpath(one) for one in (wheel, *files)):
        raise click.UsageError("--vsa would overwrite the wheel or an attestation of it.")
    if policy is None:
        _start(wheel, files, init_policy or Path(), trust)
        return ExitCode.OK
    found = check(wheel, files, read_policy(policy), on=today(), lenient=lenient)
    if vsa is not None and key is not None:
        _summarise(found, policy, vsa, key, passphrase_env)
    if as_json:
        from samewheel.buildinfo import to_json
        from samewheel.checking.values import SCHEMA

        click.echo(to_json(SCHEMA, found), nl=False)
    elif as_markdown:
        from samewheel.cli.console import show
        from samewheel.report.markdown_checked import checked_markdown

        show(checked_markdown(found))
    else:
        from samewheel.cli.console import show
        from samewheel.report.checked import checked_lines

        show(checked_lines(found))
    return ExitCode.OK if found.accepted else ExitCode.REFUSED
