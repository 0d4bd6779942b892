"""A backend that writes everything it notices of its surroundings into the wheel."""

import base64
import hashlib
import json
import locale
import os
import pathlib
import sys
import time
import zipfile


def notice(config_settings):
    umask = os.umask(0)
    os.umask(umask)
    files = [path for path in pathlib.Path(".").rglob("*") if not {"__pycache__", ".git"} & set(path.parts)]
    return {
        "config_settings": config_settings,
        "cwd": os.getcwd(),
        "environ": dict(os.environ),
        "files": sorted(str(path) for path in files),
        "hash": hash("samewheel"),
        "home": os.path.expanduser("~"),
        "locale": locale.setlocale(locale.LC_ALL, ""),
        "modes": sorted({oct(path.stat().st_mode & 0o777) for path in files}),
        "mtimes": sorted({path.stat().st_mtime for path in files if path.is_file()}),
        "path": sys.path,
        "prefix": sys.prefix,
        "python": "%d.%d" % sys.version_info[:2],
        "stdin": sys.stdin.read(),
        "timezone": time.strftime("%H %Z", time.localtime(0)),
        "umask": "%03o" % umask,
    }


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    dist_info = "sample_dumps_conditions-1.0.dist-info"
    files = {
        "seen.json": json.dumps(notice(config_settings), sort_keys=True),
        f"{dist_info}/METADATA": "Metadata-Version: 2.1\nName: sample-dumps-conditions\nVersion: 1.0\n",
        f"{dist_info}/WHEEL": "Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    name = "sample_dumps_conditions-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(text.encode())}\n")
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
        archive.writestr(
            zipfile.ZipInfo(f"{dist_info}/RECORD", (1980, 1, 1, 0, 0, 0)), "".join([*rows, f"{dist_info}/RECORD,,\n"])
        )
    return name
