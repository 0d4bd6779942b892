"""A backend that computes without end in several processes, or in one short-lived one after the other: 60 s at most."""

import os
import time

END = time.monotonic() + 60


def together():
    os.fork(), os.fork()
    while time.monotonic() < END:
        pass


def in_turn():
    while time.monotonic() < END:
        if os.fork() == 0:
            stop = time.process_time() + 0.05
            while time.process_time() < stop:
                pass
            os._exit(0)
        os.wait()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Whoever holds it open is still there.
    os.set_inheritable(os.open(os.environ["LIFELINE"], os.O_WRONLY), True)
    globals()[os.environ["WAY"]]()
