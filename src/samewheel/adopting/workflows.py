"""The workflows for GitHub: written from templates where the repository has room for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from samewheel.adopting.owning import is_marked, kept_up, template
from samewheel.adopting.pythons import oldest
from samewheel.adopting.settings import constraints_file
from samewheel.adopting.values import Outcome, Part, left_out

if TYPE_CHECKING:
    from samewheel.adopting.values import There

__all__ = ["FOLDER", "HOST", "filled", "fits", "has_workflows", "place", "workflow"]

FOLDER = ".github/workflows"

HOST = "github.com"

PLAIN = re.compile(r"(?!-)[\w./+-]+")
"""A file name that means itself, to a shell as in YAML."""

_COMMENT = re.compile(r"""^[ \t]*#.*|[ \t]#[ \t][^'"\n]*$""", re.MULTILINE)
"""What is a comment for sure; after a quote, it may be part of a text."""

_HARMLESS = re.compile(r"upload-(?:pages-)?artifact|upload-sarif|(?<![\w/-])actions/[\w-]+@\S+")
"""Words with which other things than packages are uploaded."""

_PUBLISHES = re.compile(r"pypi(?!stats)|twine|\b(?:publish|upload)\b|\bsemantic[-_]release\b", re.IGNORECASE)
"""What a workflow may have that puts files on an index. Many do it in ways of their own: when unsure, it does."""

_TRIGGERS = re.compile(r"""^['"]?on['"]?[ \t]*:.*(?:\n(?:[ \t#-].*)?)*""", re.MULTILINE)
_RELEASES = re.compile(
    r"^(?:['\"]?on['\"]?[ \t]*:)?[ \t-]*['\"]?release['\"]?[ \t]*:?[ \t]*$|[\[,{][ \t]*release\b|\btags[ \t]*:",
    re.MULTILINE,
)
"""What starts a workflow when a version is released."""

_DOES = {
    Part.RELEASE: re.compile(r"\bsamewheel attest\b"),
    Part.AUDIT: re.compile(r"\bsamewheel audit\b|\bcommand:[ \t]*['\"]?audit\b"),
}
"""What a workflow that was made from ours still does."""


def _code(content: bytes) -> str:
    """Return a workflow without its comments."""
    return _COMMENT.sub("", content.decode("utf-8", "replace").replace("\r\n", "\n"))


def _may_publish(content: bytes) -> bool:
    """Tell whether a workflow may put files on an index, or does something else for a release."""
    code = _code(content)
    starts = _TRIGGERS.search(code)
    is_for_releases = starts is not None and _RELEASES.search(starts[0]) is not None
    return is_for_releases or _PUBLISHES.search(_HARMLESS.sub("", code)) is not None


def _candidates(part: Part) -> tuple[str, str]:
    return f"{FOLDER}/{part}.yml", f"{FOLDER}/{part}-samewheel.yml"


def place(there: There, part: Part) -> str | None:
    """Return the workflow that does this part already, ours or made from ours; None if there is none."""
    for path in _candidates(part):
        content = there.files.get(path)
        if content is not None and (is_marked(content) or _DOES[part].search(_code(content))):
            return path
    return None


def _free(there: There, part: Part) -> str | None:
    return next((path for path in _candidates(part) if path not in there.files), None)


def _publishers(there: There) -> list[str]:
    others = {path: content for path, content in there.files.items() if path.startswith(f"{FOLDER}/")}
    ours = place(there, Part.AUDIT)
    return [path for path, content in others.items() if path != ours and _may_publish(content)]


def fits(there: There, part: Part) -> Outcome | None:
    """Return why a repository has no use for our workflows; None if it has."""
    host = urlsplit(there.remote or f"https://{HOST}").hostname or ""
    if not there.has_git:
        return left_out(part, "the project is in no git repository", "git init, then samewheel init again")
    if there.below:
        reason = f"the workflow builds the top of a repository, and the project is in {there.below}"
        return left_out(part, reason, f"Write one of your own that runs samewheel in {there.below}")
    if host != HOST and not any(path.startswith(FOLDER) for path in there.files):
        return left_out(part, f"the repository is at {host}, and has no {FOLDER}")
    if oldest(there.project.requires_python) is None:
        reason = f"samewheel runs on none of the Pythons that the project does: {there.project.requires_python}"
        return left_out(part, reason)
    return None


def filled(part: Part, *, python: str, path: str, constraints: str) -> str:
    """Return the text of a workflow.

    Args:
        part: ``release`` or ``audit``.
        python: the version that its jobs have, such as ``3.11``.
        path: where it is, from the top: what signs names itself.
        constraints: the file with the pins, from the top.
    """
    text = template(f"{part}.yml").replace("@PYTHON@", python)
    return text.replace("@WORKFLOW@", path).replace("@CONSTRAINTS@", constraints)


def workflow(there: There, part: Part, *, asked: bool = False) -> Outcome:
    """Write a workflow from its template, beside others and never over them.

    A file that was made from ours, and is the user's now, is left alone. Where another workflow publishes, a second
    one is written only if it is asked for.

    Args:
        there: what is there.
        part: ``release`` or ``audit``.
        asked: whether it was asked for by its name.
    """
    path = place(there, part)
    content = None if path is None else there.files[path]
    if content is not None and not is_marked(content):
        return Outcome(part=part)
    pins = constraints_file(there)
    if part is Part.AUDIT and not PLAIN.fullmatch(pins):
        return left_out(part, f"{pins!r} cannot be named in it", "Rename it, or write a workflow of your own.")
    if (misfit := fits(there, part)) is not None:
        return misfit
    if path is None:
        others = _publishers(there) if part is Part.RELEASE else []
        if others and not asked:
            reason = f"{', '.join(others)} publishes already, or may: two would publish each release"
            hint = f"To write ours beside it, and choose between them: samewheel init --only {part},policy,tools"
            return left_out(part, reason, hint)
        path = _free(there, part)
        if path is None:
            return left_out(part, f"{' and '.join(_candidates(part))} are both there, and not ours", "Rename one.")
    text = filled(part, python=oldest(there.project.requires_python) or "", path=path, constraints=pins)
    return kept_up(part, path, content, text)


def has_workflows(outcomes: tuple[Outcome, ...], there: There) -> bool:
    """Tell whether there is, or will be, a workflow that needs our tools."""
    written = any(change.path.startswith(FOLDER) for outcome in outcomes for change in outcome.changes)
    return written or any(place(there, part) is not None for part in (Part.RELEASE, Part.AUDIT))
