"""Packs files in a random order."""

import base64
import hashlib
import os
import random
import zipfile

NAME = "sample_archive_shuffled"
INFO = f"{NAME}-1.0.dist-info"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    order = random.Random()
    files = {
        **{f"{NAME}/part_{number}.py": "ANSWER = 42\n" for number in range(20)},
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
        for path, text in order.sample(list(files.items()), len(files)):
            member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            archive.writestr(member, text)
    return wheel
