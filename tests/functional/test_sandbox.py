"""What a build cannot reach, tried from inside of real builds."""

from __future__ import annotations

import ast
import base64
import errno
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import pytest

import samewheel
from samewheel.sandbox import Sandbox, View, choose_sandbox, find_sandbox
from tests.functional.builds import make_project, members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.project import Overrides

isolated = pytest.mark.usefixtures("level")
namespaced = pytest.mark.skipif(
    find_sandbox("user-namespaces") is None, reason="this machine forbids user namespaces"
)


def told(project: Path, **options: Unpack[Overrides]) -> str:
    """Build a project and return what its backend wrote into ``told.txt``."""
    built = samewheel.build(project, **options)
    return members(built.wheel)["told.txt"].decode()


def trying(folder: Path, code: str) -> Path:
    """Make a project whose backend runs statements and packs ``answer``, or the name of the error they raised."""
    lines = "".join(f"    {line}\n" for line in code.strip().splitlines())
    body = f'answer = "done"\ntry:\n{lines}except BaseException as error:\n    answer = type(error).__name__\n'
    return make_project(folder, f'import socket\n{body}files["told.txt"] = str(answer)')


@isolated
@pytest.mark.parametrize(
    "code",
    [
        'socket.create_connection(("192.0.2.1", 80), 5)',
        'socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))',
        'socket.create_connection(("2001:db8::1", 80), 5)',
        'socket.getaddrinfo("example.org", 80)',
    ],
    ids=["tcp", "udp", "ipv6", "names"],
)
def test_network_is_out_of_reach(tmp_path: Path, code: str) -> None:
    """What a build downloads is pinned by nothing, and what it sends may be a secret."""
    assert told(trying(tmp_path / "project", code)) in {"OSError", "gaierror"}


@isolated
def test_loopback_works(tmp_path: Path) -> None:
    """Build tools talk to helpers of their own, and test suites to servers of their own."""
    code = """
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname(), 5)
client.sendall(b"hello")
answer = server.accept()[0].recv(5).decode()
"""
    assert told(trying(tmp_path / "project", code)) == "hello"


CALL_OF_32_BITS = """
#include <stdio.h>
int main(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(359), "b"(40), "c"(1), "d"(0) : "memory");
    printf("%d", (int)result);
    return 0;
}
"""


FAMILIES = {"AF_CAN": 29, "AF_TIPC": 30, "AF_BLUETOOTH": 31, "AF_ALG": 38, "AF_VSOCK": 40}
"""Of linux/socket.h: not every Python knows their names."""

ASKING = f"""
answer = set()
for family in {[*FAMILIES.values()]}:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
        try:
            answer.add(socket.socket(family, kind).family)
        except OSError as error:
            answer.add(error.errno)
"""


@isolated
def test_sockets_that_no_namespace_holds_are_out_of_reach(tmp_path: Path) -> None:
    """A virtual machine's host listens on AF_VSOCK, and both builds of a verification could talk to each other."""
    assert told(trying(tmp_path / "project", ASKING)) == str({errno.EAFNOSUPPORT})


@isolated
def test_sockets_of_a_namespace_can_be_had(tmp_path: Path) -> None:
    """The control: what the namespace holds needs no other barrier, and build tools talk to their helpers."""
    families = "socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK"
    code = f"for family in ({families}):\n    socket.socket(family, socket.SOCK_DGRAM).close()"
    assert told(trying(tmp_path / "project", code)) == "done"


IO_URING = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
answer = (libc.syscall(425, 1, bytes(120)), ctypes.get_errno())
"""


@isolated
def test_rings_are_out_of_reach(tmp_path: Path) -> None:
    """io_uring makes sockets, too, and no filter of system calls sees which."""
    assert told(trying(tmp_path / "project", IO_URING)) == str((-1, errno.ENOSYS))


@pytest.mark.skipif(
    find_sandbox("user-namespaces") is None or platform.machine() != "x86_64" or shutil.which("gcc") is None,
    reason="programs of 32 bits are tried on x86-64, with a compiler",
)
def test_programs_of_32_bits_have_no_sockets(tmp_path: Path) -> None:
    """Their calls have other numbers, by which the same could be had."""
    program = tmp_path / "call.c"
    program.write_text(CALL_OF_32_BITS)
    subprocess.run([shutil.which("gcc") or "gcc", program, "-o", tmp_path / "call"], check=True)
    outside = subprocess.run([tmp_path / "call"], check=False, capture_output=True, text=True)
    if outside.returncode != 0:
        pytest.skip("this kernel runs no calls of 32 bits")
    binary = base64.b64encode((tmp_path / "call").read_bytes()).decode()
    code = f"""
