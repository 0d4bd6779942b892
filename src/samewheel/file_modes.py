"""Keeping the umask out of wheels, by access lists that decide the modes of new files in its place.

setuptools packs files with the modes that they have on disk, and what it makes itself has those that the umask left
(pypa/wheel issue 362); so does meson-python. Where a folder has a default access list, the umask does not count in
it: acl(5).
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from samewheel.buildinfo import Dependency

__all__ = ["hold", "leaks_umask"]

BACKENDS, PACKAGES = frozenset({"mesonpy", "setuptools"}), frozenset({"meson-python", "setuptools"})
"""Those that were seen to pack files with the modes that the umask gave them."""

ATTRIBUTE = "system.posix_acl_default"

# From linux/posix_acl_xattr.h: the version, then tag, permissions and id of each entry, for owner, group and others.
VERSION, UNDEFINED_ID = 2, 0xFFFFFFFF
OWNER, GROUP, OTHERS = 0x01, 0x04, 0x20


def _access_list(owner: int, group: int, others: int) -> bytes:
    entries = ((OWNER, owner), (GROUP, group), (OTHERS, others))
    return struct.pack("<I", VERSION) + b"".join(
        struct.pack("<HHI", tag, bits, UNDEFINED_ID) for tag, bits in entries
    )


AS_UNDER_022 = _access_list(7, 5, 5)
"""New files get 0644, new folders and programs 0755: as under umask 022."""


def leaks_umask(backend: str, dependencies: Iterable[Dependency]) -> bool:
    """Tell whether what builds a wheel writes the umask into it.

    Args:
        backend: as ``build-system.build-backend`` has it; setuptools builds itself.
        dependencies: what is installed; own backends of a project often call setuptools.
    """
    return backend.partition(".")[0] in BACKENDS or any(dependency.name in PACKAGES for dependency in dependencies)


def hold(folders: Iterable[Path]) -> bool:
    """Have all that will be made in folders, and in the folders in them, get modes as under umask 022.

    Returns:
        Whether the file systems can do that.
    """
    if not hasattr(os, "setxattr"):
        return False
    try:
        for folder in folders:
            for parent, names, _ in os.walk(folder):
                os.setxattr(parent, ATTRIBUTE, AS_UNDER_022)
                names[:] = [name for name in names if name != ".git"]
    except OSError:
        # Access lists are optional everywhere; the umask then shows in the wheel, and the verdict says so.
        return False
    return True
