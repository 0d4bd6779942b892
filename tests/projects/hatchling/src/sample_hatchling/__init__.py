"""A sample built by hatchling."""

__version__ = "1.0"
