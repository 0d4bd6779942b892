"""What WHEEL and the file's name say: the program that made a wheel, and its tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.causing import NATIVE
from samewheel.explaining.recognisers.said import (
    coded,
    consistent,
    last,
    may_be_backend,
    shown,
)
from samewheel.explaining.recognisers.versions import Told, of_names, of_versions
from samewheel.explaining.values import Certainty
from samewheel.wheel import read_headers, read_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.tags import Tag

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS", "is_native"]

REPAIRERS = ("auditwheel", "delocate", "delvewheel", "repairwheel")
"""Programs that change wheels after they were built."""

PORTABLE = ("manylinux", "musllinux")
"""How the platforms begin that repaired wheels have."""

LONGEST = 4096
"""Characters of tags that are read."""

PARTS = 5
"""Parts of a file name without a build number."""


def is_native(name: str) -> bool:
    """Tell by its name whether a file has native code."""
    return name.endswith(NATIVE) or ".so." in name.rpartition("/")[2]


def generator(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The Generator: it says who wrote WHEEL, and which version of that."""
    said = case.generators
    for one in coded(left, "SW201"):
        repaired = [any(name in text.lower() for name in REPAIRERS) for text in said]
        if repaired[0] != repaired[1] or all(repaired):
            yield shown("repair-tool", one)
        elif all(said):
            yield shown("backend-version", one)
        else:
            yield consistent("backend-version", one)


def _tags(text: str) -> frozenset[Tag]:
    """Return what a compressed set of tags stands for; nothing if it is none."""
    try:
        return read_tags(text) if len(text) <= LONGEST else frozenset()
    except ValueError:
        return frozenset()


def _pythons(tags: frozenset[Tag]) -> frozenset[tuple[str, str]]:
    return frozenset((tag.interpreter, tag.abi) for tag in tags)


def _is_cpython(tags: frozenset[Tag]) -> bool:
    """Tell whether all tags are of native code for one release of CPython each."""
    return all(tag.interpreter == tag.abi.rstrip("mudt") and tag.interpreter.startswith("cp3") for tag in tags)


def _of_pythons(case: Case, a: frozenset[Tag], b: frozenset[Tag]) -> Told | None:
    if _is_cpython(a) and _is_cpython(b):
        return "python-version", Certainty.SHOWN
    kinds = [{tag.interpreter[2:] for tag in tags if tag.interpreter[:2] in {"py", "cp"}} for tags in (a, b)]
    if {"2"} in (kinds[0] - kinds[1], kinds[1] - kinds[0]) and may_be_backend(case):
        return "backend-version", Certainty.CONSISTENT
    if any(number[1:] for number in kinds[0] ^ kinds[1]):
        return "python-version", Certainty.CONSISTENT
    return None


def _of_platforms(a: frozenset[Tag], b: frozenset[Tag]) -> Told | None:
    platforms = [{tag.platform for tag in tags} for tags in (a, b)]
    if any(platform.startswith(PORTABLE) for platform in platforms[0] ^ platforms[1]):
        return "repair-tool", Certainty.CONSISTENT
    return None


def _lacks_an_extension(case: Case, tags: frozenset[Tag]) -> bool:
    """Tell whether only one wheel has native code; or neither, and yet tags say that one was made for an ABI."""
    found = [one for one in case.differences if one.code == "SW302" and is_native(one.member)]
    has_native = any(is_native(name) for wheel in case.wheels for name in wheel.members)
    return len({one.a for one in found}) == 1 or (not has_native and any(tag.abi != "none" for tag in tags))


def _of_tags(case: Case, a: frozenset[Tag], b: frozenset[Tag]) -> list[Told | None]:
    """Return why tags differ, by what differs in them; None for what cannot be told."""
    if not (a and b):
        return [None]
    pure = [all(tag.platform == "any" for tag in tags) for tags in (a, b)]
    if pure[0] != pure[1]:
        return [("optional-extension", Certainty.CONSISTENT) if _lacks_an_extension(case, a | b) else None]
    found = [_of_pythons(case, a, b)] if _pythons(a) != _pythons(b) else []
    if {tag.platform for tag in a} != {tag.platform for tag in b}:
        found.append(_of_platforms(a, b))
    return found


