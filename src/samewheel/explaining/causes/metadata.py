"""What is in ``*.dist-info``."""

from __future__ import annotations

from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="backend-version",
        what="the version of the build backend",
        do="pin it with its hash: samewheel lock",
        codes=("SW201", "SW202", "SW203", "SW204", "SW206", "SW207", "SW208", "SW302", "SW502"),
        how="",
        told="",
    ),
    Cause(
        name="requirement-format",
        what="the release of wheel or setuptools that wrote the requirements",
        do="pin the backend with its hash: samewheel lock",
        codes=("SW202",),
        how="",
        told="",
    ),
    Cause(
        name="metadata-blank-lines",
        what="the release of setuptools, and of Python, that wrote METADATA",
        do="pin both: samewheel lock, and one minor version of Python",
        codes=("SW202",),
        how="",
        told="",
    ),
    Cause(
        name="record-order",
        what="the tool that wrote RECORD",
        do="pin the backend with its hash, and leave wheels as it made them",
        codes=("SW203",),
        how="",
        told="",
    ),
    Cause(
        name="licence-files",
        what="how the backend finds and places licence files",
        do="name them: license-files in [project], and pin the backend",
        codes=("SW202", "SW204"),
        how="",
        told="",
    ),
    Cause(
        name="sbom-order",
        what="the order of entries in an SBOM",
        do="sort them; newer releases of the tool do",
        codes=("SW204", "SW308", "SW314", "SW315"),
        how="",
        told="",
    ),
    Cause(
        name="repair-tool",
        what="a tool that repaired the wheel, and what it wrote of its own run",
        do="run it with fixed paths and without diagnostics",
        codes=("SW201", "SW204", "SW206", "SW304", "SW404", "SW406"),
        how="",
        told="",
    ),
    Cause(
        name="edited-after",
        what="a tool that changed files and left RECORD as it was",
        do="repack with wheel pack, which writes RECORD, or leave the wheel alone",
        codes=("SW205",),
        how="",
        told="",
    ),
)
"""Where several fit, the first one is the likeliest."""
