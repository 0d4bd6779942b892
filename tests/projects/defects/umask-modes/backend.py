"""Generates its module as a file and archives the mode that the umask left to that file."""

import base64
import hashlib
import os
import tempfile
import zipfile

NAME = "sample_umask_modes"
INFO = f"{NAME}-1.0.dist-info"


def make_module():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"{NAME}.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write("ANSWER = 42\n")
        return "ANSWER = 42\n", 0o100000 | os.stat(path).st_mode & 0o666


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    module, mode = make_module()
    files = {
        f"{NAME}.py": module,
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
            member.external_attr = (mode if path == f"{NAME}.py" else 0o100644) << 16
            archive.writestr(member, text)
    return wheel
