"""The ZIP file around the members."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import COMMANDS, pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

REPRODUCIBLE = pasted(
    "pyproject.toml",
    "[tool.scikit-build]",
    'minimum-version = "1.0"',
    "wheel.reproducible = true",
)
"""Of scikit-build-core: fixed times and modes, from release 1.0 on."""

CANONICAL = pasted(COMMANDS, "samewheel canonicalize dist/sample-1.0-py3-none-any.whl -o canonical")

CAUSES = (
    Cause(
        name="archive-times",
        what="when it was built, or when its files were written",
        do="set SOURCE_DATE_EPOCH, and use a backend that heeds it",
        codes=("SW101",),
        conditions=("clock", "source_mtime"),
        how="A ZIP file says of each member when it was last changed. Without SOURCE_DATE_EPOCH, setuptools, flit, "
        "scikit-build-core and meson-python take that from the files on disk: a fresh clone has the time of the "
        "checkout on everything, and what the build itself writes has the time of the build. hatchling, "
        "poetry-core and pdm-backend have a fixed time of their own then, and uv_build writes 1980-01-01 in any "
        "case.",
        told="Members have other times in the archive; they follow the clock of the build, or the times of the files "
        "that it was given.",
        lines={
            "": pasted(COMMANDS, "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"),
            "scikit-build-core": REPRODUCIBLE,
        },
        seen=(
            "https://github.com/pypa/wheel/issues/143",
            "https://github.com/PyO3/maturin/issues/1320",
            "https://github.com/scikit-build/scikit-build-core/pull/1389",
        ),
    ),
    Cause(
        name="archive-time-zone",
        what="the time zone of the builder",
        do="write times in UTC: time.gmtime instead of time.localtime",
        codes=("SW101", "SW320"),
        conditions=("timezone",),
        how="A ZIP file has times of day without a zone. Code that fills them in by `time.localtime` writes one "
        "moment as two different times in two zones. Backends of today write UTC; older releases of wheel, and "
        "hooks that pack archives themselves, do not always.",
        told="The times of members follow the zone of the build, or are all apart by the same time: whole hours, or "
        "quarters of one.",
        lines={
            "": pasted(
                "python",
                "import os",
                "import time",
                "import zipfile",
                "",
                'moment = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))',
                'info = zipfile.ZipInfo("sample/data.txt", date_time=moment[:6])',
            )
        },
        seen=("https://github.com/pypa/wheel/issues/143", "https://reproducible-builds.org/docs/timezones/"),
    ),
    Cause(
        name="umask",
        what="the umask of the builder, or the modes of the checkout",
        do="build under umask 022, from files with modes 644 and 755",
        codes=("SW102", "SW303"),
        conditions=("umask",),
        how="A ZIP file has the mode of each member. setuptools, scikit-build-core and meson-python pack the modes "
        "that files have on disk: those of the checkout, which git makes under the umask of whoever clones, and "
        "those of files that the build writes, such as METADATA. Under umask 077 a wheel has 600 where it has "
        "644 under 022. flit, hatchling, poetry-core, pdm-backend and uv_build write modes of their own.",
        told="Modes follow the umask of the build, or differ by just those bits that an umask takes away.",
        lines={
            "": pasted(COMMANDS, "umask 022", "chmod -R u=rwX,go=rX ."),
            "scikit-build-core": REPRODUCIBLE,
        },
        seen=(
            "https://github.com/pypa/wheel/issues/362",
            "https://github.com/pypa/auditwheel/issues/578",
            "https://github.com/scikit-build/scikit-build-core/pull/1389",
        ),
    ),
    Cause(
        name="entry-order",
        what="the order in which a file system lists folders",
        do="sort what os.listdir, os.walk and glob return before it is packed",
        codes=("SW103", "SW203", "SW318", "SW320"),
        conditions=("directory_order",),
        how="A file system lists a folder in an order of its own, which differs from disk to disk and from checkout "
        "to checkout. What packs files as `os.walk` or `glob` hand them over packs them in that order, and "
        "RECORD follows. Backends of today sort; wheel before 0.36 did not, and hooks and repair tools may not. "
        "With meson-python, several licence files that one pattern matches come in that order, too.",
        told="The same members in another order, which follows the order of folders in the build.",
        lines={
            "": pasted(
                "python",
                "import os",
                "",
                'for folder, folders, files in os.walk("src"):',
                "    folders.sort()  # os.walk goes on in this order",
                "    for name in sorted(files):",
                "        print(os.path.join(folder, name))",
            ),
            "meson-python": pasted("pyproject.toml", "[project]", 'license-files = ["LICENSE", "NOTICE"]'),
        },
        seen=(
            "https://github.com/pypa/wheel/issues/183",
            "https://github.com/pypa/auditwheel/issues/507",
            "https://reproducible-builds.org/docs/stable-inputs/",
        ),
    ),
    Cause(
        name="compressor",
        what="the compressor: zlib, its version, or its level",
        do="build with the same zlib, or pack canonically: samewheel canonicalize",
        codes=("SW104", "SW317", "SW504"),
        how="The format leaves a compressor free: zlib, zlib-ng, their releases and levels make different streams of "
        "the same contents. Python compresses by whatever zlib it was linked with, and CPython 3.14 for Windows "
        "and the Pythons of some distributions have zlib-ng. Nothing that is installed differs.",
        told="Members have the same contents in other streams; of small ones no compressor can be told. Where both "
        "buildinfos are at hand, they name the zlib.",
        lines={"": CANONICAL},
        seen=(
            "https://github.com/zlib-ng/zlib-ng/issues/2216",
            "https://github.com/learningequality/ricecooker/issues/722",
            "https://github.com/python/cpython/issues/91349",
        ),
    ),
    Cause(
        name="archive-system",
        what="the system or the program that packed it",
        do="build on one system, or pack canonically: samewheel canonicalize",
        codes=("SW105", "SW106", "SW107", "SW108", "SW320"),
        how="Headers of a ZIP file say which system packed a member, by which version of the format, with which "
        "flags and extra fields. Python on Windows writes 0 for the system where others write 3; uv_build adds "
        "entries for folders and names version 6.3; `zip` and repair tools add fields of their own. Installers "
        "ignore all of it.",
        told="Headers differ that no content decides, in every member alike.",
        lines={"": CANONICAL},
        seen=(
            "https://github.com/pypa/auditwheel/issues/578",
            "https://reproducible-builds.org/docs/archives/",
        ),
    ),
    Cause(
        name="tag-order",
        what="the order of a set of tags",
        do="sort the tags in the file name and in WHEEL",
        codes=("SW206", "SW304"),
        conditions=("hash_seed",),
        how="A wheel for several platforms has their tags in its file name, joined by dots, and in WHEEL. A tool "
        "that keeps them in a `set` or `frozenset` writes them in an order that Python draws anew for each "
        "process.",
        told="The same tags in another order, which follows the hash seed of the build.",
        lines={
            "": pasted(
                "python",
                'tags = {"manylinux_2_17_x86_64", "manylinux2014_x86_64"}',
                'platform = ".".join(sorted(tags))',
            )
        },
        seen=(
            "https://github.com/pypa/auditwheel/issues/583",
            "https://github.com/pypa/packaging/issues/909",
            "https://github.com/pex-tool/pex/issues/2927",
        ),
    ),
)
"""Where several fit, the first one is the likeliest."""
