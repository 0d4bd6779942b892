"""A backend that builds well, but leaves a process running and a file that nobody may delete."""

import base64
import hashlib
import os
import pathlib
import subprocess
import sys
import zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(f"left {child.pid}", flush=True)
    locked = pathlib.Path(os.environ["TMPDIR"], "locked")
    locked.mkdir()
    (locked / "file").write_text(str(child.pid))
    locked.chmod(0o500)
    files = {
        "sample.py": f"ENVIRONMENT = {sorted(os.environ)!r}\n",
        "sample_leaves_a_process-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: sample-leaves-a-process\nVersion: 1.0\n",
        "sample_leaves_a_process-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "sample_leaves_a_process-1.0.dist-info/RECORD"
    rows = []
    name = "sample_leaves_a_process-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(text)}\n")
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
        archive.writestr(zipfile.ZipInfo(record, (1980, 1, 1, 0, 0, 0)), "".join([*rows, f"{record},,\n"]))
    return name
