"""Each variation with its mechanism broken on purpose: what did not arrive in the build must not be counted.

The user's own variables break some for real. Others get a stand-in for the function that does the deed, or a value
that the operating system takes without a word and does nothing with.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from msgspec.structs import replace

from samewheel import backend, staging, variations
from samewheel._types import Frontend
from samewheel.comparison import Verdict
from samewheel.sources import settle
from samewheel.variations import VARIATIONS, Variation
from samewheel.verifying import available, verify
from tests.functional.builds import make_project

Break: TypeAlias = Callable[[pytest.MonkeyPatch], Mapping[str, str]]
"""Breaks a mechanism, and returns the variables that the user passes on."""

SAME = "applied, but both build processes saw the same"


def passed_on(**variables: str) -> Break:
    """The user's own variables come last and win, in both builds."""
    return lambda _: variables


def dropped(module: object, function: str, *options: str, **instead: object) -> Break:
    """A function that ignores some of its options, or takes ``instead`` of them."""
    does = getattr(module, function)

    def stand_in(*arguments: object, **given: object) -> object:
        return does(*arguments, **{key: value for key, value in given.items() if key not in options}, **instead)

    def install(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
        monkeypatch.setattr(module, function, stand_in)
        return {}

    return install


def set_to(name: str, **fields: Any) -> Break:  # noqa: ANN401 - each field has a type of its own
    """Other values than the variation's, in the conditions of the second build."""

    def otherwise(one: Variation) -> Variation:
        return replace(one, apply=lambda conditions, machine: replace(one.apply(conditions, machine), **fields))

    def install(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
        changed = tuple(otherwise(one) if one.name == name else one for one in VARIATIONS)
        monkeypatch.setattr(variations, "VARIATIONS", changed)
        return {}

    return install


def unmoved(place: str) -> Break:
    """A place that stays where it was."""
    beside = variations._beside  # noqa: SLF001 - what moves all places

    def install(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
        monkeypatch.setattr(
            variations, "_beside", lambda path, name: path if path.name == place else beside(path, name)
        )
        return {}

    return install


def at_one_time(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Files get the same time, whatever they should get."""
    monkeypatch.setattr(staging, "settle", lambda folder, _: settle(folder, 1_000_000_000))
    return {}


def called_by_uv(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """A workshop that lets uv build, whoever should."""
    does = backend.Workshop.build
    monkeypatch.setattr(backend.Workshop, "build", lambda self, what, _, into: does(self, what, Frontend.UV, into))
    return {}


BROKEN: dict[str, dict[str, Break]] = {
    "clock": {
        "the-user-sets-it": passed_on(FAKETIME="+0"),
        "the-user-preloads-nothing": passed_on(LD_PRELOAD=""),
        "no-such-library": set_to("clock", clock_library=Path("/nowhere/libfaketime.so.1")),
    },
    "cpus": {
        "the-sandbox-binds-to-none": dropped(backend, "Appearance", "cpus"),
        "all-that-there-are": set_to("cpus", cpus=tuple(range(os.cpu_count() or 1))),
    },
    "directory_order": {
        "copied-as-it-is": dropped(staging, "copy_listed", "turned", turned=False),
    },
    "environment_path": {"not-moved": unmoved("env")},
    "frontend": {"uv-calls-both": called_by_uv},
    "hash_seed": {
        "the-user-sets-it": passed_on(PYTHONHASHSEED="0"),
        "the-user-wants-any": passed_on(PYTHONHASHSEED="random"),
    },
    "home": {"the-user-sets-it": passed_on(HOME="/nowhere"), "not-moved": unmoved("home")},
    "host": {"the-sandbox-names-one": dropped(backend, "Appearance", "host")},
    "locale": {
        "the-user-sets-it": passed_on(LANG="C.UTF-8", LC_ALL="C.UTF-8"),
        "no-such-locale-for-both": passed_on(LANG="zq_ZQ.UTF-8", LC_ALL="zq_ZQ.UTF-8"),
        "no-such-locale": set_to("locale", locale="zq_ZQ.UTF-8"),
        "no-such-folder": set_to("locale", locale_folder=Path("/nowhere")),
    },
    "source_mtime": {"files-get-one-time": at_one_time},
    "source_path": {"not-moved": unmoved("source")},
    "temp": {
        "the-user-sets-it": passed_on(TMPDIR="/tmp"),  # noqa: S108 - the build's own, or any other
        "not-moved": unmoved("tmp"),
    },
    "timezone": {
        "the-user-sets-it": passed_on(TZ="Asia/Kathmandu"),
        "no-such-zone": set_to("timezone", timezone="Nowhere/Missing"),
        "no-such-file": set_to("timezone", timezone=":/nowhere"),
    },
    "uid": {"the-sandbox-maps-to-one": dropped(backend, "Appearance", "uid", "gid")},
    "umask": {"the-process-inherits-it": dropped(backend, "View", "umask")},
    "user": {"the-user-sets-it": passed_on(LOGNAME="somebody", USER="somebody")},
}
"""For each variation, ways to break its mechanism."""


def test_every_variation_is_broken_in_some_way() -> None:
    """A new variation must show that it would be missed."""
    assert set(BROKEN) == set(available())


@pytest.mark.parametrize(
    ("name", "way"),
    [pytest.param(name, way, id=f"{name}-{what}") for name, ways in BROKEN.items() for what, way in ways.items()],
)
def test_variation_that_does_not_arrive_is_named_and_not_counted(
    name: str, way: Break, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what a build process really saw counts; who trusts a report trusts that list."""
    if reason := available()[name]:
        pytest.skip(reason)
    env = way(monkeypatch)
    found = verify(make_project(tmp_path / "project", ""), names=[name], env=dict(env)).verification
    assert found.varied == ()
    assert {item.name: item.reason for item in found.not_varied}[name] == SAME
    assert found.verdict is Verdict.IDENTICAL


def test_broken_variation_does_not_take_others_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several are broken at once, in other ways each: those are named, and every other one still counts."""
    can_be = {name for name, reason in available().items() if not reason}
    broken = can_be & {"hash_seed", "host", "source_mtime", "source_path", "umask"}
    env = {
        key: value
        for name in sorted(broken)
        for way in BROKEN[name].values()
        for key, value in way(monkeypatch).items()
    }
    found = verify(make_project(tmp_path / "project", ""), env=env).verification
    assert {item.name for item in found.not_varied if item.reason == SAME} == broken
    assert set(found.varied) == can_be - broken
