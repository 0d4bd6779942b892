"""METADATA, WHEEL, file names and folders that contradict each other, or mean two things to two readers."""

from __future__ import annotations

from functools import partial

from tests.hostile_wheels.base import FILES, INFO, METADATA, MODULE, WHEEL, record, wheel
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import Archive, member_of, packed

__all__ = ["CASES"]

SAID, ABOUT = FILES[METADATA], FILES[WHEEL]
SPLIT = SAID.index(b"\n\n") + 1
"""Where the blank line begins that ends the headers."""


def _metadata(old: bytes, new: bytes) -> bytes:
    """Return the wheel with something replaced in METADATA."""
    assert old in SAID
    return wheel({METADATA: SAID.replace(old, new, 1)})


def _header(line: bytes) -> bytes:
    """Return the wheel with one header more in METADATA."""
    return wheel({METADATA: SAID[:SPLIT] + line + SAID[SPLIT:]})


def _about(old: bytes, new: bytes) -> bytes:
    """Return the wheel with something replaced in WHEEL."""
    assert old in ABOUT
    return wheel({WHEEL: ABOUT.replace(old, new, 1)})


def _folder(folder: str) -> bytes:
    """Return the wheel with another name of its .dist-info folder."""
    files = {name.replace(INFO, folder): content for name, content in FILES.items()}
    files[f"{folder}/RECORD"] = record(files, own=f"{folder}/RECORD")
    return packed(Archive(members=tuple(member_of(name, content) for name, content in files.items())))


def _entry_points(text: str) -> bytes:
    return wheel({f"{INFO}/entry_points.txt": text.encode()})


POINTS = f"{INFO}/entry_points.txt"

