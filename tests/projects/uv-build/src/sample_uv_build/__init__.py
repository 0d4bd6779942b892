"""A sample built by uv-build."""

__version__ = "1.0"
