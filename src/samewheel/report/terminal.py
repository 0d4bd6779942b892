"""What was locked and built, as lines for a terminal."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from click import style

from samewheel._text import printable
from samewheel._words import plural
from samewheel.report.lines import headline, isolated, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from samewheel.buildinfo import BuildInfo, Isolation
    from samewheel.building import Built
    from samewheel.constraints import Constraints
    from samewheel.locking import Locked

__all__ = ["built_lines", "conditions_lines", "locked_lines", "stale_lines"]

ORIGINS = {
    "commit": "the commit's time",
    "default": "the earliest that a wheel can hold",
    "environment": "the caller's SOURCE_DATE_EPOCH",
    "sdist": "the newest file of the sdist",
}
"""Where SOURCE_DATE_EPOCH comes from, in words."""


def _source(info: BuildInfo) -> str:
    parts = [info.source.kind.value]
    if info.source.commit:
        parts.append(info.source.commit[:12])
    if info.source.describe:
        parts.append(f"({info.source.describe})")
    if info.source.uri:
        parts.append(info.source.uri)
    if info.source.dirty:
        parts.append(f"with {len(info.source.dirty)} uncommitted changes")
    if info.source.included:
        parts.append(f"with {len(info.source.included)} files that git ignores")
    return " ".join(parts)


def built_lines(built: Built, home: Path) -> Iterator[str]:
    """Yield the lines that tell about a finished build, with colours; in the folder ``home``, its commands work."""
    info = built.buildinfo
    moment = datetime.fromtimestamp(info.epoch.value, UTC).isoformat().replace("+00:00", "Z")
    yield headline("built", os.path.relpath(built.wheel))
    yield row("sha256", info.wheel.sha256)
    yield row("size", f"{info.wheel.size:,} bytes")
    yield row("source", _source(info))
    yield row("epoch", f"{info.epoch.value} ({moment}, {ORIGINS[info.epoch.origin]})")
    yield row("dependencies", f"{len(info.dependencies)} hashed wheels, Python {info.interpreter.version}")
    yield row("frontend", f"{info.frontend.name} {info.frontend.version}, via {info.via.value}")
    yield row("isolation", isolated(info.isolation))
    if info.leaks:
        from samewheel.leaks import summed_up

        yield row("leaks", summed_up(info.leaks))
    yield row("buildinfo", os.path.relpath(built.evidence))
    if built.sdist is not None:
        yield row("sdist", os.path.relpath(built.sdist))
    yield ""
    if info.source.dirty:
        yield style("The commit, without your changes, with plain commands:", dim=True)
    else:
        yield style("The same bytes with plain commands:", dim=True)
    if (there := os.path.relpath(home)) != os.curdir:
        yield f"  cd {printable(shlex.quote(there))}"
    for command in info.commands:
        yield f"  {printable(command)}"


def _versions(constraints: Constraints | None) -> dict[str, str]:
    """Return the pinned versions by name; a name that has several, for several markers, has them all."""
    versions: dict[str, str] = {}
    for pin in constraints.pins if constraints is not None else ():
        versions[pin.name] = f"{versions[pin.name]}, {pin.version}" if pin.name in versions else pin.version
    return versions


def locked_lines(locked: Locked) -> Iterator[str]:
    """Yield the lines that tell about a lock: what is new, what moved, what went."""
    header, now, before = locked.constraints.header, _versions(locked.constraints), _versions(locked.previous)
    pythons = f" for Python {header.requires_python}" if header is not None else ""
    yield f"{headline('locked', os.path.relpath(locked.path))}: {plural(len(now), 'package')}{pythons}"
    for name in sorted({*now, *before}):
        if name not in now:
            yield style(f"  - {name} {before[name]}", fg="red")
        elif name not in before:
            yield style(f"  + {name} {now[name]}", fg="green")
        elif now[name] != before[name]:
            yield style(f"  ~ {name} {before[name]} -> {now[name]}", fg="yellow")
    if locked.previous is not None and locked.previous.content == locked.constraints.content:
        yield "  nothing changed"


def stale_lines(reasons: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines that tell whether a lock is fresh."""
    if not reasons:
        yield style("fresh", fg="green", bold=True)
        return
    yield style("stale", fg="red", bold=True)
    for reason in reasons:
        yield f"  {printable(reason)}"
    yield f"{style('next:', bold=True)} samewheel lock"


def conditions_lines(reasons: Mapping[str, str], isolation: Isolation) -> Iterator[str]:
    """Yield the lines that tell what can be varied here, and why the rest cannot."""
    for name, reason in reasons.items():
        if reason:
            yield f"  {style('no', fg='yellow')}  {name:<17}{style(printable(reason), dim=True)}"
        else:
            yield f"  {style('yes', fg='green')} {name}"
    yield row("isolation", isolated(isolation))
