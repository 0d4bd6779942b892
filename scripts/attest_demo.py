"""From a project to a gate, with two operators: lock, build, verify, attest, twice; check, and be refused.

    python scripts/attest_demo.py [FOLDER]

Everything happens in a new folder, which is left there to be looked at; without FOLDER, in a temporary one that goes.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SAMEWHEEL = [sys.executable, "-m", "samewheel"]

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "demo-at-the-gate"
version = "1.0"
"""

REFUSED = 16

ALICE, BOB = "https://alice.example/builder", "https://bob.example/builder"


def run(folder: Path, *command: str, code: int = 0) -> str:
    """Show a command, run it in a folder and return what it printed.

    Raises:
        SystemExit: it ends with another code.
    """
    words = ["samewheel" if command[0] == "samewheel" else command[0], *command[1:]]
    sys.stdout.write(f"\n{folder.name}$ {shlex.join(words)}\n")
    argv = [*SAMEWHEEL, *command[1:]] if command[0] == "samewheel" else list(command)
    finished = subprocess.run(argv, cwd=folder, check=False, stdout=subprocess.PIPE, text=True)
    sys.stdout.write(finished.stdout)
    sys.stdout.flush()
    if finished.returncode != code:
        raise SystemExit(f"{command[0]} ended with {finished.returncode}, not with {code}")
    return finished.stdout


def git(folder: Path, *arguments: str) -> None:
    """Run git without anybody's settings but a name."""
    settings = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(
        [shutil.which("git") or "git", *settings, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )


def say(text: str) -> None:
    """Say what comes next."""
    sys.stdout.write(f"\n== {text}\n")


def publish(folder: Path) -> Path:
    """Have Alice make a project and its release, and return her folder."""
    alice = folder / "alice"
    (alice / "demo_at_the_gate").mkdir(parents=True)
    (alice / "pyproject.toml").write_text(PYPROJECT)
    (alice / "demo_at_the_gate/__init__.py").write_text("ANSWER = 42\n")
    (alice / ".gitignore").write_text("dist/\nevidence/\n")
    say("Alice locks, commits, builds and verifies")
    run(alice, "samewheel", "lock", "-q")
    git(alice, "init", "--quiet", "--initial-branch=main")
    git(alice, "add", ".")
    git(alice, "commit", "--quiet", "--message=1.0")
    build_and_attest(alice, ALICE, folder / "keys/alice", alice / "evidence")
    return alice


def build_and_attest(project: Path, builder: str, key: Path, evidence: Path) -> None:
    """Have somebody build, verify and sign; the statements go to a folder where all of them meet."""
    run(project, "samewheel", "build", "-q")
    run(project, "samewheel", "verify", "-q", "--against", *map(str, sorted((project / "dist").glob("*.whl"))))
    run(project, "samewheel", "keygen", "--no-passphrase", str(key))
    (wheel,) = (project / "dist").glob("*.whl")
    own = project / "evidence" / wheel.name
    files = ["--buildinfo", f"{own}.buildinfo.json", "--verification", f"{own}.verify.json"]
    run(
        project,
        "samewheel",
        "attest",
        str(wheel),
        *files,
        "--key",
        str(key),
        "--builder",
        builder,
        "-o",
        str(evidence),
    )


def demonstrate(folder: Path) -> None:
    """Do all of it in an empty folder."""
    alice, bob = publish(folder), folder / "bob"
    say("Bob clones, builds the same commit on his own, and signs what came of it")
    git(folder, "clone", "--quiet", "alice", "bob")
    build_and_attest(bob, BOB, folder / "keys/bob", alice / "evidence")

    (wheel,) = (alice / "dist").glob("*.whl")
    name = f"dist/{wheel.name}"
    say("The gate: a policy that wants both")
    trust = [word for who in ("alice", "bob") for word in ("--trust", str(folder / f"keys/{who}.pub"))]
    run(alice, "samewheel", "check", name, "--init-policy", "policy.toml", *trust)
    run(alice, "samewheel", "check", name, "--policy", "policy.toml")

    say("One byte of the wheel is changed")
    content = wheel.read_bytes()
    wheel.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    run(alice, "samewheel", "check", name, "--policy", "policy.toml", code=REFUSED)
    wheel.write_bytes(content)

    say("The policy names another commit")
    policy = alice / "policy.toml"
    policy.write_text(re.sub(r'(?m)^commit = ".*"', f'commit = "{"0" * 40}"', policy.read_text()))
    run(alice, "samewheel", "check", name, "--policy", "policy.toml", code=REFUSED)
    say("Accepted when it should be, refused when it should be.")


def main() -> None:
    """Use the folder that is named, or one that goes away."""
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1]).absolute()
        folder.mkdir(parents=True)
        demonstrate(folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        demonstrate(Path(temporary))


if __name__ == "__main__":
    main()
