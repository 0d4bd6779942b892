"""Packs a static archive with the time in it, as the program ar does without D."""

import base64
import hashlib
import os
import time
import zipfile

NAME = "sample_static_archive_time"
INFO = f"{NAME}-1.0.dist-info"


def make_archive():
    content = b"oak\n"
    header = f"{'oak.o/':<16}{int(time.time()):<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n"
    return b"!<arch>\n" + header.encode() + content


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {
        f"lib{NAME}.a": make_archive(),
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
