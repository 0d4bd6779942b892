"""Expressions of workflows, as those tests evaluate them that run workflows: a slip here would hide one there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.hosted_expressions import evaluated, expanded

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXTS: dict[str, Any] = {
    "needs": {"compare": {"result": "failure", "outputs": {"wheel": "ab"}}},
    "github": {"ref_type": "tag"},
    "env": {},
}

FUNCTIONS: dict[str, Callable[..., bool]] = {
    "failure": lambda: True,
    "success": lambda: False,
    "hashFiles": lambda pattern: pattern == "evidence/*",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("failure() && needs.compare.result == 'failure'", True),
        ("failure() && needs.compare.result == 'success'", False),
        ("success() || hashFiles('evidence/*') != ''", True),
        ("success() && failure() || failure()", True),
        ("success() && (failure() || failure())", False),
        ("!success() && github.ref_type == 'tag'", True),
        ("needs.compare.outputs.wheel", "ab"),
        ("needs.build.outputs.wheel", ""),
        ("env.NOTHING", ""),
    ],
)
def test_expression_is_what_the_service_makes_of_it(text: str, value: object) -> None:
    """`&&` binds more closely than `||`; what is not there is empty."""
    assert evaluated(text, CONTEXTS, FUNCTIONS) == value


@pytest.mark.parametrize(
    "text", ["a ? b : c", 'github.ref_type == "tag"', "secrets.TOKEN", "always()", "(failure()", ""]
)
def test_what_is_not_known_is_not_passed_over(text: str) -> None:
    """A test that takes it for true or false would say nothing."""
    with pytest.raises((AssertionError, KeyError, IndexError)):
        evaluated(text, CONTEXTS, FUNCTIONS)


def test_expansions_stand_in_texts_and_only_there() -> None:
    """Numbers and booleans of YAML stay what they are."""
    assert expanded("<${{ needs.compare.outputs.wheel }}>${{ github.ref_type }}", CONTEXTS) == "<ab>tag"
    assert expanded(0, CONTEXTS) == 0
    assert expanded(value=False, contexts=CONTEXTS) is False
