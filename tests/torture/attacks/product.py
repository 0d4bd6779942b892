"""Attacks on whoever takes what a build made: wheels that are none, and wheels that are exchanged."""

from __future__ import annotations

from tests.torture.attacks.processes import DAEMON
from tests.torture.attacks.values import (
    BUILD,
    IN_TURN,
    NOT_TRIED,
    OPEN,
    REFUSED,
    VERIFY,
    Attack,
    Facts,
    made,
    marked,
    packed_mark,
    passed,
    told,
)

RANDOM = 'files["random.txt"] = os.urandom(8).hex()'
BARE = "it is about what samewheel does with a wheel"


def _taken(facts: Facts) -> bool:
    """Tell whether a wheel came out at all."""
    return b"dist-info/RECORD" in made(facts)


def _of_product(name: str, tries: str, after: str, *, inside: str = REFUSED) -> Attack:
    return Attack(name, tries, _taken, after=after, inside=inside, none=inside, bare=NOT_TRIED, why=BARE)


TWO_FACES = """
if not glob.glob(sys.prefix + "/lib/python*/site-packages/_samewheel_probe.py"):
    files["evil.py"] = mark
"""

ATTACKS = (
    Attack(
        "wheel-is-a-link",
        "leaves a link to an SSH key as its wheel",
        told,
        after='wheel.unlink()\nwheel.symlink_to(f"{home}/.ssh/id_ed25519")',
        inside=REFUSED,
        none=REFUSED,
        bare=OPEN,
    ),
    _of_product(
        "hard-link-kept",
        "keeps a hard link to its wheel, to change it later",
        'os.link(wheel, wheel.parents[1] / "kept")',
    ),
    _of_product(
        "wheel-is-a-pipe", "leaves a pipe that nobody fills as its wheel", "wheel.unlink()\nos.mkfifo(wheel)"
    ),
    _of_product("wheel-is-a-folder", "leaves a folder as its wheel", "wheel.unlink()\nwheel.mkdir()"),
    _of_product("two-wheels", "leaves two wheels", 'shutil.copy(wheel, wheel.with_name("x-1.0-py3-none-any.whl"))'),
    _of_product(
        "name-with-escapes",
        "gives its wheel a name that drives terminals",
        'wheel.rename(wheel.with_name("\\x1b]0;owned\\x07-1.0-py3-none-any.whl"))',
    ),
    _of_product(
        "false-record",
        "leaves a wheel with a file that its RECORD does not name",
        'with zipfile.ZipFile(wheel, "a") as archive:\n    archive.writestr("evil.py", mark)',
    ),
    Attack(
        "member-outside",
        "leaves a wheel with a member that leads out of it",
        marked("outside"),
        after="""
with zipfile.ZipFile(wheel, "a") as archive:
    archive.writestr("../" * 12 + scene["outside"] + "/owned", mark)
""",
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "pass-off",
        "builds a random wheel, and passes off that of the first build as that of the second",
        passed,
        RANDOM,
        after="for first in firsts():\n    shutil.copyfile(first, wheel)",
        words=IN_TURN,
        inside="stopped 13",
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "exchange",
        "builds a random wheel, and puts that of the second build in the place of the first's",
        passed,
        RANDOM,
        after="for first in firsts():\n    shutil.copyfile(wheel, first)",
        words=IN_TURN,
        inside="stopped 13",
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "late-change",
        "leaves a process that changes the wheel after samewheel has taken it",
        packed_mark,
        'files["data.txt"] = "-" * len(mark)',
        after=DAEMON
        + """
place = wheel.read_bytes().index(b"-" * len(mark))

def change_later():
    handle = os.open(wheel, os.O_WRONLY)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.dup2(1, 2)
    end = time.monotonic() + 30
    while not glob.glob(scene["tmp"] + "/samewheel-*/second") and time.monotonic() < end:
        time.sleep(0.001)
    os.pwrite(handle, mark.encode(), place)

if not firsts():
    leave(change_later)
""",
        words=IN_TURN,
        none="detected 1",
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "snapshot",
        "changes the copy of the source that the second build will be made from",
        lambda facts: b"it is changed" in made(facts),
        """
answer = "it is " + ("changed" if mark in pathlib.Path("data.txt").read_text() else "as it was")
for folder in (*glob.glob(scene["tmp"]), "/dev/shm"):
    each(glob.glob(folder + "/samewheel-*/snapshot/data.txt"), write)
""",
        words=IN_TURN,
        files={"data.txt": "-"},
        none="detected 13",
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "lies-to-the-probe",
        "writes down other conditions than those that it saw",
        packed_mark,
        words=VERIFY,
        after="""
observed = wheel.parents[1] / "observed.jsonl"
report = [{**json.loads(line), "host": mark} for line in observed.read_text().splitlines()]
observed.write_text("".join(json.dumps(line) + "\\n" for line in report))
""",
        inside=OPEN,
        bare=NOT_TRIED,
        why="documented: the probe runs in the build, and finds mistakes, not malice",
    ),
    Attack(
        "two-faces",
        "builds another wheel when it is verified than when it is built",
        packed_mark,
        TWO_FACES,
        words=VERIFY,
        then=BUILD,
        inside=OPEN,
        bare=NOT_TRIED,
        why="documented: what helps is `--against`, as below",
    ),
    Attack(
        "two-faces-against",
        "does so, and `verify --against` has the wheel that was built",
        packed_mark,
        TWO_FACES,
        before=BUILD,
        words=(*VERIFY, "--against", "{kept}/sample-1.0-py3-none-any.whl"),
        inside="detected 13",
        none="detected 13",
        bare=NOT_TRIED,
        why=BARE,
    ),
)
