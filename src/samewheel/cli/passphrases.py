"""Passphrases: from a named variable, or asked for on a terminal; never an argument, which others can see."""

from __future__ import annotations

import os
import sys

import click

from samewheel.errors import UsageError

__all__ = ["asked_passphrase", "new_passphrase", "passphrase_for"]


def _in_variable(name: str) -> bytes:
    value = os.environ.get(name)
    if not value:
        # Not by its name: whoever writes --passphrase-env "$PASS" by mistake has given the passphrase itself.
        cause = "It is not set, or empty."
        raise UsageError("the variable that --passphrase-env names holds no passphrase", cause=cause)
    return os.fsencode(value)


def new_passphrase(variable: str | None) -> bytes | None:
    """Return the passphrase for a new key; None for none."""
    if variable is not None:
        return _in_variable(variable)
    if not sys.stdin.isatty():
        return None
    text = click.prompt(
        "Passphrase (empty for none)", hide_input=True, confirmation_prompt=True, default="", show_default=False,
        err=True,
    )  # fmt: skip
    return str(text).encode() or None


def asked_passphrase(name: str) -> bytes:
    """Ask for the passphrase of a key on the terminal."""
    return str(click.prompt(f"Passphrase of {name}", hide_input=True, err=True)).encode()


def passphrase_for(variable: str | None) -> bytes | None:
    """Return the passphrase of a key that is there; None if nobody names one."""
    return _in_variable(variable) if variable is not None else None
