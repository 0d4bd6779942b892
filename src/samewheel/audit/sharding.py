"""Shares of an audit for several machines: each name is in one of them, the same one everywhere and for ever."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from samewheel._types import Sha256
from samewheel.errors import UsageError
from samewheel.limits import Limits

if TYPE_CHECKING:
    from samewheel.audit.target import Target
    from samewheel.audit.values import Named

__all__ = ["WHOLE", "Settings", "Shard", "parse_shard", "settings_of", "shard_of"]

MOST = 9999
"""Shards of one audit."""


def shard_of(name: str, of: int) -> int:
    """Return which shard a normalised name is in, from 1: its SHA-256, as one number, modulo how many there are."""
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest, "big") % of + 1


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """One share of several."""

    number: int
    """From 1."""
    of: int
    """How many there are."""

    def __str__(self) -> str:
        """Return it as it is written on the command line."""
        return f"{self.number}/{self.of}"

    def holds(self, name: str) -> bool:
        """Tell whether a normalised name is in it."""
        return shard_of(name, self.of) == self.number


WHOLE = Shard(number=1, of=1)
"""All names."""


def parse_shard(text: str) -> Shard:
    """Read ``3/16``.

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", text, re.ASCII)
    if not found or int(found[1]) > int(found[2]):
        raise UsageError(
            f"--shard {ascii(text)[:40]} is no shard",
            cause=f"Shards are numbered from 1, and there are {MOST} at most.",
            hint="The third of sixteen is --shard 3/16",
        )
    return Shard(number=int(found[1]), of=int(found[2]))


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What decides of which wheels an audit is, and what builds may use up: the same for all shards of one audit."""

    named: Sha256 = Sha256("")
    """Of what the files name, the shares of all shards together; not of where they name it."""
    tags: str = ""
    """The best that the target takes: interpreter and platform."""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None
    """None: those that a file names as its default."""
    limits: Limits = Limits()
    of: int = 1
    """How many shards there are."""
    shards: tuple[int, ...] = (1,)
    """Those that it is of, sorted."""


def settings_of(named: tuple[Named, ...], target: Target, limits: Limits, shard: Shard) -> Settings:
    """Return the settings of one shard of an audit; ``named`` is what all of them have together."""
    digest = hashlib.sha256()
    for one in named:
        said = msgspec.structs.replace(one, where="")
        digest.update(msgspec.json.encode(said, order="deterministic") + b"\n")
    return Settings(
        named=Sha256(digest.hexdigest()),
        tags=str(min(target.ranks, key=target.ranks.__getitem__, default="")),
        extras=tuple(sorted(target.extras)),
        groups=None if target.groups is None else tuple(sorted(target.groups)),
        limits=limits,
        of=shard.of,
        shards=(shard.number,),
    )
