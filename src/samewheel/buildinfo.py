"""The buildinfo: what a third party needs to build a wheel again (``X.whl.buildinfo.json``, schema 1).

Values and their JSON only. No time of day, no duration, and no path of a machine but as ``$SOURCE``, ``$ENV``,
``$HOME``, ``$TMP`` and ``$SHIMS``.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from samewheel._text import visible
from samewheel._types import Sha256, SourceKind, Via
from samewheel.errors import SamewheelError

__all__ = [
    "SCHEMA",
    "BuildInfo",
    "Dependency",
    "Digest",
    "Epoch",
    "InterpreterInfo",
    "Isolation",
    "Leak",
    "SourceInfo",
    "Tool",
    "Toolchain",
    "WheelInfo",
    "from_json",
    "read_buildinfo",
    "to_json",
]

SCHEMA = "samewheel/buildinfo/1"

Document = TypeVar("Document", bound=msgspec.Struct)


class _Value(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """A value with a fixed set of fields; reading refuses any other."""


class Dependency(_Value, frozen=True):
    """One distribution in a build environment, and the very file it came from."""

    name: str
    """Of the distribution, as its wheel has it."""
    version: str
    """Likewise."""
    filename: str
    """Of the wheel that was installed."""
    sha256: Sha256
    """Of that wheel."""


class Isolation(_Value, frozen=True):
    """What a build really could not reach."""

    network: str
    """``open`` or ``none``."""
    filesystem: str
    """``open``, or ``hidden``: the build could read the system and its own folders, and write to its own only."""
    mechanism: str
    """What enforced it; ``none`` where nothing did."""


class WheelInfo(_Value, frozen=True):
    """The wheel."""

    name: str
    """File name."""
    sha256: Sha256
    """Of the file."""
    size: int
    """Bytes."""


class SourceInfo(_Value, frozen=True):
    """What the wheel was built from."""

    kind: SourceKind
    """A git commit, a folder without git, or an sdist."""
    digest: Sha256
    """Over the sorted (mode, path, sha256) of the snapshot's files."""
    uri: str | None = None
    """Where the source is published, as far as it is known; an sdist's file name."""
    commit: str | None = None
    """In full; None where there is no git."""
    describe: str | None = None
    """``git describe --tags --long``."""
    subdirectory: str = ""
    """The project's folder in the repository; empty for its root."""
    dirty: tuple[str, ...] = ()
    """Files that differed from the commit."""
    included: tuple[str, ...] = ()
    """Files that git ignores, and that the project's settings count as source: in no commit."""


class Digest(_Value, frozen=True):
    """The digest of a file."""

    sha256: Sha256
    """Of the file."""


class InterpreterInfo(_Value, frozen=True):
    """The interpreter that ran the backend."""

    implementation: str
    """Such as ``cpython``."""
    version: str
    """Such as ``3.11.7``."""
    platform: str
    """As sysconfig has it, such as ``linux-x86_64``."""


class Tool(_Value, frozen=True):
    """A program and its version."""

    name: str
    """Of the program, such as ``uv``."""
    version: str
    """As it says itself."""


class Epoch(_Value, frozen=True):
    """SOURCE_DATE_EPOCH."""

    value: int
    """POSIX seconds."""
    origin: str = msgspec.field(name="from")
    """``environment``, ``commit``, ``sdist`` or ``default``."""


class Toolchain(_Value, frozen=True):
    """What compiled a wheel, as far as the machine and the wheel tell; paths of Python stand as ``$PYTHON``."""

    compilers: dict[str, str]
    """The first line of what each compiler says of its version, by the name under which builds call it."""
    linker: str
    """The first line of what ``ld`` says of its version; empty where there is none."""
    config: dict[str, str]
    """sysconfig's CC, CFLAGS and LDSHARED."""
    libraries: tuple[str, ...]
    """Shared libraries that the wheel's files ask for (DT_NEEDED of ELF), less those that are in the wheel."""
    producers: tuple[str, ...]
    """What compilers and linkers wrote into the wheel's files (the section ``.comment``)."""


class Leak(_Value, frozen=True):
    """A member that holds something of the circumstances of its build."""

    condition: str
    """Such as ``source_path``."""
    member: str
    """The name of a file in the wheel."""
    place: str
    """The first one: a line, a byte, or a byte of a section."""
    encoding: str
    """Such as ``utf-8``, ``utf-16-le``, ``percent``, ``escaped``, ``base64``, ``hex``."""
    count: int
    """How often it occurs."""


class BuildInfo(_Value, frozen=True):
    """Everything about one build."""

    wheel: WheelInfo
    """What was built."""
    source: SourceInfo
    """What it was built from."""
    constraints: Digest
    """The file of pins that decided what was installed."""
    dependencies: tuple[Dependency, ...]
    """What was installed to build it, sorted."""
    interpreter: InterpreterInfo
    """What ran the backend."""
    zlib: str
    """The version of the library that compressed the members; another may compress to other bytes."""
    frontend: Tool
    """What called the backend."""
    via: Via
    """Whether the wheel was built from the tree, or from an sdist made of it."""
    epoch: Epoch
    """The time that the build was given."""
    config_settings: dict[str, str | list[str]]
    """What the backend was given (PEP 517), as it is: no secrets belong here."""
    env: dict[str, str]
    """Variables that the user passed on, as they are: no secrets belong here."""
    conditions: dict[str, str]
    """What the build saw, by the name of the condition, in words."""
    isolation: Isolation
    """How far the build was kept apart."""
    readable: tuple[str, ...]
    """Files and folders of the machine that the build could read because the user said so."""
    toolchain: Toolchain | None
    """None for a wheel for every platform."""
    leaks: tuple[Leak, ...] | None
    """What the wheel holds of the circumstances of its build; None: nobody looked."""
    commands: tuple[str, ...]
    """Plain commands that give the same bytes, where samewheel is not at hand."""


def to_json(schema: str, value: msgspec.Struct) -> bytes:
    """Return indented JSON with ``schema`` first and all other keys sorted, ending with a newline.

    What could drive a terminal is escaped: names in wheels are other people's, and JSON is shown there, too.
    """
    document: dict[str, Any] = {"schema": schema}
    document.update(msgspec.to_builtins(value, order="sorted"))
    written = msgspec.json.format(msgspec.json.encode(document), indent=2)
    return visible(written.decode()).encode() + b"\n"


def from_json(schema: str, kind: type[Document], content: bytes, where: str) -> Document:
    """Read strictly what :func:`to_json` wrote.

    Args:
        schema: the schema that it must name.
        kind: of the value.
        content: the file's bytes.
        where: the file's name, for messages.

    Raises:
        SamewheelError: it is not of this schema; the message names the key.
    """
    try:
        document = msgspec.json.decode(content, type=dict[str, Any])
        named = document.pop("schema", None)
        if named != schema:
            raise SamewheelError(f"{where} is not a {schema}", cause=f"Its schema is {named!r}.")
        return msgspec.convert(document, kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # ValueError: bytes that are not UTF-8; RecursionError: brackets without end.
        raise SamewheelError(f"{where} is not a {schema}", cause=str(error)) from error


def read_buildinfo(content: bytes, where: str) -> BuildInfo:
    """Read the bytes of a buildinfo strictly; ``where`` is the file's name, for messages.

    Raises:
        SamewheelError: it is not a buildinfo of this schema; the message names the key.
    """
    return from_json(SCHEMA, BuildInfo, content, where)
