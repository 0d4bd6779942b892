"""Links a library for Windows, whose header has the time; that is all there is of it here."""

import base64
import hashlib
import os
import struct
import time
import zipfile

NAME = "sample_link_stamp"
INFO = f"{NAME}-1.0.dist-info"


def make_library():
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = struct.pack("<2H3I2H", 0x8664, 0, int(time.time()), 0, 0, 112, 0x2022)
    return dos + b"PE\0\0" + coff + struct.pack("<H110x", 0x20B)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {
        f"{NAME}.dll": make_library(),
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
