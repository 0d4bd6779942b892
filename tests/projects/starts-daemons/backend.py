"""A backend that starts daemons, each in a session of its own and with no parent but the first process: 512 at most."""

import os
import time


def daemonise():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            time.sleep(600)
        os._exit(0)
    os.wait()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Whoever holds it open is still there.
    os.set_inheritable(os.open(os.environ["LIFELINE"], os.O_WRONLY), True)
    for _ in range(512):
        daemonise()
    os._exit(0)
