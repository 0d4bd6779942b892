"""Archives the mode that the umask left to a file, in an archive in the wheel."""

import base64
import hashlib
import io
import os
import tempfile
import zipfile

NAME = "sample_nested_modes"
INFO = f"{NAME}-1.0.dist-info"


def make_archive():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "Sample.class")
        open(path, "w").close()
        member = zipfile.ZipInfo("Sample.class")
        member.external_attr = os.stat(path).st_mode << 16
        archive.writestr(member, b"oak\n")
    return made.getvalue()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {
        f"{NAME}.jar": make_archive(),
        f"{INFO}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n".encode(),
        f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(content)}\n")
    files[f"{INFO}/RECORD"] = ("".join(rows) + f"{INFO}/RECORD,,\n").encode()
    wheel = f"{NAME}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, content in files.items():
            member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return wheel
