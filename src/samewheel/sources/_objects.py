"""Checks a commit out of a clone only after git has recomputed the name of every object that it consists of.

A clone of files takes over what a repository holds under a name, and git, when it reads a file, does not compare the
two: what was put there by hand would be built, and stated, under the name of a commit that never had it.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from samewheel._files import remove
from samewheel.errors import SamewheelError, remedy
from samewheel.sources._command import attempt, failure, git

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["check_out"]

SETTINGS = {
    "safe.directory": "'*'",
    "uploadpack.allowAnySHA1InWant": "true",
    # What goes from one folder to the next need not be small.
    "pack.compression": "0",
    "pack.window": "0",
}

UPLOAD_PACK = " ".join(["git", *(f"-c {name}={value}" for name, value in SETTINGS.items()), "upload-pack"])
"""What git runs in the clone to fetch from it; it does not inherit settings from its own command line."""

SHA256_DIGITS = 64

NO_ROOM = "No space left on device"
"""What git says of a full disk, in the locale that it is run in."""


def check_out(clone: Path, commit: str, *, repository: Path) -> None:
    """Check out a commit in a clone without files, from objects whose names were recomputed.

    They are fetched into an empty repository, as git's transport sends contents without names. Files come from there,
    not from the clone: of an object that is there twice, git could have sent one and read the other.

    Args:
        clone: its top folder.
        commit: in full.
        repository: what it is a clone of, for messages.

    Raises:
        SamewheelError: an object is missing or has another content than its name says, or git failed; a full disk or
            a time that is up says nothing of the objects.
    """
    checked = clone / ".git" / "checked"
    here = [f"--git-dir={checked}", f"--work-tree={clone}"]
    _forget_graphs(clone)
    _fetch(clone, commit, checked, here, repository)
    git(clone, "checkout", "--quiet", "--force", "--detach", commit, options=here)
    (checked / "index").replace(clone / ".git" / "index")
    git(clone, "update-ref", "--no-deref", "HEAD", commit)
    remove(checked)


def _forget_graphs(clone: Path) -> None:
    """Remove what says which tree and parents a commit has, and what git believes without a look at the commit."""
    info = clone / ".git" / "objects" / "info"
    (info / "commit-graph").unlink(missing_ok=True)
    remove(info / "commit-graphs")


def _fetch(clone: Path, commit: str, into: Path, options: Sequence[str], repository: Path) -> None:
    """Fetch a commit without its history into a repository that does not exist yet."""
    kind = "sha256" if len(commit) == SHA256_DIGITS else "sha1"
    git(clone, "init", "--quiet", "--bare", "--template=", f"--object-format={kind}", into)
    how = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", f"--upload-pack={UPLOAD_PACK}")
    fetched = attempt(clone, "fetch", *how, "--", clone, commit, options=options)
    if fetched.timed_out:
        raise failure(fetched, "fetch", clone)
    if NO_ROOM in fetched.tail():
        raise failure(fetched, "fetch", clone, hint=remedy(errno.ENOSPC))
    if not fetched.ok:
        raise SamewheelError(
            f"the repository {repository} is incomplete, or holds objects that are not what their names say",
            cause=f"They are of the commit {commit}: {fetched.tail()}",
            hint=f"Ask git itself: git -C {repository} fsck",
        )
