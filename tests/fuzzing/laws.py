"""What must hold whatever the bytes are: refused by name, or the same for every reader, and no verdict too good."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from samewheel.comparison import Verdict, compare
from samewheel.comparison.archive_rules import nature
from samewheel.errors import InvalidWheelError
from samewheel.wheel import Form, Moment, Wheel, canonical_bytes, open_wheel, strict_flaws
from samewheel.wheel.writing import write_archive
from tests.fuzzing.streaming import streamed
from tests.hostile_wheels import FILE_NAME
from tests.unit.insides import look
from tests.unit.wheels import mirrored

__all__ = ["compared", "looked_into", "read"]

MOMENT = Moment(time=0, date=1 << 5 | 1)
LADDER = tuple(Verdict)


class Zipped(NamedTuple):
    """A member as `zipfile` finds it."""

    content: bytes
    executable: bool


def _by_zipfile(file: bytes) -> dict[str, Zipped]:
    """Return members by name, as Python's own reader finds them."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        infos = archive.infolist()
        found = {}
        for info in infos:
            mode = info.external_attr >> 16
            content = archive.read(info)
            assert info.file_size == len(content)
            found[info.filename] = Zipped(content, stat.S_ISREG(mode) and bool(mode & 0o111))
        assert len(found) == len(infos)
        return found


def _check_alike(wheel: Wheel, file: bytes) -> None:
    """Check that three readers find the same, and that nothing of the file was left unread."""
    ours = {name: b"".join(wheel.contents(member)) for name, member in wheel.members.items()}
    assert {name: len(content) for name, content in ours.items()} == {m.name: m.size for m in wheel.archive.members}
    zipped = _by_zipfile(file)
    assert ours == {name: member.content for name, member in zipped.items()}
    assert {name for name, member in zipped.items() if member.executable} == {
        name for name, member in wheel.members.items() if member.is_executable
    }
    assert {name.encode(): content for name, content in ours.items()} == streamed(file)
    assert b"".join(write_archive(wheel.archive, wheel.stream)) == file


def _canonical(wheel: Wheel) -> bytes:
    # A piece is a view that ends when the next one is asked for.
    return b"".join(map(bytes, canonical_bytes(wheel, MOMENT, Form.DEFLATED)))


def _check_canonical(wheel: Wheel, path: Path) -> None:
    """Check that the canonical form is a right wheel, installs the same, and is its own canonical form."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_canonical(wheel))
    with open_wheel(path) as packed:
        packed.refuse(strict_flaws(packed))
        assert _canonical(packed) == path.read_bytes()
        own = f"{wheel.dist_info}/RECORD"
        for name, member in packed.members.items():
            assert name == own or b"".join(packed.contents(member)) == b"".join(wheel.contents(wheel.members[name]))
            assert nature(member) == nature(wheel.members[name])
        assert all(name.endswith("/") for name in wheel.members.keys() - packed.members.keys())
    found = compare(wheel.path, path)
    assert LADDER.index(found.verdict) <= LADDER.index(Verdict.METADATA_DIFFERS)
    assert all(one.code.startswith("SW1") or one.code == "SW203" for one in found.differences)


def _check_one_canonical(a: Path, b: Path) -> None:
    """Check that two wheels have the same canonical form, if they can have any."""
    with open_wheel(a) as first, open_wheel(b) as second:
        try:
            for wheel in (first, second):
                wheel.refuse(strict_flaws(wheel))
        except InvalidWheelError:
            return
        if not any(name.endswith((".jws", ".p7s")) for name in first.members):
            assert _canonical(first) == _canonical(second)


def read(file: bytes) -> bool:
    """Check what holds for one file, and tell whether it was accepted.

    Refused, it is refused as a wheel. Accepted, it has the same members for `zipfile`, for a reader that streams and
    for us, it can be written again to the bit, and its canonical form installs the same.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, FILE_NAME)
        path.write_bytes(file)
        try:
            with open_wheel(path) as wheel:
                for member in wheel.members.values():
                    for _ in wheel.contents(member):
                        pass
                _check_alike(wheel, file)
                try:
                    wheel.refuse(strict_flaws(wheel))
                except InvalidWheelError:
                    return True
                if not any(name.endswith((".jws", ".p7s")) for name in wheel.members):
                    _check_canonical(wheel, Path(folder, "canonical", FILE_NAME))
        except InvalidWheelError:
            return False
        return True


def _distance(a: dict[str, Zipped], b: dict[str, Zipped]) -> Verdict:
    """Return the best verdict that two wheels of one name may get, by what `zipfile` finds in them."""
    files_of_a, files_of_b = ({name: m for name, m in of.items() if not name.endswith("/")} for of in (a, b))
    unlike = {name for name in files_of_a.keys() | files_of_b.keys() if files_of_a.get(name) != files_of_b.get(name)}
    if not unlike:
        return Verdict.SAME_CONTENTS
    inner = all(".dist-info/" in name for name in unlike)
    return Verdict.METADATA_DIFFERS if inner else Verdict.PAYLOAD_DIFFERS


def compared(a: bytes, b: bytes) -> bool:
    """Check what holds for two files of one name, and tell whether they could be compared.

    Refused, one is refused as a wheel. Compared, the verdict is no better than what `zipfile` finds, says that they
    are identical exactly if they are, and is the same from both sides.
    """
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name, FILE_NAME) for name in ("a", "b")]
        for path, file in zip(paths, (a, b), strict=True):
            path.parent.mkdir()
            path.write_bytes(file)
        try:
            found = compare(*paths)
        except InvalidWheelError:
            return False
        assert (found.verdict is Verdict.IDENTICAL) == (not found.differences) == (a == b)
        assert compare(*reversed(paths)) == mirrored(found)
        for one in found.differences:
            # SW205 also says that neither RECORD is right.
            assert one.a != one.b or one.code == "SW205" or one.field.startswith("and "), one
        if a != b:
            if found.verdict is Verdict.SAME_CONTENTS:
                _check_one_canonical(*paths)
            assert LADDER.index(found.verdict) >= LADDER.index(_distance(_by_zipfile(a), _by_zipfile(b)))
        return True


def looked_into(name: str, a: bytes, b: bytes) -> None:
    """Check that there is an answer about any two contents, the same from both sides."""
    if a != b:
        look(name, a, b)