CONTENTS: tuple[Case, ...] = tuple(
    Case(name=name, why=why, layer="dist-info", member=member, content=content)
    for name, member, why, content in (
        ("metadata-missing", METADATA, "Nobody knows what is installed.", lambda: wheel({METADATA: None})),
        ("metadata-empty", METADATA, "Neither name nor version.", lambda: wheel({METADATA: b""})),
        (
            "metadata-no-name",
            METADATA,
            "Readers take the file's name, or none.",
            lambda: _metadata(b"Name: demo\n", b""),
        ),
        (
            "metadata-no-version",
            METADATA,
            "Readers take the file's name, or none.",
            lambda: _metadata(b"Version: 1.0\nS", b"S"),
        ),
        (
            "metadata-of-another-project",
            METADATA,
            "An index files it under one name, an installer under another.",
            lambda: _metadata(b"Name: demo", b"Name: other"),
        ),
        (
            "metadata-of-another-version",
            METADATA,
            "An update that was asked for is another, or none.",
            lambda: _metadata(b"\nVersion: 1.0", b"\nVersion: 9.0"),
        ),
        (
            "metadata-name-look-alike",
            METADATA,
            "A Cyrillic letter: another project of the same look.",
            lambda: _metadata(b"Name: demo", "Name: d\u0435mo".encode()),
        ),
        (
            "metadata-name-twice",
            METADATA,
            "One reader takes the first name, another the last.",
            lambda: _header(b"Name: other\n"),
        ),
        (
            "metadata-version-twice",
            METADATA,
            "One reader takes the first version, another the last.",
            lambda: _header(b"Version: 9.0\n"),
        ),
        (
            "metadata-version-twice-in-case",
            METADATA,
            "The same header in other letters: twice to some readers, unknown to others.",
            lambda: _header(b"VERSION: 9.0\n"),
        ),
        (
            "metadata-version-invalid",
            METADATA,
            "Versions that are none cannot be compared.",
            lambda: _metadata(b"\nVersion: 1.0", b"\nVersion: one"),
        ),
        (
            "metadata-version-of-metadata-unknown",
            METADATA,
            "A format of the future: what is in it may mean anything.",
            lambda: _metadata(b"Metadata-Version: 2.1", b"Metadata-Version: 9.0"),
        ),
        (
            "metadata-version-of-metadata-missing",
            METADATA,
            "Readers take it for the oldest format, or refuse.",
            lambda: _metadata(b"Metadata-Version: 2.1\n", b""),
        ),
        (
            "metadata-lone-carriage-return",
            METADATA,
            "A new line to some readers: a header is smuggled in.",
            lambda: _header(b"Keywords: a\rRequires-Dist: evil\n"),
        ),
        (
            "metadata-nul",
            METADATA,
            "Readers written in C see a name that ends at the NUL.",
            lambda: _metadata(b"Name: demo", b"Name: demo\0other"),
        ),
        (
            "metadata-no-header-line",
            METADATA,
            "A line without a colon ends the headers to some readers, and is skipped by others.",
            lambda: wheel({METADATA: SAID[:SPLIT] + b"no header\nRequires-Dist: evil\n" + SAID[SPLIT:]}),
        ),
        (
            "metadata-name-folded",
            METADATA,
            "A folded name is joined with a space, a line end, or nothing.",
            lambda: _metadata(b"Name: demo", b"Name: de\n mo"),
        ),
        (
            "metadata-begins-folded",
            METADATA,
            "A continuation of nothing: dropped, or the end of all headers.",
            lambda: wheel({METADATA: b" Name: other\n" + SAID}),
        ),
        (
            "metadata-blank-first",
            METADATA,
            "The blank line ends the headers before they began; lenient readers skip it.",
            lambda: wheel({METADATA: b"\n" + SAID}),
        ),
        (
            "metadata-space-before-colon",
            METADATA,
            "A header to some readers, and none to others.",
            lambda: _header(b"Requires-Dist : evil\n"),
        ),
        (
            "metadata-not-utf8",
            METADATA,
            "Readers replace, drop or refuse what they cannot decode.",
            lambda: _header(b"Author: Ren\xe9\n"),
        ),
        (
            "metadata-byte-order-mark",
            METADATA,
            "The first header's name begins with an invisible character, for some readers.",
            lambda: wheel({METADATA: "\ufeff".encode() + SAID}),
        ),
        ("wheel-missing", WHEEL, "Nobody knows where its files belong.", lambda: wheel({WHEEL: None})),
        ("wheel-empty", WHEEL, "Neither version nor tags.", lambda: wheel({WHEEL: b""})),
        (
            "wheel-version-2",
            WHEEL,
            "A format of the future: installers must refuse a greater major version.",
            lambda: _about(b"Wheel-Version: 1.0", b"Wheel-Version: 2.0"),
        ),
        (
            "wheel-version-no-number",
            WHEEL,
            "Installers fail in their own ways.",
            lambda: _about(b"Wheel-Version: 1.0", b"Wheel-Version: one"),
        ),
        ("wheel-version-missing", WHEEL, "Installers must check it.", lambda: _about(b"Wheel-Version: 1.0\n", b"")),
        (
            "wheel-version-twice",
            WHEEL,
            "One installer takes the first, another the last.",
            lambda: _about(b"Wheel-Version: 1.0\n", b"Wheel-Version: 1.0\nWheel-Version: 2.0\n"),
        ),
        (
            "wheel-purelib-twice",
            WHEEL,
            "One installer takes the first, another the last: into two folders.",
            lambda: _about(b"Root-Is-Purelib: true\n", b"Root-Is-Purelib: true\nRoot-Is-Purelib: false\n"),
        ),
        (
            "wheel-purelib-neither",
            WHEEL,
            "Neither true nor false: installers differ in which it is.",
            lambda: _about(b"Root-Is-Purelib: true", b"Root-Is-Purelib: yes"),
        ),
        (
            "wheel-purelib-missing",
            WHEEL,
            "Installers differ in the folder that they take.",
            lambda: _about(b"Root-Is-Purelib: true\n", b""),
        ),
        (
            "wheel-tags-of-another",
            WHEEL,
            "The file's name says another interpreter than WHEEL.",
            lambda: _about(b"Tag: py3-none-any", b"Tag: cp311-cp311-win_amd64"),
        ),
        (
            "wheel-tags-missing",
            WHEEL,
            "The file's name cannot be checked.",
            lambda: _about(b"Tag: py3-none-any\n", b""),
        ),
        ("wheel-tag-invalid", WHEEL, "A tag is three parts.", lambda: _about(b"Tag: py3-none-any", b"Tag: py3")),
        (
            "wheel-build-of-another",
            WHEEL,
            "WHEEL has a build number that the file's name lacks.",
            lambda: _about(b"Tag:", b"Build: 7\nTag:"),
        ),
        (
            "entry-points-section-twice",
            POINTS,
            "One reader joins the two, another takes one: which script is installed is a guess.",
            lambda: _entry_points("[console_scripts]\ndemo = demo:main\n[console_scripts]\ndemo = demo:evil\n"),
        ),
        (
            "entry-points-name-twice",
            POINTS,
            "One reader takes the first, another the last.",
            lambda: _entry_points("[console_scripts]\ndemo = demo:main\ndemo = demo:evil\n"),
        ),
        (
            "entry-points-leading-out",
            POINTS,
            "A script whose name is a path is written elsewhere.",
            lambda: _entry_points("[console_scripts]\n../../evil = demo:main\n"),
        ),
        (
            "entry-points-injected",
            POINTS,
            "What stands for a function is pasted into a script.",
            lambda: _entry_points("[console_scripts]\ndemo = demo:main()\x0bprint(1)#\n"),
        ),
        (
            "entry-points-no-section",
            POINTS,
            "An entry without a section ends some readers.",
            lambda: _entry_points("demo = demo:main\n"),
        ),
        (
            "entry-points-section-in-brackets",
            POINTS,
            "Some readers take all brackets off the section, and write its scripts; others do not.",
            lambda: _entry_points("[[console_scripts]]\ndemo = demo:main\n"),
        ),
        (
            "entry-points-section-with-comment",
            POINTS,
            "Only some readers know that the section ends before the comment, and write its scripts.",
            lambda: _entry_points("[console_scripts] ; all\ndemo = demo:main\n"),
        ),
        (
            "entry-points-indented",
            POINTS,
            "An entry to some readers, and to others more of the entry before it.",
            lambda: _entry_points("[console_scripts]\ndemo = demo:main\n  other = demo:main\n"),
        ),
        (
            "metadata-encoded-word",
            METADATA,
            "Some readers decode it and install a dependency that others never see.",
            lambda: wheel({METADATA: SAID.replace(b"Summary", b"Requires-Dist: =?utf-8?q?six?=\nSummary")}),
        ),
        (
            "metadata-requires-python-twice",
            METADATA,
            "Readers take the first or the last, and install it or not.",
            lambda: wheel(
                {METADATA: SAID.replace(b"Summary", b"Requires-Python: >=3\nRequires-Python: <3\nSummary")}
            ),
        ),
        (
            "data-libraries-collide",
            "demo-1.0.data/purelib/demo/x.py",
            "Both go to one folder, and installers write them in another order.",
            lambda: wheel(
                {"demo-1.0.data/platlib/demo/x.py": b"x = 1\n", "demo-1.0.data/purelib/demo/x.py": b"x = 2\n"}
            ),
        ),
        (
            "data-library-is-folder",
            "demo-1.0.data/purelib/demo",
            "A file where the wheel has a folder: whoever comes second ends in the middle of the installation.",
            lambda: wheel({"demo-1.0.data/purelib/demo": b"x = 1\n"}),
        ),
        (
            "dist-info-twice",
            "other-1.0.dist-info",
            "Two projects in one file: installers take either.",
            lambda: wheel({"other-1.0.dist-info/METADATA": SAID.replace(b"demo", b"other")}),
        ),
        (
            "dist-info-twice-of-one-project",
            "demo-2.0.dist-info",
            "Two versions in one file: installers take either.",
            lambda: wheel({"demo-2.0.dist-info/METADATA": SAID.replace(b"1.0", b"2.0")}),
        ),
        (
            "dist-info-look-alike-beside",
            "d\u0435mo-1.0.dist-info",
            "The second letter is Cyrillic: a second project hides behind the first.",
            lambda: wheel({"d\u0435mo-1.0.dist-info/METADATA": SAID}),
        ),
        (
            "dist-info-in-other-case-beside",
            "Demo-1.0.dist-info",
            "Where case does not count it overwrites METADATA.",
            lambda: wheel({"Demo-1.0.dist-info/METADATA": SAID}),
        ),
        (
            "dist-info-suffix-in-other-case",
            "demo-1.0.DIST-INFO",
            "Where case does not count it overwrites METADATA.",
            lambda: wheel({"demo-1.0.DIST-INFO/METADATA": SAID}),
        ),
    )
)

