"""``samewheel explain``: what is printed, for people and for programs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison.codes import CODES
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.pages import code_page
from tests.functional.terminals import on_terminal

if TYPE_CHECKING:
    from tests.conftest import Samewheel

ESCAPE = "\x1b["


def test_table_has_all_codes_and_causes(samewheel: Samewheel) -> None:
    """Who has no code at hand sees what there is, by where in a wheel it shows."""
    finished = samewheel("explain")
    assert (finished.returncode, finished.stderr) == (0, "")
    names = re.findall(r"^  (SW\d{3}|[a-z]+(?:-[a-z]+)*)  ", finished.stdout, re.MULTILINE)
    assert sorted(names) == sorted([*CODES, *CAUSES])
    assert re.findall(r"^(SW\d)xx: ", finished.stdout, re.MULTILINE) == sorted({code[:3] for code in CODES})


def test_code_is_explained_with_its_cures(samewheel: Samewheel) -> None:
    """From a code to what can be pasted, in one step."""
    finished = samewheel("explain", "102")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.startswith(f"SW102 {CODES['SW102']}\n")
    for words in ("same-contents", "What to do first:", "\n    umask 022\n", "\n    wheel.reproducible = true\n"):
        assert words in finished.stdout


def test_code_with_many_causes_names_all_of_them(samewheel: Samewheel) -> None:
    """The likeliest are told, the others named: none is hidden."""
    text = samewheel("explain", "SW301").stdout
    assert re.findall(r"^(?:  )?([a-z]+(?:-[a-z]+)*)(?:  .*)?$", text, re.MULTILINE) == list(
        code_page("SW301").causes
    )


def test_cause_is_explained(samewheel: Samewheel) -> None:
    """A report names causes; each can be asked for by its name."""
    finished = samewheel("explain", "UMASK")
    cause = CAUSES["umask"]
    assert finished.stdout.startswith("umask\n")
    text = " ".join(finished.stdout.split())
    for words in (cause.what, cause.how, cause.told, cause.do, ", ".join(cause.codes), *cause.seen):
        assert words in text


def test_several_are_explained_in_the_order_asked_for(samewheel: Samewheel) -> None:
    """All codes of a report can be pasted into one command; one that is there twice is told once."""
    text = samewheel("explain", "set-order", "SW105", "set-order").stdout
    assert re.findall(r"^(set-order|SW105)\b", text, re.MULTILINE) == ["set-order", "SW105"]


def test_prose_fits_and_has_no_markup(samewheel: Samewheel) -> None:
    """Text for a terminal is no Markdown, and no line of prose is too long to read; what is pasted is as it is."""
    finished = samewheel("explain", *CODES, *CAUSES)
    assert finished.returncode == 0
    prose = [line for line in finished.stdout.splitlines() if not line.startswith("    ")]
    assert max(map(len, prose)) <= 110
    assert not re.search(r"\*\*|\]\(|^#|```", "\n".join(prose), re.MULTILINE)
    assert ESCAPE not in finished.stdout


def test_terminal_gets_colours_and_its_own_width() -> None:
    """Headings stand out, and prose ends where the window does."""
    code, text = on_terminal("explain", "umask", columns=60)
    assert code == 0
    assert f"{ESCAPE}1mumask{ESCAPE}0m" in text
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert max(len(line) for line in plain.splitlines() if "https:" not in line) <= 60


def test_no_color_is_respected() -> None:
    """https://no-color.org."""
    assert ESCAPE not in on_terminal("explain", "SW102", NO_COLOR="1")[1]


def test_json_is_one_document_with_sorted_keys(samewheel: Samewheel) -> None:
    """A program finds for each code the names of its causes, and for each cause what to paste."""
    finished = samewheel("explain", "--json", "SW102")
    assert (finished.returncode, finished.stderr) == (0, "")
    document = json.loads(finished.stdout)
    assert list(document) == ["schema", "causes", "codes"]
    assert document["schema"] == "samewheel/explain/1"
    (code,) = document["codes"]
    assert list(code) == sorted(code)
    assert code["verdict"] == "same-contents"
    assert code["causes"] == [cause["name"] for cause in document["causes"]]
    assert "umask 022" in document["causes"][0]["lines"][""]
    assert list(document["causes"][0]) == sorted(document["causes"][0])


def test_json_of_nothing_is_all(samewheel: Samewheel) -> None:
    """A program that wants a table of its own asks once."""
    document = json.loads(samewheel("explain", "--json").stdout)
    assert [one["code"] for one in document["codes"]] == list(CODES)
    assert [one["name"] for one in document["causes"]] == list(CAUSES)


@pytest.mark.parametrize(
    ("word", "offered"),
    [("umaks", "umask"), ("SW199", "SW108"), ("zzzzzz", "samewheel explain"), ("unknown", "samewheel explain CODE")],
)
def test_word_that_is_nothing_is_wrong_usage(word: str, offered: str, samewheel: Samewheel) -> None:
    """A typing error is no verdict, and ends with what was probably meant."""
    finished = samewheel("explain", "SW102", word)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert f"next: {'Did you mean ' if offered[0] in 'uS' else ''}" in finished.stderr
    assert offered in finished.stderr.partition("next:")[2]


def test_shells_complete_codes_and_causes(samewheel: Samewheel) -> None:
    """Nobody remembers all the names."""

    def completed(word: str) -> list[str]:
        line = f"samewheel explain {word}"
        finished = samewheel(_SAMEWHEEL_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD="2")
        return [offered.partition(",")[2] for offered in finished.stdout.splitlines()]

    assert completed("sw50") == [code for code in CODES if code.startswith("SW50")]
    assert completed("bytecode-") == ["bytecode-times", "bytecode-paths"]
