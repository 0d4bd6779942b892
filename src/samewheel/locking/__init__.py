"""Locking: what a build may install, found out in rounds of fetching and asking, and written as hashed pins."""

from samewheel.locking.by_uv import resolve_uv
from samewheel.locking.checking import stale
from samewheel.locking.inputs import instant
from samewheel.locking.rounds import Locked, check_lock, lock, rounds

__all__ = ["Locked", "check_lock", "instant", "lock", "resolve_uv", "rounds", "stale"]
