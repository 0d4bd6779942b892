"""Who built on what, and chance."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="user-name",
        what="the name of the user who builds",
        do="write a fixed name instead of asking getpass or $USER, or none",
        codes=("SW202", "SW204", "SW301", "SW309", "SW310", "SW315", "SW316", "SW318", "SW404"),
        conditions=("user",),
        how="`getpass.getuser()` or `$USER` fills in an author, or a line such as “built by”, or the name of a "
        "file that gzip notes.",
        told="The file holds the name of the user that only one of the builds had, or follows that alone.",
        lines={
            "": pasted("python", 'built_by = "The sample team"  # instead of getpass.getuser() or os.environ["USER"]')
        },
        seen=("https://reproducible-builds.org/docs/archives/",),
    ),
    Cause(
        name="host-name",
        what="the name of the machine",
        do="leave the name of the machine out, or write a fixed one",
        codes=("SW108", "SW202", "SW204", "SW301", "SW309", "SW310", "SW315", "SW402", "SW404"),
        conditions=("host",),
        how="`platform.node()`, `socket.gethostname()` or `uname -a` ends up in a file that says how the package was "
        "built. In a container, each build has another name.",
        told="The file holds the name of the machine that only one of the builds had, or follows that alone.",
        lines={
            "": pasted(
                "python",
                'built_on = "any machine"  # instead of platform.node() or socket.gethostname(); or no line at all',
            )
        },
        seen=("https://reproducible-builds.org/docs/",),
    ),
    Cause(
        name="locale",
        what="the language settings of the builder",
        do="write what no locale decides: no setlocale, sorted() without strxfrm, fixed formats, encoding='utf-8'",
        codes=("SW202", "SW204", "SW301", "SW306", "SW308", "SW309", "SW310", "SW315"),
        conditions=("locale",),
        how="The locale decides how `sort`, `ls` and `locale.strxfrm` order, how months are called, which language "
        "tools speak, and which encoding a text gets that names none. A build by samewheel has `LC_ALL=C.UTF-8` "
        "already, and `samewheel verify` varies it: only code that does not follow it is cured.",
        told="The file follows the locale of the build.",
        lines={
            "": pasted(
                "python",
                "import os",
                "from datetime import date",
                "from pathlib import Path",
                "",
                'words = sorted({"Äpfel", "Birnen"})  # by code points: no key=locale.strxfrm',
                'text = f"{date(2026, 11, 22).isoformat()}: {1234.5:,.2f} {words}"  # no setlocale, %A, %B, %c or %x',
                'Path("src/sample/words.txt").write_text(text, encoding="utf-8")',
                'environ = {**os.environ, "LC_ALL": "C.UTF-8"}  # of subprocess.run(["sort", ...])',
            )
        },
        seen=("https://reproducible-builds.org/docs/locales/",),
    ),
    Cause(
        name="cpu-count",
        what="the number of processors",
        do="write no number of processors, and nothing that was divided by it",
        codes=("SW104", "SW204", "SW301", "SW302", "SW309", "SW310", "SW315", "SW319", "SW404"),
        conditions=("cpus",),
        how="`os.cpu_count()` decides into how many parts a table is cut or how many workers a generator has, and "
        "their number or the order in which they finish shows in the result.",
        told="The file follows the number of processors that the build could use.",
        lines={"": pasted("python", "PARTS = 8  # instead of os.cpu_count()")},
        seen=("https://reproducible-builds.org/docs/",),
    ),
    Cause(
        name="user-id",
        what="the number of the user who builds",
        do="leave the number out, or write 0",
        codes=("SW106", "SW204", "SW301", "SW309", "SW310", "SW315", "SW318", "SW404"),
        conditions=("uid",),
        how="A hook writes `os.getuid()` or the owner of a file; so do programs that pack the wheel by themselves, "
        "into an extra field.",
        told="The file follows the number of the user in the build.",
        lines={"": pasted("python", "owner = 0  # instead of os.getuid() or path.stat().st_uid")},
        seen=("https://reproducible-builds.org/docs/archives/",),
    ),
    Cause(
        name="umask-value",
        what="the umask of the builder",
        do="leave it out",
        codes=("SW204", "SW301", "SW309", "SW310", "SW315"),
        conditions=("umask",),
        how="A file holds the umask, or the modes of files that were made under it, as a manifest does.",
        told="The contents of the file, not its mode, follow the umask of the build.",
        lines={"": pasted("python", "mode = 0o644  # instead of path.stat().st_mode")},
        seen=("https://reproducible-builds.org/docs/archives/",),
    ),
    Cause(
        name="frontend",
        what="the program that called the backend",
        do="do not look at who calls: not at sys.argv, variables of frontends, or the parent process",
        codes=("SW201", "SW202", "SW204", "SW301", "SW302", "SW309", "SW310", "SW315", "SW505"),
        conditions=("frontend",),
        how="pip, build and uv call the same hooks, in other environments and with other settings: `setup.py "
        "bdist_wheel` does without them, some of them build an sdist first, and `flit build` is not flit_core. "
        "What looks at `sys.argv`, at variables such as PIP_, UV_ or _PYPROJECT_HOOKS_, or at its parent process "
        "tells them apart. Where two buildinfos name two frontends, the same one for both is a cure, too: "
        '`frontend = "build"` in `[tool.samewheel]`.',
        told="The file follows the frontend, with all else equal; or the buildinfos name two frontends.",
        lines={
            "": pasted(
                "python",
                'called_by = "any frontend"  # instead of sys.argv, os.environ.get("PIP_...") or os.getppid()',
            )
        },
        seen=(
            "https://github.com/apache/airflow/pull/43683",
            "https://peps.python.org/pep-0517/",
        ),
    ),
    Cause(
        name="environment-dump",
        what="the whole environment of the build",
        do="write only the variables that are meant",
        codes=("SW204", "SW309", "SW310", "SW315"),
        conditions=(
            *("clock", "environment_path", "frontend", "hash_seed", "home", "host", "locale", "source_path", "temp"),
            *("timezone", "user"),
        ),
        how="A hook writes all of `os.environ`, or the output of `env`, to say how the package was built. That has "
        "the builder's folders and name in it, what the frontend sets, and at times what nobody may see. In a build "
        "by samewheel it has variables of samewheel's own, too: FAKETIME, LD_PRELOAD or PYTHONHASHSEED are no leaks "
        "of the project beside this one.",
        told="Lines that differ are variables with their values, and at least five of them are such as HOME, PATH, "
        "USER, LANG and TZ.",
        lines={
            "": pasted(
                "python",
                "import os",
                "",
                'meant = ["SOURCE_DATE_EPOCH"]  # instead of dict(os.environ)',
                'text = "".join(f"{name}={os.environ.get(name)}\\n" for name in meant)',
            )
        },
        seen=("https://reproducible-builds.org/docs/env-variations/",),
    ),
    Cause(
        name="randomness",
        what="chance: two builds under the same conditions differ",
        do="leave out what is drawn (uuid4, secrets, pid, id()), seed the generator, sort what threads return",
        codes=(
            "SW101",
            "SW103",
            "SW202",
            "SW204",
            "SW301",
            "SW302",
            "SW308",
            "SW309",
            "SW310",
            "SW315",
            "SW404",
            "SW407",
        ),
        how="Something draws a number: a `uuid4` as an identifier, a salt, the name of a temporary file, the address "
        "of an object in a `repr`, the number of a process, threads that finish in any order.",
        told="Two builds under the very same conditions differ in the same place.",
        lines={
            "": pasted(
                "python",
                "import random",
                "import uuid",
                "from concurrent.futures import ThreadPoolExecutor",
                "",
                "generator = random.Random(0)  # instead of the module's functions, or secrets",
                "# instead of uuid4(), os.getpid() or id()",
                'identifier = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/sample/1.0")',
                "with ThreadPoolExecutor() as executor:",
                '    results = list(executor.map(len, ["one", "three"]))  # in this order, unlike as_completed',
            )
        },
        seen=(
            "https://github.com/numpy/numpy/issues/26474",
            "https://reproducible-builds.org/docs/randomness/",
        ),
    ),
)
"""Where several fit, the first one is the likeliest."""
