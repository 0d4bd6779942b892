"""The ZIP file around the members."""

from __future__ import annotations

from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="archive-times",
        what="when it was built, or when its files were written",
        do="set SOURCE_DATE_EPOCH, and use a backend that heeds it",
        codes=("SW101", "SW318", "SW320"),
        conditions=("clock", "source_mtime"),
        how="",
        told="",
    ),
    Cause(
        name="archive-time-zone",
        what="the time zone of the builder",
        do="write times in UTC: time.gmtime instead of time.localtime",
        codes=("SW101", "SW320"),
        conditions=("timezone",),
        how="",
        told="",
    ),
    Cause(
        name="umask",
        what="the umask of the builder, or the modes of the checkout",
        do="build under umask 022, from files with modes 644 and 755",
        codes=("SW102", "SW106", "SW303", "SW318"),
        conditions=("umask",),
        how="",
        told="",
    ),
    Cause(
        name="entry-order",
        what="the order in which a file system lists folders",
        do="sort what os.listdir, os.walk and glob return before it is packed",
        codes=("SW103", "SW107", "SW203", "SW318", "SW319", "SW320"),
        conditions=("directory_order",),
        how="",
        told="",
    ),
    Cause(
        name="compressor",
        what="the compressor: zlib, its version, or its level",
        do="build with the same zlib, or pack canonically: samewheel canonicalize",
        codes=("SW104", "SW317", "SW504"),
        how="",
        told="",
    ),
    Cause(
        name="archive-system",
        what="the system or the program that packed it",
        do="build on one system, or pack canonically: samewheel canonicalize",
        codes=("SW105", "SW106", "SW107", "SW108", "SW320"),
        how="",
        told="",
    ),
    Cause(
        name="tag-order",
        what="the order of a set of tags",
        do="sort the tags in the file name and in WHEEL",
        codes=("SW206", "SW304"),
        conditions=("hash_seed",),
        how="",
        told="",
    ),
)
"""Where several fit, the first one is the likeliest."""
