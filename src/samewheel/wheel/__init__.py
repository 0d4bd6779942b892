"""Wheels as files: bytes to values, and the checks that a wheel must pass before anyone sees it."""

from samewheel.wheel.checking import check_wheel

__all__ = ["check_wheel"]
