"""From what came of one plan to better ones: each rule knows one cause, and says what it saw.

The causes are those of ``docs/lookup/rebuild.md``; versions in the rules were found by building one project with
every release of setuptools (``benchmarks/setuptools_shapes.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from samewheel._standards import requirement_of, version_of
from samewheel._types import Value, Via
from samewheel.rebuilding.values import Command, Newlines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from samewheel.comparison import Difference
    from samewheel.rebuilding.published import Published
    from samewheel.rebuilding.values import Plan

__all__ = ["Correction", "Outcome", "corrections"]


class Outcome(Value, frozen=True, kw_only=True):
    """What came of a plan."""

    plan: Plan
    published: Published
    differences: tuple[Difference, ...] = ()
    """Of the published wheel (a) and ours (b); empty if nothing was built."""
    failure: str = ""
    """Why nothing was built."""
    pythons: tuple[str, ...] = ()
    """Interpreters at hand that the source may be built with, likeliest first."""

    def metadata(self, field: str) -> Difference | None:
        """Return the difference of a field of METADATA, if there is one."""
        found = (one for one in self.differences if one.code == "SW202" and one.field == field)
        return next(found, None)

    def codes(self, *codes: str) -> list[Difference]:
        """Return the differences that have one of the codes."""
        return [one for one in self.differences if one.code in codes]


class Correction(Value, frozen=True, kw_only=True):
    """A plan to try next."""

    plan: Plan
    why: str


def _named(pins: Iterable[str]) -> dict[str, str]:
    return {canonicalize_name(requirement_of(pin).name): pin for pin in pins}


def anew(plan: Plan, *, evidence: dict[str, str], **changed: object) -> Plan:
    """Return a changed plan, of which all that is installed is resolved anew."""
    why = {name: text for name, text in evidence.items() if name != "built"}
    return replace(plan, locked=(), built=(), evidence=why, **changed)


def pinned(plan: Plan, *pins: str, why: str) -> Correction:
    """Return a plan with pins in place of those that it has of the same names."""
    merged = tuple(sorted({**_named(plan.pins), **_named(pins)}.values()))
    evidence = {**plan.evidence, "pins": "; ".join(filter(None, [plan.evidence.get("pins"), why]))}
    return Correction(plan=anew(plan, pins=merged, evidence=evidence), why=why)


def with_python(plan: Plan, python: str, why: str) -> Correction:
    """Return a plan with another interpreter."""
    evidence = {**plan.evidence, "python": why}
    return Correction(plan=anew(plan, python=python, evidence=evidence), why=why)


LICENSE_FILE = "setuptools<57"
"""Before, METADATA had no License-File."""

HOME_PAGE = "setuptools<60.6"
"""Before, a project without a home page had the Home-page UNKNOWN, and the fields stood in another order."""

ENTRY_POINTS = "setuptools<60.9"
"""Before, entry_points.txt ended with an empty line."""

PLATFORM = "setuptools<62.2"
"""Before, METADATA of a project without platforms had the Platform UNKNOWN, and ended with more empty lines."""

PARENTHESES = "wheel<0.41.1"
"""Before, Requires-Dist had parentheses around versions; setuptools takes an installed wheel's code for it."""

FIRST_BUILD_OPTION = Version("64")
"""The hooks of setuptools before have no way for an option of ``bdist_wheel`` alone."""

ON_WINDOWS = re.compile(r"CRLF [1-9]|[1-9][0-9]* of CR LF")
"""How a difference of line endings says that there are some of Windows."""

MINOR = re.compile(r"(?:\bpy|[Pp]ip|-)3\.(\d{1,2})(?![\d.])")
"""How a wheel names the interpreter that built it: ``NAME-py3.9-nspkg.pth``, ``pip3.11``, ``nosetests-3.4``."""


