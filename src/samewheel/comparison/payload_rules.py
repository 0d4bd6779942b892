"""Differences in what is installed, SW301 to SW304, and what is seen inside of files: SW301, SW305 to SW409."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison.archive_rules import is_implied, nature
from samewheel.comparison.facts import dist_info_file
from samewheel.comparison.values import Difference, difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.facts import Pairing

__all__ = ["SUMMARIES", "contents", "file_name", "installed_nature", "presence"]

SUMMARIES = {
    "SW302": "a member that only one wheel has",
    "SW303": "a member that is executable in only one wheel",
    "SW304": "the file names of the wheels",
}
"""What each code says, in a line."""


def contents(pairing: Pairing) -> Iterator[Difference]:
    """SW301 and SW305 to SW409: the contents of a member, the likely origin first."""
    for shared in pairing.both:
        if not shared.same and dist_info_file(shared.place) is None:
            for found in shared.findings:
                yield difference(found.code, found.field, found.a, found.b, member=shared.name)


def presence(pairing: Pairing) -> Iterator[Difference]:
    """SW302: a member that only one wheel has; a folder only if nothing else is in it."""
    for alone, facts, values in pairing.alone:
        if is_implied(alone.member, facts) or (dist_info_file(alone.place) and not alone.member.is_folder):
            continue
        yield difference("SW302", "presence", *values, member=alone.member.name)


def installed_nature(pairing: Pairing) -> Iterator[Difference]:
    """SW303: a member that is executable in only one wheel; in ``*.dist-info`` it counts as much."""
    for shared in pairing.both:
        if nature(shared.a) != nature(shared.b):
            modes = (f"{member.central.mode:06o}" for member in (shared.a, shared.b))
            yield difference("SW303", "mode", *modes, member=shared.name)


def file_name(pairing: Pairing) -> Iterator[Difference]:
    """SW304: the wheels' file names, whose tags and version installers believe."""
    if pairing.a.name != pairing.b.name:
        yield difference("SW304", "name", pairing.a.name, pairing.b.name)
