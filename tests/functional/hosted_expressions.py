"""Expressions of workflows, as far as ours use them: ``needs.build.outputs.wheel``, ``failure() && a == 'b'``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["evaluated", "expanded"]

TOKEN = re.compile(r"\s*(?:(?P<text>'[^']*')|(?P<name>[A-Za-z_][\w.-]*)|(?P<mark>==|!=|&&|\|\||[!()]))")

EXPANSION = re.compile(r"\$\{\{ (.+?) \}\}")


class _Parser:
    """Reads one expression; what it does not know fails the test."""

    def __init__(self, text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., bool]]) -> None:
        """Know what names and functions stand for."""
        self._tokens = list(self._split(text))
        self._contexts = contexts
        self._functions = functions

    def _split(self, text: str) -> list[str]:
        tokens, place = [], 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            assert match is not None, f"no expression that is known here: {text!r}"
            tokens.append(match[0].strip())
            place = match.end()
        return tokens

    def whole(self) -> Any:  # noqa: ANN401 - contexts hold anything
        """Return what the expression stands for."""
        value = self._any()
        assert not self._tokens, self._tokens
        return value

    def _taken(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        self._tokens.pop(0)
        return True

    def _any(self) -> Any:  # noqa: ANN401 - as above
        value = self._all()
        while self._taken("||"):
            other = self._all()
            value = value or other
        return value

    def _all(self) -> Any:  # noqa: ANN401 - as above
        value = self._compared()
        while self._taken("&&"):
            other = self._compared()
            value = value and other
        return value

    def _compared(self) -> Any:  # noqa: ANN401 - as above
        value = self._one()
        if self._taken("=="):
            return value == self._one()
        return value != self._one() if self._taken("!=") else value

    def _one(self) -> Any:  # noqa: ANN401 - as above
        if self._taken("!"):
            return not self._one()
        word = self._tokens.pop(0)
        if word == "(":
            value = self._any()
            assert self._taken(")")
            return value
        if word.startswith("'"):
            return word[1:-1]
        return self._called(word) if self._taken("(") else self._looked_up(word)

    def _called(self, name: str) -> bool:
        arguments = []
        while not self._taken(")"):
            arguments.append(self._one())
        return self._functions[name](*arguments)

    def _looked_up(self, name: str) -> Any:  # noqa: ANN401 - as above
        """Return a context's value; the service takes what is not there for empty."""
        first, *rest = name.split(".")
        value = self._contexts[first]
        for part in rest:
            value = value.get(part, "")
            if value == "":
                break
        return value


def evaluated(text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., bool]]) -> Any:  # noqa: ANN401 - contexts hold anything
    """Return what an expression stands for."""
    return _Parser(text, contexts, functions).whole()


def expanded(value: Any, contexts: Mapping[str, Any]) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return a value of a workflow with what its ``${{ }}`` stand for."""
    if not isinstance(value, str):
        return value
    return EXPANSION.sub(lambda match: str(evaluated(match[1], contexts, {})), value)
