"""The canonical form: one archive for all that hold the same, and every byte of it is settled."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import mmap
import struct
import tempfile
import threading
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import deflate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import isal_zlib

from samewheel.errors import InvalidWheelError, SamewheelError
from samewheel.wheel import (
    Form,
    Member,
    Moment,
    canonical,
    canonical_bytes,
    headers,
    members,
    open_wheel,
    strict_flaws,
    writing,
)
from samewheel.wheel import archive as archive_module
from samewheel.wheel.archive import read_archive
from samewheel.wheel.canonical import Packing, canonical_order
from samewheel.wheel.deflating import Packed, check_compressor, pack
from samewheel.wheel.members import Prepared
from samewheel.wheel.record import Row
from samewheel.wheel.source import Source
from tests.unit.wheels import FILES, INFO, INIT, NAME, SMALLEST, Files, put, record_of, recorded, written
from tests.unit.zip_layers import CONTENTS, EXECUTABLE, Layer, layers, written_with

if TYPE_CHECKING:
    from collections.abc import Iterable

MOMENT = Moment.of(datetime(2020, 2, 3, 4, 5, 7, tzinfo=UTC))
RECORD = f"{INFO}/RECORD"

WITH_ALL: Files = {
    **FILES,
    "demo/__init__.pyi": b"",
    "demo/naïve.txt": "größer\n".encode(),
    "demo/noise.bin": hashlib.shake_256(b"canonical").digest(999),
    "demo-1.0.data/scripts/demo": b"#!python\n",
    "empty/": b"",
}
"""One of each kind: text, noise, nothing, a name beyond ASCII, a script, an empty folder."""

DIGESTS = {
    Form.DEFLATED: "421c6f22b057c84d29eecb6eda91a2b08d632055e17b323e42a229cc7e4ce15d",
    Form.STORED: "5bc7ece630279375ad51ffaf15a2339464ffc89e172544b37d9d790b1424a8a2",
}
"""SHA-256 of the canonical forms of ``WITH_ALL``. If one has to change, the form needs another name."""

LINES = b"a line like many others\n" * (1 << 20)
"""24 MiB: more than is held in memory."""


def packed_again(path: Path, moment: Moment = MOMENT, form: Form = Form.DEFLATED) -> bytes:
    """Return a wheel's canonical form."""
    with open_wheel(path) as wheel:
        return b"".join(map(bytes, canonical_bytes(wheel, moment, form)))


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the form as Python's own reader sees it, without damage."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


