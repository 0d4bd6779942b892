"""Passwords of indexes and proxies in what the programs say that got them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from samewheel._process import Finished

__all__ = ["without_secrets"]

SECRET_VARIABLES = re.compile(r"UV_INDEX_.*_PASSWORD|KEYRING_PROPERTY_.*")
"""Variables of the fetch phase that nobody may read; of URLs in others, the password."""

USER_VARIABLES = re.compile(r"UV_INDEX_.*_USERNAME")
"""Those that are no more than users, as URLs in others have them, too."""

SHORTEST = 4
"""Characters of what is hidden: less is anywhere in a text."""

TOKEN = 16
"""Characters of a user that may be a token; one of less may be called as a package is, or a word of uv's."""

_USER = re.compile(r"(?:^(?!.*//)|//)([^\s/?#]*|[^\s/?#@:]+:(?![0-9]+/)[^\s@]*)@")


def _secrets(environ: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return what of an environment nobody may read, and the names of users."""
    secrets: set[str] = set()
    users: set[str] = set()
    for name, value in environ.items():
        if SECRET_VARIABLES.fullmatch(name):
            secrets.add(value.strip())
        elif USER_VARIABLES.fullmatch(name):
            users.add(value.strip())
        elif name.startswith("UV_") or name.lower().endswith("_proxy"):
            for known in _USER.findall(value):
                user, _, password = known.partition(":")
                users |= {user, unquote(user)}
                if password:
                    secrets |= {known, password, unquote(password)}
    return secrets | {user for user in users if len(user) >= TOKEN}, users


def _as_urls_have_it(text: str) -> bytes:
    """Return a pattern of a text in which any character may be escaped as URLs escape it."""
    return b"".join(b"(?:%s|(?i:%%%02x))" % (re.escape(bytes([one])), one) for one in os.fsencode(text))


def _any_of(texts: Iterable[str]) -> bytes:
    """Return a pattern of those texts that are long enough, however a URL has them; of nothing if none is."""
    # Of two that begin alike, the shorter one would leave the rest of the other.
    longest_first = sorted((text for text in texts if len(text) >= SHORTEST), key=len, reverse=True)
    return b"|".join(map(_as_urls_have_it, longest_first)) or b"(?!)"


def without_secrets(finished: Finished, environ: Mapping[str, str]) -> Finished:
    """Return what became of a process without the passwords of indexes and proxies in what it said.

    uv puts them where a stranger's METADATA asks for it (``${UV_INDEX_NAME_PASSWORD}``), and shows what comes of it.
    Users are hidden in URLs only: elsewhere uv may name a package that is called as one of them, and we go by that.

    Args:
        finished: what became of it.
        environ: the variables that it had.
    """
    secret, user = map(_any_of, _secrets(environ))
    # With what is hidden as part of a word, as it may have blanks.
    word = re.compile(rb"(?:%s|\S)+" % user)

    def without_user(found: re.Match[bytes]) -> bytes:
        return re.sub(user, b"****", found[0]) if b":/" in found[0] or b"@" in found[0] else found[0]

    def told(said: bytes) -> bytes:
        return word.sub(without_user, re.sub(secret, b"****", said))

    return replace(finished, stdout=told(finished.stdout), stderr=told(finished.stderr))
