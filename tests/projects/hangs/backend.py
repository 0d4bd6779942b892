"""A backend that never finishes, and starts a process that ignores the polite signal."""

import subprocess
import sys
import time


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", code])
    print("waiting for something that never comes", flush=True)
    time.sleep(600)
