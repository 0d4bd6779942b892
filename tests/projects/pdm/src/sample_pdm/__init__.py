"""A sample built by pdm."""

__version__ = "1.0"
