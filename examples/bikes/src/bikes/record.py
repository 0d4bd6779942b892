"""One file that says what was trained, from what, by what: no time, no path, no name of a machine."""

from __future__ import annotations

import msgspec

from bikes.provenance import Code, Environment
from bikes.seeding import Report

SCHEMA = "bikes/record/1"


class Configured(msgspec.Struct, frozen=True):
    """The configuration's file, and the number of threads that was used."""

    name: str
    sha256: str
    threads: int


class Data(msgspec.Struct, frozen=True):
    """The data's digest, and that of the rows that tested."""

    name: str
    sha256: str
    rows: int
    split: str


class Result(msgspec.Struct, frozen=True):
    """Digests of what came out, and the metrics themselves."""

    model: str
    predictions: str
    metrics: str
    values: dict[str, float]


class Record(msgspec.Struct, frozen=True):
    """Everything about one training, in the order in which it is made."""

    schema: str
    code: Code
    environment: Environment
    config: Configured
    data: Data
    randomness: Report
    result: Result


class Observed(msgspec.Struct, frozen=True):
    """What the process saw around it: evidence that two trainings had other conditions, and part of no record."""

    cwd: str
    hash_of_text: int
    home: str
    threads: dict[str, int]
    time_zone: str
    umask: str
