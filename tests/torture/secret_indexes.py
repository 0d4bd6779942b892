"""Credentials for package indexes: in each place that is heeded, where they are refused, in links and references."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from tests.functional.index_cases import CASES, USER, settle
from tests.index_server import Reply, package_index
from tests.torture.secret_commands import DIFFERS
from tests.torture.vault import KIT, SDIST, WHEEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.index_cases import Case
    from tests.torture.vault import Vault

REBUILD = ("rebuild", "sample==1.0")
AUDIT = ("audit", "run", "list.txt")
BY_PIP = ("lock", "--resolver", "pip-tools")
FAILED = (1, 2, 14, 15, 20)
"""Exit codes of what cannot be done without an index."""


def heeded() -> dict[str, Callable[[Vault], None]]:
    """Return a scenario for each setting that docs/lookup/indexes.md names and that can hold a password."""
    secret = [case for case in CASES if "folder" not in case.name]
    return {f"index: {case.name}": partial(_heeded, case=case) for case in secret}


def _heeded(vault: Vault, case: Case) -> None:
    """Have the setting be the only one that leads to the index, and run what heeds it, and what does not."""
    vault.arrange()
    password = vault.value()
    vault.index.wanted = f"{USER}:{password}"
    kit = f'<a href="/files/{KIT}-1.0-py3-none-any.whl">{KIT}-1.0-py3-none-any.whl</a>'
    vault.index.put_html("one", kit)
    own = vault.project / "pyproject.toml"
    text = own.read_text("utf-8")
    with package_index() as empty:
        del vault.env["PIP_CONFIG_FILE"]
        vault.env |= settle(case, vault.folder, vault.index.simple, empty.simple, password=password)
        if own.read_text("utf-8") != text:
            own.write_text(text + own.read_text("utf-8"), "utf-8")
        vault.planted |= {vault.folder / name for name in case.files}
        uv, pip, ours = (letter != "-" for letter in case.heeded)
        vault.run(0 if pip and uv else FAILED, *BY_PIP)
        vault.run(0 if uv else FAILED, "lock", "--force", "--upgrade")
        vault.run(0 if uv else FAILED, "build", "-q", "--json")
        vault.run(DIFFERS if uv else FAILED, "verify", "-q")
        vault.run(DIFFERS if ours else FAILED, "rebuild", "sample==1.0", "--explain")
        vault.run((0, 1), "audit", "run", "list.txt", "--markdown")


REFUSALS = {
    "401": ("http://user:{}@{host}/simple", 401),
    "403": ("http://user:{}@{host}/simple", 403),
    "407": ("http://{}@{host}/simple", 407),
    "nobody there": ("http://user:{}@127.0.0.1:9/simple", 401),
    "no such host": ("http://user:{}@nowhere.invalid/simple", 401),
    "no TLS": ("https://user:{}@{host}/simple", 401),
    "a query": ("http://127.0.0.1:9/simple?token={}", 401),
    "another way": ("ftp://user:{}@{host}/simple", 401),
    "a broken URL": ("http://user:{}@[::1/simple", 401),
    "a broken port": ("http://user:{}@127.0.0.1:port/simple", 401),
    "a slash in the password": ("http://user:x/{}@127.0.0.1:9/simple", 401),
    "an escape in the password": ("http://user:%40{}%2F@127.0.0.1:9/simple", 401),
}
"""Where the index is, and how it answers whoever has another password."""


def refused() -> dict[str, Callable[[Vault], None]]:
    """Return the scenarios in which the index cannot be had."""
    return {
        **{f"refused: {name}": partial(_refused, url=url, status=status) for name, (url, status) in REFUSALS.items()},
        "refused: by the proxy": _without_proxy,
        "refused: led elsewhere": _led_elsewhere,
    }


def _refused(vault: Vault, url: str, status: int) -> None:
    vault.arrange()
    failing(vault, url.replace("{host}", vault.index.url.partition("://")[2]), status)


def failing(vault: Vault, url: str, status: int) -> None:
    """Run all that takes an index, which was there for the lock, and is not any more."""
    vault.run(0, "lock", UV_DEFAULT_INDEX=vault.index.simple)
    vault.index.wanted, vault.index.refusal = "somebody:else", status
    vault.env["UV_DEFAULT_INDEX"] = vault.env["PIP_INDEX_URL"] = url.replace("{}", vault.value())
    for words in (
        ("lock", "--upgrade"),
        ("lock", "--upgrade", "--resolver", "both"),
        BY_PIP,
        ("build",),
        ("verify",),
        ("rebuild", "sample==1.0", "--explain"),
        ("rebuild", "sample==1.0", "--offline"),
        ("lock", "--offline", "--upgrade"),
    ):
        vault.run(FAILED, *words, SAMEWHEEL_CACHE_DIR=str(vault.folder / "cold"))
    vault.run((0, 1, 2), "audit", "run", "list.txt", "--html", "site")
    vault.run((0, 2), "audit", "list", "--json")
    vault.run((0, 1, 2, 14), "init", "--yes", "--only", "constraints", SAMEWHEEL_CACHE_DIR=str(vault.folder / "cold"))
    vault.env["UV_FIND_LINKS"] = vault.env["PIP_FIND_LINKS"] = vault.env.pop("UV_DEFAULT_INDEX")
    vault.run(FAILED, "lock", "--upgrade", UV_DEFAULT_INDEX=vault.index.simple)
    vault.run(FAILED, *BY_PIP)


def _without_proxy(vault: Vault) -> None:
    vault.arrange()
    proxy = f"http://user:{vault.value()}@127.0.0.1:9"
    vault.run(0, "lock", UV_DEFAULT_INDEX=vault.index.simple)
    vault.env |= {"http_proxy": proxy, "HTTP_PROXY": proxy, "https_proxy": proxy, "no_proxy": "", "NO_PROXY": ""}
    vault.env |= {"all_proxy": proxy, "ALL_PROXY": proxy, "PIP_PROXY": proxy}
    vault.index.url = vault.index.url.replace("127.0.0.1", "127.0.0.2")
    failing_there = "http://user:{}@example.org/simple"
    vault.env["UV_DEFAULT_INDEX"] = vault.env["PIP_INDEX_URL"] = failing_there.replace("{}", vault.value())
    cold = str(vault.folder / "cold")
    for words in (
        ("lock", "--upgrade"),
        BY_PIP,
        ("build",),
        ("rebuild", "sample==1.0"),
        ("audit", "run", "list.txt"),
    ):
        vault.run((0, *FAILED), *words, SAMEWHEEL_CACHE_DIR=cold)
    git = f"http://example.org/x.git?token={vault.value()}@v1"
    vault.run(FAILED, "rebuild", "sample==1.0", "--git", git, SAMEWHEEL_CACHE_DIR=cold)


def _led_elsewhere(vault: Vault) -> None:
    vault.arrange()
    there = f"http://user:{vault.value()}@127.0.0.1:9/x?signature={vault.value()}"
    for name in ("sample", KIT):
        vault.index.put(f"/simple/{name}/", Reply(status=302, headers={"Location": there}))
    vault.env |= {"UV_DEFAULT_INDEX": vault.index.simple, "PIP_INDEX_URL": vault.index.simple}
    for words in (("lock",), BY_PIP, REBUILD, AUDIT):
        vault.run((0, *FAILED), *words)


def signed_links(vault: Vault) -> None:
    """Have the index's page name files by URLs with a password or a signature, as stores with signed links do."""
    vault.arrange()
    host = vault.index.url.partition("://")[2]
    # What an index says of its files is kept as it is, by uv, too: the page of figures has it as open.
    vault.planted |= {vault.folder / cache / name for cache in ("cache", "cold") for name in ("index", "uv")}
    for name in ("sample", KIT):
        page = json.loads(vault.index.answers[f"/simple/{name}/"][0].content)
        for file in page["files"]:
            path = f"/files/{file['filename']}"
            query = f"?X-Amz-Signature={vault.value()}"
            vault.index.answers[path + query] = vault.index.answers[path]
            file["url"] = f"http://user:{vault.value()}@{host}{path}{query}"
        vault.index.put_json(name, *page["files"])
    vault.env |= {"UV_DEFAULT_INDEX": vault.index.simple, "PIP_INDEX_URL": vault.index.simple}
    vault.run((0, *FAILED), "lock", "--resolver", "both")
    vault.run(0, "lock")
    vault.run(0, "build", "-q")
    vault.run(DIFFERS, "verify", "-q")
    vault.run(DIFFERS, "rebuild", "sample==1.0", "--explain", "--plan", "plan.toml")
    vault.run(0, "audit", "run", "list.txt", "--json")
    vault.run(0, "audit", "run", "list.txt", "--anew", "--offline")
    for path in [path for path in vault.index.answers if "?" in path]:
        vault.index.put(path, Reply(status=403))
    for words in (
        ("lock", "--upgrade"),
        ("build",),
        ("rebuild", "sample==1.0"),
        ("audit", "run", "list.txt", "--anew"),
    ):
        vault.run((0, *FAILED), *words, SAMEWHEEL_CACHE_DIR=str(vault.folder / "cold"))


