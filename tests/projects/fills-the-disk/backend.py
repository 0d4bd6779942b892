"""A backend that fills a folder with one file, many, empty ones or one without a name: 1 GiB or 100000 at most."""

import os
import pathlib
import time

CHUNK = bytes(1 << 20)


def one(folder):
    with open(folder / "one", "wb", buffering=0) as file:
        for _ in range(1024):
            file.write(CHUNK)


def many(folder):
    for number in range(100_000):
        (folder / str(number)).write_bytes(CHUNK[:8192])


def empty(folder):
    for number in range(100_000):
        os.mkdir(folder / str(number))


def nameless(folder):
    kept = [open(folder / str(number), "wb", buffering=0) for number in range(512)]
    for number, file in enumerate(kept):
        os.unlink(folder / str(number))
        file.write(CHUNK)
    time.sleep(600)


def memory(folder):
    for _ in range(512):
        os.write(os.memfd_create("memory"), CHUNK)


def moved(folder):
    os.rename(folder.parent / "var", folder.parent / "gone")
    os.makedirs(folder.parent / "var")
    os.symlink("/", folder.parent / "var/tmp")
    one(folder.parent / "gone/tmp")


def deep(folder):
    os.chdir(folder)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    one(pathlib.Path())


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Whoever holds it open is still there.
    os.set_inheritable(os.open(os.environ["LIFELINE"], os.O_WRONLY), True)
    folder = pathlib.Path(os.path.expandvars(os.environ["FOLDER"]))
    globals()[os.environ["WAY"]](folder)
    print("all was written", flush=True)
    time.sleep(600)
