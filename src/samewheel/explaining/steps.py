"""What to do first about a difference, by its code: a look or a command that takes a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIRST"]

READ_ON = "look at the line that `samewheel diff` shows, and search the build for what writes it"
VERIFY = "run `samewheel verify` in the source: it builds under opposite conditions, and says what depends on them"
LOCK = "run `samewheel lock` and commit constraints.txt, then build both again"
BOTH_INFOS = "compare the two buildinfos: `samewheel diff` reads them where they lie beside the wheels"

FIRST: Mapping[str, str] = {
    "SW101": "build both with SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)",
    "SW102": "build both under `umask 022`",
    "SW103": LOCK,
    "SW104": "compare the zlib of both: `python -c 'import zlib; print(zlib.ZLIB_RUNTIME_VERSION)'`",
    "SW105": "ask on which system each of them was built",
    "SW106": "ask which tool packed each of them, and whether one was repaired or repacked",
    "SW107": "ask which tool packed each of them, and whether one was repaired or repacked",
    "SW108": "ask which tool packed each of them, and whether one was repaired or repacked",
    "SW201": LOCK,
    "SW202": "look which field differs: the version leads to the checkout, others to the backend",
    "SW203": LOCK,
    "SW204": "look which file it is: licences lead to the backend, an SBOM to the tool that wrote it",
    "SW205": "ask what touched the wheel after it was built, and do not publish it",
    "SW206": "look whether the tags differ: then one build compiled something that the other did not",
    "SW207": "look whether it is the order only: then sort what writes the entry points",
    "SW208": "look whether it is the order only: then pin setuptools",
    "SW209": "compare the versions: one of the checkouts lacks tags, or has uncommitted changes",
    "SW301": VERIFY,
    "SW302": "look whether git knows the file: `git ls-files --error-unmatch PATH`",
    "SW303": "compare the modes in both sources: `git ls-files --stage PATH`",
    "SW304": "compare the names part by part: the version leads to the checkout, the tags to the Python or to an "
    "extension that did not compile",
    "SW305": "run `git config core.autocrlf` on both machines",
    "SW306": "search the build for `open(` and `read_text(` without an encoding",
    "SW307": "look which tool wrote the end of the file, and compare its releases",
    "SW308": "search what writes the file for sets, `os.listdir` and `glob`",
    "SW309": READ_ON,
    "SW310": READ_ON,
    "SW311": "ask why there is bytecode in the wheel: it needs none",
    "SW312": "ask why there is bytecode in the wheel: it needs none",
    "SW313": "ask why there is bytecode in the wheel: it needs none",
    "SW314": "write the file by `json.dumps(..., indent=2, sort_keys=True)`",
    "SW315": READ_ON,
    "SW316": "search the build for gzip, and give it `mtime=0`",
    "SW317": "compare the zlib of both: `python -c 'import zlib; print(zlib.ZLIB_RUNTIME_VERSION)'`",
    "SW318": "look for `ar` in the log of the build, and give it the letter D",
    "SW319": "unpack both archives and compare what is in them",
    "SW320": "find what packs the archive, and give it fixed times, modes and a sorted list",
    "SW401": "look what else differs in the file: the build-id follows from it",
    "SW402": "build both in one image, or with one release of the compiler",
    "SW403": "look for folders among the values: debug information has those of the build",
    "SW404": "look what `samewheel diff` says before it in the same file: contents follow from it",
    "SW405": "look what `samewheel diff` says before it in the same file: the layout follows from it",
    "SW406": "run `readelf -d` on both files and compare NEEDED, RPATH and RUNPATH",
    "SW407": "look whether names or their order differ: random names, or sources that were not sorted",
    "SW408": "link with `/Brepro`",
    "SW409": "link with `-Wl,-reproducible`, and look what else differs: the UUID follows from it",
    "SW501": "build both from one commit, with nothing uncommitted",
    "SW502": LOCK,
    "SW503": 'say which Python builds: `python = "3.13"` in `[tool.samewheel]`',
    "SW504": "look whether `SW104` is there, too: if not, the zlib changed nothing",
    "SW505": "say which way to build: `frontend` and `via` in `[tool.samewheel]`",
    "SW506": "build both in one image that is pinned by its digest",
    "SW507": "build both with SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)",
    "SW508": "write the settings into `[tool.samewheel]`",
    "SW509": BOTH_INFOS,
}
"""Clauses without a full stop."""
