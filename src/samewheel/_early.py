"""What takes a moment to find out and does not depend on the source: found out once, and meanwhile."""

from __future__ import annotations

import functools
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["meanwhile", "once", "wait_for_early"]

Asked = ParamSpec("Asked")
Result = TypeVar("Result")


_early: list[threading.Thread] = []


def once(function: Callable[Asked, Result]) -> Callable[Asked, Result]:
    """Return a function that finds out once per process and arguments; who asks during that waits for the answer."""
    remembered, lock = functools.cache(function), threading.Lock()

    @functools.wraps(function)
    def remembering(*args: Asked.args, **kwargs: Asked.kwargs) -> Result:
        with lock:
            return remembered(*args, **kwargs)  # type: ignore[arg-type]  # not known to be hashable, as it must be

    return remembering


def meanwhile(*functions: Callable[[], object]) -> None:
    """Start to find out what will be asked later: each function is called in a thread of its own.

    An error is not lost: it comes again when the answer is asked for, as errors are not remembered.
    """

    def attempt(function: Callable[[], object]) -> None:
        with suppress(Exception):
            function()

    for function in functions:
        thread = threading.Thread(target=attempt, args=(function,), daemon=True)
        _early.append(thread)
        thread.start()


def wait_for_early() -> None:
    """Wait until nothing is being found out any more: a thread that ends with the program leaves its folders."""
    while _early:
        _early.pop().join()
