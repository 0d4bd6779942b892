"""What tests of pages share: results with hostile names and contents, and the pages of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel.audit.values import Entry, Skipped, Status
from samewheel.comparison.values import difference
from samewheel.excerpts import read_excerpts
from samewheel.explaining.diffs import explain_diff
from samewheel.explaining.values import Certainty, Explanation
from samewheel.report.html.audits import site
from samewheel.report.html.diffed import diff_page
from samewheel.report.html.rebuilt import rebuilt_page
from samewheel.report.html.verified import verified_page

from .audits import job_of, rebuilt_of
from .test_verification import report
from .wheels import FILES, INFO, METADATA, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.rebuilding.values import Rebuilt

    from .wheels import Files

TURNED = "\u202e"
"""Turns the direction of what follows around: ``gpj.exe`` is shown as ``exe.jpg``."""

MARKUP = (
    "</script></style></title></textarea><script>window.ran=1</script><img class=theirs src=x onerror='window.ran=1'>"
    "<svg class=theirs onload=window.ran=1>"
    f"<a class=theirs href='javascript:window.ran=1'>\"'`&lt;{{{{7*7}}}}{TURNED}"
)
"""Ends what it may stand in, and runs what it can."""

NAME = "<img class=theirs src=x onerror=window.ran=1>'\"&amp;.py"
"""A member's name: a strict reader refuses what cannot be seen in one, and takes this."""


def hostile_files(number: int) -> Files:
    """Return the members of one of two wheels that differ."""
    text = f"x = '{number}'  # {MARKUP}\n".encode()
    return {
        **FILES,
        f"demo/{NAME}": text * 3,
        f"demo/{NAME[:-3]}only{number}/a.py": text,
        "demo/data.bin": b"\0%d" % number + MARKUP.encode(),
        f"{INFO}/METADATA": METADATA + f"Summary: {number} {MARKUP}\nLicense: {MARKUP}\n".encode(),
    }


def hostile_cause(number: int) -> Explanation:
    """Return a cause that quotes everything."""
    return Explanation(
        cause="build-date" if number else "unknown",
        certainty=Certainty.CONSISTENT,
        conditions=("clock", MARKUP),
        sentence=f"{MARKUP} differs",
        members=(MARKUP, f"b{number}.py"),
        codes=("SW309",),
        evidence=(MARKUP,),
        remedy=f"{MARKUP}\n\t{MARKUP}",
    )


DIFFERENCES = (
    difference("SW309", MARKUP, MARKUP, f"{MARKUP}2", member=NAME),
    difference("SW102", "mode", MARKUP, "100600", member=MARKUP),
)
CAUSES = (hostile_cause(1), hostile_cause(0))


def hostile_diff(folder: Path) -> str:
    """Return the page of two wheels whose names and contents are markup."""
    a, b = (written(folder / side, hostile_files(number)) for number, side in enumerate("ab"))
    return diff_page(explain_diff(a, b), read_excerpts(a, b))


def hostile_verified() -> str:
    """Return the page of a verification in which every text is markup."""
    found = report()
    builds = tuple(msgspec.structs.replace(one, conditions={MARKUP: MARKUP}) for one in found.builds)
    return verified_page(
        msgspec.structs.replace(
            found, builds=builds, observed=({MARKUP: 1}, {MARKUP: 2}), causes=CAUSES, differences=DIFFERENCES
        ),
        None,
    )


def hostile_rebuilt(name: str = "payload-differs") -> Rebuilt:
    """Return a rebuild in which every text is markup."""
    found = rebuilt_of(job_of(name))
    assert found.plan is not None
    plan = msgspec.structs.replace(found.plan, pins=(f"{MARKUP}==1",), evidence={"pins": MARKUP})
    return msgspec.structs.replace(
        found, version=MARKUP, reason=MARKUP, plan=plan, causes=CAUSES, differences=DIFFERENCES, interpreter=MARKUP
    )


def entries() -> tuple[Entry, ...]:
    """Return the entries of an audit, with one of each kind, and names that are markup."""
    words = ("identical", "same-contents", "metadata-differs", "payload-differs", "not-buildable", "no-source")
    rebuilt = [
        Entry(
            name=f"{word}{MARKUP * odd}",
            version="1.0",
            filename=f"{word}-1.0-py3-none-any.whl",
            sha256=job_of(word).sha256,
            status=Status.REBUILT,
            verdict=rebuilt_of(job_of(word)).verdict,
            reason=MARKUP * odd,
            skipped=None,
            where=f"list.txt {MARKUP}",
            log="",
            tool="0.1.0",
        )
        for word in words
        for odd in (0, 1)
    ]
    other = msgspec.structs.replace(rebuilt[0], status=Status.FAILED, verdict=None, reason=MARKUP, name="failed")
    skipped = msgspec.structs.replace(
        rebuilt[0], status=Status.SKIPPED, verdict=None, name=MARKUP, version="", skipped=Skipped.VCS, filename=""
    )
    return (*rebuilt, other, skipped)


def rebuilt_for(entry: Entry) -> Rebuilt | None:
    """Return the rebuild of an entry of :func:`entries`."""
    return None if entry.verdict is None else hostile_rebuilt(entry.verdict.value)


def hostile_site() -> dict[str, str]:
    """Return the pages of an audit, by their paths."""
    return dict(site(f"list.txt {MARKUP}", entries(), rebuilt_for))


def long_list(count: int) -> str:
    """Return the first page of an audit of so many packages."""
    first = entries()[0]
    many = [msgspec.structs.replace(first, name=f"package-{number:04}") for number in range(count)]
    _, page = next(site("many.txt", many, lambda _: None))
    return page


def every_page(folder: Path) -> dict[str, str]:
    """Return a page of each kind, by name."""
    pages = hostile_site()
    bare = next(page for name, page in pages.items() if name.startswith("packages/failed"))
    package = next(page for name, page in pages.items() if name.startswith("packages/payload-differs"))
    return {
        "diff": hostile_diff(folder),
        "verify": hostile_verified(),
        "rebuild": rebuilt_page(hostile_rebuilt(), None),
        "audit": pages["index.html"],
        "package": package,
        "bare": bare,
    }


KINDS = ("diff", "verify", "rebuild", "audit", "package", "bare")
"""The names of :func:`every_page`."""
