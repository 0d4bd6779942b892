"""Has a set listed by a program that ignores PYTHONHASHSEED: no condition is guilty."""

import base64
import hashlib
import os
import subprocess
import sys
import zipfile

NAME = "sample_unheeded_seed"
INFO = f"{NAME}-1.0.dist-info"
# So many that the first one is hardly ever the same twice: from which line on the order differs would depend on that.
PROGRAM = 'print(*{f"colour {number}" for number in range(5000)}, sep="\\n")'


def make_text():
    return subprocess.run([sys.executable, "-I", "-c", PROGRAM], check=True, capture_output=True, text=True).stdout


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {
        f"{NAME}.txt": make_text(),
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
