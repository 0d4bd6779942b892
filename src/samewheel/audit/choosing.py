"""Which wheel of each named distribution is rebuilt: the one that an installer would take here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from samewheel._types import Value
from samewheel.audit.inputs.names import parse_wheel_name, same_version
from samewheel.audit.values import Item, NamedWheel, Skipped
from samewheel.errors import NoSourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from samewheel._types import Sha256
    from samewheel.audit.target import Target
    from samewheel.audit.values import Named
    from samewheel.wheel import FileName

__all__ = ["Released", "choose"]

AT_ONCE = 8
"""Projects that the index is asked for at the same time."""


class Released(Protocol):
    """A file that the index has, as far as an audit needs to know."""

    @property
    def version(self) -> str:
        """As the index says it; any spelling."""

    @property
    def filename(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """``wheel`` or ``sdist``."""

    @property
    def sha256(self) -> Sha256 | None:
        """Its digest, where the index says it."""


class _Chosen(Value, frozen=True):
    """A wheel, or why there is none."""

    wheel: NamedWheel | None
    skipped: Skipped | None


def _refused(skipped: Skipped) -> _Chosen:
    return _Chosen(None, skipped)


def _best(wheels: Iterable[NamedWheel], named: Named, target: Target) -> NamedWheel | None:
    """Return the wheel that an installer would take: best tags first, then the highest build; None if none fits.

    Raises:
        UsageError: a file name is none, or of another distribution.
    """
    ranked: list[tuple[int, tuple[int, str], str, NamedWheel]] = []
    for wheel in wheels:
        parsed = parse_wheel_name(wheel.filename, named.where)
        if parsed.name != named.name or not same_version(parsed.version, named.version):
            raise UsageError(f"{named.where}: {wheel.filename} is no wheel of {named.name} {named.version}")
        if (rank := _rank(parsed, named, target)) is not None:
            build = parsed.build or (0, "")
            ranked.append((rank, (-build[0], build[1]), wheel.filename, wheel))
    return min(ranked, key=lambda one: one[:3])[3] if ranked else None


def _rank(parsed: FileName, named: Named, target: Target) -> int | None:
    """Return how well a wheel fits; of an installed one, the very same tags do."""
    if named.tags:
        return 0 if {str(tag) for tag in parsed.tags} == named.tags else None
    return target.rank(parsed.tags)


def _from_file(named: Named, target: Target) -> _Chosen:
    """Choose among the wheels that the file names."""
    if not named.wheels:
        return _refused(Skipped.NO_WHEEL)
    wheel = _best(named.wheels, named, target)
    return _Chosen(wheel, None) if wheel is not None else _refused(Skipped.NO_FITTING_WHEEL)


def _strict(wheels: Iterable[Released], named: Named) -> Iterator[NamedWheel]:
    """Yield the wheels whose names say what the index says of them; old ones may have names that nobody takes."""
    for wheel in wheels:
        try:
            parsed = parse_wheel_name(wheel.filename, named.where)
        except UsageError:
            continue
        if parsed.name == named.name and same_version(parsed.version, named.version):
            yield NamedWheel(filename=wheel.filename, sha256=wheel.sha256)


def _wanted(wheel: NamedWheel, named: Named) -> bool:
    """Tell whether a wheel of the index is one that the file allows."""
    if named.wheels is not None:
        return wheel in named.wheels
    return not named.hashes or f"sha256:{wheel.sha256}" in named.hashes


def _from_index(named: Named, target: Target, files: Sequence[Released]) -> _Chosen:
    """Choose among the wheels that the index has."""
    released = [file for file in files if same_version(file.version, named.version)]
    if not released:
        return _refused(Skipped.NOT_ON_INDEX)
    wheels = [file for file in released if file.kind == "wheel"]
    if not wheels:
        return _refused(Skipped.NO_WHEEL)
    if named.hashes and not any(value.startswith("sha256:") for value in named.hashes):
        return _refused(Skipped.NO_SHA256)
    allowed = [wheel for wheel in _strict(wheels, named) if _wanted(wheel, named)]
    if not allowed:
        sdist_only = any(f"sha256:{file.sha256}" in named.hashes for file in released if file.kind == "sdist")
        return _refused(Skipped.NO_WHEEL if sdist_only else Skipped.OTHER_FILE)
    wheel = _best(allowed, named, target)
    if wheel is None:
        return _refused(Skipped.OTHER_FILE if named.tags else Skipped.NO_FITTING_WHEEL)
    return _Chosen(wheel, None)


def _asked(named: Iterable[Named], files: Callable[[str], Sequence[Released]]) -> Mapping[str, Sequence[Released]]:
    """Return what the index has of the projects of which it must be asked, several at the same time."""

    def ask(name: str) -> Sequence[Released]:
        try:
            return files(name)
        except NoSourceError:
            return ()

    names = sorted({one.name for one in named if _open(one) is None and (one.own or one.wheels is None)})
    if not names:
        return {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(names, pool.map(ask, names), strict=True))


def _open(named: Named) -> Skipped | None:
    """Return why something is skipped before any wheel is looked for."""
    if named.skipped is not None:
        return named.skipped
    if not named.name or not named.version:
        return Skipped.NO_VERSION
    return Skipped.LOCAL_VERSION if "+" in named.version else None


def choose(named: Sequence[Named], target: Target, files: Callable[[str], Sequence[Released]]) -> tuple[Item, ...]:
    """Return an item for everything that is named: with its wheel, or with why it is skipped.

    Args:
        named: as files name it.
        target: what it would be installed into.
        files: asks the index which files a project has; called from several threads. A project that is not there has
            none, or is a NoSourceError.

    Raises:
        UsageError: a file names a wheel that cannot be.
        SamewheelError: the index cannot be asked.
    """
    known = _asked(named, files)
    seen: set[str] = set()
    return tuple(_item(one, _chosen(one, target, known), seen) for one in named)


def _chosen(named: Named, target: Target, known: Mapping[str, Sequence[Released]]) -> _Chosen:
    if (skipped := _open(named)) is not None:
        return _refused(skipped)
    if named.name in known and (named.own or named.wheels is None):
        return _from_index(named, target, known[named.name])
    return _from_file(named, target)


def _item(named: Named, chosen: _Chosen, seen: set[str]) -> Item:
    """Return the item, and remember its wheel: the second time, it is a duplicate."""
    wheel = chosen.wheel
    if wheel is None:
        return Item(name=named.name, version=named.version, skipped=chosen.skipped, where=named.where)
    twin = wheel.filename in seen
    seen.add(wheel.filename)
    return Item(
        name=named.name,
        # As the wheel spells it: the file may say 1 where the release is 1.0.
        version=parse_wheel_name(wheel.filename, named.where).version,
        filename=wheel.filename,
        sha256=wheel.sha256,
        skipped=Skipped.DUPLICATE if twin else None,
        where=named.where,
    )