def _yielded(known: Sequence[Told | None], one: Difference) -> Iterator[Recognised]:
    for each in known:
        if each is not None:
            make = shown if each[1] is Certainty.SHOWN else consistent
            yield make(each[0], one, whole=None not in known)


def tags(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Tags in WHEEL: the same ones in another order or form, or others."""
    for one in coded(left, "SW206"):
        if one.field.lower() not in {"tag", "root-is-purelib"} and not one.field.startswith("order from"):
            continue
        texts = [read_headers(wheel.text("WHEEL"), "WHEEL").all("Tag") for wheel in case.wheels]
        a, b = (frozenset().union(*map(_tags, lines)) for lines in texts)
        known: list[Told | None] = []
        if one.field.lower() == "root-is-purelib":
            known = [("optional-extension", Certainty.CONSISTENT)] if _lacks_an_extension(case, a | b) else []
        elif a != b:
            known = _of_tags(case, a, b)
        elif sorted(texts[0]) != sorted(texts[1]) and not _is_order(*texts):
            known = [("backend-version", Certainty.CONSISTENT)] if may_be_backend(case) else []
        else:
            known = [("tag-order", Certainty.CONSISTENT)] if texts[0] != texts[1] else []
        yield from _yielded(known, one)


def _is_order(a: Sequence[str], b: Sequence[str]) -> bool:
    """Tell whether two lists of compressed tags differ only in the order of what is in them."""
    one, other = (sorted("-".join(".".join(sorted(p.split("."))) for p in t.split("-")) for t in of) for of in (a, b))
    return one == other


def top_levels(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Names in ``top_level.txt`` that stand for nothing in the wheel: those of extensions that did not compile."""
    found = [one for one in coded(left, "SW208") if one.member.endswith("/top_level.txt") and one.field != "presence"]
    contents = case.contents(found[0].member) if found else None
    if contents is None:
        return
    a, b = ({line.decode("utf-8", "replace") for line in content.split()} for content in contents)
    tops = [{re.split(r"[./]", name)[0] for name in wheel.members} for wheel in case.wheels]
    news = [a - b, b - a]
    if any(news) and not any(new & top for new, top in zip(news, tops, strict=True)):
        names = ", ".join(sorted(a ^ b))
        evidence = f"{found[0].member} of only one wheel names {names}, and neither has any file of that name"
        yield consistent("optional-extension", *found, evidence=evidence)


def file_name(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The file's name: the distribution's, its version, and tags."""
    for one in coded(left, "SW304"):
        names = [text.removesuffix(".whl").split("-") for text in (one.a, one.b)]
        if min(map(len, names)) < PARTS:
            continue
        a, b = names
        known: list[Told | None] = [of_names(case, a[0], b[0])] if a[0] != b[0] else []
        known += [of_versions(a[1], b[1])] if a[1] != b[1] else []
        known += [None] if a[2:-3] != b[2:-3] else []
        if a[-3:] != b[-3:]:
            of_a, of_b = _tags("-".join(a[-3:])), _tags("-".join(b[-3:]))
            same = of_a == of_b and bool(of_a)
            known += [("tag-order", Certainty.CONSISTENT)] if same else _of_tags(case, of_a, of_b)
        yield from _yielded(known, one)


def written(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """All else in WHEEL, but for line endings: its writer decides."""
    if may_be_backend(case):
        for one in coded(left, "SW206"):
            if one.field.lower() in {"wheel-version", "root-is-purelib"} or last(one.field).startswith(
                ("order from", "form of")
            ):
                yield consistent("backend-version", one)


RECOGNISERS = (generator, tags, top_levels, file_name)
"""The surest first; `written` comes after all others."""
