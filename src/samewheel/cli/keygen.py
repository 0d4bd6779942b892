"""``samewheel keygen``."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command("keygen")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--type",
    "kind",
    type=click.Choice(["ed25519", "p256"]),
    default="ed25519",
    show_default=True,
    help="What the key signs with.",
)
@click.option("--passphrase-env", metavar="NAME", help="Encrypt it with the passphrase in this variable.")
@click.option("--no-passphrase", is_flag=True, help="Do not encrypt it, and do not ask.")
def command(path: Path, *, kind: str, passphrase_env: str | None, no_passphrase: bool) -> None:
    """Make a key to sign attestations with: PATH, readable by you alone, and PATH.pub, to hand out.

    On a terminal it asks for a passphrase; elsewhere, the key is encrypted only if one is given.
    """
    from samewheel.attesting.keyfiles import make_key_files
    from samewheel.attesting.keys import KeyKind, keyid
    from samewheel.cli.console import show
    from samewheel.cli.passphrases import new_passphrase
    from samewheel.report.lines import headline, row

    if no_passphrase and passphrase_env is not None:
        raise click.UsageError("Name one of --passphrase-env NAME and --no-passphrase.")
    passphrase = None if no_passphrase else new_passphrase(passphrase_env)
    key = make_key_files(path, KeyKind(kind), passphrase)
    show(
        [
            headline("made", str(path)),
            row("public key", f"{path}.pub"),
            row("key id", keyid(key)),
            row("encrypted", "yes" if passphrase else "no: whoever can read it can sign in your name"),
        ]
    )
