"""What is in ``*.dist-info``."""

from __future__ import annotations

from samewheel.explaining.causes.pasting import COMMANDS, pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

LOCKED = pasted(COMMANDS, "samewheel lock", "git add constraints.txt")

DEFINITIONS = "https://github.com/google/oss-rebuild/tree/main/definitions/pypi"
"""How OSS Rebuild builds popular packages again: each deviation stands for a cause."""

CAUSES = (
    Cause(
        name="backend-version",
        what="the version of the build backend",
        do="pin it with its hash: samewheel lock",
        codes=(
            "SW201",
            "SW202",
            "SW203",
            "SW204",
            "SW206",
            "SW207",
            "SW208",
            "SW209",
            "SW302",
            "SW304",
            "SW502",
        ),
        how="A backend writes its name and version into WHEEL, and each release has habits of its own: which fields "
        "METADATA has and in what order, where licences lie, how names are normalised, which files are packed. "
        '`requires = ["setuptools"]` takes the newest release of the day, and of what that requires, too.',
        told="`Generator` in WHEEL differs, or the buildinfos name other releases of what was installed.",
        lines={"": LOCKED},
        seen=(
            "https://github.com/apache/airflow/pull/43683",
            "https://github.com/modelcontextprotocol/python-sdk/issues/2547",
            DEFINITIONS,
        ),
    ),
    Cause(
        name="requirement-format",
        what="the release of wheel or setuptools that wrote the requirements",
        do="pin the backend with its hash: samewheel lock",
        codes=("SW202",),
        how="wheel up to 0.41 wrote `Requires-Dist: x (<2,>=1)`, 0.42 dropped the brackets, and 0.46 changed spaces "
        "and quotes. All of them mean the same.",
        told="METADATA has the same requirements in both wheels, written differently.",
        lines={"": LOCKED},
        seen=(DEFINITIONS,),
    ),
    Cause(
        name="metadata-blank-lines",
        what="the release of setuptools, and of Python, that wrote METADATA",
        do="pin both: samewheel lock, and one minor version of Python",
        codes=("SW202",),
        how="setuptools writes METADATA by way of Python's own mail library. Releases 58.5.3 to 62.0.0 under Python "
        "3.9 and older end it with empty lines that others do not write; others leave out those before the "
        "description.",
        told="METADATA differs in empty lines only, before or after the description.",
        lines={"": pasted("pyproject.toml", "[tool.samewheel]", 'python = "3.13"')},
        seen=(DEFINITIONS,),
    ),
    Cause(
        name="record-order",
        what="the tool that wrote RECORD",
        do="pin the backend with its hash, and leave wheels as it made them",
        codes=("SW203",),
        how="RECORD has a row for each file, in the order in which its writer came by them: some sort, wheel before "
        "0.36 took the order of the file system, and repair tools write it anew in an order of theirs.",
        told="RECORD has the same rows in another order, and the order of the archive does not explain it.",
        lines={"": LOCKED},
        seen=("https://github.com/pypa/wheel/issues/183", "https://github.com/pypa/auditwheel/issues/507"),
    ),
    Cause(
        name="licence-files",
        what="how the backend finds and places licence files",
        do="name them: license-files in [project], and pin the backend",
        codes=("SW202", "SW204"),
        how="Backends look for licences by patterns such as `LICEN[CS]E*`. Newer releases put what they find into "
        "`*.dist-info/licenses` (PEP 639) and list it as `License-File`; older ones put it beside METADATA.",
        told="Files named as licences are in one wheel only or in another folder, or `License-File` differs.",
        lines={"": pasted("pyproject.toml", "[project]", 'license-files = ["LICENSE", "NOTICE"]')},
        seen=(DEFINITIONS, "https://peps.python.org/pep-0639/"),
    ),
    Cause(
        name="sbom-order",
        what="the order of entries in an SBOM",
        do="sort them; newer releases of the tool do",
        codes=("SW204",),
        conditions=("directory_order", "hash_seed"),
        how="Backends and repair tools may pack a list of components into `*.dist-info/sboms` (PEP 770). auditwheel "
        "wrote its entries in the order of a set before release 6.8.2; where it was started with `-I` or `-E`, "
        "not even PYTHONHASHSEED decided that order.",
        told="A file in `sboms` has the same entries in another order.",
        lines={
            "": pasted(
                "python",
                "import json",
                "from pathlib import Path",
                "",
                'path = Path("sample.cdx.json")',
                'document = json.loads(path.read_text("utf-8"))',
                'document["components"].sort(key=lambda one: (one["name"], one.get("version", "")))',
                'path.write_text(json.dumps(document, indent=2, sort_keys=True), "utf-8")',
            )
        },
        seen=("https://github.com/pypa/auditwheel/issues/729", "https://peps.python.org/pep-0770/"),
    ),
    Cause(
        name="repair-tool",
        what="a tool that repaired the wheel, and what it wrote of its own run",
        do="run it with SOURCE_DATE_EPOCH and pinned libraries",
        codes=("SW201", "SW204", "SW206", "SW304", "SW404", "SW406"),
        conditions=("source_path", "temp"),
        how="auditwheel, delocate and delvewheel put libraries of the system into a wheel, and rewrite tags, RECORD "
        "and search paths. The versions of these libraries then decide what is in the wheel. delvewheel notes "
        "its arguments, with the folders that it was given, in `DELVEWHEEL`, unless SOURCE_DATE_EPOCH is set.",
        told="A member that such a tool leaves (`DELVEWHEEL`, `*.libs`) differs or is in one wheel only, or the tags "
        "in WHEEL and the libraries that are needed do.",
        lines={
            "": pasted(
                COMMANDS,
                "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)",
                "auditwheel repair --wheel-dir wheelhouse dist/sample-1.0-cp313-cp313-linux_x86_64.whl",
            )
        },
        seen=(
            "https://github.com/adang1345/delvewheel/issues/36",
            "https://github.com/pypa/auditwheel/pull/348",
            "https://github.com/matthew-brett/delocate/pull/187",
        ),
    ),
    Cause(
        name="edited-after",
        what="a tool that changed files and left RECORD as it was",
        do="repack with wheel pack, which writes RECORD, or leave the wheel alone",
        codes=("SW203", "SW205"),
        how="Something changed a file after RECORD was written: a step that strips or signs libraries, `sed` on a "
        "version, `zip -u`. Such a wheel installs all the same, as pip does not compare hashes.",
        told="RECORD names another digest than that of the file which is there.",
        lines={
            "": pasted(
                COMMANDS,
                "python -m wheel unpack dist/sample-1.0-py3-none-any.whl --dest unpacked",
                "python -m wheel pack unpacked/sample-1.0 --dest-dir dist",
            )
        },
        seen=("https://packaging.python.org/en/latest/specifications/recording-installed-packages/",),
    ),
)
"""Where several fit, the first one is the likeliest."""