@settings(max_examples=60)
@given(a=layers(), b=layers(), form=st.sampled_from(Form))
def test_only_what_is_held_matters(a: Layer, b: Layer, form: Form) -> None:
    """Times, order, modes, level, system, extra fields, comments, folders, descriptors, 64 bits: none is left."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = (written_with(layer, Path(folder, name, NAME)) for name, layer in (("a", a), ("b", b)))
        made = packed_again(first, form=form)
        assert made == packed_again(second, form=form)
        assert made == packed_again(put(Path(folder, "c", NAME), made), form=form)
    with opened(made) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
        executable = {info.filename for info in archive.infolist() if info.external_attr >> 16 & 0o111}
    del found[RECORD]
    assert found == CONTENTS
    assert executable == EXECUTABLE | {"empty/"}


def test_form_has_not_changed(tmp_path: Path) -> None:
    """Whoever published a canonical wheel must get it again from every later samewheel, to the bit."""
    path = written(tmp_path, WITH_ALL, change={"external_attr": 0o100775 << 16})
    found = {form: hashlib.sha256(packed_again(path, form=form)).hexdigest() for form in Form}
    assert found == DIGESTS


def test_order_is_by_name_then_dist_info_then_record(tmp_path: Path) -> None:
    """Installers that stream want the payload first, and RECORD follows from all the rest."""
    backwards = dict(sorted(recorded(WITH_ALL).items(), reverse=True))
    with opened(packed_again(written(tmp_path, backwards))) as archive:
        names = archive.namelist()
    info = sorted(name for name in backwards if name.startswith(INFO) and name != RECORD)
    assert names == [*sorted(backwards.keys() - {*info, RECORD}), *info, RECORD]


def test_name_after_dist_info_comes_before_it(tmp_path: Path) -> None:
    """Sorting alone would put most packages behind their dist-info."""
    files = {"zeta.py": b"", "demo-1.0.dist-infos": b"", **SMALLEST}
    with opened(packed_again(written(tmp_path, files))) as archive:
        assert archive.namelist()[:2] == ["demo-1.0.dist-infos", "zeta.py"]


def test_headers_have_nothing_but_what_is_needed(tmp_path: Path) -> None:
    """Each field of each member, as the format's page says it; local headers say the same as the directory."""
    path = written(
        tmp_path, WITH_ALL, change={"comment": b"x", "extra": b"\1\2\0\0", "create_system": 0}, comment=b"x"
    )
    made = packed_again(path)
    with open_wheel(put(tmp_path / "again" / NAME, made)) as wheel:
        assert wheel.archive.comment == b""
        for member in wheel.archive.members:
            assert not member.descriptor
            central, local = member.central._asdict(), member.local._asdict()
            assert local == {key: central[key] for key in local}
            contents = b"".join(wheel.contents(member))
            assert central["flags"] == (0 if member.name.isascii() else 0x800)
            assert central["method"] == (8 if member.compressed_size < len(contents) else 0)
            expected = {
                "time": 4 << 11 | 5 << 5 | 3,
                "create_version": 20,
                "create_system": 3,
                "extract_version": 20,
                "date": 40 << 9 | 2 << 5 | 3,
                "disk": 0,
                "internal_attributes": 0,
                "external_attributes": 0o40755 << 16 | 0x10 if member.is_folder else 0o100644 << 16,
                "extra": b"",
                "comment": b"",
            }
            assert {key: central[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(1980, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(2107, 12, 31, 23, 59, 59, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
        (datetime(2024, 2, 29, 12, 34, 57, tzinfo=UTC), (2024, 2, 29, 12, 34, 56)),
    ],
)
def test_time_is_the_one_that_is_given(when: datetime, said: tuple[int, ...], tmp_path: Path) -> None:
    """In the whole range of the format; an odd second becomes the one before, as the format has pairs."""
    with opened(packed_again(written(tmp_path), Moment.of(when))) as archive:
        assert {info.date_time for info in archive.infolist()} == {said}


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        (0o100644, 0o100644),
        (0o100600, 0o100644),
        (0o100666, 0o100644),
        (0, 0o100644),
        (0o644, 0o100644),
        (0o100755, 0o100755),
        (0o100700, 0o100755),
        (0o100001, 0o100755),
        (0o755, 0o755),
        (0o711, 0o755),
    ],
    ids=oct,
)
def test_mode_is_what_installers_make_of_it(mode: int, kept: int, tmp_path: Path) -> None:
    """Of a program without a type, pip makes a plain file and uv an executable one: both must go on doing so."""
    with opened(packed_again(written(tmp_path, change={"external_attr": mode << 16}))) as archive:
        assert archive.getinfo(INIT).external_attr == kept << 16


def test_folders_are_there_only_if_empty(tmp_path: Path) -> None:
    """An empty folder is installed by some installers; an entry of another changes nothing."""
    folders = dict.fromkeys(("demo/", "demo/sub/", "demo/sub/deep/", "other/", f"{INFO}/", f"{INFO}/none/"), b"")
    # "demo.x" sorts between "demo" and "demo/", "otherwise.py" begins like "other".
    files = {**folders, INIT: b"", "demo.x": b"", "otherwise.py": b"", **SMALLEST}
    with opened(packed_again(written(tmp_path, files))) as archive:
        kept = [name for name in archive.namelist() if name.endswith("/")]
        assert kept == ["demo/sub/deep/", "other/", f"{INFO}/none/"]
        assert all(archive.getinfo(name).is_dir() for name in kept)


names = st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=4).map("/".join)