REQUIRED = (
    f"{KIT} @ https://user:{{}}@127.0.0.1:9/{KIT}-1.0-py3-none-any.whl",
    f"{KIT} @ git+https://{{}}@127.0.0.1:9/x.git@v1",
    f"{KIT} @ https://user:{{}}@127.0.0.1:9/with space.whl",
    "https://user:{}@127.0.0.1:9/x.whl",
    f"{KIT} @ https://127.0.0.1:9/{KIT}-1.0-py3-none-any.whl?token={{}} ; wrong",
)
"""What a project may require, rightly or wrongly."""

NAMED = (
    "--index-url https://user:{}@127.0.0.1:9/simple\nsample==1.0\n",
    "--extra-index-url=https://{}@127.0.0.1:9/simple\n--find-links https://u:{}@127.0.0.1:9/\nsample==1.0\n",
    "-e git+https://user:{}@127.0.0.1:9/x.git@v1#egg=x\n",
    "sample @ https://user:{}@127.0.0.1:9/x.whl?token={}\n",
    "https://user:{}@127.0.0.1:9/sample-1.0-py3-none-any.whl\n",
    "git+https://user:{}@127.0.0.1:9/x.git\nhttps://127.0.0.1:9/x.whl?signature={}\n",
    "-r https://user:{}@127.0.0.1:9/more.txt\n",
    "--proxy https://user:{}@127.0.0.1:9\nsample==1.0\n",
    "sample https://user:{}@127.0.0.1:9\n",
    "sample==1.0 --config-settings https://user:{}@127.0.0.1:9/\n",
)
"""Requirements files."""

