"""What the build was made of."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import COMMANDS, pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="dependencies",
        what="what was installed for the build",
        do="pin it with hashes: samewheel lock",
        codes=("SW502",),
        how="A build installs what `requires` names, what the backend asks for on top, and what all of these need. "
        "Without pins, that is the newest of the day; with pins of the first alone, most of it still is.",
        told="The buildinfos list what was installed, each with the digest of its file.",
        lines={"": pasted(COMMANDS, "samewheel lock", "git add constraints.txt")},
        seen=(
            "https://github.com/spesmilo/electrum/issues/7640",
            "https://github.com/scikit-learn/scikit-learn/issues/28151",
        ),
    ),
    Cause(
        name="python-version",
        what="the Python that ran the build",
        do="build with one minor version of Python",
        codes=("SW206", "SW207", "SW302", "SW304", "SW311", "SW313", "SW503"),
        how="The minor version is in the tags of a wheel that is not for all of them, decides what bytecode looks "
        "like, and brings its own json, email and zipfile, which write things differently. Of compiled code, "
        "even the release and who built it decide flags and headers.",
        told="Tags, bytecode, or the names of files and commands speak of another Python, or the buildinfos do.",
        lines={"": pasted("pyproject.toml", "[tool.samewheel]", 'python = "3.13"')},
        seen=("https://github.com/google/oss-rebuild/tree/main/definitions/pypi",),
    ),
    Cause(
        name="epoch",
        what="SOURCE_DATE_EPOCH",
        do="set it to the time of the commit: git log -1 --format=%ct",
        codes=("SW101", "SW507"),
        how="Backends write SOURCE_DATE_EPOCH into the headers of the archive, and code that heeds it into files. "
        "samewheel takes the caller's, else the time of the commit, else the newest time in the sdist; a copy "
        "without git has 1980-01-01.",
        told="The buildinfos have two values; or all members of one wheel have the same time, and another one in the "
        "other wheel.",
        lines={"": pasted(COMMANDS, "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)")},
        seen=(
            "https://reproducible-builds.org/docs/source-date-epoch/",
            "https://reproducible-builds.org/specs/source-date-epoch/",
        ),
    ),
    Cause(
        name="settings",
        what="settings that were given for the build",
        do="give the same ones: [tool.samewheel] in pyproject.toml",
        codes=("SW508",),
        how="`-C KEY=VALUE`, `--env` and `--readable` change what a backend makes, and are gone when the command "
        "line is. In pyproject.toml, all but the last are part of the source.",
        told="The buildinfos list two sets of settings.",
        lines={
            "": pasted(
                "pyproject.toml",
                "[tool.samewheel.config-settings]",
                '"--build-option" = "--plat-name=manylinux_2_28_x86_64"',
                "",
                "[tool.samewheel.env]",
                'SAMPLE_WITHOUT_EXTENSIONS = "1"',
            )
        },
        seen=("https://peps.python.org/pep-0517/",),
    ),
    Cause(
        name="conditions",
        what="conditions of the build",
        do="build with samewheel build, which sets them",
        codes=("SW509",),
        how="Time zone, locale, umask, hash seed, folders, user and machine are what a build process can notice. "
        "They explain nothing alone; where a wheel depends on one of them, another page of these says how.",
        told="The buildinfos list them, and how far each build was kept apart from the machine.",
        lines={"": pasted(COMMANDS, "samewheel conditions", "samewheel verify")},
        seen=("https://reproducible-builds.org/docs/",),
    ),
    Cause(
        name="via-sdist",
        what="whether the wheel was built from the tree or from the sdist",
        do='build it one way: via = "sdist" in [tool.samewheel]',
        codes=("SW302", "SW505"),
        how="`python -m build` makes an sdist first, and the wheel of that; `pip wheel .` and `uv build --wheel` "
        "take the tree. An sdist leaves out what its backend does not pack, and has no git: files are missing, "
        "or a version file names no commit.",
        told="The buildinfos say so; and `samewheel verify` builds both ways and compares.",
        lines={
            "": pasted("pyproject.toml", "[tool.samewheel]", 'via = "sdist"'),
            "setuptools": pasted("MANIFEST.in", "graft src", "global-exclude __pycache__ *.py[co]"),
            "hatchling": pasted("pyproject.toml", "[tool.hatch.build.targets.sdist]", 'include = ["/src", "/tests"]'),
            "flit": pasted("pyproject.toml", "[tool.flit.sdist]", 'include = ["data/"]'),
            "poetry": pasted(
                "pyproject.toml", "[tool.poetry]", 'include = [{ path = "data", format = ["sdist", "wheel"] }]'
            ),
            "pdm": pasted("pyproject.toml", "[tool.pdm.build]", 'source-includes = ["data"]'),
            "uv_build": pasted("pyproject.toml", "[tool.uv.build-backend]", 'source-include = ["data/**"]'),
            "scikit-build-core": pasted("pyproject.toml", "[tool.scikit-build]", 'sdist.include = ["data"]'),
        },
        seen=("https://github.com/google/oss-rebuild/tree/main/definitions/pypi",),
    ),
    Cause(
        name="unheeded-seed",
        what="a set in a program that ignores PYTHONHASHSEED, as it is started with -I or -E",
        do="sort what it writes; newer releases do",
        codes=("SW204", "SW308", "SW309", "SW315"),
        how="`python -I` and `python -E` ignore every variable of Python's, PYTHONHASHSEED as well, and the scripts "
        "that pipx and some distributions install begin so. Sets in such a program have another order in each "
        "run, whatever the build fixes.",
        told="The same entries in another order, in two builds that have the same hash seed.",
        lines={"": pasted("python", 'names = {"alpha", "beta"}', 'text = "\\n".join(sorted(names))')},
        seen=("https://github.com/pypa/auditwheel/issues/729",),
    ),
)
"""Where several fit, the first one is the likeliest."""
