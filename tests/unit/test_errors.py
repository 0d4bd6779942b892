"""What an error says: three parts, of which some may be missing."""

from __future__ import annotations

import pickle

import pytest

from samewheel.errors import BuildFailedError, ExitCode, NoWheelError, SamewheelError, UsageError


def test_text_is_the_three_parts_in_order() -> None:
    """A user reads what failed first, then why, then what to do."""
    assert str(SamewheelError("it failed", cause="because\nof this", hint="do that")) == (
        "it failed\nbecause\nof this\ndo that"
    )


def test_parts_that_are_missing_leave_no_empty_line() -> None:
    """Not every failure has a cause or a cure that we know."""
    assert str(SamewheelError("it failed")) == "it failed"
    assert str(SamewheelError("it failed", hint="do that")) == "it failed\ndo that"


def test_parts_can_be_read_apart() -> None:
    """The command line and a notebook show them differently."""
    error = UsageError("what", cause="cause", hint="hint")
    assert (error.what, error.cause, error.hint) == ("what", "cause", "hint")
    assert error.exit_code is ExitCode.USAGE


def test_cause_and_hint_are_named_by_the_caller() -> None:
    """Two swapped strings would be a message that misleads; so they cannot be given by place."""
    with pytest.raises(TypeError, match="positional"):
        SamewheelError("what", "cause")  # type: ignore[call-arg]


def test_message_with_percent_and_braces_is_kept() -> None:
    """A log's tail is evidence, never a format."""
    assert str(BuildFailedError("100 %s {0}", cause="%d")) == "100 %s {0}\n%d"


def test_error_survives_its_way_from_another_process() -> None:
    """An audit builds in worker processes, and their errors come home pickled."""
    error = pickle.loads(pickle.dumps(BuildFailedError("what", cause="cause", hint="hint")))  # noqa: S301 - our own
    assert type(error) is BuildFailedError
    assert (error.what, error.cause, error.hint) == ("what", "cause", "hint")


def test_names_of_packages_survive_it_too() -> None:
    """Whoever catches it there asks for them."""
    error = pickle.loads(pickle.dumps(NoWheelError("what", names=("a", "b"), hint="hint")))  # noqa: S301 - our own
    assert (error.what, error.cause, error.hint, error.names) == ("what", "", "hint", ("a", "b"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:word@example.org/x", "https://****@example.org/x"),
        ("git+https://word@example.org/x.git@v1", "git+https://****@example.org/x.git@v1"),
        ("https://user:wo/rd@example.org/x", "https://****@example.org/x"),
        ("https://user:w@rd@example.org/x", "https://****@example.org/x"),
        ("ftp:/user:word@example.org/x", "ftp:/****@example.org/x"),
        ("https://example.org/x?token=word&more", "https://example.org/x?…"),
        ("https://example.org:8080/x@v1", "https://example.org:8080/x@v1"),
        ("https://example.org/x#sha256=00", "https://example.org/x#sha256=00"),
        ("https://example.org/x#access_token=word&more", "https://example.org/x#…"),
        ("https://user:wo'rd@example.org/x", "https://****@example.org/x"),
        ('https://user:w"o<r>d@example.org/x', "https://****@example.org/x"),
        (r"https:\/\/user:word@example.org\/x", r"https:\/\/****@example.org\/x"),
        (r"https:\/\/example.org\/x?token=word", r"https:\/\/example.org\/x?…"),
        ("s3://bucket/x?X-Amz-Signature=word", "s3://bucket/x?…"),
        ("http://[::1]:80/x@v1", "http://[::1]:80/x@v1"),
    ],
)
def test_no_url_in_an_error_tells_a_password(url: str, shown: str) -> None:
    """Messages are kept in logs of jobs, and what other tools said in them quotes what they were given."""
    error = SamewheelError(f"no {url}", cause=f"'{url}' failed: ({url})", hint=url)
    assert (error.what, error.cause, error.hint) == (f"no {shown}", f"'{shown}' failed: ({shown})", shown)
    assert error.args == (error.what, error.cause, error.hint)


@pytest.mark.parametrize("unit", ["://a:", "://a", "https://a/b", "a:/b:", r":\/\/a:", "://a#", "://'a"])
@pytest.mark.parametrize("end", ["", " @", "?"])
def test_long_text_of_a_stranger_is_read_once(unit: str, end: str) -> None:
    """A line of an sdist's own constraints may have a megabyte; looked through from each URL on, it took hours."""
    text = unit * 200_000 + end
    assert SamewheelError("what", cause=text).cause == text
