"""Lists the tags in the wheel's file name in the order of a set."""

import base64
import hashlib
import os
import zipfile

NAME = "sample_tag_order_name"
INFO = f"{NAME}-1.0.dist-info"
PYTHONS = {"cp311", "cp312", "cp313", "cp314", "pp311", "py3"}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    tags = "".join(f"Tag: {python}-none-any\n" for python in sorted(PYTHONS))
    files = {
        f"{NAME}.py": "ANSWER = 42\n",
        f"{INFO}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n",
        f"{INFO}/WHEEL": f"Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\n{tags}",
    }
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text.encode())}\n")
    files[f"{INFO}/RECORD"] = "".join(rows) + f"{INFO}/RECORD,,\n"
    wheel = f"{NAME}-1.0-{'.'.join(PYTHONS)}-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, text in files.items():
            member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            archive.writestr(member, text)
    return wheel
