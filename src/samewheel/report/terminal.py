"""Result values as lines for a terminal."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from click import style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from samewheel.buildinfo import BuildInfo, Isolation
    from samewheel.building import Built
    from samewheel.constraints import Constraints
    from samewheel.locking import Locked
    from samewheel.verification import NotVaried, ViaSdist
    from samewheel.verifying import Verified

__all__ = ["built_lines", "conditions_lines", "locked_lines", "printable", "stale_lines", "verified_lines"]

ORIGINS = {
    "commit": "the commit's time",
    "default": "the earliest that a wheel can hold",
    "environment": "the caller's SOURCE_DATE_EPOCH",
    "sdist": "the newest file of the sdist",
}
"""Where SOURCE_DATE_EPOCH comes from, in words."""

LABEL = 13
"""Width of the column of labels."""


MOST_MEMBERS = 10
"""Members that one line names."""


def printable(text: str) -> str:
    """Return a text with what no terminal should be told escaped: names in wheels are other people's."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _row(label: str, value: str) -> str:
    return f"  {style(f'{label:<{LABEL}}', dim=True)}{printable(value)}"


def _headline(word: str, name: str, *, good: bool = True) -> str:
    return f"{style(word, fg='green' if good else 'red', bold=True)} {style(printable(name), bold=True)}"


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
    return " ".join(parts)


def _isolation(isolation: Isolation) -> str:
    if isolation.mechanism == "none":
        return "none: the build could reach the network and write to other files"
    network = "no network" if isolation.network == "none" else f"network {isolation.network}"
    return f"{isolation.mechanism}: {network}, files {isolation.filesystem}"


def built_lines(built: Built) -> Iterator[str]:
    """Yield the lines that tell about a finished build, with colours."""
    info = built.buildinfo
    moment = datetime.fromtimestamp(info.epoch.value, UTC).isoformat().replace("+00:00", "Z")
    yield _headline("built", os.path.relpath(built.wheel))
    yield _row("sha256", info.wheel.sha256)
    yield _row("size", f"{info.wheel.size:,} bytes")
    yield _row("source", _source(info))
    yield _row("epoch", f"{info.epoch.value} ({moment}, {ORIGINS[info.epoch.origin]})")
    yield _row("dependencies", f"{len(info.dependencies)} hashed wheels, Python {info.interpreter.version}")
    yield _row("frontend", f"{info.frontend.name} {info.frontend.version}, via {info.via.value}")
    yield _row("isolation", _isolation(info.isolation))
    if info.leaks:
        from samewheel.leaks import summed_up

        yield _row("leaks", summed_up(info.leaks))
    yield _row("buildinfo", os.path.relpath(built.evidence))
    if built.sdist is not None:
        yield _row("sdist", os.path.relpath(built.sdist))
    yield ""
    if info.source.dirty:
        yield style("The commit, without your changes, with plain commands:", dim=True)
    else:
        yield style("The same bytes with plain commands:", dim=True)
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
    yield f"{_headline('locked', os.path.relpath(locked.path))}: {len(now)} packages{pythons}"
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
    yield _row("isolation", _isolation(isolation))


def _by_reason(not_varied: Iterable[NotVaried]) -> dict[str, list[str]]:
    """Return the names of conditions by the reason why they were not varied."""
    names: dict[str, list[str]] = {}
    for item in not_varied:
        names.setdefault(item.reason, []).append(item.name)
    return names


def _via_sdist(found: ViaSdist) -> str:
    if found.verdict.exit_code == 0:
        return "same"
    if found.reason:
        return f"{found.verdict.value}: {found.reason}"
    members = sorted({difference.member or difference.field for difference in found.differences})
    more = f" and {len(members) - MOST_MEMBERS} more" if len(members) > MOST_MEMBERS else ""
    return f"{found.verdict.value}: {', '.join(members[:MOST_MEMBERS])}{more}"


def verified_lines(verified: Verified) -> Iterator[str]:
    """Yield the lines that tell about a verification: the verdict first."""
    report = verified.verification
    first = report.builds[0]
    good = report.verdict.exit_code == 0
    yield _headline(report.verdict.value, verified.wheel, good=good)
    for build in report.builds if not good else report.builds[:1]:
        yield _row("sha256", build.wheel.sha256)
    if report.against is not None:
        yield _row("against", report.against)
    yield _row("varied", ", ".join(report.varied) or "nothing")
    for reason, names in _by_reason(report.not_varied).items():
        yield _row("not varied", f"{', '.join(names)}: {reason}")
    if new_files := report.builds[-1].conditions.get("new_files"):
        yield _row("new files", f"{new_files}, as the backend would pack those of 077; build sets 022")
    if report.via_sdist is not None:
        yield _row("via sdist", _via_sdist(report.via_sdist))
    yield _row("isolation", _isolation(first.isolation))
    yield _row("report", os.path.relpath(verified.evidence))
    if report.differences:
        yield ""
        yield style(f"  code  member: what differs, - {report.compared[0]}, + {report.compared[1]}", dim=True)
    for difference in report.differences:
        place = f"{difference.member}: {difference.field}" if difference.member else difference.field
        yield f"  {style(difference.code, fg='red')} {printable(place)}"
        yield f"    {style('-', dim=True)} {printable(difference.a)}"
        yield f"    {style('+', dim=True)} {printable(difference.b)}"
