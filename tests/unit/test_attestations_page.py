"""``docs/lookup/attestations.md`` has every key of a policy and every rule, and nothing else."""

from __future__ import annotations

import inspect
import re

import msgspec
import pytest

from samewheel.attesting import provenance, rebuilds, slsa
from samewheel.checking import checking, policy, rules
from tests.conftest import ROOT

PAGE = (ROOT / "docs/lookup/attestations.md").read_text("utf-8")

TABLES = {"wheel": "_Wheel", "source": "_Source", "build": "_Build", "accept": "_Accept", "builder": "Builder"}


def section(title: str) -> str:
    """Return what stands below a heading."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_key_of_a_policy_is_there() -> None:
    """Whoever writes a policy by hand finds each key, under its table."""
    named = set(re.findall(r"`((?:[a-z]+\.)?[a-z0-9-]+)`", "\n".join(section("The policy").splitlines())))
    keys = {
        f"{table}.{field.encode_name}"
        for table, name in TABLES.items()
        for field in msgspec.structs.fields(getattr(policy, name))
    }
    assert keys <= named


def test_every_rule_is_there() -> None:
    """A refusal can be looked up by the word that it begins with; a rule that nobody checks is not promised."""
    told = set(
        re.findall(
            r"`([a-z0-9-]+)`",
            "".join(line.split("|")[1] for line in section("The rules").splitlines() if line[:3] == "| `"),
        )
    )
    code = inspect.getsource(rules) + inspect.getsource(checking)
    named = set(re.findall(r'(?:rule=|_failure\()"([a-z0-9-]+)"', code))
    assert named <= told
    assert {one for one in told if not one.startswith(("source-", "identity-"))} <= named


@pytest.mark.parametrize(
    "name", [provenance.BUILD_TYPE, rebuilds.REBUILD_TYPE, rebuilds.NOT_REPRODUCED, slsa.BUILDER]
)
def test_names_of_ours_are_told(name: str) -> None:
    """They are URIs that nothing fetches; what they mean is said here."""
    assert name in PAGE
