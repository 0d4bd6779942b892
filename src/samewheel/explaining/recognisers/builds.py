"""What two buildinfos say: facts of how wheels were built, which by themselves explain no contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from samewheel.explaining.recognisers.said import coded, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS"]

CAUSES = {
    "SW501": "other-source",
    "SW502": "dependencies",
    "SW503": "python-version",
    "SW504": "compressor",
    "SW505": "frontend",
    "SW506": "compiler",
    "SW507": "epoch",
    "SW508": "settings",
    "SW509": "conditions",
}
"""The cause that each code is."""

BUILDS = "dependencies."
"""How the fields begin that name what was installed."""


def backend(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The distribution that the Generator names, of which two versions were installed."""
    names = {canonicalize_name(words[0]) for text in case.generators if (words := text.split())}
    if "bdist-wheel" in names:
        names |= {canonicalize_name("wheel"), canonicalize_name("setuptools")}
    for one in coded(left, "SW502"):
        if one.field.startswith(BUILDS) and canonicalize_name(one.field.removeprefix(BUILDS)) in names:
            yield shown("backend-version", one)


def via(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Whether there was an sdist on the way."""
    del case
    for one in coded(left, "SW505"):
        if one.field == "via":
            yield shown("via-sdist", one)


def facts(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """All else."""
    del case
    for one in coded(left, *CAUSES):
        yield shown(CAUSES[one.code], one)


RECOGNISERS = (backend, via, facts)
"""The surest first."""
