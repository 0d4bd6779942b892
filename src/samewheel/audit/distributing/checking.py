"""Whether the workers of a cluster would do what this machine would: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel import __version__
from samewheel.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from samewheel.audit.distributing.values import Described

__all__ = ["INSTALL", "INSTALL_SAME", "OTHER_PLATFORM", "refuse_unfit", "told_apart"]

INSTALL = f"Install it where they run: pip install 'samewheel[cluster]=={__version__}'"
INSTALL_SAME = f"Install the same everywhere: pip install 'samewheel[cluster]=={__version__}'"
OTHER_PLATFORM = "Run the audit with workers of this platform, or from a machine of theirs."
"""What to do about workers that are not fit, whether that is seen before they get a job or by their answer."""

SHOWN = 5
"""Workers that a message names."""


def _listed(lines: Iterable[str]) -> str:
    """Return some lines, and how many more there are."""
    given = sorted(lines)
    more = len(given) - SHOWN
    return "\n".join([*given[:SHOWN], *([f"and {more} more"] if more > 0 else [])])


def refuse_unfit(workers: Mapping[str, Described | str], platform: str) -> None:
    """Refuse workers on which an audit would come out otherwise than it should.

    Args:
        workers: what each is, by its address, or why it does not say so.
        platform: that is audited for.

    Raises:
        ClusterError: a worker has no samewheel, another version of it, or another platform.
    """
    silent = {where: one for where, one in workers.items() if isinstance(one, str)}
    if silent:
        raise ClusterError(
            f"{len(silent)} of {len(workers)} workers cannot run samewheel",
            cause=_listed(f"{where}: {why}" for where, why in silent.items()),
            hint=INSTALL,
        )
    described = {where: one for where, one in workers.items() if not isinstance(one, str)}
    others = {where: one for where, one in described.items() if one.samewheel != __version__}
    if others:
        raise ClusterError(
            f"{len(others)} of {len(workers)} workers have another samewheel than {__version__}",
            cause=_listed(f"{where} ({one.host}) has {one.samewheel}" for where, one in others.items()),
            hint=INSTALL_SAME,
        )
    foreign = {where: one for where, one in described.items() if one.platform != platform}
    if foreign:
        raise ClusterError(
            f"{len(foreign)} of {len(workers)} workers cannot rebuild wheels for {platform}",
            cause=_listed(f"{where} ({one.host}) is {one.platform}" for where, one in foreign.items()),
            hint=OTHER_PLATFORM,
        )


def told_apart(here: Described, workers: Mapping[str, Described]) -> Iterator[tuple[str, str]]:
    """Yield what results could depend on: whether builds are kept apart, and which interpreters there are.

    Returns:
        Pairs of a name for what it is about, and a text.
    """
    open_ = {where: one for where, one in workers.items() if one.isolation == "none"}
    if open_ and here.isolation != "none":
        what = f"{len(open_)} of {len(workers)} workers keep builds apart by nothing"
        which = _listed(f"{where} ({one.host})" for where, one in open_.items())
        yield "isolation", f"{what}; a policy takes those results only with isolation=none\n{which}"
    known = {one.pythons for one in workers.values()}
    if len(known | {here.pythons}) > 1:
        sets = [f"here: {', '.join(here.pythons)}"]
        for pythons in sorted(known - {here.pythons}):
            hosts = sorted({one.host for one in workers.values() if one.pythons == pythons})
            sets.append(f"{', '.join(hosts[:SHOWN])}: {', '.join(pythons) or 'none'}")
        sets_text = "\n".join(sets)
        yield "pythons", f"not all machines have the same interpreters, on which results can depend\n{sets_text}"
