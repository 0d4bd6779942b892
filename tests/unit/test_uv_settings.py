"""Where uv has a project's settings, and what of them bounds a lock: as ``uv build`` in its folder has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel._indexes import default_index, index_settings
from samewheel._uv_settings import heard_by_uv_alone, project_file, workspace_root
from samewheel.constraints import make_header, parse_constraints, render
from samewheel.errors import InvalidProjectError
from samewheel.locking.bounds import build_bounds
from samewheel.locking.checking import stale
from tests.functional.git_projects import write
from tests.unit.test_locking_checking import HATCHLING, LINUX

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = '[project]\nname = "m"\nversion = "1"\n'


def bounded(text: str, before: str = "") -> str:
    """Return a ``pyproject.toml`` with one constraint."""
    return f'{before}[tool.uv]\nbuild-constraint-dependencies = ["{text}"]\n'


WORKSPACE = bounded("hatchling<1.26") + '[tool.uv.workspace]\nmembers = ["p/*"]\nexclude = ["p/out"]\n'

PLACES = {
    "own": ({"m/pyproject.toml": bounded("own==1")}, "m", ("own==1",)),
    "root of the workspace": (
        {"pyproject.toml": WORKSPACE, "p/m/pyproject.toml": bounded("own==1", PROJECT)},
        "p/m",
        ("hatchling<1.26",),
    ),
    "root itself": ({"pyproject.toml": PROJECT + WORKSPACE}, ".", ("hatchling<1.26",)),
    "excluded": (
        {"pyproject.toml": WORKSPACE, "p/out/pyproject.toml": bounded("own==1", PROJECT)},
        "p/out",
        ("own==1",),
    ),
    "no member, but below": (
        {"pyproject.toml": WORKSPACE, "q/m/pyproject.toml": PROJECT},
        "q/m",
        ("hatchling<1.26",),
    ),
    "no member, with its own": (
        {"pyproject.toml": WORKSPACE, "q/m/pyproject.toml": bounded("own==1", PROJECT)},
        "q/m",
        ("own==1",),
    ),
    "below another project": (
        {"pyproject.toml": bounded("above==1", PROJECT), "m/pyproject.toml": PROJECT},
        "m",
        ("above==1",),
    ),
    "uv.toml": (
        {"pyproject.toml": bounded("hidden==1"), "uv.toml": 'build-constraint-dependencies = ["own==1"]'},
        ".",
        ("own==1",),
    ),
    "uv.toml without it": ({"pyproject.toml": bounded("hidden==1"), "uv.toml": "offline = false"}, ".", ()),
    "nowhere": ({"pyproject.toml": PROJECT}, ".", ()),
}
"""Files, the project's folder, and the constraints that ``uv build`` heeds there (measured with uv 0.13.9)."""


@pytest.mark.parametrize(("files", "folder", "expected"), PLACES.values(), ids=PLACES)
def test_constraints_come_from_where_uv_has_them(
    tmp_path: Path, files: dict[str, str], folder: str, expected: tuple[str, ...]
) -> None:
    """Who has them in one place need not have them in another for us."""
    write(tmp_path, files)
    assert build_bounds(tmp_path / folder) == expected


def test_a_strangers_source_bounds_nothing(tmp_path: Path) -> None:
    """Nor do uv's settings of an sdist count when uv builds it."""
    write(tmp_path, {"pyproject.toml": bounded("own==1")})
    assert build_bounds(None) == ()


def test_constraints_are_spelled_in_one_way(tmp_path: Path) -> None:
    """Order, spaces and extras, which install nothing here, make no lock stale."""
    text = '["Wheel >= 0.40,<1 ; python_version<\'4\'", "hatchling[x]<2", "hatchling <2"]'
    write(tmp_path, {"pyproject.toml": f"[tool.uv]\nbuild-constraint-dependencies = {text}\n"})
    assert build_bounds(tmp_path) == ("hatchling<2", 'wheel<1,>=0.40; python_version < "4"')


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('"hatchling"', "must be a list"),
        ("[5]", "5, which is no requirement"),
        ('["!!"]', "which is no requirement"),
        ('["a @ https://example.org/a-1-py3-none-any.whl"]', "a by its URL"),
    ],
)
def test_what_is_no_constraint_is_named(tmp_path: Path, value: str, words: str) -> None:
    """With the file and the key, before anything is resolved."""
    write(tmp_path, {"pyproject.toml": f"[tool.uv]\nbuild-constraint-dependencies = {value}\n"})
    with pytest.raises(InvalidProjectError, match=words) as caught:
        build_bounds(tmp_path)
    assert "pyproject.toml: build-constraint-dependencies" in str(caught.value)


