"""samewheel builds the same wheel from the same source, every time, and proves it."""

__version__ = "0.1.0"
