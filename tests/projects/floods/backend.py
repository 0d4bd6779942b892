"""A backend that prints 100 MB and then fails."""

import sys


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    line = "x" * 1023 + "\n"
    for _ in range(100 * 1024):
        sys.stdout.write(line)
    sys.stdout.flush()
    raise RuntimeError("enough printed")
