"""Options of commands that sign, and the key that they name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from samewheel.cli.options import stacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from samewheel.attesting.keys import PrivateKey

__all__ = ["Signing", "signing_key", "signing_options"]


class Signing(TypedDict):
    """What the options say."""

    key: Path | None
    key_env: str | None
    passphrase_env: str | None


signing_options: Callable[..., Any] = stacked(
    [
        click.option(
            "--key", metavar="FILE", type=click.Path(path_type=Path), help="Sign with this key (samewheel keygen)."
        ),
        click.option("--key-env", metavar="NAME", help="Sign with the key in this variable."),
        click.option("--passphrase-env", metavar="NAME", help="The variable with the key's passphrase."),
    ]
)


def signing_key(options: Signing) -> PrivateKey:
    """Return the key that the options name; one of the first two is there.

    Raises:
        UsageError: it cannot be read, or its passphrase is wrong.
    """
    from samewheel.attesting.keyfiles import is_encrypted, key_in_file, key_in_variable
    from samewheel.cli.passphrases import asked_passphrase, passphrase_for

    passphrase = passphrase_for(options["passphrase_env"])
    if options["key"] is not None:
        if passphrase is None and sys.stdin.isatty() and is_encrypted(options["key"]):
            passphrase = asked_passphrase(options["key"].name)
        return key_in_file(options["key"], passphrase)
    return key_in_variable(str(options["key_env"]), os.environ, passphrase)
