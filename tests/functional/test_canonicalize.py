"""``samewheel canonicalize``: one file for all wheels that hold the same, and nothing that is installed changes."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.tags import sys_tags

from samewheel._uv import uv_binary
from samewheel.buildinfo import from_json
from samewheel.canonicalizing import SCHEMA, CanonicalReport, Form, canonicalize, check_canonical
from samewheel.comparison import compare
from samewheel.errors import InvalidWheelError, SamewheelError, UsageError
from samewheel.wheel import members as preparing
from samewheel.wheel.deflating import Packed, pack
from tests.functional.builds import members
from tests.hostile_wheels import CONTROLS, Control
from tests.unit.wheels import FILES, INFO, INIT, METADATA, NAME, WHEEL, Files, record_of, recorded, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Samewheel

RECORD = f"{INFO}/RECORD"
PROGRAM = {"external_attr": 0o100775 << 16, "date_time": (2024, 2, 2, 2, 2, 2), "extra": b"\1\2\0\0"}
FILES_OF_ALL_KINDS: Files = {
    "demo/run.sh": b"#!/bin/sh\n",
    **FILES,
    "demo/naïve.txt": b"x",
    "demo/empty.py": b"",
    "demo-1.0.data/scripts/demo-script": b"#!python\nprint(1)\n",
    "demo-1.0.data/data/share/demo.txt": b"y",
    f"{INFO}/entry_points.txt": b"[console_scripts]\ndemo = demo:main\n",
}

INTERRUPTED = """
import signal, sys
from samewheel.cli.main import run
from samewheel.wheel import members

pack, count = members.pack, 0

def interrupt(*arguments, **options):
    global count
    count += 1
    if count == 3:
        signal.raise_signal(signal.SIGINT)
    return pack(*arguments, **options)

members.pack = interrupt
sys.exit(run(sys.argv[1:]))
"""

accepted = [control for control in CONTROLS if not control.name.startswith("signed")]


def wheel(folder: Path) -> Path:
    """Write a wheel of files of all kinds, whose first member is a program."""
    return written(folder, FILES_OF_ALL_KINDS, change=PROGRAM, comment=b"hello")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("control", accepted, ids=lambda control: control.name)
def test_canonical_form_of_the_canonical_form_is_itself(control: Control, form: Form, tmp_path: Path) -> None:
    """Once is enough: the second time nothing changes, and the check says so."""
    path = control.write(tmp_path)
    first = canonicalize(path, tmp_path / "first", form=form)
    assert check_canonical(first.path, form=form).canonical
    second = canonicalize(first.path, tmp_path / "second", form=form)
    assert second.path.read_bytes() == first.path.read_bytes()
    assert second.report.canonical
    assert (second.report.before, second.report.sha256) == (digest(first.path), digest(first.path))
    assert first.report.before == digest(path)


@pytest.mark.parametrize("control", accepted, ids=lambda control: control.name)
def test_contents_never_change(control: Control, tmp_path: Path) -> None:
    """The comparison finds the ZIP layer, and RECORD, which is made of the same files; nothing that is installed."""
    path = control.write(tmp_path)
    made = canonicalize(path, tmp_path / "out").path
    for one in compare(path, made).differences:
        assert one.code.startswith("SW1") or (one.code, one.member) == ("SW203", RECORD)
        assert all(follows.code == "SW203" for follows in one.consequences)
    before, after = members(path), members(made)
    assert {name: content for name, content in after.items() if name != RECORD} == {
        name: content for name, content in before.items() if name != RECORD and name in after
    }
    assert all(name.endswith("/") for name in before.keys() - after.keys())


def test_folders_are_never_lost(tmp_path: Path) -> None:
    """A folder that is there without its entry needs none; an empty one would be gone."""
    path = written(tmp_path, {"demo/": b"", "empty/": b"", **FILES})
    made = members(canonicalize(path, tmp_path / "out").path)
    assert [name for name in made if name.endswith("/")] == ["empty/"]


def tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Return mode and digest of every installed file, but for those that say how it came there."""
    told = {"RECORD", "direct_url.json", "uv_cache.json", "REQUESTED", ".lock"}
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode, digest(path) if path.is_file() else "")
        for path in sorted(folder.rglob("*"))
        if path.name not in told
    }


