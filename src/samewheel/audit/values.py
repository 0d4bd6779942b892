"""What an audit is made of: what files name, why some of that is skipped, the jobs, and what came of each."""

from __future__ import annotations

import traceback
from enum import StrEnum

import msgspec

from samewheel._types import Sha256, Value
from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError
from samewheel.limits import AUDIT, Limits
from samewheel.rebuilding.values import Rebuilt

__all__ = [
    "Entry",
    "Failure",
    "Item",
    "Job",
    "Named",
    "NamedWheel",
    "Outcome",
    "Skipped",
    "Status",
    "cause_of",
    "failed",
    "order",
]


class Skipped(StrEnum):
    """Why something that a file names is not rebuilt."""

    DUPLICATE = "duplicate"
    EDITABLE = "editable"
    LOCAL_PATH = "local-path"
    LOCAL_VERSION = "local-version"
    NO_FITTING_WHEEL = "no-fitting-wheel"
    NO_SHA256 = "no-sha256"
    NO_VERSION = "no-version"
    NO_WHEEL = "no-wheel"
    NOT_A_NAME = "not-a-name"
    NOT_FROM_WHEEL = "not-from-wheel"
    NOT_INSTALLED = "not-installed"
    NOT_ON_INDEX = "not-on-index"
    OTHER_FILE = "other-file"
    OTHER_PLATFORM = "other-platform"
    URL = "url"
    VCS = "vcs"

    @property
    def sentence(self) -> str:
        """Return the reason in words."""
        return _SENTENCES[self]


_SENTENCES = {
    Skipped.DUPLICATE: "The same wheel is named before.",
    Skipped.EDITABLE: "It is an editable project, so no wheel of it was published.",
    Skipped.LOCAL_PATH: "It comes from a path, not from an index.",
    Skipped.LOCAL_VERSION: "Its version is a local one, which no index publishes (PEP 440).",
    Skipped.NO_FITTING_WHEEL: "It has wheels, but none for this platform and interpreter.",
    Skipped.NO_SHA256: "Its hashes are not SHA-256.",
    Skipped.NO_VERSION: "It is not pinned to one version.",
    Skipped.NO_WHEEL: "It has no wheel, only an sdist: there is nothing to compare with.",
    Skipped.NOT_A_NAME: "Its name or version is none that an index could have.",
    Skipped.NOT_FROM_WHEEL: "It was not installed from a wheel.",
    Skipped.NOT_INSTALLED: "Nothing that is installed here needs it: it belongs to an extra or group not asked for.",
    Skipped.NOT_ON_INDEX: "The index does not have it.",
    Skipped.OTHER_FILE: "The index has this version, but no wheel that is the one named.",
    Skipped.OTHER_PLATFORM: "Its marker does not hold for this platform and interpreter.",
    Skipped.URL: "It comes from a direct URL, not from an index.",
    Skipped.VCS: "It comes from version control, so no wheel of it was published.",
}


class NamedWheel(Value, frozen=True, kw_only=True):
    """A wheel that a file names, or that the index has."""

    filename: str
    sha256: Sha256 | None


class Named(Value, frozen=True, kw_only=True):
    """What a file says of one distribution."""

    name: str
    """Normalised; the words of the file where they hold no name."""
    version: str = ""
    """Normalised; empty if the file does not say it."""
    where: str
    """The file, with the line or key."""
    marker: str = ""
    """The environments that it is for (PEP 508); empty: all."""
    hashes: tuple[str, ...] = ()
    """``algorithm:digits`` of every file that will do; empty: any."""
    wheels: tuple[NamedWheel, ...] | None = None
    """Those that the file names; None: it leaves them to the index."""
    tags: frozenset[str] = frozenset()
    """Of the wheel that was installed; empty: unknown."""
    own: bool = False
    """Whether its one wheel is a file here, of which nobody says yet that the index has the same."""
    skipped: Skipped | None = None
    """Why it is not to be rebuilt, if the file alone tells."""


class Job(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One wheel to rebuild."""

    name: str
    """Normalised."""
    version: str
    filename: str
    sha256: Sha256 | None
    """None: unknown until it is fetched."""
    offline: bool = False
    limits: Limits = AUDIT
    """What one step of its build may use up."""


class Failure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a job has no verdict: the machine's failure or ours, in the three parts of our errors."""

    what: str
    cause: str = ""
    hint: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of a job: a rebuild with its verdict, or a failure."""

    rebuilt: Rebuilt | None = None
    failure: Failure | None = None
    log: str = ""
    """What is worth keeping if it went wrong."""
    seconds: float = 0.0


def failed(error: Exception, log: str = "") -> Outcome:
    """Return the outcome of a job that ended with an error: one of ours, or a mistake, whose traceback is kept."""
    if isinstance(error, SamewheelError):
        return Outcome(failure=Failure(what=error.what, cause=error.cause, hint=error.hint), log=log)
    trace = "".join(traceback.format_exception(error))
    what = f"an internal error: {type(error).__name__}: {error}"
    return Outcome(failure=Failure(what=what), log=f"{log}\n{trace}".strip())


class Status(StrEnum):
    """How far an item is."""

    REBUILT = "rebuilt"
    """It has a verdict, which is final."""
    FAILED = "failed"
    """The machine failed, or we; it is tried again when the audit is resumed."""
    PENDING = "pending"
    """Nothing came of it yet."""
    SKIPPED = "skipped"
    """It is not rebuilt, for a reason that is named."""


class Item(Value, frozen=True, kw_only=True):
    """One line of an audit: a wheel to rebuild, or something that is skipped."""

    name: str
    version: str = ""
    filename: str = ""
    """Of the wheel; empty where it is skipped before one was chosen."""
    sha256: Sha256 | None = None
    skipped: Skipped | None = None
    where: str
    """The file that names it, with the line or key."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item with what came of it, as lists show it."""

    name: str
    """Of the project, normalised; as the file has it where that is no name."""
    version: str
    """Empty if none is named."""
    filename: str
    """Of the wheel; empty where it is skipped before one was chosen."""
    sha256: Sha256 | None
    """Of the published wheel; None where it is not known."""
    status: Status
    """How far it is."""
    verdict: Verdict | None
    """What came of it; None where nothing did."""
    reason: str
    """Why it is skipped, why it failed, or what keeps it from being identical."""
    skipped: Skipped | None
    """Why it is skipped, if it is."""
    where: str
    """The file that names it, with the line or key."""
    log: str
    """A file beside the store, relative to the store's folder; empty if there is none; ``not kept:`` and why, if it
    could not be written."""
    tool: str
    """The version of samewheel that found it out."""
    isolation: str | None = None
    """What kept its build apart (:class:`samewheel.buildinfo.Isolation`), ``none`` where nothing did; None where
    nothing was built."""


def cause_of(rebuilt: Rebuilt) -> str:
    """Return why a rebuild is not identical: why nothing was built, or the causes by name, the worst first."""
    if rebuilt.reason.strip():
        return rebuilt.reason.strip().splitlines()[0]
    return ", ".join(dict.fromkeys(cause.cause for cause in rebuilt.causes))


def order(entry: Entry) -> tuple[str, str, str, str]:
    """Return the key that lists are sorted by."""
    return (entry.name, entry.version, entry.filename, entry.where)
