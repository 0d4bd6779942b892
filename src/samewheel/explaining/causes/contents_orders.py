"""Orders that nobody decided."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="hash-value",
        what="a hash() of text, or the seed of hashes, which Python draws anew for each process",
        do="take hashlib instead of hash()",
        codes=("SW202", "SW204", "SW209", "SW304", "SW309", "SW310", "SW315"),
        conditions=("hash_seed",),
        how="`hash()` of a text or of bytes, and of what has them in it, is another number in each process: it is "
        "made with the secret that PYTHONHASHSEED stands for. A key of a cache, the number of a bucket or a suffix "
        "of a name that is made of it changes with each build. So does a number that was counted along a set, "
        "which is cured by sorting the set.",
        told="Nothing but numbers differ, which are not the same ones in another order, and they follow "
        "PYTHONHASHSEED; or the file holds the seed itself.",
        lines={
            "": pasted(
                "python",
                "import hashlib",
                "",
                'key = int(hashlib.sha256(b"leaky").hexdigest()[:15], 16)  # instead of hash("leaky")',
            )
        },
        seen=(
            "https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED",
            "https://docs.python.org/3/reference/datamodel.html#object.__hash__",
        ),
    ),
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
