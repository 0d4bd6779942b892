"""Text of other people's: names in wheels, reasons, what builds print."""

from __future__ import annotations

import re

__all__ = ["discreet", "inert", "printable", "quoted", "visible"]

_INSIDE = r"['\"<>](?=\w)"
"""A quote or bracket that ends no URL: people have them in passwords, and not every tool escapes them."""

_WORD = re.compile(rf"(?:[^\s'\"<>]|{_INSIDE})+")
_USER = re.compile(
    # Some tools take a URL for a path, and leave one slash of two.
    r"(?<=:/)[^\s/?#@:]+:[^\s/?#@]*@|"
    # JSON may have a backslash before each slash.
    r"(?:(?<=://)|(?<=:\\/\\/))(?:"
    # All that stands before the last @ of a host, or a password with a slash in it, which is no port with a path.
    r"[^\s/?#]*@|[^\s/?#@:\[]+:(?![0-9]+/)[^\s@]*@)"
)
_QUERY = re.compile(
    r"(?P<bare>:(?:\\?/){2}(?:(?!:\\?/\\?/)[^\s?#'\"<>`])+)"
    # What stands behind a # is a file's digest or a folder, as a rule, and worth reading.
    r"(?P<mark>\?|\#(?=[^\s\#]*(?:auth|credential|key|passw|secret|sig|token)[^\s\#=]*=))"
    rf"(?:[^\s'\"<>`)]|{_INSIDE})+",
    re.IGNORECASE,
)

_UNSEEN = re.compile(
    r"[\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\ue000-\uf8ff\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000f0000-\U0010ffff]"
)
"""Controls, formats, spaces of other kinds, private use: a list, as each Python has a Unicode of its own."""

_COMMAND = re.compile(r"^((?:[^\S\n]|\x1b\[[\d;]*m)*):(?=:)", re.MULTILINE)
"""Behind blanks, and colours that may be taken away later."""


def _without_user(word: re.Match[str]) -> str:
    # Behind the last @ there is none, and looking for one from each :// on would take hours with a text of strangers.
    head, at, tail = word[0].rpartition("@")
    return _USER.sub("****@", head + at) + tail


def discreet(text: str) -> str:
    """Return a text in which no URL has a user, a password, or a query or fragment that may be a signature."""
    if ":/" not in text and ":\\/" not in text:
        return text
    return _QUERY.sub(r"\g<bare>\g<mark>…", _WORD.sub(_without_user, text))


def printable(text: str) -> str:
    """Return a text with what no terminal should be told escaped, line ends included; the rest is as it was."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def inert(text: str) -> str:
    """Return a text of which GitHub's runner takes no line for a command: neither ``::name::`` nor ``##[name]``."""
    return _COMMAND.sub(r"\1\\x3a", text).replace("##[", r"#\x23[")


def quoted(text: str) -> str:
    """Return a text in double quotes as TOML and YAML read it, with what is not printable escaped.

    JSON would do, but for what is above U+FFFF: escaped there, it is two halves, which neither takes.
    """
    import json

    plain = json.dumps(text, ensure_ascii=False)
    if plain.isprintable():
        return plain
    return "".join(
        c if c.isprintable() else f"\\U{ord(c):08x}" if c > "\uffff" else f"\\u{ord(c):04x}" for c in plain
    )


def visible(document: str) -> str:
    """Return JSON that says the same, with controls, formats, spaces of other kinds and private use escaped.

    Every Python gives the same text: what else is not printable depends on its Unicode, and stays as it is.

    Nor is anything in it a command to GitHub's runner, as with :func:`inert`: no line of JSON begins with a colon.
    """
    import json

    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], document).replace("##[", r"#\u0023[")