@given(files=st.sets(names, max_size=9), folders=st.sets(names, max_size=9))
def test_folders_are_kept_as_the_definition_says(files: set[str], folders: set[str]) -> None:
    """However the names sort: a folder stays exactly if no other name begins with it."""
    entries = {f"{name}/" for name in folders}
    kept = {name for name in files if f"{name}/" not in entries and not any(f.startswith(f"{name}/") for f in files)}
    kept = {name for name in kept if not any(entry.startswith(f"{name}/") for entry in entries)}
    everything = {*kept, *entries}
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), dict.fromkeys(sorted(everything), b"") | SMALLEST)
        with open_wheel(path) as wheel:
            found = {member.name for member in canonical_order(wheel) if not member.name.startswith(INFO)}
    assert found == {
        name
        for name in everything
        if name[-1] != "/" or not any(other != name and other.startswith(name) for other in everything)
    }


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "blake2b"])
def test_record_is_made_of_what_is_written(algorithm: str, tmp_path: Path) -> None:
    """One row per file in the archive's order, SHA-256 and size; its own row is last and says nothing."""
    files = {**WITH_ALL, 'demo/with,comma and "quote".txt': b"x"}
    path = written(tmp_path, {**files, RECORD: record_of(dict(reversed(files.items())), algorithm)})
    with opened(packed_again(path)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        text = archive.read(RECORD)
        *rows, own = csv.reader(io.StringIO(text.decode(), newline=""))
        assert [row[0] for row in rows] == names[:-1]
        for name, recorded_hash, size in rows:
            content = archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert (recorded_hash, size) == (f"sha256={digest}", str(len(content)))
    assert own == [RECORD, "", ""]
    assert b"\r" not in text


def test_form_passes_our_own_checks(tmp_path: Path) -> None:
    """What is made is never what would be refused."""
    for form in Form:
        made = put(tmp_path / form / NAME, packed_again(written(tmp_path, WITH_ALL), form=form))
        with open_wheel(made) as wheel:
            wheel.refuse(strict_flaws(wheel))


@pytest.mark.parametrize("signature", ["RECORD.jws", "RECORD.p7s"])
def test_signed_record_is_refused(signature: str, tmp_path: Path) -> None:
    """The signature would be one of a RECORD that is no more."""
    files = {**FILES, f"{INFO}/{signature}": b"{}"}
    path = written(tmp_path, {**files, RECORD: record_of(FILES)})
    with pytest.raises(InvalidWheelError, match=f"{signature}: it signs RECORD"):
        packed_again(path)


def test_stored_form_has_contents_as_they_are(tmp_path: Path) -> None:
    """No compressor: what is in a member stands in the file."""
    made = packed_again(written(tmp_path, WITH_ALL), form=Form.STORED)
    assert FILES[INIT] in made
    with opened(made) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize("form", Form)
def test_member_in_a_file_is_packed_like_one_in_memory(
    form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a member waits is a matter of memory, not of the form."""
    path = written(tmp_path, WITH_ALL)
    expected = packed_again(path, form=form)
    monkeypatch.setattr(members, "IN_MEMORY", 3)
    assert packed_again(path, form=form) == expected


def most_memory(path: Path, form: Form) -> int:
    """Return how many bytes were allocated at once."""
    check_compressor()
    with open_wheel(path) as wheel:
        tracemalloc.start()
        try:
            for _ in canonical_bytes(wheel, MOMENT, form):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("form", Form)
def test_large_member_needs_no_memory_of_its_size(
    form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits in a file, and the compressor alone makes room for as much; the control has it in memory."""
    path = written(tmp_path, {"demo/a.txt": LINES, "demo/b.txt": LINES, **SMALLEST}, level=0)
    lean = most_memory(path, form)
    assert lean < len(LINES) * (0.3 if form is Form.STORED else 1.3)
    monkeypatch.setattr(members, "IN_MEMORY", 1 << 30)
    assert most_memory(path, form) > lean + len(LINES) * 0.9


def test_large_members_are_compressed_one_at_a_time_and_few_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two compressors at once would need the memory for two of them, and each that waits is in a file of its size."""
    started, compressed, threads = list[str](), list[str](), set[int]()
    hold, compress = members.mapped, pack

    def held(pieces: Iterable[bytes], member: Member) -> mmap.mmap:
        started.append(member.name)
        assert len(started) - len(compressed) <= members.IN_FILES
        return hold(pieces, member)

    def packed(contents: mmap.mmap, *, member: str, form: Form) -> Packed:
        threads.add(threading.get_ident())
        stream = compress(contents, member=member, form=form)
        compressed.append(member)
        return stream

    monkeypatch.setattr(members, "IN_MEMORY", 3)
    monkeypatch.setattr(members, "mapped", held)
    monkeypatch.setattr(members, "pack", packed)
    packed_again(written(tmp_path, recorded({**FILES, **{f"demo/{at}.txt": b"large" for at in range(9)}})))
    assert threads == {threading.get_ident()}
    assert len(compressed) == len(started) > 9


@pytest.mark.parametrize("error", [MemoryError(), deflate.DeflateError("too large")])
def test_large_member_that_cannot_be_packed_is_our_error(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that it waits in is still looked at when the error comes, and must not become another error."""
    path = written(tmp_path)
    check_compressor()

    def fail(*_: object) -> bytearray:
        raise error

    monkeypatch.setattr(deflate, "deflate_compress", fail)
    monkeypatch.setattr(members, "IN_MEMORY", 3)
    with pytest.raises(SamewheelError, match=r"__init__\.py cannot be compressed"):
        packed_again(path)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("pieces", [1, 2, 3, 5])
def test_packing_can_be_given_up(form: Form, pieces: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After any piece, as when the disk is full: nothing is left open, and nothing complains."""
    monkeypatch.setattr(members, "IN_MEMORY", 3)
    with open_wheel(written(tmp_path)) as wheel:
        made = canonical_bytes(wheel, MOMENT, form)
        taken = [next(made) for _ in range(pieces)]
        made.close()  # type: ignore[attr-defined]  # it is a generator, and that is what a loop's end does
    assert len(taken) == pieces


def test_no_place_for_a_large_member_is_our_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of temporary files is another one than that of the wheel, so the message says which."""
    path = written(tmp_path)
    monkeypatch.setattr(members, "IN_MEMORY", 3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(SamewheelError, match="cannot be held in a temporary file") as caught:
        packed_again(path)
    assert "TMPDIR" in caught.value.hint


@pytest.mark.parametrize("limit", [54, 65, 200, 1000])
@pytest.mark.parametrize("form", Form)
def test_64_bits_are_used_where_32_are_too_few(
    form: Form, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit that a small wheel reaches, each number stands where the format says (4.5.3), in its order.

    The first two limits are a size and an offset in it: what is all ones in 32 bits needs 64.
    """
    path = written(tmp_path, {**WITH_ALL, "demo/long.txt": b"x" * 5000})
    with opened(packed_again(path, form=form)) as plain:
        contents = {name: plain.read(name) for name in plain.namelist()}
    for module in (canonical, writing):
        monkeypatch.setattr(module, "IN_ZIP64", limit)
    made = packed_again(path, form=form)
    # Not before: to this reader, other archives are wrong.
    for module in (archive_module, headers):
        monkeypatch.setattr(module, "IN_ZIP64", limit)
    wide = 0
    with open_wheel(put(tmp_path / "wide" / NAME, made)) as wheel:
        assert {name: b"".join(wheel.contents(member)) for name, member in wheel.members.items()} == contents
        assert wheel.archive.end.startswith(b"PK\6\6")
        for member in wheel.archive.members:
            offset = member.start - 30 - len(member.local.name) - len(member.local.extra)
            sizes = [member.size, member.compressed_size] if member.size >= limit else []
            far = [offset] if offset >= limit else []
            assert member.local.extra == field64(sizes)
            assert member.central.extra == field64([*sizes, *far])
            assert member.local.extract_version == (45 if sizes else 20)
            assert member.central.extract_version == (45 if sizes or far else 20)
            wide += bool(sizes)
    assert 0 < wide < len(contents)


def field64(values: list[int]) -> bytes:
    """Return the extra field of 64 bits, which is not there without need."""
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def ready(member: Member, contents: bytes | mmap.mmap) -> Prepared:
    """Return a member that is stored with these contents."""
    packed = pack(contents, member=member.name, form=Form.STORED)
    return Prepared(member, packed, isal_zlib.crc32(contents), len(contents), Row(member.name, "", ""))


def test_member_beyond_4_gib_is_read_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own reader finds a member of more than 4 GiB, and what lies behind it; the file is a hole."""
    size = (1 << 32) + 5
    crc32 = isal_zlib.crc32
    # The sum of 4 GiB takes longer than all the rest.
    monkeypatch.setattr(isal_zlib, "crc32", lambda data, *start: 7 if len(data) == size else crc32(data, *start))
    packing = Packing(moment=MOMENT)
    with open_wheel(written(tmp_path)) as wheel, (tmp_path / "hole").open("xb+") as hole:
        hole.truncate(size)
        with (tmp_path / "out").open("xb+") as out:
            with mmap.mmap(hole.fileno(), 0, access=mmap.ACCESS_READ) as zeros:
                for piece in packing.add([ready(wheel.members[INIT], zeros)]):
                    if len(piece) == size:
                        out.truncate(out.seek(size, 1))
                    else:
                        out.write(piece)
            out.writelines(packing.add([ready(wheel.members["demo/run.sh"], b"behind")]))
            out.writelines(packing.end())
            out.flush()
            found = read_archive(Source(out))
    assert [(member.size, member.compressed_size) for member in found.members] == [(size, size), (6, 6)]
    with zipfile.ZipFile(tmp_path / "out") as archive:
        first, second = archive.infolist()
        assert (first.file_size, first.compress_size, first.header_offset) == (size, size, 0)
        assert second.header_offset > size
        assert archive.read(second) == b"behind"
        with archive.open(first) as member:
            assert member.read(9) == bytes(9)
        assert first.CRC == 7
