"""Attacks that write where they should not; the mark is what they leave."""

from __future__ import annotations

from pathlib import Path

from tests.torture.attacks.values import (
    BUILD,
    NOT_TRIED,
    OPEN,
    REFUSED,
    STOPPED,
    Attack,
    Facts,
    marked,
)


def _in_memory(facts: Facts) -> bool:
    return Path("/dev/shm", facts.scene.mark).exists()  # noqa: S108 - where the attack puts it


def _cleaned_away(facts: Facts) -> bool:
    return not (facts.scene.root / "home/.ssh/id_ed25519").exists()


def _wrote_to_terminal(facts: Facts) -> bool:
    import os

    try:
        return facts.scene.mark.encode() in os.read(facts.scene.terminal[0], 4096)
    except OSError:
        return False


TYPED = """
import fcntl, termios
if os.fork() == 0:
    try:
        os.setsid()
        handle = os.open(scene["tty"], os.O_RDWR)
        for letter in mark + "\\n":
            fcntl.ioctl(handle, termios.TIOCSTI, letter.encode())
    finally:
        os._exit(0)
os.wait()
"""


def _typed(facts: Facts) -> bool:
    import os
    import select

    end = facts.scene.terminal[1]
    return bool(select.select([end], [], [], 0)[0]) and facts.scene.mark.encode() in os.read(end, 4096)


PROGRAM = """
def plant(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(f'#!/bin/sh\\necho {mark} >> {scene["outside"]}/owned\\ncat\\n')
    os.chmod(path, 0o755)
    return path

"""

OWN = str(Path(__file__).parents[3] / "src" / "samewheel")

SHADOW = """
import pathlib
folder = pathlib.Path({outside!r})
if folder.exists():
    (folder / "owned").write_text({mark!r})
"""