import base64, subprocess
with open("call", "wb") as file:
    file.write(base64.b64decode({binary!r}))
os.chmod("call", 0o755)
answer = subprocess.run(["./call"], capture_output=True, text=True).stdout
"""
    assert int(outside.stdout) >= 0
    assert told(trying(tmp_path / "project", code)) == f"-{errno.ENOSYS}"


@contextmanager
def listening(address: str) -> Iterator[None]:
    """Have a socket of the machine that processes outside can connect to."""
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(address)
        server.listen()
        client.connect(address)
        yield


def connecting(folder: Path, address: str) -> Path:
    """Make a project whose backend connects to a socket."""
    return trying(folder, f"socket.socket(socket.AF_UNIX).connect({address!r})")


@isolated
@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run", "~"])  # noqa: S108 - theirs
def test_socket_of_the_machine_is_out_of_reach(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container engine's, an agent's or a desktop's would be a way out of any network namespace."""
    folder = Path(place).expanduser()
    if not os.access(folder, os.W_OK):
        pytest.skip(f"{place} is not writable")
    with tempfile.TemporaryDirectory(dir=folder, prefix="samewheel-") as runtime, listening(f"{runtime}/bus"):
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        for name in ("DBUS_SESSION_BUS_ADDRESS", "DOCKER_HOST", "SSH_AUTH_SOCK"):
            monkeypatch.setenv(name, f"unix:{runtime}/bus")
        assert told(connecting(tmp_path / "project", f"{runtime}/bus")) == "FileNotFoundError"


@isolated
def test_socket_without_a_file_is_out_of_reach(tmp_path: Path) -> None:
    """Abstract names belong to the network namespace: hiding files does not hide them."""
    address = f"\0samewheel-{os.getpid()}"
    with listening(address):
        assert told(connecting(tmp_path / "project", address)) == "ConnectionRefusedError"


@isolated
def test_open_files_of_the_caller_are_out_of_reach(tmp_path: Path) -> None:
    """A socket or a file that somebody holds open for children would be a way out that no namespace closes."""
    with socket.socket(socket.AF_UNIX) as held, (tmp_path / "secret").open("w") as file:
        for one in (held, file):
            os.set_inheritable(one.fileno(), True)  # noqa: FBT003 - it takes no name
        code = """
answer = []
for number in range(1000):
    if os.path.lexists(f"/proc/self/fd/{number}"):
        answer.append(os.readlink(f"/proc/self/fd/{number}"))
"""
        answer = told(trying(tmp_path / "project", code))
    assert "secret" not in answer
    assert "socket" not in answer


@isolated
def test_files_of_the_user_and_the_machine_are_hidden(tmp_path: Path) -> None:
    """Keys, tokens, histories, other projects: a build that cannot see them cannot leak or depend on them."""
    secret = tmp_path / "secret"
    secret.write_text("secret", "utf-8")
    paths = [
        str(secret),
        str(Path("~/.ssh").expanduser()),
        "/etc/shadow",
        os.environ["SAMEWHEEL_CACHE_DIR"],
        "/root/.bashrc",
    ]
    code = f"answer = [p for p in {paths!r} if os.path.exists(p)]"
    assert told(trying(tmp_path / "project", code)) == "[]"


