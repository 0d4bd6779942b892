"""What holds for the causes of any two wheels: no difference is lost, and nothing depends on which comes first."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samewheel._types import Sha256, Via
from samewheel.buildinfo import BuildInfo, Dependency, Digest, Epoch, Tool
from samewheel.explaining.recognisers.bytecode import source_of
from samewheel.explaining.recognisers.versions import of_versions
from tests.unit.recognising import SHOWN, UNTOLD, explained, told
from tests.unit.test_compare_builds import ONE, TOOLCHAIN, other, pair
from tests.unit.test_compare_laws import changes, wheels
from tests.unit.test_inside_laws import NAMES, contents
from tests.unit.wheels import FILES, INFO, METADATA, NAME, Change, Files, written
from tests.unit.zip_layers import Layer, layers, written_with


@given(a=wheels(), b=wheels(), change=changes, comment=st.sampled_from([b"", b"hi"]))
def test_causes_are_symmetric_and_complete(a: Files, b: Files, change: Change, comment: bytes) -> None:
    """Of any two wheels each difference is in an explanation, and the other way round the causes are the same."""
    with tempfile.TemporaryDirectory() as folder:
        paths = written(Path(folder, "a"), a), written(Path(folder, "b"), b, change=change, comment=comment)
        found = explained(*paths)
        assert bool(found) == (paths[0].read_bytes() != paths[1].read_bytes())


@given(a=layers(), b=layers())
def test_any_archive_is_explained(a: Layer, b: Layer) -> None:
    """However the archive is written, nothing is lost."""
    with tempfile.TemporaryDirectory() as folder:
        explained(*(written_with(layer, Path(folder, side, NAME)) for side, layer in (("a", a), ("b", b))))


@settings(max_examples=300)
@given(name=st.sampled_from(NAMES), a=contents, b=contents)
def test_any_contents_are_explained(name: str, a: bytes, b: bytes) -> None:
    """Bytes that look like something, and are not, end nothing; in the package or in its metadata."""
    places = (f"demo/{name}", f"{INFO}/sboms/{name}")
    with tempfile.TemporaryDirectory() as folder:
        explained(
            *(
                written(Path(folder, side), {**FILES, **dict.fromkeys(places, data)})
                for side, data in (("a", a), ("b", b))
            )
        )


keys = st.sampled_from(
    [b"Requires-Dist", b"Keywords", b"Dynamic", b"License-File", b"Platform", b"Classifier", b"Author", b"X"]
)
values = st.sampled_from(
    [b"a", b"b", b"a (>=1)", b"a>=1", b"a>=1,<2", b"a<2,>=1", b"a; extra == 'x'", b"(" * 99, b"UNKNOWN", b"", b"a,b"]
)
texts = st.tuples(
    st.lists(st.tuples(keys, values), max_size=5), st.sampled_from([b"", b"\nOne.\n", b"\r\nOne.\r\n\r\n"])
)


@given(a=texts, b=texts)
def test_any_metadata_is_explained(
    a: tuple[list[tuple[bytes, bytes]], bytes], b: tuple[list[tuple[bytes, bytes]], bytes]
) -> None:
    """Fields of any value in any order, with requirements that are none."""
    said = (METADATA + b"".join(b"%b: %b\n" % pair for pair in fields) + body for fields, body in (a, b))
    with tempfile.TemporaryDirectory() as folder:
        explained(
            *(
                written(Path(folder, side), {**FILES, f"{INFO}/METADATA": text})
                for side, text in zip("ab", said, strict=True)
            )
        )


@given(a=st.text(max_size=30), b=st.text(max_size=30))
def test_any_version_is_read(a: str, b: str) -> None:
    """What is no version tells nothing."""
    assert of_versions(a, b) == of_versions(b, a)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("demo/__pycache__/x.cpython-311.opt-1.pyc", "demo/x.py"),
        ("__pycache__/x.cpython-311.pyc", "x.py"),
        ("demo/x.pyc", "demo/x.py"),
        ("x.pyc", "x.py"),
    ],
)
def test_source_of_a_compiled_module_is_known(name: str, source: str) -> None:
    """PEP 3147 says where it is; older ones lie beside it."""
    assert source_of(name) == source


@pytest.mark.parametrize(
    ("changed", "cause", "code"),
    [
        (other(source=msgspec.structs.replace(ONE.source, commit="b" * 40)), "other-source", "SW501"),
        (other(constraints=Digest(sha256=Sha256("4" * 64))), "dependencies", "SW502"),
        (other(interpreter=msgspec.structs.replace(ONE.interpreter, version="3.12.0")), "python-version", "SW503"),
        (other(zlib="1.3.1.zlib-ng"), "compressor", "SW504"),
        (other(frontend=Tool(name="build", version="0.13.9")), "frontend", "SW505"),
        (other(via=Via.SDIST), "via-sdist", "SW505"),
        (other(toolchain=msgspec.structs.replace(TOOLCHAIN, linker="ld 2.44")), "compiler", "SW506"),
        (other(epoch=Epoch(value=315532801, origin="default")), "epoch", "SW507"),
        (other(env={"CFLAGS": "-O3"}), "settings", "SW508"),
        (other(conditions={"umask": "077"}), "conditions", "SW509"),
    ],
)
def test_facts_of_builds_are_shown(tmp_path: Path, changed: BuildInfo, cause: str, code: str) -> None:
    """What two buildinfos say is known; that it made the contents differ is not, and they stay unexplained."""
    assert told(*pair(tmp_path, changed=changed)) == {(cause, SHOWN): (code,), UNTOLD: ("SW310",)}


def installed(name: str, version: str) -> BuildInfo:
    """Return the buildinfo with one distribution that was installed."""
    return other(dependencies=(Dependency(name=name, version=version, filename="f.whl", sha256=Sha256("3" * 64)),))


def test_backend_is_more_than_a_dependency(tmp_path: Path) -> None:
    """The distribution that the Generator names is the backend; another one is any dependency."""
    found = told(*pair(tmp_path, changed=installed("hatchling", "1.28")))
    assert found["backend-version", SHOWN] == ("SW502",)
    assert found["dependencies", SHOWN] == ("SW502",)
    assert ("backend-version", SHOWN) not in told(*pair(tmp_path, changed=installed("flit-core", "4")))


def test_wheels_that_are_the_same_have_no_causes(tmp_path: Path) -> None:
    """There is nothing to explain."""
    assert explained(written(tmp_path / "a"), written(tmp_path / "b")) == ()
