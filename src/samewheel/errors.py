"""The one family of errors, and the exit codes of the command line.

    SamewheelError                1    samewheel itself, or the machine it runs on, failed
    ├── InvalidWheelError         1    a wheel is damaged, or readers could find different things in it
    ├── InvalidAttestationError   16   an attestation is damaged, or readers could find different things in it
    ├── UsageError                2    asked for something that cannot be; another option would do
    ├── NotBuildableError         14   the project cannot be built as it stands
    │   ├── InvalidProjectError   14   pyproject.toml or the like is wrong
    │   ├── UnlockableError       14   its build requirements have no solution that we accept
    │   │   └── NoWheelError      14   one of them would have to be built first
    │   └── BuildFailedError      14   a backend failed, hung or produced something else than a wheel
    │       └── LimitExceededError  14   it used more than its caller allows
    ├── NoSourceError             15   there is nothing to build from
    ├── ClusterError              1    the cluster that rebuilds cannot be used, or is gone
    └── StaleLockError            20   constraints.txt is missing, or older than what the project asks for

Every error says three things: what failed (with the file, member or key), the likely cause, and the next command.
"""

from __future__ import annotations

import errno
import functools
from enum import IntEnum
from typing import ClassVar

from samewheel._text import discreet, printable

__all__ = [
    "BuildFailedError",
    "ClusterError",
    "ExitCode",
    "Flaw",
    "InvalidAttestationError",
    "InvalidProjectError",
    "InvalidWheelError",
    "LimitExceededError",
    "NoSourceError",
    "NoWheelError",
    "NotBuildableError",
    "SamewheelError",
    "StaleLockError",
    "UnlockableError",
    "UsageError",
    "remedy",
]


FREE = "Make room, or name places on another disk: TMPDIR, SAMEWHEEL_CACHE_DIR, and where the output goes."
ELSEWHERE = "Name places that you may write to: TMPDIR, SAMEWHEEL_CACHE_DIR, and where the output goes."


class ExitCode(IntEnum):
    """Every exit code of the command line; ``docs/lookup/exit-codes.md`` has the same table."""

    OK = 0
    """What was asked for holds: built, fresh, ``identical``, accepted."""
    FAILED = 1
    """samewheel itself or the environment failed."""
    USAGE = 2
    """Wrong usage."""
    IDENTICAL_AFTER_REPLAY = 10
    """Verdict ``identical-after-replay`` of a rebuild."""
    SAME_CONTENTS = 11
    """Verdict ``same-contents``."""
    METADATA_DIFFERS = 12
    """Verdict ``metadata-differs``."""
    PAYLOAD_DIFFERS = 13
    """Verdict ``payload-differs``."""
    NOT_BUILDABLE = 14
    """No build finished."""
    NO_SOURCE = 15
    """There is nothing to build from."""
    REFUSED = 16
    """``check`` refuses the wheel, or ``audit`` finds its policy missed."""
    STALE = 20
    """Not up to date or not canonical: every ``--check``; pins that are stale or not there."""
    INTERRUPTED = 130
    """Interrupted by the user."""


class SamewheelError(Exception):
    """Something failed, and samewheel knows what; URLs in it lose user, password and query, whoever wrote it.

    Attributes:
        what: what failed, naming the file, member or key; one sentence without a full stop.
        cause: the likely cause, or the evidence for it (a log's tail may span many lines); may be empty.
        hint: the next command or edit; may be empty.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, what: str, *, cause: str = "", hint: str = "") -> None:
        """Keep the three parts; ``str()`` joins those that are there."""
        self.what, self.cause, self.hint = map(discreet, (what, cause, hint))
        super().__init__(self.what, self.cause, self.hint)

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Let it cross from one process to another: what only keywords set is not in ``args`` alone."""
        return functools.partial(type(self), cause=self.cause, hint=self.hint), (self.what,)

    def __str__(self) -> str:
        """Return the parts that are there, one per line."""
        return "\n".join(part for part in (self.what, self.cause, self.hint) if part)


class InvalidWheelError(SamewheelError):
    """A wheel is damaged, or readers could find different things in it; the message names the member."""


class InvalidAttestationError(SamewheelError):
    """An attestation is damaged, of another form than it should be, or readers could find different things in it."""

    exit_code = ExitCode.REFUSED


class UsageError(SamewheelError):
    """What was asked for cannot be; another option, or another command first, would do."""

    exit_code = ExitCode.USAGE


class NotBuildableError(SamewheelError):
    """The project cannot be built as it stands."""

    exit_code = ExitCode.NOT_BUILDABLE


class InvalidProjectError(NotBuildableError):
    """A file of the project is wrong: the message names it, and the key or line."""


class UnlockableError(NotBuildableError):
    """The build requirements have no solution of hashed wheels."""


class NoWheelError(UnlockableError):
    """A build requirement exists only as an sdist, or has no wheel for the interpreter.

    Attributes:
        names: the packages that may be meant, the likeliest first; at least one.
    """

    def __init__(self, what: str, *, names: tuple[str, ...], cause: str = "", hint: str = "") -> None:
        """Keep the names, too."""
        super().__init__(what, cause=cause, hint=hint)
        self.names = names

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Let it cross from one process to another with its names."""
        return functools.partial(type(self), names=self.names, cause=self.cause, hint=self.hint), (self.what,)


class BuildFailedError(NotBuildableError):
    """A backend failed, hung, crashed, or left something else than one valid wheel."""


class LimitExceededError(BuildFailedError):
    """A build used more time, memory or the like than its caller allows; the message names the limit."""


class NoSourceError(SamewheelError):
    """There is nothing to build from."""

    exit_code = ExitCode.NO_SOURCE


class ClusterError(SamewheelError):
    """The cluster that does the rebuilds of an audit cannot be used, or is gone: nothing came of the jobs."""


class StaleLockError(SamewheelError):
    """The build constraints are missing, or no longer what the project asks for."""

    exit_code = ExitCode.STALE


def remedy(number: int | None) -> str:
    """Return the next step after something that the system refused, by its ``errno``."""
    return {
        errno.EACCES: ELSEWHERE,
        errno.EDQUOT: FREE,
        errno.EFBIG: "Raise the limit for the size of files: ulimit -f unlimited",
        errno.EMFILE: "Raise the limit for open files: ulimit -n 4096",
        errno.ENOSPC: FREE,
        errno.EPERM: ELSEWHERE,
        errno.EROFS: ELSEWHERE,
    }.get(number or 0, "Look after what the system says, then run it again.")


class Flaw(Exception):  # noqa: N818 - no error of a user's yet: the file's name is missing
    """What is wrong with an archive, or with one of its members; who knows the file's name makes an error of it.

    Attributes:
        member: the member's name; empty where it is the archive as a whole.
        reason: what is wrong, without a full stop.
    """

    def __init__(self, member: str, reason: str) -> None:
        """Keep both."""
        super().__init__(member, reason)
        self.member = member
        self.reason = reason

    def __str__(self) -> str:
        """Return both as one line."""
        return f"{printable(self.member)}: {self.reason}" if self.member else self.reason
