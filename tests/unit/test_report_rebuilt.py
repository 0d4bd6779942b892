"""What a terminal shows of a rebuild: the verdict and a sentence first, then what was done, then the causes."""

from __future__ import annotations

from click import unstyle

from samewheel.report.rebuilt import rebuilt_lines

from .audits import CAUSE, job_of, rebuilt_of


def lines_of(name: str) -> list[str]:
    """Return the lines about a rebuild whose verdict is its name."""
    return [unstyle(line) for line in rebuilt_lines(rebuilt_of(job_of(name)))]


def test_the_sentence_comes_first_and_the_causes_after_what_was_done() -> None:
    """Whoever is in a hurry reads two lines; the others see how it was built before they are told why."""
    lines = lines_of("payload-differs")
    assert lines[1] == f"  {CAUSE.sentence}."
    cause = lines.index("  cause        build-date (it would explain the bytes; so may something else)")
    assert lines[cause - 1] == ""
    assert any(line.startswith("  source ") for line in lines[2:cause])
    assert lines[-1] == "  more         samewheel explain build-date"


def test_a_good_verdict_has_causes_and_a_proof() -> None:
    """That the contents are the same is proven; why the archive is not, is told all the same."""
    lines = lines_of("same-contents")
    assert lines[1] == f"  {CAUSE.sentence}."
    assert lines[2].startswith("  proven ")


def test_an_identical_rebuild_has_nothing_to_explain() -> None:
    """No sentence, no cause."""
    assert not [line for line in lines_of("identical") if "cause" in line or CAUSE.sentence in line]
