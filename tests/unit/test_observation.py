"""Reading what a probe wrote: a project's code can write there, too."""

from __future__ import annotations

import json

import pytest

from samewheel.observation import read_observed

SEEN: dict[str, object] = {
    "clock": 1,
    "cpus": [1, 2],
    "directory_order": ["a"],
    "environment_path": "/x",
    "frontend": None,
    "hash_seed": -(2**63),
    "home": "/x",
    "host": "x",
    "locale": ["C", "abc"],
    "source_mtime": 1,
    "source_path": "/x",
    "temp": "/x",
    "timezone": 0,
    "uid": 1,
    "umask": "022",
    "user": None,
}
"""A report as a probe writes it."""


def line(**changes: object) -> bytes:
    """Return a report with changes, as a line."""
    return json.dumps({**SEEN, **changes}).encode() + b"\n"


def test_report_of_the_process_that_a_frontend_started_counts() -> None:
    """Others come before it and after it."""
    found = read_observed(line(uid=1) + line(uid=2, frontend="uv") + line(uid=3, frontend="uv") + line(uid=4))
    assert found is not None
    assert found.uid == 2


def test_last_report_counts_where_none_is_marked() -> None:
    """Not every frontend leaves a mark."""
    found = read_observed(line(uid=1) + line(uid=2))
    assert found is not None
    assert found.uid == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no JSON",
        b"\xff\xfe",
        b"42",
        b"[" * 1_000_000,
        b'{"clock": ' + b"[" * 1_000_000,
        b'{"more": ' + b"[" * 1_000_000,
        line(more="x"),
        line(host=1),
        line(cpus=["x", "y"]),
        line(cpus=[1]),
        line(user="x" * (1 << 20)),
        line(directory_order=["x" * (1 << 20)]),
        line(locale=["x" * 5000, "x"]),
        line(clock=10**400),
        line(clock=float("nan")),
        line(hash_seed=2**63),
        line(uid=-(10**30)),
        line(user="\ud800"),
        line(frontend="x"),
        json.dumps({"clock": 1}).encode(),
        line() + b"x",
    ],
)
def test_what_no_probe_writes_is_no_report(content: bytes) -> None:
    """It ends up in a report of ours, which is published: unknown keys, long texts and endless numbers do not."""
    assert read_observed(content) is None
