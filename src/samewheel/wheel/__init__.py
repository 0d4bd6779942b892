"""Wheels as files: bytes to values and back, and the checks that a wheel must pass before anyone sees it.

The names are imported when they are asked for: whoever reads a wheel need not know how to write one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samewheel.wheel.canonical import Moment, canonical_bytes
    from samewheel.wheel.checking import check_wheel, row_flaws, strict_flaws, strict_text_flaws
    from samewheel.wheel.deflating import Form
    from samewheel.wheel.file_names import MOST_TAGS, FileName, read_file_name, read_tags
    from samewheel.wheel.metadata import Headers, read_headers
    from samewheel.wheel.opening import open_wheel, wheel_in
    from samewheel.wheel.reading import Wheel
    from samewheel.wheel.record import Row
    from samewheel.wheel.source import CHUNK
    from samewheel.wheel.values import Archive, CentralHeader, LocalHeader, Member
else:

    def __getattr__(name: str) -> object:
        from samewheel._lazily import imported

        return imported(__name__, _HOMES, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "CHUNK",
    "MOST_TAGS",
    "Archive",
    "CentralHeader",
    "FileName",
    "Form",
    "Headers",
    "LocalHeader",
    "Member",
    "Moment",
    "Row",
    "Wheel",
    "canonical_bytes",
    "check_wheel",
    "open_wheel",
    "read_file_name",
    "read_headers",
    "read_tags",
    "row_flaws",
    "strict_flaws",
    "strict_text_flaws",
    "wheel_in",
]

_HOMES = {
    "canonical": ("Moment", "canonical_bytes"),
    "checking": ("check_wheel", "row_flaws", "strict_flaws", "strict_text_flaws"),
    "deflating": ("Form",),
    "file_names": ("MOST_TAGS", "FileName", "read_file_name", "read_tags"),
    "metadata": ("Headers", "read_headers"),
    "opening": ("open_wheel", "wheel_in"),
    "reading": ("Wheel",),
    "record": ("Row",),
    "source": ("CHUNK",),
    "values": ("Archive", "CentralHeader", "LocalHeader", "Member"),
}
"""The modules that the names come from."""
