"""Folders of the build that files hold."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="build-path",
        what="the folder that it was built in",
        do="write paths relative to the project, or none",
        codes=("SW204", "SW301", "SW309", "SW310", "SW313", "SW315", "SW319", "SW404", "SW406"),
        conditions=("source_path",),
        how="A hook writes `__file__`, `os.getcwd()` or an absolute path from its configuration into a file: a "
        "`__config__.py`, the header of a generated module, a manifest. Frontends build in folders of random "
        "names, so this differs even on one machine.",
        told="The file holds the folder that only one of the builds was in, plainly or encoded; or it follows that "
        "folder alone.",
        lines={
            "": pasted(
                "python",
                "from pathlib import Path",
                "",
                "root = Path(__file__).resolve().parent",
                'template = root / "templates" / "page.html"',
                "text = template.relative_to(root).as_posix()",
            ),
            "meson-python": pasted(
                "meson.build",
                "fs = import('fs')",
                "path = fs.relative_to(files('data/table.csv')[0], meson.project_source_root())",
            ),
        },
        seen=(
            "https://github.com/scipy/scipy/issues/26143",
            "https://github.com/pypa/pip/issues/4242",
            "https://reproducible-builds.org/docs/build-path/",
        ),
    ),
    Cause(
        name="environment-path",
        what="the folder of the build environment",
        do="write no path of sys.prefix or of a tool",
        codes=("SW204", "SW301", "SW309", "SW310", "SW313", "SW315", "SW404", "SW406"),
        conditions=("environment_path",),
        how="Frontends install build requirements into an environment of a random name. What writes "
        "`sys.executable`, `sys.prefix`, the folder of numpy's headers or the first line of an installed script "
        "into the wheel writes that name. contourpy's `_build_config.py` has the path of Python, for example.",
        told="The file holds the folder of the environment that only one of the builds had, or follows that alone.",
        lines={
            "": pasted(
                "python", 'python = "python3"  # instead of sys.executable: the one that is found when it runs'
            )
        },
        seen=("https://github.com/contourpy/contourpy", "https://reproducible-builds.org/docs/build-path/"),
    ),
    Cause(
        name="temp-path",
        what="the folder for temporary files",
        do="write no path of a temporary folder",
        codes=("SW204", "SW301", "SW309", "SW310", "SW315", "SW404", "SW406"),
        conditions=("temp",),
        how="Backends copy the source to a folder such as `/tmp/.tmp-frozenlist-pep517-x1y2z3/src` and build there, "
        "or call tools that note the names of their temporary files. The names are random: such wheels differ "
        "even where all else is the same. meson-python builds in `.mesonpy-` and eight random letters, unless it "
        "is told where.",
        told="The file holds the folder for temporary files that only one of the builds had, or follows that alone.",
        lines={
            "": pasted(
                "python",
                "from pathlib import Path",
                "",
                'work = Path("build", "generated")  # instead of tempfile.mkdtemp()',
                "work.mkdir(parents=True, exist_ok=True)",
            ),
            "meson-python": pasted("pyproject.toml", "[tool.samewheel.config-settings]", 'build-dir = "build"'),
        },
        seen=(
            "https://github.com/aio-libs/frozenlist/issues/772",
            "https://github.com/mesonbuild/meson-python/issues/703",
            "https://github.com/adang1345/delvewheel/issues/36",
        ),
    ),
    Cause(
        name="home-path",
        what="the home folder of the builder",
        do="look the home folder up when the package runs",
        codes=("SW202", "SW204", "SW301", "SW309", "SW310", "SW315", "SW404"),
        conditions=("home",),
        how="`os.path.expanduser` or `Path.home` is called while the wheel is built, and the result becomes a "
        "default in a file. Users then get the builder's home folder.",
        told="The file holds the home folder that only one of the builds had, or follows that alone.",
        lines={
            "": pasted(
                "src/sample/__init__.py",
                "from pathlib import Path",
                "",
                "",
                "def cache_folder() -> Path:",
                '    return Path.home() / ".cache" / "sample"  # asked when it is needed',
            )
        },
        seen=("https://doi.org/10.1109/ICSE55347.2025.00136",),
    ),
)
"""Where several fit, the first one is the likeliest."""
