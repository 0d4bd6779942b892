"""Compiles a module that it has just generated to bytecode, with the time in the header."""

import base64
import hashlib
import importlib.util
import marshal
import os
import struct
import time
import zipfile

NAME = "sample_bytecode_clock"
INFO = f"{NAME}-1.0.dist-info"


def make_bytecode():
    source = b"ANSWER = 42\n"
    header = struct.pack("<III", 0, int(time.time()), len(source))
    return importlib.util.MAGIC_NUMBER + header + marshal.dumps(compile(source, f"{NAME}.py", "exec"))


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {
        f"{NAME}.pyc": make_bytecode(),
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
