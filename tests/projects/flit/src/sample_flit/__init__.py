"""A sample built by flit."""

__version__ = "1.0"
