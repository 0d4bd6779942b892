"""Locking: what a build may install, found out in rounds of fetching and asking, and written as hashed pins."""

from samewheel.locking.checking import stale
from samewheel.locking.rounds import Locked, check_lock, lock

__all__ = ["Locked", "check_lock", "lock", "stale"]
