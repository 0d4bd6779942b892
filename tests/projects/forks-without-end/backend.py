"""A backend whose every process starts another one, over and over: 4096 at most, should nobody stop it."""

import os
import time


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Whoever holds it open is still there.
    os.set_inheritable(os.open(os.environ["LIFELINE"], os.O_WRONLY), True)
    for _ in range(12):
        try:
            os.fork()
        except OSError:
            # A bomb does not give up.
            pass
    time.sleep(600)