def test_what_is_no_toml_is_named(tmp_path: Path) -> None:
    """Also above the project."""
    write(tmp_path, {"pyproject.toml": "[", "m/pyproject.toml": PROJECT})
    with pytest.raises(InvalidProjectError, match="cannot read uv's settings"):
        project_file(tmp_path / "m")


def test_workspace_with_wrong_patterns_has_no_members(tmp_path: Path) -> None:
    """Uv says what is wrong with it, when it is run."""
    write(tmp_path, {"pyproject.toml": "[tool.uv.workspace]\nmembers = 5\n", "p/m/pyproject.toml": PROJECT})
    assert workspace_root(tmp_path / "p" / "m") is None


def test_header_says_what_bounded_the_pins() -> None:
    """It is read back, and its digest covers it; a file without has the bytes that it always had."""
    plain = make_header(requires=["a"], asked=[], requires_python=">=3.11")
    header = make_header(requires=["a"], asked=[], bounds=["B < 2"], requires_python=">=3.11")
    assert parse_constraints(render([HATCHLING], header), "x").header == header
    assert b"# bounded by: b<2\n" in render([], header)
    assert header.digest != plain.digest
    assert b"bounded" not in render([], plain)


def test_lock_is_stale_when_constraints_change() -> None:
    """What came, what went, and the pin that does not do any more."""
    header = make_header(requires=["hatchling"], asked=[], bounds=["hatchling<2", "six<2"], requires_python=">=3.11")
    locked = parse_constraints(render([HATCHLING], header), "constraints.txt")

    def reasons(*bounds: str) -> tuple[str, ...]:
        return stale(locked, requires=["hatchling"], asked=[], environment=LINUX, bounds=bounds)

    assert reasons("six <2", "hatchling<2") == ()
    assert reasons("hatchling<2") == ("- constraint six<2",)
    assert reasons("hatchling<1.20", "six<2") == (
        "+ constraint hatchling<1.20",
        "- constraint hatchling<2",
        "hatchling==1.27.0 is not within the constraint hatchling<1.20",
    )


def test_edited_constraint_in_a_header_is_noticed() -> None:
    """As an edited requirement is."""
    header = make_header(requires=["hatchling"], asked=[], bounds=["hatchling<2"], requires_python=">=3.11")
    content = render([HATCHLING], header).replace(b"bounded by: hatchling<2", b"bounded by: hatchling<3")
    reasons = stale(
        parse_constraints(content, "x"), requires=["hatchling"], asked=[], environment=LINUX, bounds=["hatchling<3"]
    )
    assert reasons == ("the header was edited: its digest is not that of its requirements",)


def test_index_settings_come_from_the_workspaces_root(tmp_path: Path) -> None:
    """Where uv has them for each member."""
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "none")}
    settings = '[tool.uv]\nindex-url = "https://root.example"\n[tool.uv.workspace]\nmembers = ["m"]\n'
    own = f'{PROJECT}[tool.uv]\nindex-url = "https://member.example"\n'
    write(tmp_path, {"pyproject.toml": settings, "m/pyproject.toml": own})
    assert default_index(tmp_path / "m", environ) == "https://root.example"


def test_lists_of_project_and_user_are_joined(tmp_path: Path) -> None:
    """A project that names one more index does not take the user's away; what is no list is the project's."""
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "user")}
    write(
        tmp_path,
        {
            "user/uv/uv.toml": 'find-links = ["theirs"]\nno-index = true\n',
            "m/pyproject.toml": '[tool.uv]\nfind-links = ["ours"]\nno-index = false\n',
        },
    )
    assert index_settings(tmp_path / "m", environ) == (
        f'find-links = ["{tmp_path}/m/ours", "{tmp_path}/user/uv/theirs"]\nno-index = false\n'
    )


def test_settings_that_only_uv_heeds_are_warned_about(tmp_path: Path) -> None:
    """``uv build`` in the same folder would give another wheel; where both are told the same it would not."""
    write(tmp_path, {"pyproject.toml": '[tool.uv]\nconfig-settings = { optimize = "1" }\n'})
    warning = heard_by_uv_alone(tmp_path, {})
    assert f"config-settings of {tmp_path}/pyproject.toml" in warning
    assert "[tool.samewheel] config-settings" in warning
    assert not heard_by_uv_alone(tmp_path, {"optimize": "1"})
    write(tmp_path, {"uv.toml": '[extra-build-dependencies]\nm = ["six"]\n'})
    assert heard_by_uv_alone(tmp_path, {}).endswith("extra-build-dependencies: build-system.requires")
    write(tmp_path, {"uv.toml": "offline = false\n"})
    assert not heard_by_uv_alone(tmp_path, {})
