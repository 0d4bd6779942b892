"""Watching a step of a build while it runs, and ending it when it goes past its limits."""

from samewheel.watching.guard import Watcher

__all__ = ["Watcher"]
