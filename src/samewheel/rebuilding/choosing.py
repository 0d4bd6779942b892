"""Which sdist of a build requirement an installer would have built at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from samewheel._standards import specifiers_of, version_of
from samewheel.locking.inputs import instant
from samewheel.rebuilding.finding import sdist_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from samewheel.index import ReleaseFile
    from samewheel.interpreter import Interpreter

__all__ = ["choose_sdist"]


def _specifiers(name: str, requirements: Iterable[str], markers: Mapping[str, str]) -> SpecifierSet:
    """Return which versions of a package the requirements allow that name it, where their markers hold."""
    allowed = SpecifierSet()
    for one in map(Requirement, requirements):
        holds = one.marker is None or one.marker.evaluate({"extra": "", **markers})
        if canonicalize_name(one.name) == name and holds:
            allowed &= one.specifier
    return allowed


def _is_for(file: ReleaseFile, interpreter: Interpreter) -> bool:
    try:
        return specifiers_of(file.requires_python or "", prereleases=True).contains(interpreter.version)
    except InvalidSpecifier:
        return True


def choose_sdist(
    files: Iterable[ReleaseFile],
    requirements: Iterable[str],
    interpreter: Interpreter,
    uploaded_before: str | None,
) -> ReleaseFile | None:
    """Return the sdist that an installer would have built at a time; None if there is none.

    That is the newest version that was there and is allowed: pre-releases and yanked files only where there is
    nothing else. As uv does it, a file whose upload nobody knows is passed over if there is a date.

    Args:
        files: of one project.
        requirements: PEP 508; those that name the project limit its versions.
        interpreter: which Requires-Python must allow.
        uploaded_before: a moment or a day (RFC 3339); None: any time.
    """
    limit = None if uploaded_before is None else datetime.fromisoformat(instant(uploaded_before))

    def there(file: ReleaseFile) -> bool:
        return limit is None or (file.uploaded is not None and datetime.fromisoformat(file.uploaded) < limit)

    fitting = [file for file in files if file.kind == "sdist" and there(file) and _is_for(file, interpreter)]
    for pool in ([file for file in fitting if not file.yanked], fitting):
        versions = {version_of(file.version) for file in pool}
        allowed = _specifiers(pool[0].name, requirements, interpreter.markers) if pool else SpecifierSet()
        if newest := max(allowed.filter(sorted(versions)), default=None):
            return sdist_of(pool, newest)[0]
    return None
