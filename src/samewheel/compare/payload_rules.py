"""Differences in what is installed, SW301 to SW304."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.compare.archive_rules import nature
from samewheel.compare.facts import inside_dist_info
from samewheel.compare.values import Difference, difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.compare.facts import Pairing

__all__ = ["contents", "file_name", "installed_nature", "presence"]


def contents(pairing: Pairing) -> Iterator[Difference]:
    """SW301: the contents of a member."""
    for a, b in pairing.both:
        if a.sha256 != b.sha256 and inside_dist_info(a.name) is None:
            yield difference("SW301", "contents", a.sha256, b.sha256, member=a.name)


def presence(pairing: Pairing) -> Iterator[Difference]:
    """SW302: a member that only one wheel has."""
    for members, values in ((pairing.only_a, ("present", "absent")), (pairing.only_b, ("absent", "present"))):
        for member in members:
            if inside_dist_info(member.name) is None:
                yield difference("SW302", "presence", *values, member=member.name)


def installed_nature(pairing: Pairing) -> Iterator[Difference]:
    """SW303: a member that is executable, or a link, in only one wheel; in ``*.dist-info`` it counts as much."""
    for a, b in pairing.both:
        if nature(a) != nature(b):
            yield difference("SW303", "mode", f"{a.mode:06o}", f"{b.mode:06o}", member=a.name)


def file_name(pairing: Pairing) -> Iterator[Difference]:
    """SW304: the wheels' file names, whose tags and version installers believe."""
    if pairing.a.name != pairing.b.name:
        yield difference("SW304", "name", pairing.a.name, pairing.b.name)
