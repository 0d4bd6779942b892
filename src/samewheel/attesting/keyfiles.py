"""Keys in files and variables: made without ever replacing one, read without ever showing one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._syncing import folder_of
from samewheel.attesting.keys import KeyKind, generate, private_pem, public_pem, read_private
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel.attesting.keys import PrivateKey, PublicKey

__all__ = ["is_encrypted", "key_in_file", "key_in_variable", "make_key_files"]

LARGEST = 1 << 16
"""Bytes of a file that may be a key."""

KEY_ITSELF = re.compile(r"-----|[\r\n]")
"""What a key in PEM has, and names of files hardly."""


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} is there already", hint="Name another file; a key is never overwritten.")


def _put(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is not there yet, with a mode that it has from the beginning."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), mode)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        # Half a key would be in the way of the next one.
        path.unlink()
        raise


def make_key_files(path: Path, kind: KeyKind = KeyKind.ED25519, passphrase: bytes | None = None) -> PublicKey:
    """Make a key, and write ``path`` (readable by its owner alone) and ``path.pub``.

    Args:
        path: where the private key goes; neither file may be there.
        kind: what it signs with.
        passphrase: what the file is encrypted with; None: it is not.

    Raises:
        UsageError: a file is there already, or nothing can be encrypted with the passphrase.
        SamewheelError: they cannot be written; neither is left.
    """
    if not path.name:
        raise UsageError(f"{path} is no name for a key", hint="Name a file: samewheel keygen release.key")
    public = path.with_name(f"{path.name}.pub")
    for one in (path, public):
        if one.exists() or one.is_symlink():
            raise _taken(one)
    key = generate(kind)
    secret = private_pem(key, passphrase)
    try:
        with folder_of(path):
            _put(path, secret, 0o600)
            try:
                _put(public, public_pem(key.public_key()), 0o644)
            except OSError:
                path.unlink()
                raise
    except FileExistsError as error:
        # Somebody else was faster.
        raise _taken(Path(error.filename)) from error
    except OSError as error:
        raise SamewheelError(
            f"cannot write the key {path}",
            cause=str(error.strerror),
            hint="No key was made. Name another place: samewheel keygen PATH",
        ) from error
    return key.public_key()


def key_in_file(path: Path, passphrase: bytes | None = None) -> PrivateKey:
    """Read a private key from a file.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST)
    except OSError as error:
        # Not by its name: whoever writes --key "$KEY" by mistake has given the key itself.
        if KEY_ITSELF.search(str(path)):
            hint = "Name a file, or with --key-env the variable that holds the key."
            raise UsageError("--key has a key, where it should have the name of a file", hint=hint) from None
        raise UsageError(f"cannot read the key {path}", cause=str(error.strerror)) from error
    return read_private(content, str(path), passphrase)


def is_encrypted(path: Path) -> bool:
    """Tell whether a file looks like a key with a passphrase; one that cannot be read does not."""
    try:
        with path.open("rb") as file:
            return b"ENCRYPTED" in file.read(LARGEST)
    except OSError:
        return False


def key_in_variable(name: str, environ: Mapping[str, str], passphrase: bytes | None = None) -> PrivateKey:
    """Read a private key from a variable.

    Raises:
        UsageError: it is not set, or holds no key.
    """
    if not environ.get(name):
        # Not by its name: whoever writes --key-env "$KEY" by mistake has given the key itself.
        raise UsageError("the variable that --key-env names holds no key", cause="It is not set, or empty.")
    return read_private(os.fsencode(environ[name]), f"in the variable {name}", passphrase)
