"""Which wheel is rebuilt, and every reason why none is."""

from __future__ import annotations

import re
import sys
from itertools import permutations

import pytest
from packaging.tags import sys_tags

from samewheel.audit.choosing import choose
from samewheel.audit.target import find_target
from samewheel.audit.values import Named, NamedWheel, Skipped
from samewheel.errors import SamewheelError, UsageError
from tests.conftest import ROOT

from .audits import Release, Shelf, digest, target_of

ANY = Release("1.0", "demo-1.0-py3-none-any.whl", "wheel", digest("a"))
OURS = Release("1.0", "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", "wheel", digest("b"))
STABLE = Release("1.0", "demo-1.0-cp38-abi3-manylinux_2_17_x86_64.whl", "wheel", digest("c"))
AGAIN = Release("1.0", "demo-1.0-1-cp311-cp311-manylinux_2_17_x86_64.whl", "wheel", digest("d"))
MAC = Release("1.0", "demo-1.0-cp311-cp311-macosx_11_0_arm64.whl", "wheel", digest("e"))
SDIST = Release("1.0", "demo-1.0.tar.gz", "sdist", digest("f"))
LATER = Release("1.1", "demo-1.1-py3-none-any.whl", "wheel", digest("1"))
STRANGE = Release("1.0", "demo-1.0-none-any.whl", "wheel", digest("2"))

DEMO = Named(name="demo", version="1.0", where="here")


def chosen(named: Named, *files: Release) -> tuple[str, Skipped | None]:
    """Return the wheel of the index that is chosen, and why none is."""
    (item,) = choose([named], target_of(), Shelf(demo=files).files)
    return item.filename, item.skipped


@pytest.mark.parametrize("files", list(permutations([ANY, OURS, STABLE, MAC])), ids=str)
def test_best_tags_win_in_any_order(files: tuple[Release, ...]) -> None:
    """As an installer chooses; the order of the index's answer is its own affair."""
    assert chosen(DEMO, *files) == (OURS.filename, None)


def test_higher_build_wins() -> None:
    """Of two wheels with the same tags, the build number decides (binary distribution format)."""
    assert chosen(DEMO, OURS, AGAIN) == (AGAIN.filename, None)


@pytest.mark.parametrize("spelt", ["1", "1.0", "1.0.0"])
def test_version_may_be_spelt_otherwise(spelt: str) -> None:
    """1 is 1.0 (PEP 440); what is rebuilt is called as the wheel is."""
    (item,) = choose([Named(name="demo", version=spelt, where="here")], target_of(), Shelf(demo=[ANY]).files)
    assert (item.version, item.filename) == ("1.0", ANY.filename)


def test_hashes_come_before_tags() -> None:
    """A worse wheel that the file allows is installed, and the better one is not."""
    named = Named(name="demo", version="1.0", where="here", hashes=(f"sha256:{ANY.sha256}", f"sha256:{SDIST.sha256}"))
    assert chosen(named, ANY, OURS, SDIST) == (ANY.filename, None)


def hashed(*values: str) -> Named:
    """Return the distribution with hashes."""
    return Named(name="demo", version="1.0", where="here", hashes=values)


REASONS = [
    (DEMO, (SDIST,), Skipped.NO_WHEEL),
    (hashed(f"sha256:{SDIST.sha256}"), (SDIST, ANY), Skipped.NO_WHEEL),
    (DEMO, (MAC, SDIST), Skipped.NO_FITTING_WHEEL),
    (DEMO, (LATER,), Skipped.NOT_ON_INDEX),
    (DEMO, (), Skipped.NOT_ON_INDEX),
    (hashed("sha256:" + "9" * 64), (ANY,), Skipped.OTHER_FILE),
    (hashed("md5:" + "9" * 32), (ANY,), Skipped.NO_SHA256),
    (DEMO, (STRANGE,), Skipped.OTHER_FILE),
    (Named(name="demo", version="1.0+cpu", where="here"), (ANY,), Skipped.LOCAL_VERSION),
    (Named(name="demo", where="here"), (ANY,), Skipped.NO_VERSION),
    (Named(name="demo", version="1.0", where="here", skipped=Skipped.VCS), (ANY,), Skipped.VCS),
    (Named(name="demo", version="1.0", where="here", wheels=()), (ANY,), Skipped.NO_WHEEL),
    (
        Named(name="demo", version="1.0", where="here", wheels=(NamedWheel(filename=MAC.filename, sha256=None),)),
        (ANY,),
        Skipped.NO_FITTING_WHEEL,
    ),
    (Named(name="demo", version="1.0", where="here", tags=frozenset({"py2-none-any"})), (ANY,), Skipped.OTHER_FILE),
]


@pytest.mark.parametrize(("named", "files", "skipped"), REASONS, ids=range(len(REASONS)))
def test_reason_why_nothing_is_rebuilt(named: Named, files: tuple[Release, ...], skipped: Skipped) -> None:
    """Whoever reads "skipped" wants to know whose fault it is."""
    assert chosen(named, *files) == ("", skipped)


def test_every_reason_has_a_sentence() -> None:
    """The value is for programs, the sentence for people."""
    assert all(skipped.sentence.endswith(".") for skipped in Skipped)
    assert len({skipped.sentence for skipped in Skipped}) == len(Skipped)


def test_same_wheel_is_rebuilt_once() -> None:
    """Two files may name it; two versions are two wheels."""
    later = Named(name="demo", version="1.1", where="there")
    items = choose([DEMO, later, DEMO], target_of(), Shelf(demo=[ANY, LATER]).files)
    assert [item.skipped for item in items] == [None, None, Skipped.DUPLICATE]


def test_index_is_asked_once_for_each_project() -> None:
    """Hundreds of pins of one project are one question."""
    shelf = Shelf(demo=[ANY])
    other = Named(name="other", version="1.0", where="here")
    items = choose([DEMO, DEMO, other], target_of(), shelf.files)
    assert sorted(shelf.asked) == ["demo", "other"]
    assert items[2].skipped is Skipped.NOT_ON_INDEX


def test_index_that_cannot_be_asked_ends_the_audit() -> None:
    """A network that is down must not look like hundreds of packages that nobody published."""

    def files(name: str) -> tuple[Release, ...]:
        raise SamewheelError(f"no answer about {name}")

    with pytest.raises(SamewheelError, match="no answer about demo"):
        choose([DEMO], target_of(), files)


def test_target_is_the_interpreter_itself() -> None:
    """Without --python, its own tags in their own order."""
    target = find_target(None)
    tags = list(dict.fromkeys(sys_tags()))
    assert sorted(target.ranks, key=target.ranks.__getitem__) == tags


def test_target_by_name_is_that_by_itself() -> None:
    """The tags that are computed for another interpreter are those which it computes of itself."""
    own, named = find_target(None), find_target(sys.executable)
    assert list(named.ranks) == list(own.ranks)


def test_interpreter_that_is_not_there_is_refused() -> None:
    """As with every command."""
    with pytest.raises(UsageError, match="no interpreter"):
        find_target("3.99")


def test_page_has_every_reason() -> None:
    """The table in docs/lookup/audit.md says what the code says."""
    page = (ROOT / "docs" / "lookup" / "audit.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(skipped.value, skipped.sentence) for skipped in Skipped]
