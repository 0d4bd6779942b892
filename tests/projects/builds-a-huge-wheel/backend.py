"""A backend whose wheel is 10 GB of zeros, none of them on the disk."""

import os


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Whoever holds it open is still there.
    os.set_inheritable(os.open(os.environ["LIFELINE"], os.O_WRONLY), True)
    name = "sample_builds_a_huge_wheel-1.0-py3-none-any.whl"
    with open(os.path.join(wheel_directory, name), "wb") as file:
        file.truncate(10_000_000_000)
    return name
