"""The first resolver, uv: hashed pins for every platform and every Python from the oldest one on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from samewheel._temporary import temporary_folder
from samewheel._uv import AGAIN, explain, run_uv, uv_binary, without_wheel
from samewheel.constraints import indexed, parse_constraints, render
from samewheel.errors import InvalidProjectError, NoWheelError, SamewheelError, UnlockableError
from samewheel.locking.inputs import instant, kept, lower_bound, package_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from samewheel._process import Finished
    from samewheel.constraints import Constraints, Pin

__all__ = ["pins_of", "resolve_uv", "sdist_only"]

OPTIONS = ("--quiet", "--generate-hashes", "--only-binary", ":all:", "--no-header", "--strip-extras")


def sdist_only(name: str, *others: str, everywhere: bool) -> NoWheelError:
    """Return the error for a package that would have to be built first.

    Args:
        name: the package.
        others: further ones that may be meant.
        everywhere: whether none of its releases has a wheel, or only none of those that are required.
    """
    return NoWheelError(
        f"{name} exists only as an sdist" + ("" if everywhere else " in the versions that are required"),
        names=(name, *others),
        cause=f"Only wheels enter a build environment: building {name} first would run code that nothing pins.",
        hint=f"Do without {name}, or build a wheel of it and name the index or folder that has it.",
    )


def _failure(finished: Finished) -> SamewheelError:
    said = finished.tail(200)
    found = without_wheel(said)
    # Where there are wheels, but none for these Pythons, both hints are there: the sdist is not the whole story.
    if not found or f"Wheels are available for `{found[0]}`" in said:
        return explain(finished, "the build requirements cannot be locked")
    name = re.escape(found[0])
    everywhere = rf"all versions of {name} have no usable wheels|only {name}==\S+ is available"
    return sdist_only(*found, everywhere=re.search(everywhere, said) is not None)


def pins_of(content: bytes, resolver: str) -> tuple[Pin, ...]:
    """Read a resolver's answer, less its annotations that name the file which we asked with.

    Raises:
        UnlockableError: it is not pins with hashes, for example because the index has none.
    """
    try:
        pins = parse_constraints(content, f"the answer of {resolver}").pins
    except InvalidProjectError as error:
        raise UnlockableError(
            f"{resolver} found pins that cannot be locked", cause=f"{error.what}: {error.cause}"
        ) from error
    return tuple(replace(pin, via=tuple(name for name in pin.via if not name.startswith("-"))) for pin in pins)


def resolve_uv(
    requirements: Sequence[str],
    *,
    requires_python: str,
    python: Path,
    previous: Constraints | None = None,
    upgrade: bool = False,
    upgrade_packages: Sequence[str] = (),
    exclude_newer: str | None = None,
    offline: bool = False,
    cwd: Path | None = None,
    universal: bool = True,
    find_links: Sequence[Path] = (),
    bounds: Sequence[str] = (),
) -> tuple[Pin, ...]:
    """Resolve requirements with ``uv pip compile`` to sorted pins with hashes.

    The hashes are those of all files of a release, sdists included. A pin that is kept also keeps its hashes, as uv
    does it: a file that appears on the index later is not trusted before its package is upgraded. Where an index has
    no hashes, uv downloads the files and computes them (measured with uv 0.13.9).

    Args:
        requirements: PEP 508.
        requires_python: the Pythons to resolve for; only the lower bound counts.
        python: the interpreter that uv may look at; it is not what is resolved for.
        previous: the constraints so far, whose pins are kept while they satisfy the requirements.
        upgrade: keep none of them.
        upgrade_packages: names of packages whose pins are not kept.
        exclude_newer: a date (inclusive, UTC) or a timestamp; newer files are passed over.
        offline: use the cache only.
        cwd: where uv looks for the project's index settings; None is a place that has none.
        universal: resolve for all platforms and Pythons from the lower bound on, rather than for ``python`` alone.
        find_links: folders of wheels that count besides the index's files, whenever they were made.
        bounds: constraints on whatever is installed (PEP 508); they install nothing.

    Raises:
        InvalidProjectError: requirements or ``requires_python`` are wrong.
        NoWheelError: a package would have to be built first.
        UnlockableError: they have no solution of wheels with hashes.
        UsageError: ``upgrade_packages`` or ``exclude_newer`` is wrong.
        SamewheelError: the index cannot be reached, or the cache does not have what is needed.
    """
    lines = indexed(requirements)
    keep = kept(previous, upgrade=upgrade, upgrade_packages=upgrade_packages)
    scope = ["--universal", "--python-version", lower_bound(requires_python)] if universal else []
    options: list[str | Path] = [*OPTIONS, *scope, "--python", python]
    if upgrade:
        options.append("--upgrade")
    for name in package_names(upgrade_packages):
        options += ["--upgrade-package", name]
    if exclude_newer is not None:
        options += ["--exclude-newer", instant(exclude_newer)]
    for links in find_links:
        options += ["--find-links", links]
    if not lines:
        return ()
    with temporary_folder() as folder:
        source, output = folder / "requirements.in", folder / "constraints.txt"
        source.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        if bounds:
            (folder / "bounds.txt").write_text("".join(f"{bound}\n" for bound in bounds), "utf-8")
            options += ["--constraints", folder / "bounds.txt"]
        if keep:
            output.write_bytes(render(keep))
        finished = run_uv(["pip", "compile", *options, "--output-file", output, source], offline=offline, cwd=cwd)
        if not finished.ok:
            raise _failure(finished)
        if not output.is_file():
            raise SamewheelError(
                "uv says that it has locked, and wrote nothing", cause=f"It is {uv_binary()}.", hint=AGAIN
            )
        return pins_of(output.read_bytes(), "uv")
