"""The conditions of one build: everything that a build process can notice and that we set.

The environment is built from nothing; what is not named here does not reach the build.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["SYSTEM_PATH", "Conditions"]

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
"""Where a build finds the system's tools, whatever the caller's PATH is."""

UTF8_LOCALE = "C.UTF-8" if sys.platform != "darwin" else "en_US.UTF-8"
"""A locale that speaks UTF-8 and is always there: macOS has no C.UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a build process can notice; the defaults are those of every plain build."""

    source: Path
    """The top folder of the build's own copy of the source."""
    environment: Path
    """The build's own virtual environment."""
    home: Path
    temp: Path
    shims: Path
    """The folder of the compiler shims, first on PATH."""
    out: Path
    """Where the build leaves what it makes."""
    epoch: int
    """SOURCE_DATE_EPOCH and the modification time of every source file: POSIX seconds."""
    umask: int = 0o022
    timezone: str = "UTC"
    locale: str = UTF8_LOCALE
    hash_seed: int = 0
    user: str = "samewheel"
    uid: int = 1000
    host: str = "samewheel"
    extra: Mapping[str, str] = field(default_factory=dict)
    """Variables that the user passes on (``--env``); they come last and win."""

    @property
    def places(self) -> tuple[tuple[str, Path], ...]:
        """The machine's paths and the names that stand for them in everything we write, longest path first."""
        named = (
            ("$SOURCE", self.source),
            ("$ENV", self.environment),
            ("$HOME", self.home),
            ("$TMP", self.temp),
            ("$SHIMS", self.shims),
            ("$OUT", self.out),
        )
        return tuple(sorted(named, key=lambda item: (-len(str(item[1])), item[0])))

    def environ(self) -> dict[str, str]:
        """Return the whole environment of the build process."""
        # The environment first: uv puts it there in any case, and what it brings is locked.
        path = (str(self.environment / "bin"), str(self.shims), *SYSTEM_PATH)
        return {
            "HOME": str(self.home),
            "LANG": self.locale,
            "LC_ALL": self.locale,
            "LOGNAME": self.user,
            "PATH": os.pathsep.join(path),
            "PYTHONHASHSEED": str(self.hash_seed),
            "SOURCE_DATE_EPOCH": str(self.epoch),
            "TMPDIR": str(self.temp),
            "TZ": self.timezone,
            "USER": self.user,
            **self.extra,
        }

    def described(self) -> dict[str, str]:
        """Return the conditions as words, without any path of this machine."""
        # As the build sees them: the user's own variables win.
        seen = {name: self.masked(value) for name, value in self.environ().items()}
        return {
            "home": seen["HOME"],
            "locale": seen["LC_ALL"],
            "path": seen["PATH"],
            "hash_seed": seen["PYTHONHASHSEED"],
            "source": "$SOURCE",
            "source_mtime": str(self.epoch),
            "temp": seen["TMPDIR"],
            "timezone": seen["TZ"],
            "umask": f"{self.umask:03o}",
            "user": seen["USER"],
        }

    def masked(self, text: str) -> str:
        """Return ``text`` with the machine's paths replaced by the names that stand for them."""
        for name, path in self.places:
            text = text.replace(str(path), name)
        return text
