"""The first plan of a rebuild: what the published wheel and its upload say of the build, with evidence."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion

from samewheel._standards import version_of
from samewheel._types import Value
from samewheel.epoch import EARLIEST
from samewheel.rebuilding.published import GENERATED
from samewheel.rebuilding.values import Modes, Newlines, Plan, PlannedWheel, Times

if TYPE_CHECKING:
    from samewheel.rebuilding.published import Published
    from samewheel.rebuilding.values import PlannedSource

__all__ = ["first_plan"]

DISTRIBUTIONS = {
    "bdist_wheel": "wheel",
    "flit": "flit_core",
    "hatchling": "hatchling",
    "maturin": "maturin",
    "pdm-backend": "pdm-backend",
    "pdm-pep517": "pdm-pep517",
    "poetry": "poetry-core",
    "poetry-core": "poetry-core",
    "scikit-build-core": "scikit-build-core",
    "setuptools": "setuptools",
    "uv": "uv-build",
    "whey": "whey",
}
"""The distribution whose backend a Generator names; poetry-core called itself ``poetry`` at first."""

OWN_BDIST_WHEEL = "setuptools<70.1"
"""setuptools 70.1 and newer make wheels themselves, and do not name ``wheel`` as the Generator."""


PLAIN = 0o644

UMASKS = {0o600: "077", 0o640: "027", 0o660: "007", 0o664: "002", 0o666: "000"}
"""The umask that gives new files a mode; with the usual one, 022, that is 0644."""


class _Found(Value, frozen=True, kw_only=True):
    """The value of a field of a plan, and why it is that."""

    value: object
    why: str


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _pins(published: Published) -> _Found | None:
    generator = published.generator
    if generator is None or not generator.version or generator.name not in DISTRIBUTIONS:
        return None
    try:
        version_of(generator.version)
    except InvalidVersion:
        return None
    pins = [f"{DISTRIBUTIONS[generator.name]}=={generator.version}"]
    why = f"Generator: {generator.name} {generator.version}"
    if generator.name == "bdist_wheel":
        pins.append(OWN_BDIST_WHEEL)
        why += "; a newer setuptools would name itself"
    return _Found(value=tuple(sorted(pins)), why=why)


def _moments(published: Published) -> dict[str, _Found]:
    """Return what the times of the members say of SOURCE_DATE_EPOCH, the clock and the source's files."""
    one = published.one_time
    count = len(published.times)
    if one is not None and one >= EARLIEST:
        return {
            "epoch": _Found(value=one, why=f"all {count} members of the wheel have the time {_day(one)}"),
        }
    generated = published.generated_times()
    (clock, often), *_ = Counter(generated).most_common(1) or [((EARLIEST, 0))]
    several = len(set(published.times.values()))
    return {
        "times": _Found(value=Times.PUBLISHED, why=f"the wheel's {count} members have {several} times"),
        "clock": _Found(
            value=clock, why=f"{often} of {len(generated)} files that the build made have the time {_day(clock)}"
        ),
    }


def _modes(published: Published) -> dict[str, _Found]:
    """Return what the modes of the members say of the umask and the source's files."""
    found = {}
    made = published.modes.get(f"{published.dist_info}/WHEEL")
    if made in UMASKS:
        found["umask"] = _Found(value=UMASKS[made], why=f"WHEEL, which the build made, has the mode {made:04o}")
    generated = {f"{published.dist_info}/{name}" for name in GENERATED}
    if unusual := sorted({mode for name, mode in published.modes.items() if name not in generated} - {PLAIN}):
        words = ", ".join(f"{mode:04o}" for mode in unusual)
        found["modes"] = _Found(value=Modes.PUBLISHED, why=f"files have the modes {words}")
    return found


def first_plan(
    published: Published, source: PlannedSource, python: str, why_python: str, why_source: str = ""
) -> Plan:
    """Return the likeliest plan.

    Args:
        published: the wheel.
        source: what it is to be built from.
        python: the interpreter's version.
        why_python: why it is that one.
        why_source: what speaks for the source, if anything does.
    """
    found = {**_moments(published), **_modes(published), "python": _Found(value=python, why=why_python)}
    if why_source:
        found["source"] = _Found(value=source, why=why_source)
    if (pins := _pins(published)) is not None:
        found["pins"] = pins
    if published.uploaded is not None:
        found["uploaded_before"] = _Found(
            value=published.uploaded, why="when the index's wheel of this name was uploaded"
        )
    if published.windows_newlines:
        found["newlines"] = _Found(value=Newlines.WINDOWS, why="METADATA ends its lines as Windows does")
    fields = {"source": source, **{name: one.value for name, one in found.items()}}
    return Plan(
        wheel=PlannedWheel(filename=published.path.name, sha256=published.sha256),
        evidence={name.replace("_", "-"): one.why for name, one in sorted(found.items())},
        **fields,  # type: ignore[arg-type]
    )
