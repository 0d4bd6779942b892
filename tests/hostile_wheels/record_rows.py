"""RECORDs that do not say what is in the wheel (binary distribution format: "The .dist-info directory", PEP 376)."""

from __future__ import annotations

from tests.hostile_wheels.base import EVIL, FILES, INFO, METADATA, MODULE, RECORD, digest, record, row, with_record
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import packed

__all__ = ["CASES"]

RIGHT = record(FILES)
OWN = row(MODULE, FILES[MODULE]).encode()
"""The module's row."""
JWS, LOST = f"{INFO}/RECORD.jws", "demo/lost.py"


def _record(content: bytes | None) -> bytes:
    return packed(with_record(content))


def _instead(text: str) -> bytes:
    """Return the wheel with another row in place of the module's."""
    return _record(RIGHT.replace(OWN, text.encode()))


def _also(text: str, encoding: str = "utf-8") -> bytes:
    """Return the wheel with one row more."""
    return _record(text.encode(encoding) + RIGHT)


def _hashed_by(algorithm: str) -> bytes:
    return _instead(row(MODULE, FILES[MODULE], algorithm))


CASES: tuple[Case, ...] = tuple(
    Case(name=f"record-{name}", why=why, layer="dist-info", member=member, content=content)
    for name, member, why, content in (
        ("missing", RECORD, "Nothing can be checked, and nothing removed.", lambda: _record(None)),
        ("empty", METADATA, "Nothing is listed: whatever is in the wheel passes.", lambda: _record(b"")),
        (
            "row-missing",
            MODULE,
            "A member that no row names is installed without a check, and stays for ever.",
            lambda: _instead(""),
        ),
        (
            "row-for-nothing",
            LOST,
            "A row for a file that is not there: who removes the project removes somebody else's.",
            lambda: _also(row(LOST, EVIL)),
        ),
        (
            "row-twice",
            MODULE,
            "Two rows with two hashes: one checker takes the first, another the last.",
            lambda: _also(row(MODULE, EVIL)),
        ),
        (
            "row-twice-equal",
            MODULE,
            "Equal today: whoever changes one of the two later is seen by half of the readers.",
            lambda: _also(OWN.decode()),
        ),
        (
            "row-twice-by-another-spelling",
            "demo/./__init__.py",
            "The same file by another name: a hash of something else, for those who clean paths.",
            lambda: _also(row("demo/./__init__.py", EVIL)),
        ),
        ("hash-wrong", MODULE, "The module is not what was listed.", lambda: _instead(row(MODULE, EVIL))),
        (
            "hash-wrong-in-case",
            MODULE,
            "Base64 in lower case is another hash; checkers that ignore case take it.",
            lambda: _instead(f"{MODULE},{digest(FILES[MODULE]).lower()},{len(FILES[MODULE])}\n"),
        ),
        (
            "hash-padded",
            MODULE,
            "The format leaves out the padding: two texts for one hash escape a comparison.",
            lambda: _instead(f"{MODULE},{digest(FILES[MODULE])}=,{len(FILES[MODULE])}\n"),
        ),
        (
            "hash-in-hex",
            MODULE,
            "Not what the format says; lenient checkers skip it.",
            lambda: _instead(f"{MODULE},sha256={'0' * 64},{len(FILES[MODULE])}\n"),
        ),
        (
            "hash-cut",
            MODULE,
            "Checkers that compare the start only can be satisfied by trial.",
            lambda: _instead(f"{MODULE},{digest(FILES[MODULE])[:11]},{len(FILES[MODULE])}\n"),
        ),
        (
            "hash-md5",
            MODULE,
            "Two files with one MD5 are made in seconds; the format forbids it.",
            lambda: _hashed_by("md5"),
        ),
        (
            "hash-sha1",
            MODULE,
            "Two files with one SHA-1 have been made; the format forbids it.",
            lambda: _hashed_by("sha1"),
        ),
        ("hash-sha224", MODULE, "Weaker than SHA-256, which the format asks for.", lambda: _hashed_by("sha224")),
        (
            "hash-unknown",
            MODULE,
            "Checkers that skip what they do not know check nothing.",
            lambda: _instead(f"{MODULE},rot13=uryyb,{len(FILES[MODULE])}\n"),
        ),
        (
            "hash-none",
            MODULE,
            "The module is listed and can be anything.",
            lambda: _instead(f"{MODULE},,{len(FILES[MODULE])}\n"),
        ),
        (
            "size-wrong",
            MODULE,
            "The hash is right and the size is not: readers that make room by it are misled.",
            lambda: _instead(f"{MODULE},{digest(FILES[MODULE])},5\n"),
        ),
        (
            "size-no-number",
            MODULE,
            "A size that is no number ends some readers, and others go on.",
            lambda: _instead(f"{MODULE},{digest(FILES[MODULE])},-1e9\n"),
        ),
        (
            "size-in-other-digits",
            MODULE,
            "Digits of another script are a number to Python, and not to others.",
            lambda: _instead(f"{MODULE},{digest(FILES[MODULE])},\u0664\u0662\n"),
        ),
        (
            "row-absolute",
            "/etc/passwd",
            "Who removes the project removes the file.",
            lambda: _also(row("/etc/passwd", EVIL)),
        ),
        (
            "row-leading-out",
            "../../../evil.py",
            "Who removes the project removes the file.",
            lambda: _also(row("../../../evil.py", EVIL)),
        ),
        (
            "row-with-backslash",
            "demo\\__init__.py",
            "The module by another name on Windows, and nothing elsewhere.",
            lambda: _instead(row("demo\\__init__.py", FILES[MODULE])),
        ),
        (
            "row-in-another-case",
            "demo/__INIT__.py",
            "The module by another name where case does not count, and nothing elsewhere.",
            lambda: _instead(row("demo/__INIT__.py", FILES[MODULE])),
        ),
        (
            "row-of-one-column",
            RECORD,
            "Neither hash nor size: readers stop or skip the row.",
            lambda: _instead(f"{MODULE}\n"),
        ),
        (
            "row-of-four-columns",
            RECORD,
            "A column that the format does not have: a place to hide.",
            lambda: _instead(OWN.decode().rstrip() + ",evil\n"),
        ),
        ("row-without-name", RECORD, "Some readers take the empty name for the folder.", lambda: _also(",,\n")),
        (
            "not-utf8",
            RECORD,
            "Readers replace, drop or refuse what they cannot decode.",
            lambda: _also("d\u00e9mo,,\n", "latin-1"),
        ),
        ("utf16", RECORD, "Only readers that guess can read it.", lambda: _record(RIGHT.decode().encode("utf-16"))),
        (
            "byte-order-mark",
            RECORD,
            "The first name begins with an invisible character, for some readers.",
            lambda: _also("\ufeff"),
        ),
        (
            "quote-never-closed",
            RECORD,
            "One reader sees one row, which is the rest of the file; another sees them all.",
            lambda: _instead('"' + OWN.decode()),
        ),
        ("nul", RECORD, "Some readers stop at the NUL, others refuse the file.", lambda: _also("demo\0,,\n")),
        (
            "rows-by-carriage-return",
            RECORD,
            "One line to some readers, a line per row to others.",
            lambda: _record(RIGHT.replace(b"\n", b"\r")),
        ),
        (
            "rows-by-semicolon",
            RECORD,
            "Not what the format says; readers that guess the dialect read it.",
            lambda: _record(RIGHT.replace(b",", b";")),
        ),
        (
            "of-itself-with-hash",
            RECORD,
            "No file can hold its own hash: this one is wrong, and checkers that skip RECORD do not see it.",
            lambda: _record(RIGHT.replace(f"{RECORD},,".encode(), row(RECORD, b"").rstrip().encode())),
        ),
        (
            "of-itself-missing",
            RECORD,
            "RECORD has no row of its own, so nobody removes it.",
            lambda: _record(RIGHT.replace(f"{RECORD},,\n".encode(), b"")),
        ),
        (
            "signature-with-hash",
            JWS,
            "A signature must not be listed with a hash: it is made after RECORD, so this one is of something else.",
            lambda: packed(with_record(row(JWS, EVIL).encode() + RIGHT, {JWS: b"{}"})),
        ),
        (
            "signature-smuggled",
            f"demo/{RECORD.rpartition('/')[2]}.jws",
            "Named like a signature, in the package: checkers that go by the ending ask for no row.",
            lambda: packed(with_record(RIGHT, {"demo/RECORD.jws": EVIL})),
        ),
        (
            "in-another-folder",
            RECORD,
            "RECORD lies in the package: there is none where it belongs.",
            lambda: packed(with_record(None, {"demo/RECORD": RIGHT})),
        ),
    )
)
"""Wheels that must be refused for what RECORD says."""
