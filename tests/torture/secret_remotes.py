"""Git repositories with credentials in their settings, and remote ones that ask for a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.git_projects import commit, git, make_repository
from tests.index_server import Reply
from tests.torture.secret_commands import DIFFERS
from tests.torture.vault import WHEEL

if TYPE_CHECKING:
    from tests.torture.vault import Vault

SETTINGS = """
[remote "upstream"]
    url = https://{0}@example.org/sample.git
    pushurl = ssh://user:{1}@example.org/sample.git
    fetch = +refs/heads/*:refs/remotes/upstream/*
[remote "mirror"]
    url = https://oauth2:{2}@example.org/sample.git?private_token={3}
    proxy = http://user:{4}@example.org
[remote]
    pushDefault = https://user:{5}@example.org/sample.git
[url "https://user:{6}@example.org/"]
    insteadOf = ours:
    pushInsteadOf = https://example.org/
[http]
    extraHeader = Authorization: Bearer {7}
    cookieFile = /nowhere/{8}
[http "https://example.org/"]
    extraHeader = "PRIVATE-TOKEN: {9}"
    proxy = http://user:{10}@example.org
[credential]
    helper = "!f() {{ echo password={11}; }}; f"
    username = {12}
[submodule "library"]
    url = https://user:{13}@example.org/library.git
[branch "main"]
    remote = https://user:{14}@example.org/sample.git
    description = {15}
[core]
    sshCommand = ssh -i /nowhere/{16}
    askPass = /nowhere/{17}
[user]
    signingKey = {18}
[sendemail]
    smtpPass = {19}
[alias]
    deploy = "!curl -H {20}"
"""

LOCAL = ("hooks/post-checkout", "logs/HEAD", "FETCH_HEAD", "description", "info/attributes", "config.worktree")
"""Files of git's that are nobody's source, and may hold what was fetched or typed."""


def repositories(vault: Vault) -> None:
    """Build and verify a working copy, as its settings and those of the user's home have credentials everywhere."""
    value = vault.value
    vault.arrange()
    library = make_repository(vault.folder / "library", {"README": "a library\n"})
    project = vault.project
    git(project, "init", "--quiet")
    git(project, "submodule", "--quiet", "add", library, "library")
    (project / ".gitignore").write_text("evidence/\ndist/\n", "utf-8")
    commit(project)
    git(project, "tag", "v1.0")
    own = project / ".git"
    vault.planted |= {own, vault.folder / "home" / ".gitconfig"}
    git(project, "remote", "add", "origin", f"https://user:{value()}@example.org/sample.git")
    with (own / "config").open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(*(value() for _ in range(21))))
    with (own / "modules" / "library" / "config").open("a", encoding="utf-8") as file:
        file.write(f'[remote "token"]\n    url = https://user:{value()}@example.org/library.git\n')
    for name in LOCAL:
        (own / name).parent.mkdir(exist_ok=True)
        with (own / name).open("a", encoding="utf-8") as file:
            file.write(f"# https://user:{value()}@example.org/\n")
    vault.plant("home/.gitconfig", SETTINGS.format(*(value() for _ in range(21))))
    vault.plant("home/.git-credentials", f"https://user:{value()}@example.org\n")
    vault.env["UV_DEFAULT_INDEX"] = vault.index.simple
    looking(vault)


def looking(vault: Vault) -> None:
    """Run what reads a repository: clean, changed, and with a remote whose URL says nothing else."""
    vault.run(0, "lock")
    git(vault.project, "add", "constraints.txt")
    commit(vault.project)
    vault.run(0, "build", "--sdist", "--json")
    vault.run(DIFFERS, "verify", "--keep", "kept", "--html", "page.html")
    (vault.project / "kept.txt").write_text("changed\n", "utf-8")
    vault.run(2, "build")
    vault.run(0, "build", "--allow-dirty", "-o", "dirty", "--evidence", "dirty")
    for url in (
        "https://{}@example.org/x.git",
        "https://a:b{}@[::1/x",
        "{}@example.org:x.git",
        "user:{}@example.org:x",
    ):
        git(vault.project, "config", "remote.origin.url", url.format(vault.value()))
        vault.run(0, "build", "--allow-dirty", "-q", "--json")
    vault.run((0, 1, 2), "init", "--yes")
    with (vault.project / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write(f'[url "https://user:{vault.value()}@example.org\n')
    vault.run(1, "build", "-q")


def served(vault: Vault) -> str:
    """Put the project's repository behind HTTP, where it asks for a password; return its URL without one."""
    project = make_repository(vault.folder / "origin", {})
    for name in ("backend.py", "pyproject.toml"):
        (project / name).write_bytes((vault.project / name).read_bytes())
    commit(project)
    git(project, "tag", "--force", "v1.0")
    git(project, "update-server-info")
    git(project, "gc", "--quiet")
    git(project, "update-server-info")
    for path in (project / ".git").rglob("*"):
        if path.is_file():
            vault.index.put(f"/x.git/{path.relative_to(project / '.git')}", Reply(path.read_bytes()))
    vault.index.answers["/x.git/info/refs?service=git-upload-pack"] = vault.index.answers["/x.git/info/refs"]
    return f"{vault.index.url}/x.git"


def remotes(vault: Vault) -> None:
    """Rebuild from repositories that are named with a password: the right one, a wrong one, and elsewhere."""
    vault.arrange()
    url = served(vault)
    password = vault.value()
    vault.index.wanted = f"user:{password}"
    vault.env["UV_DEFAULT_INDEX"] = vault.index.simple.replace("://", f"://user:{password}@")
    wheel = (vault.folder / "published" / WHEEL).rename(vault.project / WHEEL)
    there = url.replace("://", f"://user:{password}@")
    vault.run(DIFFERS, "rebuild", wheel.name, "--git", f"{there}@v1.0", "--html", "page.html", "--keep", "built")
    vault.run(DIFFERS, "rebuild", wheel.name, "--git", f"{there}@v1.0", "--plan", "plan.toml", "--explain")
    host = url.partition("://")[2]
    for code, place in (
        (15, "http://user:{}@{host}@v1.0"),
        (15, "http://{}@{host}@v1.0"),
        (1, "http://user:{}@127.0.0.1:9/x.git@v1.0"),
        (2, "http://127.0.0.1:9/x.git?token={}@v1.0"),
        (1, "https://user:{}@127.0.0.1:9/x.git@v1.0"),
        ((1, 15), "ssh://user:{}@127.0.0.1:9/x.git@v1.0"),
        ((2, 15), "http://user:{}@{host}"),
        ((2, 15), "http://user:{}@nowhere.invalid/x.git"),
        ((2, 15), "http://user:{}@example.org:8443/x.git"),
        ((1, 2, 15), "ftp://user:{}@{host}@v1.0"),
        ((1, 2, 15), "user:{}@example.org:x.git@v1.0"),
        ((1, 2, 15), "http://user:{}@[::1/x.git@v1.0"),
    ):
        there = place.replace("{host}", host).replace("{}", vault.value())
        vault.run(code, "rebuild", wheel.name, "--git", there, "--plan", "other.toml", "--explain")
    plan = (vault.project / "plan.toml").read_text("utf-8")
    for code, user in ((15, f"user:{vault.value()}@"), (DIFFERS, f"user:{password}@")):
        vault.plant("project/planted.toml", plan.replace("http://", f"http://{user}"))
        vault.run(2, "rebuild", wheel.name, "--plan", "planted.toml", "--explain", "--json")
        there = f"{url.replace('://', f'://{user}')}@v1.0"
        vault.run(code, "rebuild", wheel.name, "--git", there, "--plan", "planted.toml", "--explain", "--json")