@isolated
def test_packages_beside_samewheel_are_hidden(tmp_path: Path) -> None:
    """A wheel that is installed there could be packed again, and would be taken for one that was built."""
    code = (
        f"import glob; answer = sorted({{os.path.basename(p) for prefix in {[sys.prefix, sys.base_prefix]!r}"
        ' for p in glob.glob(prefix + "/lib*/python*/*-packages/*")})'
    )
    seen = told(trying(tmp_path / "project", code))
    assert set(ast.literal_eval(seen)) <= {"build", "packaging", "pyproject_hooks"}


@isolated
def test_file_that_the_user_names_can_be_read_and_not_written(tmp_path: Path) -> None:
    """Some builds need a tool kit that lies elsewhere; the buildinfo then says so."""
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "version").write_text("1.2", "utf-8")
    code = f"answer = open({str(kit / 'version')!r}).read()\nopen({str(kit / 'new')!r}, 'w')"
    project = trying(tmp_path / "project", code)
    assert told(project, readable=(str(kit),)) == "OSError"
    assert not (kit / "new").exists()
    project = trying(tmp_path / "other", code.splitlines()[0])
    assert told(project, readable=(str(kit),)) == "1.2"


@isolated
@pytest.mark.parametrize("path", ["'/usr/new'", "'/etc/ssl/new'", "'/sys/devices/system/cpu/new'", "os.__file__"])
def test_system_is_not_writable(tmp_path: Path, path: str) -> None:
    """A build that changes the machine changes the next build."""
    assert told(trying(tmp_path / "project", f"open({path}, 'w')")) == "OSError"


@isolated
def test_build_sees_one_user_one_host_and_its_own_processes(tmp_path: Path) -> None:
    """Who builds, and where, must not show in a wheel."""
    code = """
import getpass, pwd
processes = [p for p in os.listdir("/proc") if p.isdigit()]
names = (getpass.getuser(), pwd.getpwuid(os.getuid()).pw_name, socket.gethostname())
answer = (os.getuid(), os.getgid(), *names, len(processes) < 10, os.getcwd())
"""
    expected = (1000, 1000, "samewheel-user", "samewheel-user", "samewheel-host", True, "/samewheel-build/source")
    assert told(trying(tmp_path / "project", code)) == str(expected)


@isolated
def test_privileges_cannot_be_gained(tmp_path: Path) -> None:
    """A program with the set-user-id bit would else be a way out."""
    code = "answer = [l.split()[1] for l in open('/proc/self/status') if l.startswith(('NoNewPrivs', 'CapEff'))]"
    assert told(trying(tmp_path / "project", code)) == "['0000000000000000', '1']"


def test_buildinfo_and_output_say_what_was_in_force(tmp_path: Path, level: Sandbox) -> None:
    """A claim that nobody wrote down cannot be checked at the gate."""
    isolation = samewheel.build(make_project(tmp_path / "project", "")).buildinfo.isolation
    assert (isolation.network, isolation.filesystem) == ("none", "hidden")
    assert isolation == level.isolation


@namespaced
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user, and others try it by being one")
@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="there is no interpreter that everybody may run")
def test_sandbox_works_for_an_ordinary_user() -> None:
    """Nobody should need root to build."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        launcher = shutil.copy(Path(samewheel.__path__[0], "_launch.py"), folder)
        root = Path(folder, "root")
        root.mkdir()
        shutil.chown(root, 65534, 65534)
        command = choose_sandbox().wrap(["/usr/bin/id", "-u"], View(cwd=Path("/")), root)
        finished = subprocess.run(
            ["/usr/bin/python3", "-I", "-S", launcher, *command.argv[4:]],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=65534,
            group=65534,
            extra_groups=[],
        )
    assert (finished.stdout, finished.stderr, finished.returncode) == ("1000\n", "", 0)


@namespaced
@pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is not installed")
def test_build_without_a_sandbox_says_so(tmp_path: Path) -> None:
    """Where the system forbids namespaces a build still runs, and claims nothing."""
    project = make_project(tmp_path / "project", "")
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    finished = subprocess.run(
        [
            str(shutil.which("unshare")),
            "-Ur",
            "sh",
            "-c",
            forbid,
            "sh",
            sys.executable,
            "-m",
            "samewheel",
            "build",
            "-q",
            project,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "isolation    none: the build could reach the network and write to other files" in finished.stdout