FOLDERS: tuple[Case, ...] = tuple(
    Case(name=f"dist-info-{name}", why=why, layer="dist-info", member=folder, content=partial(_folder, folder))
    for name, folder, why in (
        ("of-another-project", "other-1.0.dist-info", "The file's name says one project, the folder another."),
        ("of-another-version", "demo-9.0.dist-info", "The file's name says one version, the folder another."),
        ("not-normalised-name", "De.Mo-1.0.dist-info", "Installers find it by trial, each in its own way."),
        ("not-normalised-version", "demo-1.0.0-1.dist-info", "Which dash ends the name is a guess."),
        ("look-alike", "d\u0435mo-1.0.dist-info", "The second letter is Cyrillic: another project of the same look."),
        ("without-version", "demo.dist-info", "Readers that split at the dash find nothing."),
    )
)

NAMED: tuple[Case, ...] = tuple(
    Case(name=f"file-name-{name}", why=why, layer="dist-info", content=wheel, file_name=file_name)
    for name, file_name, why in (
        (
            "of-another-project",
            "other-1.0-py3-none-any.whl",
            "A project by another name, as in dependency confusion.",
        ),
        ("of-another-version", "demo-9.0-py3-none-any.whl", "Resolvers take the highest number."),
        ("of-other-tags", "demo-1.0-cp311-cp311-linux_x86_64.whl", "It is preferred to the wheel for every machine."),
        ("without-tags", "demo-1.0.whl", "Nobody knows where it runs."),
        ("with-local-version", "demo-1.0+evil-py3-none-any.whl", "A local version beats the public one."),
    )
)

NO_INFO = Case(
    name="dist-info-missing",
    why="Some other archive with a wheel's name: nothing can be checked.",
    layer="dist-info",
    content=lambda: packed(Archive(members=(member_of(MODULE, FILES[MODULE]),))),
)

CASES: tuple[Case, ...] = (*CONTENTS, *FOLDERS, *NAMED, NO_INFO)
"""Wheels that must be refused for what their .dist-info says."""