def pip_install(path: Path, target: Path) -> None:
    """Install a wheel as pip does."""
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "-q"]
    command += ["--no-deps", "--no-index", "--no-compile", "--target", str(target), str(path)]
    subprocess.run(command, check=True, capture_output=True)


def uv_install(path: Path, target: Path) -> None:
    """Install a wheel as uv does."""
    command = [str(uv_binary()), "pip", "install", "-q", "--no-cache", "--no-deps", "--no-index", "--no-config"]
    command += ["--python", sys.executable, "--target", str(target), str(path)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("install", "form"), [(pip_install, Form.DEFLATED), (uv_install, Form.DEFLATED), (uv_install, Form.STORED)]
)
def test_installed_files_are_the_same(install: Callable[[Path, Path], None], form: Form, tmp_path: Path) -> None:
    """Files, modes, scripts and folders, by installers that are not ours."""
    path = wheel(tmp_path)
    made = canonicalize(path, tmp_path / "out", form=form).path
    install(path, tmp_path / "before")
    install(made, tmp_path / "after")
    before, after = tree(tmp_path / "before"), tree(tmp_path / "after")
    assert before == after
    assert "demo/run.sh" in after
    assert any(name.endswith("demo-script") for name in after)
    with zipfile.ZipFile(made) as archive:
        assert archive.testzip() is None


def test_program_without_a_type_is_what_it_was_to_pip(tmp_path: Path) -> None:
    """Pip gives no program bit to what has no type; the canonical form must not give it one."""
    path = written(tmp_path, {"demo/run.sh": b"#!/bin/sh\n", **FILES}, change={"external_attr": 0o755 << 16})
    made = canonicalize(path, tmp_path / "out").path
    pip_install(path, tmp_path / "before")
    pip_install(made, tmp_path / "after")
    assert tree(tmp_path / "before") == tree(tmp_path / "after")
    assert not any(one.code.startswith("SW3") for one in compare(path, made).differences)


def test_compiled_extension_still_works(tmp_path: Path) -> None:
    """A module of a real package, packed again, installed and imported."""
    spec = importlib.util.find_spec("isal.isal_zlib")
    assert spec is not None
    assert spec.origin is not None
    module = Path(spec.origin)
    tag = str(next(sys_tags()))
    files = {
        INIT: b"",
        f"demo/{module.name}": module.read_bytes(),
        f"{INFO}/METADATA": METADATA,
        f"{INFO}/WHEEL": WHEEL.replace(b"py3-none-any", tag.encode()).replace(b"true", b"false"),
    }
    made = canonicalize(written(tmp_path, files, name=f"demo-1.0-{tag}.whl"), tmp_path / "out").path
    pip_install(made, tmp_path / "target")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import demo.isal_zlib as z; print(z.crc32(b'samewheel'))"
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "target"], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip().isdigit()


def test_epoch_is_the_callers(tmp_path: Path, samewheel: Samewheel) -> None:
    """SOURCE_DATE_EPOCH, else 1980; the report says which."""
    path = wheel(tmp_path)
    times = {}
    for epoch in ("", "1700000001"):
        finished = samewheel("canonicalize", path, "-o", "out", "--json", SOURCE_DATE_EPOCH=epoch)
        times[epoch] = json.loads(finished.stdout)["epoch"]
        with zipfile.ZipFile(tmp_path / "out" / NAME) as archive:
            (moment,) = {info.date_time for info in archive.infolist()}
        assert moment == ((2023, 11, 14, 22, 13, 20) if epoch else (1980, 1, 1, 0, 0, 0))
    assert times == {
        "": {"from": "default", "value": 315532800},
        "1700000001": {"from": "environment", "value": 1700000001},
    }


