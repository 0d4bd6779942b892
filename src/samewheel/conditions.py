"""The conditions of one build: everything that a build process can notice and that we set.

The environment is built from nothing; what is not named here does not reach the build.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from msgspec import field

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["SYSTEM_PATH", "Conditions"]

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
"""Where a build finds the system's tools, whatever the caller's PATH is."""

UTF8_LOCALE = "C.UTF-8" if sys.platform != "darwin" else "en_US.UTF-8"
"""A locale that speaks UTF-8 and is always there: macOS has no C.UTF-8."""


class Conditions(Value, frozen=True, kw_only=True):
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
    epoch_set: bool = True
    """Whether the build is told SOURCE_DATE_EPOCH; many who publish wheels do not set it."""
    umask: int = 0o022
    umask_leaks: bool = False
    """Whether backends that write the umask into wheels may do so."""
    modes_held: bool = False
    """Whether new files get modes as under umask 022, whatever the umask is."""
    timezone: str = "UTC"
    locale: str = UTF8_LOCALE
    locale_folder: Path | None = None
    """Where the locale lies, if the system does not have it (LOCPATH)."""
    hash_seed: int = 0
    user: str = "samewheel-user"
    """Occurs nowhere else, like :attr:`host`, so that finding it in a wheel means something."""
    uid: int = 1000
    """Also the group; only where the sandbox can give the build another one than ours."""
    host: str = "samewheel-host"
    source_mtime: int | None = None
    """Modification time of the source's files, POSIX seconds; None: the epoch."""
    file_times: Mapping[str, int] = field(default_factory=dict)
    """Files of the source that have another one, by their paths in it."""
    file_modes: Mapping[str, int] = field(default_factory=dict)
    """Files of the source that have another mode than 0644 or 0755."""
    turned: bool = False
    """Whether folders of the source list what is in them the other way round."""
    cpus: tuple[int, ...] = ()
    """Processors that the build may use; empty: all."""
    clock_offset: int = 0
    """Seconds by which the build's clock is wrong."""
    clock_library: Path | None = None
    """The libfaketime that makes it so; the build gets a copy, at :attr:`preloaded`."""
    clock_stands: int | None = None
    """What Python takes for the time, and for that of files which the build makes, POSIX seconds; None: the clock's
    own."""
    clock_frozen: bool = False
    """Whether it stands for everybody else, too; otherwise the C library's clock goes on from there."""
    windows_newlines: bool = False
    """Whether Python ends the lines of text files as it does on Windows."""
    prefix_maps: bool = True
    """Whether compilers are told to leave the build's paths out."""
    compilers: bool = True
    """Whether compilers work: where none did, projects with optional native code gave wheels without it."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Variables that the user passes on (``--env``); they come last and win."""

    @property
    def preloaded(self) -> Path:
        """Where the build finds libfaketime: ld.so(8) takes a space in a path for its end."""
        return self.shims / "libfaketime.so.1"

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

    @property
    def own(self) -> tuple[Path, ...]:
        """The places that are empty folders when a build begins."""
        return (self.home, self.temp, self.shims, self.out)

    def environ(self) -> dict[str, str]:
        """Return the whole environment of the build process."""
        # The environment first: uv puts it there in any case, and what it brings is locked.
        path = (str(self.environment / "bin"), str(self.shims), *SYSTEM_PATH)
        more = {}
        if self.clock_library is not None:
            # Without the last one, waiting for threads may never end (libfaketime issue 390).
            more = {
                "FAKETIME": f"{self.clock_offset:+d}",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "LD_PRELOAD": str(self.preloaded),
            }
            if self.clock_stands is not None:
                # The times of files are told by Python then.
                more["NO_FAKE_STAT"] = "1"
            if self.clock_stands is not None and self.clock_frozen:
                # As seconds: a date would be one of the build's time zone.
                more |= {"FAKETIME": str(self.clock_stands), "FAKETIME_FMT": "%s"}
        if self.locale_folder is not None:
            more["LOCPATH"] = str(self.locale_folder)
        if self.epoch_set:
            more["SOURCE_DATE_EPOCH"] = str(self.epoch)
        return {
            **more,
            "HOME": str(self.home),
            "LANG": self.locale,
            "LC_ALL": self.locale,
            "LOGNAME": self.user,
            "PATH": os.pathsep.join(path),
            "PYTHONHASHSEED": str(self.hash_seed),
            "TMPDIR": str(self.temp),
            "TZ": self.timezone,
            "USER": self.user,
            **self.extra,
        }

    def described(self) -> dict[str, str]:
        """Return the conditions as words, without any path of this machine."""
        # As the build sees them: the user's own variables win.
        seen = {name: self.masked(value) for name, value in self.environ().items()}
        held = {"new_files": "modes as under umask 022"} if self.modes_held else {}
        return {
            **held,
            "home": seen["HOME"],
            "locale": seen["LC_ALL"],
            "path": seen["PATH"],
            "hash_seed": seen["PYTHONHASHSEED"],
            "source": "$SOURCE",
            "source_mtime": str(self.epoch if self.source_mtime is None else self.source_mtime),
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
