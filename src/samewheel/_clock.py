"""Has Python's clock stand still; copied into build environments, where Python runs it at its start.

A published wheel shows when it was built: in the times of its generated files, and in whatever else asked for the
time. Who builds it again needs that moment again. No process can be given a time of day of its own by the kernel, so
Python is told another one: by ``time``, and of files that are younger than this build. samewheel never imports this
file, and puts numbers in place of the words below. It must run in Python 3.6; what asks the C library without Python,
as ``datetime`` does, is told by libfaketime, where that is installed.
"""

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NOW = int("@NOW@")
SINCE = float("@SINCE@")

MODIFIED = 8
"""Where a file's status has the time of its last modification."""

MORE = ("st_atime", "st_ctime", "st_atime_ns", "st_ctime_ns", "st_blksize", "st_blocks", "st_rdev")


def seen(status: os.stat_result) -> os.stat_result:
    """Return a file's status as it was at that time, if the file was made just now."""
    if status.st_mtime < SINCE:
        return status
    values = list(status)
    values[MODIFIED] = NOW
    more = {name: getattr(status, name) for name in MORE if hasattr(status, name)}
    more.update(st_mtime=float(NOW), st_mtime_ns=NOW * 10**9)
    return os.stat_result(values, more)


class Told:
    """A function of ``os`` that looks at a file, made to tell what is :func:`seen`.

    No function: pathlib makes attributes of classes of them, and one in Python would become a method there.
    """

    def __init__(self, look: "Callable[..., os.stat_result]") -> None:
        self.look = look
        for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if look in able:
                able.add(self)

    def __call__(self, *arguments: "Any", **options: "Any") -> os.stat_result:
        return seen(self.look(*arguments, **options))


def standing(convert: "Callable[[float], Any]") -> "Callable[..., Any]":
    """Return a function of ``time`` that converts seconds, made to convert ours where it is given none."""

    def wrapped(seconds: "float | None" = None) -> "Any":
        return convert(NOW if seconds is None else seconds)

    return wrapped


def spelt(text: str, *moment: "Any") -> str:
    """Write a moment as text: ours, where none is given."""
    return strftime(text, *(moment or (time.localtime(),)))


strftime = time.strftime
os.stat, os.lstat, os.fstat = Told(os.stat), Told(os.lstat), Told(os.fstat)
time.time, time.time_ns = lambda: float(NOW), lambda: NOW * 10**9
time.ctime, time.gmtime, time.localtime = standing(time.ctime), standing(time.gmtime), standing(time.localtime)
time.strftime = spelt
