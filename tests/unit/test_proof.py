"""What is told of what two builds saw."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from samewheel.observation import Observed
from samewheel.proof import observe

if TYPE_CHECKING:
    from samewheel.building import Product

NOTHING = dict.fromkeys(Observed.__struct_fields__)


def product(names: tuple[str, ...], **seen: object) -> Product:
    """Return what there is of a build whose process saw these names in its folder."""
    observed = msgspec.convert(NOTHING | {"directory_order": names} | seen, Observed)
    return cast("Product", SimpleNamespace(observed=observed))


@pytest.mark.parametrize(
    ("names", "order"),
    [("abc", "as it is"), ("cba", "the other way round"), ("bca", "another"), ("ab", "another")],
)
def test_order_of_a_folder_is_told_in_a_word(names: str, order: str) -> None:
    """The names themselves are in the order of a disk, which is another one on each machine."""
    seen = observe((product(("a", "b", "c")), product(tuple(names))), [])
    assert [one["directory_order"] for one in seen] == ["as it is", order]


def test_what_builds_saw_is_told_as_it_will_be_read() -> None:
    """A report that is read is equal to the one that was written; and no folder of ours is named in it."""
    folder = Path("/tmp/ours")  # noqa: S108 - no file
    seen = observe((product((), cpus=(2, 2), home=f"{folder}/home"), product(())), [folder])
    assert msgspec.json.decode(msgspec.json.encode(seen)) == list(seen)
    assert seen[0]["home"] == "$WORK/home"