def _shapes(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield pins that the shape of METADATA speaks for, the tightest first, and why."""
    licensed, platform = outcome.metadata("License-File"), outcome.metadata("Platform")
    requires, end = outcome.metadata("Requires-Dist"), outcome.metadata("end of the description")
    home_page = outcome.metadata("Home-page")
    if licensed is not None and licensed.a == "absent":
        yield LICENSE_FILE, "METADATA has no License-File"
    elif home_page is not None and home_page.a.endswith("UNKNOWN"):
        yield HOME_PAGE, "METADATA has the Home-page UNKNOWN"
    elif _reordered(outcome):
        yield HOME_PAGE, "the fields of METADATA stand in another order"
    elif any(one.field == "end of file" and _longer(one) for one in outcome.codes("SW207")):
        yield ENTRY_POINTS, "entry_points.txt ends with an empty line"
    elif platform is not None and platform.a.endswith("UNKNOWN"):
        yield PLATFORM, "METADATA has the Platform UNKNOWN"
    elif end is not None and _longer(end):
        yield PLATFORM, "METADATA ends with empty lines"
    if requires is not None and "(" in requires.a and "(" not in requires.b:
        yield PARENTHESES, "Requires-Dist has parentheses"


def _longer(end: Difference) -> bool:
    """Tell whether the published file ends with more empty lines."""
    return end.a.count("\\n") > end.b.count("\\n")


def _reordered(outcome: Outcome) -> bool:
    """Tell whether fields of METADATA stand in another order, those apart that come from a set of Python."""
    moved = [one for one in outcome.codes("SW202") if one.field.startswith("order")]
    return any(not {one.a.partition(":")[0], one.b.partition(":")[0]} <= {"Requires-Dist"} for one in moved)


def older_tools(outcome: Outcome) -> Iterator[Correction]:
    """An older setuptools or wheel, as the shape of METADATA shows."""
    shapes = [(pin, why) for pin, why in _shapes(outcome) if pin not in outcome.plan.pins]
    if shapes:
        plan = outcome.plan
        for pin, why in shapes:
            plan = pinned(plan, pin, why=why).plan
        yield Correction(plan=plan, why="; ".join(why for _, why in shapes))


def universal(outcome: Outcome) -> Iterator[Correction]:
    """``--universal`` on the command line: tags of Python 2 that the source does not ask for."""
    tags = [one for one in outcome.codes("SW206") if one.field == "Tag" and "py2" in one.a and "py2" not in one.b]
    if tags and not outcome.plan.config_settings:
        why = "the wheel has tags of Python 2 that the source does not ask for"
        command = outcome.plan.command if _setuptools(outcome.plan) >= FIRST_BUILD_OPTION else Command.SETUP_PY
        evidence = {**outcome.plan.evidence, "config-settings": why}
        settings: dict[str, str | list[str]] = {"--build-option": "--universal"}
        plan = anew(outcome.plan, config_settings=settings, command=command, evidence=evidence)
        yield Correction(plan=plan, why=why)


def _setuptools(plan: Plan) -> Version:
    """Return the version of setuptools that was installed."""
    lines = (line.split(" ")[0] for line in plan.locked)
    return next(
        (version_of(line.partition("==")[2]) for line in lines if line.startswith("setuptools==")), Version("0")
    )


def without_compilers(outcome: Outcome) -> Iterator[Correction]:
    """No compiler, where the wheel has none of the native code that the source would give."""
    tagged = any(one.field == "Root-Is-Purelib" and "true" in one.a for one in outcome.codes("SW206"))
    if tagged and outcome.plan.compilers:
        why = "the wheel has no native code, and the source gives some where compilers work"
        evidence = {**outcome.plan.evidence, "compilers": why}
        yield Correction(plan=replace(outcome.plan, compilers=False, evidence=evidence), why=why)


def windows(outcome: Outcome) -> Iterator[Correction]:
    """Text files that were written on Windows."""
    endings = [one for one in outcome.differences if one.field == "line endings" and ON_WINDOWS.search(one.a)]
    if endings and outcome.plan.newlines is Newlines.UNIX:
        why = f"{endings[0].member} ends its lines as Windows does"
        evidence = {**outcome.plan.evidence, "newlines": why}
        yield Correction(plan=replace(outcome.plan, newlines=Newlines.WINDOWS, evidence=evidence), why=why)


def installed_backend(outcome: Outcome) -> Iterator[Correction]:
    """The backend that was installed, where a backend's own source would be built by itself."""
    if outcome.codes("SW201") and outcome.plan.in_tree_backend and outcome.plan.pins:
        why = "another release of the backend made the wheel than the source is"
        evidence = {**outcome.plan.evidence, "in-tree-backend": why}
        yield Correction(plan=anew(outcome.plan, in_tree_backend=False, evidence=evidence), why=why)


def named_python(outcome: Outcome) -> Iterator[Correction]:
    """The interpreter whose version the wheel names where ours has another."""
    for one in outcome.codes("SW207", "SW202", "SW302", "SW309", "SW310"):
        theirs = MINOR.findall(one.member if one.code == "SW302" and one.a == "present" else one.a)
        for minor in theirs:
            if (python := f"3.{minor}") in outcome.pythons and python != outcome.plan.python:
                yield with_python(outcome.plan, python, f"{one.member} names Python {python}")


def via_sdist(outcome: Outcome) -> Iterator[Correction]:
    """Through an sdist, as ``python -m build`` does it: what the manifest leaves out is not in the wheel."""
    plan = outcome.plan
    deep = [one for one in outcome.differences if not one.code.startswith("SW1")]
    if plan.source.git is not None and plan.via is Via.TREE and (deep or outcome.failure):
        why = "a wheel of the commit itself is another one"
        yield Correction(plan=anew(plan, via=Via.SDIST, evidence={**plan.evidence, "via": why}), why=why)


def old_setup_py(outcome: Outcome) -> Iterator[Correction]:
    """``setup.py`` run by itself, as before PEP 517: no setuptools of that time had its hooks, or a failure."""
    setuptools = any(one.startswith("setuptools") for one in outcome.plan.pins)
    if outcome.failure and outcome.plan.command is Command.PEP517 and setuptools:
        why = "the backend's hook cannot be had or failed, and setup.py was run by itself at that time"
        evidence = {**outcome.plan.evidence, "command": why}
        plan = anew(outcome.plan, command=Command.SETUP_PY, evidence=evidence)
        yield Correction(plan=plan, why=why)


def required_by_setup_py(outcome: Outcome) -> Iterator[Correction]:
    """What ``setup.py`` names as ``setup_requires``: run by itself, it is not asked before, and finds no network."""
    if outcome.plan.command is not Command.SETUP_PY or not (asked := SETUP_REQUIRES.search(outcome.failure)):
        return
    try:
        requirement = requirement_of(asked[1])
    except InvalidRequirement:
        return
    if requirement.url is None and requirement.name not in _named(outcome.plan.pins):
        why = f"setup.py requires {requirement}"
        yield pinned(outcome.plan, str(requirement), why=why)


def other_pythons(outcome: Outcome) -> Iterator[Correction]:
    """Another interpreter: the next one in the order of likelihood."""
    others = [python for python in outcome.pythons if python != outcome.plan.python]
    if outcome.failure.startswith(UNSOLVED) and any(old_setup_py(outcome)):
        # The hooks that a source without a build system table stands for are newer than its time: with any Python.
        return
    if outcome.failure:
        why = f"the build failed with Python {outcome.plan.python}"
    elif outcome.codes(*WRITTEN):
        why = f"what was written with Python {outcome.plan.python} differs"
        others = others[:NEAR]
    else:
        return
    for python in others:
        yield with_python(outcome.plan, python, why)


def without_pins(outcome: Outcome) -> Iterator[Correction]:
    """What the date alone says: a version that a pin names may be gone, or never have been on the index."""
    if outcome.failure and outcome.plan.pins:
        why = "what the pins ask for cannot be had"
        evidence = {**outcome.plan.evidence, "pins": why}
        yield Correction(plan=anew(outcome.plan, pins=(), evidence=evidence), why=why)


SETUP_REQUIRES = re.compile(r"Could not find suitable distribution for Requirement\.parse\('([^'\n]{1,200})'\)")
"""What setuptools says if it may not fetch what ``setup_requires`` names."""

UNSOLVED = "the build requirements cannot be locked: the requirements have no solution"

WRITTEN = ("SW202", "SW207", "SW309", "SW310")
"""Differences of texts that a build writes, and another interpreter may write otherwise."""

NEAR = 3
"""Interpreters that are tried where the build itself went well."""

RULES: tuple[Callable[[Outcome], Iterator[Correction]], ...] = (
    older_tools,
    universal,
    without_compilers,
    windows,
    installed_backend,
    named_python,
    via_sdist,
    old_setup_py,
    required_by_setup_py,
    other_pythons,
    without_pins,
)
"""The likeliest causes first."""


def corrections(outcome: Outcome) -> Iterator[Correction]:
    """Yield plans that may do better than one that was tried, the likeliest first."""
    for rule in RULES:
        yield from rule(outcome)
