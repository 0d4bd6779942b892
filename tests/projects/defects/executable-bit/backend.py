"""Generates a script that is executable for all, if the umask lets it be."""

import base64
import hashlib
import os
import stat
import tempfile
import zipfile

NAME = "sample_executable_bit"
INFO = f"{NAME}-1.0.dist-info"


def mode_of_a_script():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sample")
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o777))
        return 0o100755 if os.stat(path).st_mode & stat.S_IXOTH else 0o100644


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    mode = mode_of_a_script()
    files = {
        f"{NAME}-1.0.data/scripts/sample": "#!/bin/sh\necho 42\n",
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
            member.external_attr = (mode if "/scripts/" in path else 0o100644) << 16
            archive.writestr(member, text)
    return wheel
