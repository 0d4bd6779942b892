"""An audit as a site: a page with totals and all packages, and a page of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from samewheel import __version__
from samewheel._types import Value
from samewheel._words import plural
from samewheel.audit.values import Skipped, Status
from samewheel.comparison import Verdict
from samewheel.explaining.values import UNKNOWN
from samewheel.report.audits import words_of
from samewheel.report.html.bars import causes_chart, stacked_chart, verdicts_chart
from samewheel.report.html.compared import compared_page
from samewheel.report.html.rebuilt import rebuilt_compared, repeat
from samewheel.report.html.rendering import data_block, render_page
from samewheel.report.html.values import Fact, Tone
from samewheel.report.html.words import BADGES, badge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from samewheel.audit.values import Entry
    from samewheel.rebuilding.values import Rebuilt

__all__ = ["INDEX", "site"]

INDEX = "index.html"
"""The page that is opened first."""

LONGEST_WHY = 160
"""Characters of a reason in the list of all packages; its own page has the whole of it."""

LONGEST_NAME = 80
"""Characters of the name of a page."""


class _Package(Value, frozen=True, kw_only=True):
    """An entry, with what the list shows of it."""

    entry: Entry
    word: str
    causes: tuple[str, ...]
    backend: str
    page: str
    """Relative to the first page."""


def _backend(rebuilt: Rebuilt | None) -> str:
    """Return which backend the published wheel says has made it; empty where it does not, or nothing is known."""
    pins = rebuilt.plan.pins if rebuilt is not None and rebuilt.plan is not None else ()
    names = [pin.partition("==")[0].strip() for pin in pins if "==" in pin]
    # setuptools had it make its wheels.
    return ("setuptools" if names[0] == "wheel" else names[0]) if names else ""


def _causes(rebuilt: Rebuilt | None) -> tuple[str, ...]:
    found = rebuilt.causes if rebuilt is not None else ()
    return tuple(dict.fromkeys("unexplained" if one.cause == UNKNOWN else one.cause for one in found))


def _slug(entry: Entry) -> str:
    """Return a file's name that is one on every system, and in which nothing is left of odd names."""
    text = f"{entry.name}-{entry.version}".rstrip("-").lower()
    return re.sub(r"[^a-z0-9._]+", "-", text)[:LONGEST_NAME].strip("-.") or "package"


def _packages(entries: Sequence[Entry], rebuilt: Callable[[Entry], Rebuilt | None]) -> Iterator[_Package]:
    """Yield all entries; pages of the same name are numbered."""
    seen = dict[str, int]()
    for entry in entries:
        slug = _slug(entry)
        seen[slug] = seen.get(slug, 0) + 1
        # No other name ends like this: a version has no two tildes.
        name = slug if seen[slug] == 1 else f"{slug}~{seen[slug]}"
        outcome = rebuilt(entry)
        yield _Package(
            entry=entry,
            word=words_of(entry),
            causes=_causes(outcome),
            backend=_backend(outcome),
            page=f"packages/{name}.html",
        )


def _sentence(packages: Sequence[_Package]) -> str:
    """Return in one sentence what came of it."""
    done = [package for package in packages if package.entry.status is Status.REBUILT]
    if not done:
        return "Nothing was rebuilt."
    same = sum(package.entry.verdict is Verdict.IDENTICAL for package in done)
    if same == len(done):
        return f"{'The one rebuilt wheel is' if same == 1 else f'All {same:,} rebuilt wheels are'} as published."
    return (
        f"{same:,} of {plural(len(done), 'rebuilt wheel')} {'is' if same == 1 else 'are'} as published, to the bit."
    )


def _tone(packages: Sequence[_Package]) -> Tone:
    """Return the tone of the whole: that of the worst package that was to be rebuilt."""
    order = tuple(Tone)
    tones = [badge(package.word).tone for package in packages if package.entry.status is not Status.SKIPPED]
    return max(tones, key=order.index, default=Tone.NONE)


def _data(packages: Sequence[_Package]) -> object:
    """Return what the page's script draws: names once, and packages as rows of numbers and texts."""
    words = list(BADGES)
    causes = sorted({cause for package in packages for cause in package.causes})
    backends = sorted({package.backend for package in packages})
    return {
        "words": [[mark.word, mark.tone.value, mark.sign] for mark in BADGES.values()],
        "causes": causes,
        "backends": backends,
        "rows": [
            [
                package.entry.name,
                package.entry.version,
                words.index(package.word),
                backends.index(package.backend),
                [causes.index(cause) for cause in package.causes],
                package.entry.reason[:LONGEST_WHY],
                package.page,
            ]
            for package in packages
        ],
    }


def _index(title: str, packages: Sequence[_Package]) -> str:
    """Return the first page."""
    built = [package for package in packages if package.entry.status is Status.REBUILT]
    charts = [
        verdicts_chart(package.word for package in packages),
        stacked_chart("By backend: identical, of all", [(one.backend or "not said", one.word) for one in built]),
        causes_chart(cause for package in packages for cause in package.causes),
    ]
    return render_page(
        "audit.html.j2",
        scripts=("theme.js", "audit.js"),
        styles=("common.css", "audit.css"),
        version=__version__,
        title=title,
        sentence=_sentence(packages),
        tone=_tone(packages),
        charts=[chart for chart in charts if chart.bars],
        packages=packages,
        words=[(word, mark) for word, mark in BADGES.items() if any(one.word == word for one in packages)],
        data=data_block(_data(packages)),
    )


def _facts(entry: Entry) -> tuple[Fact, ...]:
    found = [("named in", entry.where), ("file", entry.filename), ("SHA-256", entry.sha256 or ""), ("log", entry.log)]
    if entry.tool:
        found.append(("rebuilt by", f"samewheel {entry.tool}"))
    return tuple(Fact(label, text) for label, text in found if text)


def _page(title: str, package: _Package, rebuilt: Rebuilt | None) -> str:
    """Return the page of one package."""
    entry = package.entry
    if rebuilt is not None:
        found = rebuilt_compared(rebuilt)
        found = msgspec.structs.replace(found, command="audit", facts=(*found.facts, *_facts(entry)))
        return compared_page(found, back=title)
    return render_page(
        "package.html.j2",
        scripts=("theme.js",),
        styles=("common.css",),
        version=__version__,
        title=title,
        entry=entry,
        badge=badge(package.word),
        sentence=_why(entry),
        facts=_facts(entry),
        commands=(repeat(entry.name, entry.version, entry.filename),) if entry.filename else (),
    )


def _why(entry: Entry) -> str:
    """Return in a sentence why there is no verdict."""
    if entry.skipped is not None:
        return Skipped(entry.skipped).sentence
    return {Status.FAILED: "No verdict: the machine failed, or samewheel."}.get(entry.status, "Not rebuilt yet.")


def site(
    title: str, entries: Sequence[Entry], rebuilt: Callable[[Entry], Rebuilt | None]
) -> Iterator[tuple[str, str]]:
    """Yield all pages of an audit with their paths in the site.

    Args:
        title: of the audit.
        entries: all of it, sorted.
        rebuilt: returns the outcome of an entry; it is asked twice for each, and none is kept.
    """
    packages = tuple(_packages(entries, rebuilt))
    yield INDEX, _index(title, packages)
    for package in packages:
        yield package.page, _page(title, package, rebuilt(package.entry))