ATTACKS = (
    Attack("home", "appends to ~/.bashrc", marked("home/.bashrc"), 'write(f"{home}/.bashrc")'),
    Attack(
        "authorized-keys",
        "makes a new file in ~/.ssh",
        marked("home/.ssh/authorized_keys"),
        'write(f"{home}/.ssh/authorized_keys")',
    ),
    Attack(
        "callers-folder",
        "writes to the folder from which samewheel was called",
        marked("cwd"),
        'write(scene["cwd"] + "/owned")',
    ),
    Attack(
        "cwd-of-others-changed",
        "does so by way of /proc/PID/cwd and /proc/PID/root",
        marked("cwd"),
        """
for path in [f"/proc/{pid}/root{scene['cwd']}" for pid in others()]:
    each([path + "/owned"], write)
""",
    ),
    Attack(
        "project-itself",
        "changes the project that it is a copy of",
        marked("project/backend.py"),
        """write(scene["project"] + "/backend.py")""",
    ),
    Attack(
        "dist",
        "puts a file into dist/",
        marked("project/dist"),
        """
os.makedirs(scene["project"] + "/dist", exist_ok=True)
write(scene["project"] + "/dist/other-1.0-py3-none-any.whl")
""",
    ),
    Attack(
        "evidence",
        "puts a report into evidence/",
        marked("project/evidence"),
        """
os.makedirs(scene["project"] + "/evidence", exist_ok=True)
write(scene["project"] + "/evidence/other-1.0-py3-none-any.whl.verify.json")
""",
    ),
    Attack(
        "temporary-files",
        "writes beside samewheel's temporary files",
        marked("outside/temporary"),
        """
for folder in glob.glob(scene["tmp"]):
    write(folder + "/owned")
    if os.path.exists(folder + "/owned"):
        os.mkdir(scene["outside"] + "/temporary")
        os.rename(folder + "/owned", scene["outside"] + "/temporary/owned")
        break
""",
    ),
    Attack(
        "cached-environment",
        "puts a module into a build environment that samewheel keeps for later builds",
        marked("cache"),
        """
for folder in glob.glob(scene["cache"] + "/environments/*/env/lib/python*/site-packages"):
    write(folder + "/sitecustomize.py")
""",
        bare=NOT_TRIED,
        why="without samewheel there is no such cache",
    ),
    Attack(
        "own-environment",
        "puts a module into its own build environment, as if that were the cache's",
        marked("cache"),
        """
for folder in glob.glob(sys.prefix + "/lib/python*/site-packages"):
    write(folder + "/sitecustomize.py")
""",
        none=STOPPED,
        bare=NOT_TRIED,
        why="that would change the environment of these tests",
    ),
    Attack(
        "uv-cache",
        "changes a file in uv's cache, of which environments are made",
        marked("home/.cache/uv"),
        'write(f"{home}/.cache/uv/archive-v0/kept.py")',
    ),
    Attack(
        "samewheel-itself",
        "puts a module beside samewheel's own",
        lambda facts: Path(OWN, f"{facts.scene.mark}.py").exists(),
        f"write({OWN!r} + f'/{{mark}}.py')",
    ),
    Attack(
        "readable",
        "changes what the caller lets it read",
        marked("readable"),
        'write(scene["readable"] + "/kit")',
        words=(*BUILD, "--readable", "{root}/readable"),
    ),
    Attack(
        "hard-link",
        "writes to a file of the caller's through a hard link of its own",
        marked("home/.bashrc"),
        """
os.link(f"{home}/.bashrc", "mine")
write("mine")
""",
    ),
    Attack(
        "cleaning",
        "leaves links to the caller's home where samewheel will clean up",
        _cleaned_away,
        """
for folder in (os.environ["HOME"], os.environ["TMPDIR"], "."):
    os.symlink(home, folder + "/link")
    os.mkdir(folder + "/closed")
    os.symlink(home + "/.ssh", folder + "/closed/link")
    os.chmod(folder + "/closed", 0)
""",
        none=STOPPED,
        bare=NOT_TRIED,
        why="without samewheel nobody cleans up",
    ),
    Attack(
        "memory-files",
        "leaves a file in /dev/shm",
        _in_memory,
        'write(f"/dev/shm/{mark}")',
    ),
    Attack(
        "path-planting",
        "puts a program called git where the caller's PATH leads first",
        marked("outside"),
        PROGRAM + 'plant(f"{home}/bin/git")',
        git=True,
        then=BUILD,
    ),
    Attack(
        "git-settings",
        "puts a filter into .git of its source and of the project, for the next git status to run",
        marked("outside"),
        PROGRAM
        + """
for folder in (".", scene["project"]):
    filter = plant(folder + "/.git/planted")
    with open(folder + "/.git/config", "a") as file:
        file.write(f'[core]\\n\\tfsmonitor = {filter}\\n\\thooksPath = {folder}/.git\\n')
        file.write(f'[filter "x"]\\n\\tclean = {filter}\\n')
    pathlib.Path(folder, ".git/info").mkdir(exist_ok=True)
    pathlib.Path(folder, ".git/info/attributes").write_text("* filter=x\\n")
    os.utime(folder + "/pyproject.toml")
""",
        git=True,
        then=BUILD,
    ),
    Attack(
        "git-settings-in-the-source",
        "comes with a program in .git/config that git status would run: fsmonitor, hooks",
        marked("outside"),
        git=True,
        planted={
            ".git/planted": "#!/bin/sh\necho {mark} >> {outside}/owned\n",
            ".git/hooks/post-checkout": "#!/bin/sh\necho {mark} >> {outside}/owned\n",
            ".git/hooks/post-index-change": "#!/bin/sh\necho {mark} >> {outside}/owned\n",
            ".git/config": "[core]\n\tfsmonitor = {project}/.git/planted\n\thooksPath = {project}/.git/hooks\n",
        },
        none=STOPPED,
        bare=NOT_TRIED,
        why="without samewheel nobody calls git",
    ),
    Attack(
        "git-filter-in-the-source",
        "comes with a filter in .git/config, which git status runs on files that have changed",
        marked("outside"),
        git=True,
        planted={
            ".git/planted": "#!/bin/sh\necho {mark} >> {outside}/owned\ncat\n",
            ".git/config": '[filter "x"]\n\tclean = {project}/.git/planted\n',
            ".git/info/attributes": "* filter=x\n",
            "backend.py": "\n",
        },
        inside=OPEN,
        bare=NOT_TRIED,
        why="a repository of the caller's own is one whose filters count, as for git",
    ),
    Attack(
        "python-of-the-source",
        "has modules with the names of Python's and of the frontends, for what runs outside to import",
        marked("outside"),
        files=dict.fromkeys(("sitecustomize.py", "usercustomize.py", "samewheel.py", "build/__init__.py"), SHADOW),
        none=STOPPED,
        bare=NOT_TRIED,
        why="without samewheel, inside and outside are the same",
    ),
    Attack(
        "terminal",
        "writes to the caller's terminal",
        _wrote_to_terminal,
        'write(scene["tty"])',
    ),
    Attack(
        "typing",
        "types a command into the caller's terminal: TIOCSTI",
        _typed,
        TYPED,
        none=STOPPED,
        bare=STOPPED,
        why="the kernel lets nobody who has no such terminal",
    ),
    Attack(
        "output",
        "prints what would drive the caller's terminal and clipboard, and fails",
        lambda facts: b"\x1b]" in facts.said,
        'print("\\x1b]52;c;b3duZWQ=\\x07\\x1b]0;owned\\x07\\x1b[31m", flush=True)\nos._exit(1)',
        inside=REFUSED,
        none=REFUSED,
        bare="detected 1",
    ),
)
