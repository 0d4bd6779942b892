"""The policy that the release job is checked against: this repository's own workflow, and nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from samewheel._text import quoted
from samewheel._toml import inline
from samewheel.adopting.owning import FIRST_LINE, is_marked, kept_up
from samewheel.adopting.values import Outcome, Part, left_out
from samewheel.adopting.workflows import HOST
from samewheel.attesting.provenance import BUILD_TYPE
from samewheel.attesting.slsa import handed_over
from samewheel.checking.policy import ANY, SCHEMA, Apart
from samewheel.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.adopting.values import There

__all__ = ["POLICY", "policy", "policy_text", "repository_at"]

POLICY = "policy.toml"

ISSUER = "https://token.actions.githubusercontent.com"
"""Who says for GitHub which job asks."""

VARIED = ("frontend", "hash_seed", "source_mtime", "source_path", "timezone", "umask")
"""Conditions that can be varied on every machine, whatever it allows."""


def repository_at(remote: str) -> str | None:
    """Return a repository on GitHub as its jobs name it, ``https://github.com/OWNER/NAME``; None for all others."""
    parts = urlsplit(remote)
    match = re.fullmatch(r"/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", parts.path)
    return f"https://{HOST}/{match[1]}/{match[2]}" if match and parts.hostname in {HOST, f"ssh.{HOST}"} else None


def _file_names(name: str) -> list[str]:
    """Return the file names of a project's wheels: as the standard has them, and as older backends write them."""
    standard = re.sub(r"[-_.]+", "_", name).lower()
    return sorted({f"{standard}-*.whl", f"{name.replace('-', '_')}-*.whl"})


def _table(name: str, comment: str, entries: Mapping[str, object]) -> Iterator[str]:
    yield ""
    if comment:
        yield f"# {comment}"
    yield name
    for key, value in entries.items():
        yield f"{key if re.fullmatch('[A-Za-z0-9_-]+', key) else quoted(key)} = {inline(value)}"


def policy_text(there: There, repository: str, workflow: str) -> str:
    """Return a policy that accepts what the release workflow of a repository attests.

    Args:
        there: what is there.
        repository: as :func:`repository_at` returns it.
        workflow: the path of its release workflow, from the top.
    """
    names = {} if there.name is None else {"names": _file_names(there.name)}
    accept = {
        "threshold": 1,
        "verdict": str(Verdict.IDENTICAL),
        "varied": list(VARIED),
        "isolation": str(Apart.HIDDEN),
    }
    identity = {
        "issuer": ISSUER,
        "subject": f"{repository}/{workflow}",
        "tags": "v*",
        "repository": repository,
        "runner": "github-hosted",
    }
    settings = there.project.settings
    # The ref is whichever: the identity says what the tag must be called.
    said = {"frontend": str(settings.frontend), "via": str(settings.via), "ref": ANY}
    said |= handed_over(settings.config_settings, settings.env)
    allowed = {key: [value] for key, value in said.items()}
    lines = [
        FIRST_LINE,
        "# What the release workflow of this repository must attest: samewheel check WHEEL --policy policy.toml",
        f"schema = {inline(SCHEMA)}",
        *_table("[wheel]", "File names; * stands for anything.", names),
        *_table("[source]", "", {"uri": repository}),
        *_table("[build]", "", {"types": [BUILD_TYPE]}),
        *_table("[build.parameters]", "All that the caller may decide; nothing else.", allowed),
        *_table("[accept]", "How sure it must be that the wheel is what its source gives.", accept),
        *_table("[[builder]]", "", {"id": f"{repository}/{workflow}", "group": HOST}),
        *_table("[builder.identity]", "The job that may sign: this workflow, for a tag of this name.", identity),
    ]
    return "\n".join(lines) + "\n"


def policy(there: There, workflow: str | None) -> Outcome:
    """Write the policy; a file of the user's own is left alone.

    Args:
        there: what is there.
        workflow: the path of the release workflow, as it is or will be; None: there is none.
    """
    before = there.content(POLICY)
    if before is not None and not is_marked(before):
        return Outcome(part=Part.POLICY)
    by_key = f"For a key instead of a job: samewheel check WHEEL --init-policy {POLICY} --trust KEY.pub"
    if workflow is None:
        return left_out(Part.POLICY, "there is no release workflow of ours that could sign", by_key)
    repository = repository_at(there.remote or "")
    if repository is None and there.remote is None:
        hint = "git remote add origin URL, then: samewheel init"
        return left_out(Part.POLICY, "the repository has no remote called origin, whose jobs would sign", hint)
    if repository is None:
        return left_out(Part.POLICY, f"the repository is at {there.remote}; jobs of {HOST} can sign", by_key)
    settings = there.project.settings
    if unbound := [key for key, value in handed_over(settings.config_settings, settings.env).items() if value == ANY]:
        reason = f"{unbound[0]} is {ANY!r}, which a policy would take for any value"
        return left_out(Part.POLICY, reason, "Say it otherwise in [tool.samewheel].")
    return kept_up(Part.POLICY, there.below + POLICY, before, policy_text(there, repository, workflow))
