"""A sample built by poetry."""

__version__ = "1.0"