LOCKS = {
    "pylock.toml": """lock-version = "1.0"\ncreated-by = "{}"
[[packages]]\nname = "sample"\n[packages.vcs]\ntype = "git"\nurl = "https://user:{}@127.0.0.1:9/x.git"
commit-id = "1111111111111111111111111111111111111111"
[[packages]]\nname = "other"\nversion = "1.0"\nindex = "https://user:{}@127.0.0.1:9/simple"
[[packages.wheels]]\nname = "other-1.0-py3-none-any.whl"
url = "https://user:{}@127.0.0.1:9/other-1.0-py3-none-any.whl?signature={}"
hashes = {sha256 = "DIGEST"}
""",
    "uv.lock": """version = 1\nrequires-python = ">=3.11"
[[package]]\nname = "mine"\nversion = "1"\nsource = { virtual = "." }
dependencies = [{ name = "sample" }, { name = "other" }]
[[package]]\nname = "sample"\nversion = "1.0"\nsource = { registry = "https://user:{}@127.0.0.1:9/simple" }
wheels = [{ url = "https://u:{}@127.0.0.1:9/sample-1.0-py3-none-any.whl?signature={}", hash = "sha256:DIGEST" }]
[[package]]\nname = "other"\nversion = "1.0"\nsource = { git = "https://user:{}@127.0.0.1:9/x.git?tag=v1#1" }
""",
}
"""Lock files."""

DIRECT = '{"url": "https://user:{}@127.0.0.1:9/x.git", "vcs_info": {"vcs": "git", "commit_id": "1"}}'


def direct_references(vault: Vault) -> None:
    """Name things by URLs with a password: in the project, in requirements, in locks, in an environment."""
    vault.arrange()
    vault.env["UV_DEFAULT_INDEX"] = vault.index.simple
    vault.run(0, "lock")
    requiring(vault)
    for number, text in enumerate(NAMED):
        named = vault.plant(f"project/named{number}.txt", filled(vault, text))
        vault.run((0, *FAILED), "audit", "run", named.name, "--json", "--html", "site")
        vault.run((0, 2), "audit", "list", "--csv", "--name", named.name)
    for name, text in LOCKS.items():
        vault.plant(f"project/locks/{name}", filled(vault, text.replace("DIGEST", "1" * 64)))
        vault.run((0, 1), "audit", "run", f"locks/{name}", "--markdown")
    info = "project/installed/lib/python3.11/site-packages/sample-1.0.dist-info"
    vault.plant(f"{info}/direct_url.json", filled(vault, DIRECT))
    vault.run((0, 1), "audit", "run", "installed", "--json")
    vault.plant(f"{info}/direct_url.json", filled(vault, '{"url": 1, "https://user:{}@127.0.0.1:9": "'))
    vault.run(2, "audit", "run", "installed", "--anew")


def filled(vault: Vault, text: str) -> str:
    """Return a text with a new value in each place that is meant for one."""
    while "{}" in text:
        text = text.replace("{}", vault.value(), 1)
    return text


def requiring(vault: Vault) -> None:
    """Build a project that requires such things, or whose constraints do."""
    own, pins = vault.project / "pyproject.toml", vault.project / "constraints.txt"
    text, locked = own.read_text("utf-8"), pins.read_text("utf-8")
    vault.planted |= {own, pins}
    for required in REQUIRED:
        own.write_text(text.replace(f'"{KIT}"', json.dumps(filled(vault, required))), "utf-8")
        for words in (("lock",), ("lock", "--check"), ("build",), ("verify",)):
            vault.run(FAILED, *words)
        bound = f"\n[tool.uv]\nbuild-constraint-dependencies = [{json.dumps(filled(vault, required))}]\n"
        own.write_text(text + bound, "utf-8")
        vault.run((0, *FAILED), "lock", "--upgrade")
    own.write_text(text, "utf-8")
    for line in (*REQUIRED, "--index-url https://user:{}@127.0.0.1:9/simple", "--find-links http://u:{}@127.0.0.1:9"):
        pins.write_text(locked + filled(vault, line) + "\n", "utf-8")
        vault.run((0, *FAILED), "build", "-q")
        vault.run((0, *FAILED), "lock", "--check")
    pins.write_text(locked, "utf-8")
    vault.run(0, "build", "-q", "--sdist")
    assert {path.name for path in (vault.project / "dist").iterdir()} == {WHEEL, SDIST}
