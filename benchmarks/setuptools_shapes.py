"""Build one small project with many releases of setuptools, and say at which the shape of the wheel changes.

    python benchmarks/setuptools_shapes.py                     # the first and last release of each minor version
    python benchmarks/setuptools_shapes.py --python 3.8 --wheel 0.37.1 --from 38 --until 63

`samewheel rebuild` tells the age of a publisher's tools by what they wrote (src/samewheel/rebuilding/correcting.py);
its rules come from here. The tools are installed and run by uv and Python as they are, outside of samewheel.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise
from pathlib import Path

from packaging.version import Version

from samewheel._uv import uv_binary
from samewheel.index import Index
from samewheel.pythons import locate

FULL = """\
from setuptools import setup
setup(
    name="demo", version="1.0", py_modules=["demo"], author="a", maintainer="m", license="MIT", description="d",
    long_description="Hello\\n\\nWorld\\n", url="u", download_url="d", keywords="k1 k2", python_requires=">=3.5",
    project_urls={"S": "s"}, install_requires=["b>=1,<2", "a"], extras_require={"x": ["c>=1"]},
    entry_points={"console_scripts": ["a = demo:x"]},
)
"""

BARE = 'from setuptools import setup\nsetup(name="demo", version="1.0", py_modules=["demo"])\n'

SHOWN = frozenset({"Metadata-Version", "Summary", "Home-page", "Author", "License", "Platform", "License-File"})
"""Fields whose values are part of the shape; of others, that they are there."""


def releases(first: int, last: int) -> list[str]:
    """Return the first and last final release of each minor version that has a wheel."""
    found = {Version(file.version) for file in Index().files("setuptools") if file.kind == "wheel"}
    finals = sorted(one for one in found if not one.is_prerelease and first <= one.major < last)
    groups = [list(group) for _, group in groupby(finals, key=lambda one: one.release[:2])]
    return list(dict.fromkeys(str(one) for group in groups for one in (group[0], group[-1])))


def run(*words: str | Path, cwd: Path) -> None:
    """Run a command; what it says is shown only if it fails."""
    finished = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError((finished.stderr.strip().splitlines() or ["no output"])[-1])


def shape(wheel: Path) -> list[str]:
    """Return what a wheel shows of the tools that made it."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {name.split("/", 1)[1]: archive.read(name).decode() for name in archive.namelist() if "/" in name}
    metadata = texts["METADATA"]
    headers = metadata.partition("\n\n")[0].splitlines()
    fields = [line if line.partition(":")[0] in SHOWN else line.partition(":")[0] for line in headers]
    return [
        *fields,
        *(line for line in headers if line.startswith("Requires-Dist")),
        f"METADATA ends with {len(metadata) - len(metadata.rstrip(chr(10)))} newlines",
        f"entry_points.txt: {texts.get('entry_points.txt')!r}",
        f"licences: {sorted(name for name in texts if 'LICENSE' in name)}",
    ]


def build(setuptools: str, wheel: str, python: str, script: str) -> list[str]:
    """Return the shape of a wheel that a release makes, or why it makes none."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, env = folder / "source", folder / "env"
        source.mkdir()
        for file, text in (("setup.py", script), ("demo.py", "x = 1\n"), ("LICENSE", "MIT\n")):
            (source / file).write_text(text)
        interpreter = env / "bin" / "python"
        try:
            run(uv_binary(), "venv", "-q", "--python", locate(python), env, cwd=folder)
            tools = (f"setuptools=={setuptools}", f"wheel=={wheel}")
            run(uv_binary(), "pip", "install", "-q", "--python", interpreter, *tools, cwd=folder)
            run(interpreter, "setup.py", "-q", "bdist_wheel", "-d", folder / "out", cwd=source)
        except RuntimeError as error:
            return [f"fails: {error}"]
        return shape(next((folder / "out").glob("*.whl")))


def main() -> None:
    """Print where the shape changes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="3.8")
    parser.add_argument("--wheel", default="0.37.1")
    parser.add_argument("--from", dest="first", type=int, default=38)
    parser.add_argument("--until", dest="last", type=int, default=76)
    given = parser.parse_args()
    versions = releases(given.first, given.last)
    for title, script in (("a project that says everything", FULL), ("one that says nothing", BARE)):
        with ThreadPoolExecutor(2) as pool:
            shapes = list(
                pool.map(lambda version: build(version, given.wheel, given.python, script), versions)  # noqa: B023
            )
        print(f"{title}: Python {given.python}, wheel {given.wheel}")
        print(f"  {versions[0]}:", *shapes[0], sep="\n    ")
        for (_, before), (version, after) in pairwise(zip(versions, shapes, strict=True)):
            if before != after:
                gone, new = [line for line in before if line not in after], [x for x in after if x not in before]
                print(f"  {version}:", *(f"- {x}" for x in gone), *(f"+ {x}" for x in new), sep="\n    ")


if __name__ == "__main__":
    main()