@pytest.mark.parametrize("epoch", ["yesterday", "0", "-1", "1.5", "4354819199", "315532799", "9" * 5000])
@pytest.mark.parametrize("option", ["--check", "-q"])
def test_wrong_epoch_is_wrong_usage(epoch: str, option: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """A time that cannot be kept is refused before anything is read or written."""
    path = wheel(tmp_path)
    before = path.read_bytes()
    finished = samewheel("canonicalize", path, option, SOURCE_DATE_EPOCH=epoch)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "SOURCE_DATE_EPOCH" in finished.stderr
    assert path.read_bytes() == before


def test_machine_does_not_matter(tmp_path: Path, samewheel: Samewheel) -> None:
    """Time zone, hash seed, locale and folder: the bytes are the same."""
    found = set()
    for seed, zone, locale in (("1", "Asia/Tokyo", "C"), ("2", "America/New_York", "C.UTF-8")):
        path = wheel(tmp_path / seed)
        finished = samewheel(
            "canonicalize", path, SOURCE_DATE_EPOCH="1700000000", PYTHONHASHSEED=seed, TZ=zone, LC_ALL=locale
        )
        assert finished.returncode == 0
        found.add(digest(path))
    assert len(found) == 1


def test_wheel_is_replaced_in_its_place(tmp_path: Path, samewheel: Samewheel) -> None:
    """Without -o the file keeps its name, and nothing else appears beside it."""
    path = wheel(tmp_path / "dist")
    before = digest(path)
    finished = samewheel("canonicalize", path)
    assert finished.returncode == 0
    assert list((tmp_path / "dist").iterdir()) == [path]
    assert digest(path) != before
    assert finished.stdout.splitlines()[0] == f"packed dist/{NAME}"
    assert digest(path) in finished.stdout
    assert before in finished.stdout
    again = samewheel("canonicalize", path)
    assert again.stdout.splitlines()[0] == f"unchanged dist/{NAME}"


@pytest.mark.parametrize(
    ("output", "where"),
    [
        ("out", f"out/{NAME}"),
        ("some/where/new", f"some/where/new/{NAME}"),
        (f"deep/er/{NAME}", f"deep/er/{NAME}"),
        ("folder.whl", f"folder.whl/{NAME}"),
    ],
)
def test_output_is_a_folder_or_a_file(output: str, where: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """What ends with .whl is a file, unless there is such a folder; folders on the way are made."""
    path = wheel(tmp_path / "dist")
    before = path.read_bytes()
    (tmp_path / "folder.whl").mkdir()
    finished = samewheel("canonicalize", path, "-o", output, "--json")
    assert finished.returncode == 0
    report = json.loads(finished.stdout)
    assert digest(tmp_path / where) == report["sha256"]
    assert report["wheel"] == Path(where).name
    assert path.read_bytes() == before


def test_name_of_the_wheel_is_kept(tmp_path: Path, samewheel: Samewheel) -> None:
    """Another name would say of it what METADATA does not."""
    finished = samewheel("canonicalize", wheel(tmp_path), "-o", "other-1.0-py3-none-any.whl")
    assert finished.returncode == 2
    assert f"has another name than {NAME}" in finished.stderr
    assert not (tmp_path / "other-1.0-py3-none-any.whl").exists()


def test_mode_of_a_wheel_in_place_is_kept(tmp_path: Path) -> None:
    """What only its owner may read stays that way."""
    path = wheel(tmp_path)
    path.chmod(0o600)
    canonicalize(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_output_that_cannot_be_is_our_error(tmp_path: Path, samewheel: Samewheel) -> None:
    """A file where a folder should be."""
    path = wheel(tmp_path)
    (tmp_path / "file").write_bytes(b"mine")
    finished = samewheel("canonicalize", path, "-o", "file")
    assert finished.returncode == 1
    assert "error: cannot write" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_check_writes_nothing(tmp_path: Path, samewheel: Samewheel) -> None:
    """20 as every --check, with both digests; 0 once it is canonical."""
    path = wheel(tmp_path / "dist")
    before = path.read_bytes()
    stale = samewheel("canonicalize", path, "--check")
    assert stale.returncode == 20
    assert path.read_bytes() == before
    assert list((tmp_path / "dist").iterdir()) == [path]
    assert stale.stdout.splitlines()[0] == f"not canonical {NAME}"
    samewheel("canonicalize", path)
    assert digest(path) in stale.stdout
    fresh = samewheel("canonicalize", path, "--check")
    assert (fresh.returncode, fresh.stdout.splitlines()[0]) == (0, f"canonical {NAME}")
    assert samewheel("canonicalize", path, "--check", "--stored").returncode == 20
    assert samewheel("canonicalize", path, "--check", SOURCE_DATE_EPOCH="1700000000").returncode == 20


@pytest.mark.parametrize(
    "arguments", [("--check", "-o", "out"), ("--no-such-option",), ("another.whl",)], ids=" ".join
)
def test_wrong_usage_is_2(arguments: tuple[str, ...], tmp_path: Path, samewheel: Samewheel) -> None:
    """Writing nothing to somewhere is a contradiction."""
    path = wheel(tmp_path)
    before = path.read_bytes()
    finished = samewheel("canonicalize", path, *arguments)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert path.read_bytes() == before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--check", "-q"])
def test_json_is_a_report(option: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """Schema first, keys sorted, read back strictly, and no path of the machine."""
    path = wheel(tmp_path)
    before = digest(path)
    text = samewheel("canonicalize", path, option, "--json", "--stored").stdout
    document = json.loads(text)
    assert list(document) == ["schema", "before", "canonical", "epoch", "form", "sha256", "wheel"]
    assert document["schema"] == SCHEMA == "samewheel/canonical/1"
    report = from_json(SCHEMA, CanonicalReport, text.encode(), "it")
    assert (report.wheel, report.before, report.canonical, report.form) == (NAME, before, False, Form.STORED)
    assert (digest(path) == report.sha256) == (option != "--check")
    assert str(tmp_path) not in text


def test_stored_form_is_stored(tmp_path: Path, samewheel: Samewheel) -> None:
    """For whom no compressor is to be trusted."""
    path = wheel(tmp_path)
    finished = samewheel("canonicalize", path, "--stored")
    assert "form         canonical-1-stored, epoch 315532800" in finished.stdout
    with zipfile.ZipFile(path) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_quiet_has_no_progress(tmp_path: Path, samewheel: Samewheel) -> None:
    """In a log of many wheels, progress is noise."""
    path = wheel(tmp_path)
    assert f"Packing {NAME}…" in samewheel("canonicalize", path).stderr
    assert f"Checking {NAME}…" in samewheel("canonicalize", path, "--check").stderr
    assert samewheel("canonicalize", path, "-q").stderr == ""


WRONG: dict[str, tuple[Files, str]] = {
    "hash": ({RECORD: record_of({**FILES, INIT: b"x = 2\n" * 9})}, f"{INIT}: it does not have the hash"),
    "missing-row": ({RECORD: record_of({INIT: FILES[INIT]})}, "is not in RECORD"),
    "weak": ({RECORD: record_of(FILES, "md5")}, "no hash in RECORD that can be checked"),
    "jws": ({f"{INFO}/RECORD.jws": b"{}", RECORD: record_of(FILES)}, "RECORD.jws: it signs RECORD"),
    "p7s": ({f"{INFO}/RECORD.p7s": b"{}", RECORD: record_of(FILES)}, "RECORD.p7s: it signs RECORD"),
    "tag": (
        recorded({**FILES, f"{INFO}/WHEEL": WHEEL.replace(b"py3", b"py2")}),
        "does not have the tag py3-none-any",
    ),
}
"""What is wrong, and what the refusal says."""


@pytest.mark.parametrize("case", sorted(WRONG))
@pytest.mark.parametrize("option", ["--check", "-q"])
def test_wrong_wheel_is_refused_and_untouched(case: str, option: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """A new RECORD would make a damaged wheel right: whoever looked at it later would see nothing."""
    files, reason = WRONG[case]
    path = written(tmp_path / "dist", {**FILES, **files})
    before = path.read_bytes()
    finished = samewheel("canonicalize", path, option)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert f"error: {NAME} is not a wheel" in finished.stderr
    assert reason in finished.stderr
    assert path.read_bytes() == before
    assert list((tmp_path / "dist").iterdir()) == [path]


def test_file_that_is_no_wheels_name_is_refused(tmp_path: Path) -> None:
    """Tags stand in the name alone; what cannot be installed is not worth a form."""
    path = wheel(tmp_path).rename(tmp_path / "renamed.whl")
    with pytest.raises(InvalidWheelError, match="renamed"):
        canonicalize(path)


@pytest.mark.parametrize("failing", ["demo/empty.py", f"{INFO}/WHEEL"])
def test_failure_in_the_middle_leaves_the_file(failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a wheel is written when it happens, to another file."""
    path = wheel(tmp_path / "dist")
    before = path.read_bytes()

    def fail(contents: bytes, *, member: str, form: Form) -> Packed:
        if member == failing:
            raise SamewheelError(f"{member} cannot be compressed")
        return pack(contents, member=member, form=form)

    monkeypatch.setattr(preparing, "pack", fail)
    for output in (None, tmp_path / "out"):
        with pytest.raises(SamewheelError, match="cannot be compressed"):
            canonicalize(path, output)
    assert path.read_bytes() == before
    assert list((tmp_path / "dist").iterdir()) == [path]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("in_memory", [True, False])
def test_full_disk_leaves_the_file(
    form: Form, *, in_memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commonest failure of all; also where a member waits in a file of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=256k", "small", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr}")
    if not in_memory:
        monkeypatch.setattr(preparing, "IN_MEMORY", 3)
    try:
        noise = hashlib.shake_256(b"disk").digest(150_000)
        path = written(disk, {"demo/noise.bin": noise, **FILES})
        before = path.read_bytes()
        with pytest.raises(SamewheelError, match="cannot write") as caught:
            canonicalize(path, form=form)
        assert "No space left" in caught.value.cause
        assert path.read_bytes() == before
        assert list(disk.iterdir()) == [path]
    finally:
        subprocess.run(["/bin/umount", disk], check=True)


def test_interruption_leaves_the_file(tmp_path: Path) -> None:
    """Ctrl-C in the middle of packing: 130, no traceback, no half file."""
    path = wheel(tmp_path / "dist")
    before = path.read_bytes()
    finished = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "canonicalize", path], capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stdout) == (130, "")
    assert "Interrupted; nothing was written." in finished.stderr
    assert "Traceback" not in finished.stderr
    assert path.read_bytes() == before
    assert list((tmp_path / "dist").iterdir()) == [path]


def test_wrong_epoch_is_an_error_of_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the exit code of wrong usage; who calls the library gets the same."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    for call in (canonicalize, check_canonical):
        with pytest.raises(UsageError):
            call(tmp_path / "never-read.whl")


def test_missing_file_is_an_error_of_the_library(tmp_path: Path) -> None:
    """The command line looks first; a program may not."""
    for call in (canonicalize, check_canonical):
        with pytest.raises(SamewheelError, match="cannot be read"):
            call(tmp_path / NAME)
    assert not list(tmp_path.iterdir())
