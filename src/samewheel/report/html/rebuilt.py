"""What ``samewheel rebuild`` says, as a page: also of each package of an audit."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from samewheel.comparison import Verdict
from samewheel.report.html.builds import file_table
from samewheel.report.html.compared import Compared, compared_page
from samewheel.report.html.values import Fact
from samewheel.report.lines import isolated
from samewheel.report.plans import plan_fields
from samewheel.report.rebuilt import PROVEN, built_first, changes, proof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.excerpts import Excerpts
    from samewheel.rebuilding.values import Rebuilt
    from samewheel.report.html.values import Rows

__all__ = ["rebuilt_compared", "rebuilt_page", "repeat"]

SIDES = ("published", "rebuilt")

SENTENCES = {
    Verdict.IDENTICAL: "This wheel comes from its source: our build gave the same file, to the bit.",
    Verdict.IDENTICAL_AFTER_REPLAY: "This wheel's contents come from its source; packed alike, it is the same file.",
    Verdict.SAME_CONTENTS: "This wheel's contents come from its source; only the archive around them differs.",
    Verdict.METADATA_DIFFERS: "Our build installs the same files as this wheel, but says something else of itself.",
    Verdict.PAYLOAD_DIFFERS: "Our build of the source does not install the same files as this wheel.",
    Verdict.NOT_BUILDABLE: "This wheel could not be built again.",
    Verdict.NO_SOURCE: "There is no source to build this wheel from.",
}
"""What each verdict means of a rebuild."""


def repeat(name: str, version: str, filename: str) -> str:
    """Return the command that rebuilds a published wheel."""
    words = ["samewheel", "rebuild", f"{name}=={version}", *(["--wheel", filename] if filename else [])]
    return shlex.join(words)


def _known(rebuilt: Rebuilt) -> str:
    """Return what the index knows of the wheel."""
    if rebuilt.on_index:
        return f"on the index{f', uploaded {rebuilt.uploaded[:10]}' if rebuilt.uploaded else ''}"
    return "the index has another file of this name" if rebuilt.on_index is False else "not on the index"


def _facts(rebuilt: Rebuilt) -> Iterator[Fact]:
    if rebuilt.verdict in PROVEN:
        yield Fact("proven", proof(rebuilt))
    yield Fact("release", f"{rebuilt.name} {rebuilt.version}, {_known(rebuilt)}")
    for line in rebuilt.reason.splitlines():
        yield Fact("reason", line)
    if rebuilt.interpreter:
        yield Fact("interpreter", rebuilt.interpreter)
    if rebuilt.isolation is not None:
        yield Fact("isolation", isolated(rebuilt.isolation))
    if len(rebuilt.attempts) > 1:
        yield Fact("plans tried", f"{len(rebuilt.attempts)}, of which number {rebuilt.best} was the best")


def _files(rebuilt: Rebuilt) -> Rows:
    ours = {"SHA-256": rebuilt.sha256} if rebuilt.sha256 is not None else {}
    return file_table({"SHA-256": rebuilt.wheel.sha256}, ours)


def _plan(rebuilt: Rebuilt) -> Iterator[tuple[str, str, str]]:
    """Yield fields of the plan with their values and reasons, then what was installed."""
    yield from plan_fields(rebuilt)
    if rebuilt.dependencies:
        yield "installed", ", ".join(f"{one.name} {one.version}" for one in rebuilt.dependencies), ""
    if rebuilt.built:
        yield "built first", built_first(rebuilt), ""


def _attempts(rebuilt: Rebuilt) -> Iterator[tuple[str, str, str]]:
    for attempt in rebuilt.attempts:
        reason = attempt.reason.splitlines()[0] if attempt.reason else ""
        yield attempt.verdict.value, attempt.why, " — ".join(filter(None, (changes(attempt), reason)))


def rebuilt_compared(rebuilt: Rebuilt, excerpts: Excerpts | None = None) -> Compared:
    """Return what the page of a rebuild shows."""
    return Compared(
        command="rebuild",
        name=rebuilt.wheel.name,
        verdict=rebuilt.verdict,
        sentence=SENTENCES[rebuilt.verdict],
        sides=SIDES,
        facts=tuple(_facts(rebuilt)),
        tables=(_files(rebuilt),),
        differences=rebuilt.differences,
        causes=rebuilt.causes,
        excerpts=excerpts,
        plan=tuple(_plan(rebuilt)),
        attempts=tuple(_attempts(rebuilt)),
        commands=(repeat(rebuilt.name, rebuilt.version, rebuilt.wheel.name),),
    )


def rebuilt_page(rebuilt: Rebuilt, excerpts: Excerpts | None) -> str:
    """Return the page of a rebuild.

    Args:
        rebuilt: the outcome.
        excerpts: of the published wheel and ours; None shows no members.
    """
    return compared_page(rebuilt_compared(rebuilt, excerpts))
