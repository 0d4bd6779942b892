"""The environment of a build: made from nothing, and described without a path of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from samewheel.conditions import SYSTEM_PATH, Conditions
from samewheel.machine import Machine, _system
from samewheel.variations import stand, vary

PLACES = Path("/somewhere/secret")


def conditions(*, extra: dict[str, str] | None = None, **places: Path) -> Conditions:
    """Return the conditions of a plain build."""
    folders = {name: PLACES / name for name in ("source", "environment", "home", "temp", "shims", "out")} | places
    return Conditions(
        source=folders["source"],
        environment=folders["environment"],
        home=folders["home"],
        temp=folders["temp"],
        shims=folders["shims"],
        out=folders["out"],
        epoch=1_600_000_000,
        extra=extra or {},
    )


def test_programs_of_the_system_are_run_in_no_folder_of_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Localedef would take the sources of a locale from there: another locale then, of the same name, for good."""
    monkeypatch.chdir(tmp_path)
    assert _system("pwd") == "/\n"


def test_environment_is_the_same_whoever_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the caller reaches a build, neither a secret nor a compiler flag."""
    before = conditions().environ()
    for name in ("SECRET", "CFLAGS", "PYTHONPATH", "PATH", "TZ", "LANG", "SOURCE_DATE_EPOCH"):
        monkeypatch.setenv(name, "/of/the/caller")
    assert conditions().environ() == before
    assert " ".join(sorted(before)) == (
        "HOME LANG LC_ALL LOGNAME PATH PYTHONHASHSEED SOURCE_DATE_EPOCH TMPDIR TZ USER"
    )


def test_shims_come_before_the_system_and_after_the_environment() -> None:
    """A shim behind the compiler is never called; uv puts the environment first, and both frontends must agree."""
    folders = conditions().environ()["PATH"].split(":")
    assert folders == [f"{PLACES}/environment/bin", f"{PLACES}/shims", *SYSTEM_PATH]


def test_variables_of_the_user_come_last_and_win() -> None:
    """Who passes a variable on means it, also one of the fixed ones."""
    environ = conditions(extra={"TZ": "Asia/Tokyo", "MY_FLAG": "1"}).environ()
    assert (environ["TZ"], environ["MY_FLAG"]) == ("Asia/Tokyo", "1")


def test_description_has_no_path_of_this_machine() -> None:
    """A buildinfo made elsewhere must be equal, and a home folder's name is nobody's business."""
    described = conditions().described()
    assert str(PLACES) not in repr(described)
    assert described["path"] == "$ENV/bin:$SHIMS:/usr/local/bin:/usr/bin:/bin"
    assert (described["source"], described["home"], described["temp"]) == ("$SOURCE", "$HOME", "$TMP")


def test_description_says_what_the_build_sees() -> None:
    """A time zone that the user's variable overrode is not the one that the build ran under."""
    described = conditions(extra={"TZ": "Asia/Tokyo", "USER": "me", "PYTHONHASHSEED": "7"}).described()
    assert (described["timezone"], described["user"], described["hash_seed"]) == ("Asia/Tokyo", "me", "7")
    described = conditions(extra={"LC_ALL": "C", "PATH": "/opt/bin"}).described()
    assert (described["locale"], described["path"]) == ("C", "/opt/bin")


@pytest.mark.parametrize(("umask", "shown"), [(0o022, "022"), (0o077, "077"), (0, "000")])
def test_umask_is_described_in_octal(umask: int, shown: str) -> None:
    """Nobody reads a umask of 18."""
    assert replace(conditions(), umask=umask).described()["umask"] == shown


def test_inner_place_is_masked_by_its_own_name() -> None:
    """Home and temporary folder may lie in each other; the longer path says more."""
    nested = conditions(home=Path("/b"), temp=Path("/b/tmp"), source=Path("/b/tmp/source"))
    assert nested.masked("/b/tmp/source/x.c /b/tmp/cc1.s /b/.config") == "$SOURCE/x.c $TMP/cc1.s $HOME/.config"


def test_every_place_is_masked() -> None:
    """Logs are evidence that we hand on."""
    text = " ".join(f"{PLACES}/{name}/x" for name in ("source", "environment", "home", "temp", "shims", "out"))
    assert conditions().masked(text) == "$SOURCE/x $ENV/x $HOME/x $TMP/x $SHIMS/x $OUT/x"


def test_clock_that_stands_does_so_in_every_time_zone_and_as_far_off_as_it_was() -> None:
    """Two builds at different times see one time; a clock that is wrong on purpose stays wrong."""
    machine = Machine(locale=None, locale_folder=None, clock_library=Path("/lib/x.so"), memory_folder=None, cpus=())
    plain = stand(conditions(), machine, 1_700_000_000)
    assert (plain.environ()["FAKETIME"], plain.environ()["FAKETIME_FMT"]) == ("1700000000", "%s")
    assert plain.clock_stands == 1_700_000_000
    ahead = stand(vary(conditions(), machine, ["clock"]), machine, 1_700_000_000)
    assert int(ahead.environ()["FAKETIME"]) == ahead.clock_stands == 1_700_000_000 + ahead.clock_offset
    assert ahead.clock_offset
