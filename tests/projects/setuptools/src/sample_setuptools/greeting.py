"""Says hello."""


def hello() -> str:
    """Return a greeting."""
    return "hello"
