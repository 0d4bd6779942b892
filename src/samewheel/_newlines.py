"""Has Python end the lines of text files as it does on Windows; copied into build environments, where Python runs it.

Some wheels were built there, and what their backend wrote as text has a carriage return before each line feed.
samewheel never imports this file. It must run in Python 3.6.
"""

import builtins
import io

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

plain = io.open


class Opened:
    """``open``: a file that is written as text, and of which nobody says how its lines end, has them end as there.

    No function: pathlib makes an attribute of a class of it, and one in Python would become a method there.
    """

    def __call__(  # noqa: PLR0917 - the signature of open()
        self,
        file: "Any",
        mode: str = "r",
        buffering: int = -1,
        encoding: "str | None" = None,
        errors: "str | None" = None,
        newline: "str | None" = None,
        *more: "Any",
        **named: "Any",
    ) -> "Any":
        if newline is None and "b" not in mode and not mode.startswith("r"):
            newline = "\r\n"
        return plain(file, mode, buffering, encoding, errors, newline, *more, **named)


io.open = builtins.open = Opened()
