"""Orders that nobody decided."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="set-order",
        what="the order of a set, which Python draws anew for each process",
        do="sort sets before they are written: sorted(...)",
        codes=(
            "SW202",
            "SW203",
            "SW204",
            "SW207",
            "SW208",
            "SW301",
            "SW308",
            "SW309",
            "SW310",
            "SW313",
            "SW315",
        ),
        conditions=("hash_seed",),
        how="Python hashes text with a secret that it draws at its start, so a `set` has another order in each "
        "process. A `dict` keeps the order in which it was filled, and has that of the set that filled it. "
        "Typical are lists of extras and requirements in METADATA, and code that is generated. PYTHONHASHSEED=0 "
        "fixes the order for all but programs that are started with `-I` or `-E`; only sorting cures it.",
        told="The same lines or values in another order, which follows PYTHONHASHSEED.",
        lines={
            "": pasted(
                "python",
                'names = {"alpha", "beta"}',
                'text = "\\n".join(sorted(names))',
            )
        },
        seen=(
            "https://github.com/pypa/setuptools/issues/1690",
            "https://github.com/pypa/wheel/issues/284",
            "https://github.com/celery/celery/pull/9687",
        ),
    ),
    Cause(
        name="directory-order",
        what="the order in which a file system lists folders",
        do="sort what os.listdir, os.walk and glob return",
        codes=("SW203", "SW204", "SW208", "SW301", "SW308", "SW309", "SW310", "SW315"),
        conditions=("directory_order",),
        how="`os.listdir`, `os.walk`, `glob` and `Path.iterdir` return names in the order of the file system, which "
        "differs from disk to disk and from checkout to checkout. A hook that writes a list of plugins or "
        "templates writes it in that order.",
        told="The same lines or values in another order, which follows the order of folders in the build.",
        lines={
            "": pasted(
                "python",
                "from pathlib import Path",
                "",
                'for path in sorted(Path("src/sample/plugins").glob("*.py")):',
                "    print(path.stem)",
            )
        },
        seen=(
            "https://github.com/pypa/setuptools/issues/3678",
            "https://github.com/python/cpython/pull/12341",
            "https://reproducible-builds.org/docs/stable-inputs/",
        ),
    ),
)
"""Where several fit, the first one is the likeliest."""
