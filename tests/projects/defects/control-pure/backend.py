"""Reads all that a build can notice and writes nothing of it: a control, nothing changes the wheel."""

import base64
import contextlib
import getpass
import hashlib
import locale
import os
import pathlib
import socket
import sys
import tempfile
import time
import zipfile

NAME = "sample_control_pure"
INFO = f"{NAME}-1.0.dist-info"


def notice():
    umask = os.umask(0)
    os.umask(umask)
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    files = [(path.name, path.stat()) for path in pathlib.Path(".").iterdir()]
    who = (getpass.getuser(), os.getuid(), os.path.expanduser("~"), socket.gethostname())
    when = (time.time(), time.localtime(), time.strftime("%A %z"))
    where = (os.getcwd(), sys.prefix, tempfile.gettempdir(), dict(os.environ))
    return umask, files, who, when, where, {"a", "b", "c"}, os.urandom(8), len(os.sched_getaffinity(0))


def make_module():
    return f"NOTICED = {len(notice())}\n"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {
        f"{NAME}.py": make_module(),
        f"{INFO}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n",
        f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text.encode())}\n")
    files[f"{INFO}/RECORD"] = "".join(rows) + f"{INFO}/RECORD,,\n"
    wheel = f"{NAME}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, text in files.items():
            member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            archive.writestr(member, text)
    return wheel
