"""Fill the caller's environment, repositories and index settings with secrets, and look for them in all that is made.

    python -m tests.torture.secrets                       # all, which takes some minutes
    python -m tests.torture.secrets --only variables

Each value is there once. Every command runs with them, also where it fails: at an index that refuses the password,
at none at all. The builds look for whatever they can see, and put it into the wheel. Then all files are searched,
names and archives included, all that was printed, and the words and variables of every process that was started, for
each value in each usual encoding. What the caller put there is passed over: the settings' own files, and the
repository's ``.git``. Exits with 1 if a value was found, or a command ended otherwise than it should.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.index_server import package_index
from tests.torture.running import head, row
from tests.torture.secret_commands import every_command
from tests.torture.secret_indexes import direct_references, heeded, refused, signed_links
from tests.torture.secret_remotes import remotes, repositories
from tests.torture.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.torture.vault import Tally

COLUMNS = ("commands", "values", "processes", "of them given a value", "searched", "seen by builds", "found")

SCENARIOS: Mapping[str, Callable[[Vault], None]] = {
    "variables": every_command,
    "remotes": remotes,
    "repositories": repositories,
    **heeded(),
    **refused(),
    "signed links": signed_links,
    "direct references": direct_references,
}


def tortured(name: str, folder: Path) -> Tally:
    """Play one scenario in a folder of its own."""
    with package_index() as index:
        vault = Vault(name, folder, index)
        SCENARIOS[name](vault)
        return vault.tally()


def cells(tally: Tally) -> list[object]:
    """Return a row of the table."""
    numbers = [tally.commands, tally.values, tally.processes, tally.entrusted, tally.searched, tally.seen]
    return [tally.name, *numbers, len(tally.found)]


def main() -> None:
    """Parse the options, play, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", metavar="TEXT", default="", help="those scenarios whose names have this in them")
    options = parser.parse_args()
    print(head("scenario", *COLUMNS, numbers=COLUMNS), flush=True)
    wrong: list[str] = []
    for name in [name for name in SCENARIOS if options.only in name]:
        with tempfile.TemporaryDirectory() as temporary:
            tally = tortured(name, Path(temporary, "vault"))
        print(row(cells(tally)), flush=True)
        wrong += [f"{name}: {one.form} in {one.place}: {one.context}" for one in tally.found]
        wrong += [f"{name}: {one}" for one in tally.unlike]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
