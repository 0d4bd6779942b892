"""Every command, with 200 variables in the caller's environment."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.functional.builds import make_project
from tests.torture.secret_variables import HASH_SEED, variables
from tests.torture.vault import KIT, SDIST, WHEEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.torture.vault import Vault

DIFFERS = 13
"""The exit code of what compares two wheels of a backend that puts all that it sees into them."""

BEFORE: tuple[tuple[int | str, ...], ...] = (
    (0, "--version"),
    (0, "lock"),
    (0, "lock", "--resolver", "pip-tools", "--upgrade"),
    (0, "lock", "--resolver", "both", "--upgrade"),
    (0, "lock", "--check"),
    (0, "lock", "--check", "--markdown", "--offline"),
    (0, "build", "--sdist", "--json"),
    (0, "build", "-q", "--via", "sdist", "--frontend", "build", "-o", "other", "--evidence", "other"),
    (
        DIFFERS,
        "verify",
        "--html",
        "verify.html",
        "--badge",
        "badge.svg",
        "--keep",
        "kept",
        "--json",
        "--evidence",
        "v",
    ),
    (DIFFERS, "verify", "--search", "4", "--markdown", "--evidence", "searched", "--timings"),
    (DIFFERS, "verify", "--against", f"dist/{WHEEL}", "-q", "--evidence", "against"),
    (DIFFERS, "diff", f"dist/{WHEEL}", f"other/{WHEEL}", "--html", "diff.html", "--json"),
    (DIFFERS, "diff", f"dist/{WHEEL}", f"other/{WHEEL}", "--markdown"),
    (0, "canonicalize", f"dist/{WHEEL}", "-o", "canonical"),
    (20, "canonicalize", "--check", f"dist/{WHEEL}", "--json"),
    (
        DIFFERS,
        "rebuild",
        "sample==1.0",
        "--html",
        "rebuild.html",
        "--explain",
        "--plan",
        "plan.toml",
        "--keep",
        "built",
    ),
    (DIFFERS, "rebuild", "sample==1.0", "--offline", "--json", "--evidence", "again"),
    (DIFFERS, "rebuild", f"other/{WHEEL}", "--sdist", f"dist/{SDIST}", "--markdown", "--evidence", "named"),
    (0, "audit", "run", "list.txt", "--html", "site", "--json"),
    (0, "audit", "run", "list.txt", "--resume", "--markdown"),
    (16, "audit", "run", "constraints.txt", "list.txt", "--policy", "min=identical", "--name", "second"),
    (0, "audit", "list", "--html", "listed", "--csv", "--name", "list.txt"),
    (0, "audit", "list", "--json", "--name", "second"),
    (0, "audit", "list", "--markdown", "--name", "list.txt"),
    (0, "audit", "show", "sample", "--json", "--name", "list.txt"),
    (0, "keygen", "release", "--passphrase-env", "GPG_PASSPHRASE"),
    (0, "keygen", "--no-passphrase", "--type", "p256", "plainkey"),
)
"""Expected exit code and words, in this order; what a command takes, one before it has made."""

PASSPHRASE = ("--passphrase-env", "GPG_PASSPHRASE")
EVIDENCE = ("--buildinfo", f"p/{WHEEL}.buildinfo.json", "--verification", f"p/{WHEEL}.verify.json")

AFTER: tuple[tuple[int | str, ...], ...] = (
    (0, "build", "-q", "plain", "-c", "constraints.txt", "-o", "p", "--evidence", "p"),
    (
        0,
        "verify",
        "-q",
        "plain",
        "-c",
        "constraints.txt",
        "--evidence",
        "p",
        "--badge",
        "p/badge.svg",
        "--html",
        "p/page.html",
    ),
    (0, "attest", f"p/{WHEEL}", "--key", "plainkey", *EVIDENCE, "-o", "p", "--json"),
    (0, "attest", f"dist/{WHEEL}", "--key", "release", *PASSPHRASE, "--builder", "https://a.b"),
    (0, "attest", f"dist/{WHEEL}", "--key-env", "RELEASE_KEY", *PASSPHRASE, "-o", "by-variable"),
    (
        DIFFERS,
        "rebuild",
        "sample==1.0",
        "--attest",
        "--key",
        "plainkey",
        "--builder",
        "https://a.b",
        "--evidence",
        "signed",
    ),
    (0, "check", f"dist/{WHEEL}", "--init-policy", "policy.toml", "--trust", "release.pub"),
    (0, "check", f"dist/{WHEEL}", "--policy", "policy.toml", "--vsa", "vsa.json", "--key", "plainkey", "--markdown"),
    (0, "check", f"dist/{WHEEL}", "--policy", "policy.toml", "--json"),
    (16, "check", f"other/{WHEEL}", f"evidence/{WHEEL}.intoto.jsonl", "--policy", "policy.toml"),
    (0, "explain"),
    (0, "explain", "102", "umask", "--json"),
    (0, "conditions"),
    (0, "conditions", "--json"),
    (0, "completion", "bash"),
    (0, "init", "--yes", "adopted"),
    (0, "init", "--check", "adopted"),
    (14, "build", "failing", "-c", "constraints.txt"),
    (14, "verify", "failing", "-c", "constraints.txt"),
    (15, "build", "nothing-here"),
    (15, "rebuild", "vaultnothing==1.0"),
    (2, "attest", f"dist/{WHEEL}", "--key-env", "AWS_SECRET_ACCESS_KEY"),
    (2, "keygen", "third", "--passphrase-env", "NOT_THERE"),
)


def every_command(vault: Vault, before: Sequence[tuple[int | str, ...]] = BEFORE) -> None:
    """Run all commands, with the values in variables only."""
    prepared(vault)
    for code, *words in before:
        vault.run(int(code), *map(str, words))
    key = vault.project / "release"
    vault.planted |= {key}
    vault.watch("the key", key.read_bytes().splitlines()[1])
    for code, *words in AFTER:
        vault.run(int(code), *map(str, words), RELEASE_KEY=key.read_text("utf-8"))


def prepared(vault: Vault) -> None:
    """Make the project, one that fails, and the environment."""
    vault.arrange()
    index = vault.index.simple
    vault.env |= variables(vault.value, vault.env["PYTHONPATH"], vault.index.url)
    vault.env |= {"UV_DEFAULT_INDEX": index, "PIP_INDEX_URL": index}
    vault.watch("the hash seed", HASH_SEED.encode())
    shutil.copytree(vault.project, vault.project / "adopted")
    plain = vault.project / "plain"
    make_project(plain, "", requires=f'"{KIT}"', constraints="")
    (plain / "constraints.txt").unlink()
    failing = shutil.copytree(vault.project, vault.project / "failing")
    with (failing / "backend.py").open("a", encoding="utf-8") as file:
        file.write('\n\ndef build_wheel(*_):\n    print("", *os.environ.items(), sep="\\n")\n    sys.exit("no")\n')
