"""Times and dates that files hold."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

FROM_EPOCH = pasted(
    "python",
    "import os",
    "from datetime import UTC, datetime",
    "",
    'moment = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")), UTC)',
    "text = moment.date().isoformat()",
)

CAUSES = (
    Cause(
        name="build-date",
        what="when it was built",
        do="take SOURCE_DATE_EPOCH for the time, or leave it out",
        codes=("SW202", "SW204", "SW301", "SW304", "SW309", "SW310", "SW315", "SW404"),
        conditions=("clock",),
        how="A hook writes today's date, the year of a copyright line, or a version made of a time stamp. Two builds "
        "in a row show a time of day; a year shows only in January. Compiled modules get it by `-DBUILT=...`, by a "
        "header that is generated, or by `__DATE__` where the compiler does not see SOURCE_DATE_EPOCH.",
        told="The file has dates or times that follow the clock of the build. Where the clock could not be varied, "
        "two builds at one time cannot show a date.",
        lines={"": FROM_EPOCH},
        seen=(
            "https://github.com/Calysto/metakernel/pull/223",
            "https://github.com/schrodinger/pymol-open-source/pull/404",
            "https://reproducible-builds.org/docs/source-date-epoch/",
        ),
    ),
    Cause(
        name="time-zone",
        what="the time zone of the builder",
        do="write times in UTC: datetime.now(UTC), time.gmtime",
        codes=("SW202", "SW204", "SW301", "SW309", "SW310", "SW315"),
        conditions=("timezone",),
        how="`datetime.now()`, `datetime.fromtimestamp(t)` and `time.localtime` are in the zone of the builder. One "
        "SOURCE_DATE_EPOCH then is two times, and sometimes two days.",
        told="The file has times that are hours apart, or the name of a zone, and follows the zone of the build.",
        lines={"": FROM_EPOCH},
        seen=("https://reproducible-builds.org/docs/timezones/",),
    ),
    Cause(
        name="file-times",
        what="the modification times of the source's files",
        do="leave them out, or take SOURCE_DATE_EPOCH",
        codes=("SW204", "SW301", "SW309", "SW310", "SW315"),
        conditions=("source_mtime",),
        how="git does not keep the times of files: each checkout has its own. What reads them by `os.stat` or "
        '`os.path.getmtime`, such as "last changed on", writes the time of the checkout.',
        told="The file follows the times of the files that the build was given.",
        lines={
            "": pasted(
                "python",
                "import os",
                "",
                'changed = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))  # instead of path.stat().st_mtime',
            )
        },
        seen=("https://reproducible-builds.org/docs/timestamps/",),
    ),
)
"""Where several fit, the first one is the likeliest."""
