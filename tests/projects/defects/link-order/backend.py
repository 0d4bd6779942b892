"""Links sources in the order in which the file system lists their folder."""

import base64
import hashlib
import os
import subprocess
import sysconfig
import tempfile
import zipfile

NAME = "sample_link_order"
INFO = f"{NAME}-1.0.dist-info"
TAG = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")


def make_library():
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "library.so")
        sources = [os.path.join("src", name) for name in os.listdir("src")]
        options = ["-shared", "-fPIC", "-Wl,--build-id=none"]
        subprocess.run(["gcc", *options, "-o", library, *sources], check=True)
        with open(library, "rb") as file:
            return file.read()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {
        f"{NAME}.so": make_library(),
        f"{INFO}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n".encode(),
        f"{INFO}/WHEEL": f"Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: false\nTag: {TAG}\n".encode(),
    }
    rows = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(content)}\n")
    files[f"{INFO}/RECORD"] = ("".join(rows) + f"{INFO}/RECORD,,\n").encode()
    wheel = f"{NAME}-1.0-{TAG}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, content in files.items():
            member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return wheel
