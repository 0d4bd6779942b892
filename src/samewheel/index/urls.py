"""URLs: which ones are followed, and what of them may be told."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit

from samewheel.errors import UsageError

__all__ = ["origin", "part", "plain"]

PORTS = {"http": 80, "https": 443}

FORBIDDEN = frozenset(' "<>\\')
"""What no URL has; libraries differ on where a host ends before a backslash."""


def plain(url: str) -> str | None:
    """Return a URL without credentials and fragment; None unless it is one of HTTP."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return None
    if not known or not url.isprintable() or FORBIDDEN.intersection(url):
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port: credentials for one URL are for all that have the same."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def part(url: str) -> tuple[str, tuple[bytes, bytes] | None]:
    """Return an index's URL, which ends with a slash, and the user and password that it had.

    Raises:
        UsageError: it is none of HTTP.
    """
    bare = plain(url)
    if bare is None:
        raise UsageError(
            "the package index has a URL that is none of http or https",
            cause="Published files are asked for at an index that speaks the simple repository API.",
            hint="Set UV_DEFAULT_INDEX, or the default index in the settings of uv, to such a URL.",
        )
    parts = urlsplit(bare)
    address = urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/", query=""))
    secret = urlsplit(url)
    if secret.username is None and secret.password is None:
        return address, None
    return address, (unquote(secret.username or "").encode(), unquote(secret.password or "").encode())
