"""The projects of attacks: a backend that attacks and builds a good wheel all the same."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.functional.builds import OURS, make_project
from tests.torture.scenes import write_told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.torture.attacks.values import Attack
    from tests.torture.scenes import Scene

TOOLS = """
import ctypes, glob, json, re, shutil, signal, socket, stat
scene = json.loads(pathlib.Path(__file__).with_name("scene.json").read_text())
mark, home, answer = scene["mark"], scene["home"], "nothing"
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

def found(text):
    return join(sorted(set(re.findall("secret-[0-9a-f]{16}", text))))

def read(path):
    return found(pathlib.Path(path).read_text(errors="replace"))

def lines(path):
    try:
        return pathlib.Path(path).read_text().splitlines()
    except OSError:
        return []

def write(path):
    with open(path, "a") as file:
        file.write(mark)

def join(texts):
    return " ".join(sorted({text for text in texts if text}))

def each(things, action):
    results = []
    for thing in things:
        try:
            results.append(action(thing))
        except (OSError, ValueError, OverflowError):
            pass
    return results

def others():
    return sorted(pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid())

def text(pid, name):
    return join(each([f"/proc/{pid}/{name}"], lambda path: pathlib.Path(path).read_text(errors="replace")))

def firsts():
    return [pathlib.Path(path) for path in glob.glob(scene["tmp"] + "/samewheel-*/first/*.whl")]

"""
"""What attacks are written in."""

AFTER = """

whole = build_wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wheel = pathlib.Path(wheel_directory, whole(wheel_directory))
    name = wheel.name
@tools@
@code@
    return name
"""


def _indented(text: str, by: str = "    ") -> str:
    return "".join(f"{by}{line}\n" if line else "\n" for line in text.strip("\n").splitlines())


def _attempt(code: str) -> str:
    """Return statements that try others; what stopped them is told by its name, which is the same in both builds."""
    return f"try:\n{_indented(code or 'pass')}except BaseException as error:\n    answer = type(error).__name__\n"


def _formatted(text: str, words: Mapping[str, str]) -> str:
    """Return a text with the scene's words in the place of their names; its other braces stay."""
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word).replace(f"{{{name}!r}}", repr(word))
    return text


def _commit(project: Path) -> None:
    git = ["git", "-C", str(project), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True, capture_output=True)


def words_of(scene: Scene) -> dict[str, str]:
    """Return the scene's words that attacks and their commands name."""
    folders = {name: str(scene.root / name) for name in ("kept", "project", "outside")}
    return {**folders, "root": str(scene.root), "mark": scene.mark, "secret": scene.secret}


def make_hostile(scene: Scene, attack: Attack) -> None:
    """Make the project of an attack in its scene."""
    words = words_of(scene)
    body = f'{TOOLS}{_attempt(attack.code)}files["told.txt"] = str(answer)'
    project = make_project(scene.root / "project", body, constraints=OURS)
    if attack.after:
        after = AFTER.replace("@tools@\n", _indented(TOOLS)).replace("@code@\n", _indented(_attempt(attack.after)))
        with (project / "backend.py").open("a", encoding="utf-8") as file:
            file.write(after)
    for name, text in attack.files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(_formatted(text, words), "utf-8")
    write_told(scene)
    if attack.git:
        _commit(project)
    for name, text in attack.planted.items():
        with (project / name).open("a", encoding="utf-8") as file:
            file.write(_formatted(text, words))
        (project / name).chmod(0o755)
