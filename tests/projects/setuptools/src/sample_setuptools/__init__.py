"""A sample built by setuptools."""

__version__ = "1.0"
