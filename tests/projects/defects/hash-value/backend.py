"""Writes the hash() of a text into a module."""

import base64
import hashlib
import os
import zipfile

NAME = "sample_hash_value"
INFO = f"{NAME}-1.0.dist-info"


def make_module():
    return f"KEY = {hash('leaky')}\n"


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
