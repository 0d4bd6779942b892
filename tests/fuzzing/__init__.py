"""Mutated wheels, and what must hold for every one of them: `just fuzz` tries thousands, the tests a few."""

from __future__ import annotations

from tests.fuzzing.laws import compared, looked_into, read
from tests.fuzzing.mutants import INSIDES, MUTANTS, PAIRS, SEEDS

__all__ = ["INSIDES", "MUTANTS", "PAIRS", "SEEDS", "compared", "looked_into", "read"]
