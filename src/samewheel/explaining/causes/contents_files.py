"""Files that a build makes, finds or fetches."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import COMMANDS, pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES", "CLEAN", "PACKAGES"]

CLEAN = pasted(COMMANDS, "git stash --include-untracked", "git clean -xdn  # shows what -xdf removes")
"""What makes a checkout be what its commit says."""

PACKAGES = {
    "setuptools": pasted(
        "pyproject.toml",
        "[tool.setuptools]",
        'package-dir = { "" = "src" }',
        'packages = ["sample", "sample.plugins"]',
    ),
    "hatchling": pasted("pyproject.toml", "[tool.hatch.build.targets.wheel]", 'packages = ["src/sample"]'),
    "flit": pasted("pyproject.toml", "[tool.flit.module]", 'name = "sample"'),
    "poetry": pasted("pyproject.toml", "[tool.poetry]", 'packages = [{ include = "sample", from = "src" }]'),
    "pdm": pasted("pyproject.toml", "[tool.pdm.build]", 'includes = ["src/sample"]', 'package-dir = "src"'),
    "uv_build": pasted("pyproject.toml", "[tool.uv.build-backend]", 'module-name = "sample"', 'module-root = "src"'),
    "scikit-build-core": pasted("pyproject.toml", "[tool.scikit-build]", 'wheel.packages = ["src/sample"]'),
    "meson-python": pasted(
        "meson.build",
        "py.install_sources(",
        "  'src/sample/__init__.py',",
        "  'src/sample/core.py',",
        "  subdir: 'sample',",
        ")",
    ),
}
"""How each backend is told which packages to pack."""

CAUSES = (
    Cause(
        name="version-file",
        what="a version file that was generated: commit, date or changes of the checkout",
        do="build from a clean checkout with its tags, or from the sdist",
        codes=("SW202", "SW204", "SW209", "SW301", "SW304", "SW309", "SW310"),
        how="setuptools-scm, hatch-vcs and the like ask git for the version. Without its tags, a checkout has "
        "another one; with uncommitted changes the version gets a date (`+d20261122`); and the file that they "
        "write can name the commit, which is unknown where there is no git: in an sdist.",
        told="A file of the kind that such tools write (`_version.py`, `version.py`) differs in what they write.",
        lines={
            "": pasted(COMMANDS, "git fetch --tags --unshallow || git fetch --tags", "git status --porcelain"),
            "setuptools": pasted(
                "pyproject.toml",
                "[tool.setuptools_scm]",
                'local_scheme = "no-local-version"',
                'version_file = "src/sample/_version.py"',
                """version_file_template = '__version__ = "{version}"'""",
            ),
            "hatchling": pasted(
                "pyproject.toml",
                "[tool.hatch.version]",
                'source = "vcs"',
                'raw-options = { local_scheme = "no-local-version" }',
                "",
                "[tool.hatch.build.hooks.vcs]",
                'version-file = "src/sample/_version.py"',
                """template = '__version__ = "{version}"'""",
            ),
            "pdm": pasted(
                "pyproject.toml",
                "[tool.pdm.version]",
                'source = "scm"',
                'write_to = "sample/_version.py"',
                """write_template = '__version__ = "{}"'""",
            ),
        },
        seen=(
            "https://github.com/pypa/setuptools-scm/issues/1099",
            "https://github.com/pypa/setuptools-scm/issues/806",
            "https://github.com/scikit-build/scikit-build-core/issues/706",
        ),
    ),
    Cause(
        name="stale-files",
        what="what was left from an earlier build, or lay about in the folder",
        do="build from a clean copy, and name the packages instead of having them found",
        codes=("SW302",),
        how="setuptools copies modules to `build/lib` and packs all that is there: a module that was deleted since "
        "stays in the wheel. A `*.egg-info` of an earlier build lists files, too, and packages that are found "
        "rather than named include whatever looks like one. `samewheel build` copies the source without any of "
        "these.",
        told="A member that only one wheel has, and that the source does not have, or that git ignores.",
        lines={"": CLEAN, "setuptools": PACKAGES["setuptools"]},
        seen=(
            "https://github.com/jrkerns/pylinac/issues/44",
            "https://github.com/google/oss-rebuild/tree/main/definitions/pypi",
        ),
    ),
    Cause(
        name="optional-extension",
        what="whether an optional extension compiled",
        do="make it fail loudly: optional=False",
        codes=("SW206", "SW208", "SW302", "SW304"),
        conditions=("source_path",),
        how="Projects with a fast path in C may go on without it when it does not compile: no compiler, no headers, "
        "a space in a folder's name that splits a flag in two. The wheel then is pure, or lacks the module, and "
        "only the log says so.",
        told="A compiled module is in one wheel only; another tag in WHEEL and in the file name may go with it. Or "
        "the tag of one wheel, or its `top_level.txt`, speaks of compiled modules that it does not have.",
        lines={
            "setuptools": pasted(
                "setup.py",
                "from setuptools import Extension, setup",
                "",
                "setup(",
                "    ext_modules=[",
                '        Extension("sample._speedups", ["src/sample/_speedups.c"], optional=False),',
                "    ],",
                ")",
            ),
            "meson-python": pasted(
                "meson.build",
                "py.extension_module('_speedups', 'src/sample/_speedups.c', install: true, subdir: 'sample')",
            ),
        },
        seen=("https://setuptools.pypa.io/en/latest/userguide/ext_modules.html",),
    ),
    Cause(
        name="fetched-data",
        what="what the build took from the network, or from a tool of the system",
        do="keep it in the source",
        codes=("SW301", "SW302", "SW309"),
        how="Some builds download a table, a library or a list of certificates, or run a tool that happens to be "
        "installed (`awk`, `protoc`, `npm`). What they get tomorrow is another file. A build by samewheel has no "
        "network where Linux allows that, so that the first kind fails instead.",
        told="Nothing else explains it, and a member is not made from the source alone.",
        lines={
            "": pasted(
                COMMANDS,
                "mkdir -p src/sample/data",
                "curl --fail --output src/sample/data/table.csv https://example.org/table.csv",
                "git add src/sample/data",
            )
        },
        seen=(
            "https://github.com/google/oss-rebuild/tree/main/definitions/pypi",
            "https://reproducible-builds.org/docs/volatile-inputs/",
        ),
    ),
    Cause(
        name="bytecode",
        what="the Python that compiled bytecode into the wheel",
        do="leave .pyc files out: installers compile",
        codes=("SW311", "SW312", "SW313"),
        how="Bytecode belongs to one minor version of Python, and its form to one release; even the number of "
        "references that a constant had while it was compiled can show. Wheels need none, as installers compile "
        "what they install, and most backends leave it out; setuptools packs it as package data, and Meson as "
        "part of a folder that it installs.",
        told="A `.pyc` file was made by another version of Python, or for another source.",
        lines={
            "": pasted(COMMANDS, "find src -name __pycache__ -prune -exec rm -rf {} +"),
            "setuptools": pasted(
                "pyproject.toml", "[tool.setuptools.exclude-package-data]", '"*" = ["*.pyc", "__pycache__/*"]'
            ),
            "meson-python": PACKAGES["meson-python"],
        },
        seen=(
            "https://github.com/python/cpython/pull/5200",
            "https://github.com/pypa/pip/issues/5648",
        ),
    ),
    Cause(
        name="bytecode-times",
        what="the times of the sources that bytecode was compiled from",
        do="leave .pyc files out, or compile with invalidation by hash",
        codes=("SW311",),
        conditions=("clock", "source_mtime"),
        how="The header of a `.pyc` file has the time and size of its source, by which Python tells whether it still "
        "fits. With SOURCE_DATE_EPOCH set, `py_compile` and `compileall` write a hash of the source instead.",
        told="The time in the header of a `.pyc` file follows the times of sources, or the clock.",
        lines={"": pasted(COMMANDS, "python -m compileall --invalidation-mode checked-hash src")},
        seen=("https://peps.python.org/pep-0552/", "https://github.com/python/cpython/pull/5200"),
    ),
    Cause(
        name="bytecode-paths",
        what="the folder in which bytecode was compiled",
        do="leave .pyc files out, or compile with stripped folders",
        codes=("SW312",),
        conditions=("environment_path", "source_path", "temp"),
        how="Each code object has the name of the file that it was compiled from, for tracebacks: the full one, if "
        "that is how the compiler was given it.",
        told="The names of sources in code objects begin with the folder that only one of the builds had.",
        lines={
            "": pasted(COMMANDS, 'python -m compileall --invalidation-mode checked-hash -s "$PWD/src" "$PWD/src"')
        },
        seen=("https://github.com/pypa/pip/issues/8414", "https://docs.python.org/3/library/compileall.html"),
    ),
    Cause(
        name="nested-archive",
        what="the times, modes and owners of the files that it packs",
        do="give each member of the archive the same ones, whatever the file on disk has",
        codes=("SW301", "SW320"),
        conditions=("clock", "source_mtime", "uid", "umask", "user"),
        how="A hook packs an archive into the wheel. `ZipFile.write` and `TarFile.add` take times, modes and owners "
        "from the files on disk, and `ZipFile.writestr`, given a name, takes the time from the clock; that one heeds "
        "SOURCE_DATE_EPOCH from Python 3.14 on, and the others never do. A tar that is compressed by "
        "gzip has one more time, in its own header: `gzip.GzipFile(..., mtime=0)`.",
        told="Members of an archive in the wheel have other times, modes or owners, or a tar follows the clock, the "
        "times of files, the user or the umask of the build.",
        lines={
            "": pasted(
                "python",
                "import io",
                "import tarfile",
                "import zipfile",
                "from pathlib import Path",
                "",
                'table = Path("data/table.csv").read_bytes()',
                'info = zipfile.ZipInfo("table.csv", date_time=(1980, 1, 1, 0, 0, 0))',
                "info.external_attr = 0o100644 << 16",
                'with zipfile.ZipFile("src/sample/data.zip", "w") as archive:',
                "    archive.writestr(info, table)",
                'member = tarfile.TarInfo("table.csv")  # no time, no owner, and mode 644',
                "member.size = len(table)",
                'with tarfile.open("src/sample/data.tar", "w") as tar:',
                "    tar.addfile(member, io.BytesIO(table))",
            )
        },
        seen=(
            "https://docs.python.org/3/library/zipfile.html#zipfile.ZipInfo",
            "https://docs.python.org/3/library/tarfile.html#tarfile.TarFile.add",
            "https://reproducible-builds.org/docs/archives/",
        ),
    ),
    Cause(
        name="gzip-time",
        what="when a file was compressed by gzip",
        do="compress with mtime=0",
        codes=("SW316",),
        conditions=("clock", "source_mtime"),
        how="The header of a gzip file has a time: that of the compressed file, or of now, as with `gzip.compress` "
        "up to Python 3.13.",
        told="The time in the header follows the clock, or the times of sources.",
        lines={
            "": pasted(
                "python",
                "import gzip",
                "from pathlib import Path",
                "",
                'table = Path("src/sample/table.csv")',
                'table.with_suffix(".csv.gz").write_bytes(gzip.compress(table.read_bytes(), mtime=0))',
            )
        },
        seen=("https://docs.python.org/3/library/gzip.html", "https://reproducible-builds.org/docs/timestamps/"),
    ),
)
"""Where several fit, the first one is the likeliest."""
