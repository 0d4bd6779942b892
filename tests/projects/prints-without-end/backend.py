"""A backend that prints without end: 4 GiB at most."""

import os


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Whoever holds it open is still there.
    os.set_inheritable(os.open(os.environ["LIFELINE"], os.O_WRONLY), True)
    for _ in range(1 << 16):
        os.write(1, b"x" * 65535 + b"\n")
