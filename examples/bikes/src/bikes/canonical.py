"""Model files that are the same whenever the model is.

skops (a ZIP file of schema.json and a .npy for each array) names arrays by
the address that they had in memory and stamps members with the time. Both say nothing of the model: here addresses
become places in the schema, and members are sorted and have the earliest date that a ZIP file knows.
Gaps in arrays of records are set to zero.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
import skops.io

EPOCH = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16
UNIX = 3
SCHEMA = "schema.json"
LEAVES = {"JsonNode", "TypeNode"}
"""Nodes of values that cannot change: whether two of them were one object is an accident of the interpreter."""

TRUSTED = ["sklearn.tree._tree.Tree"]
"""What a forest's file holds besides what skops always loads."""

ONE_KEY = "bikes"
"""safetensors writes two keys or more of its metadata in an order of chance; with one there is nothing to order."""


def dump(model: object, *, canonical: bool = True) -> bytes:
    """Return the model as a skops file, in the one form or as skops writes it."""
    content: bytes = skops.io.dumps(model)
    return canonicalized(content) if canonical else content


def load(content: bytes) -> Any:  # noqa: ANN401 - whatever was dumped
    """Return the model of a skops file."""
    return skops.io.loads(content, trusted=TRUSTED)


def canonicalized(content: bytes) -> bytes:
    """Return a skops file in the one form that it has for this model."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members.pop(SCHEMA))
    numbers = Numbers()
    schema = numbers.renumbered(schema)
    renamed = {numbers.files[name]: unpadded(content) for name, content in members.items()}
    return packed({SCHEMA: json.dumps(schema, separators=(",", ":")).encode(), **renamed})


def unpadded(content: bytes) -> bytes:
    """Return a .npy whose gaps are zero. A tree's nodes have seven bytes each that nobody writes."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    filled = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        filled[name] = array[name]
    target = io.BytesIO()
    np.save(target, filled)
    return target.getvalue()


def packed(members: dict[str, bytes]) -> bytes:
    """Return a ZIP file without a clock, a system or a compressor in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr, info.create_system = MODE, UNIX
            archive.writestr(info, members[name])
    return target.getvalue()


class Numbers:
    """Numbers for the nodes of one schema, in the order in which they are met."""

    def __init__(self) -> None:
        """Begin at 1."""
        self.files: dict[str, str] = {}
        self._of: dict[int, int] = {}
        self._last = 0

    def renumbered(self, node: Any) -> Any:  # noqa: ANN401 - JSON
        """Return a part of the schema with other numbers, and remember the new names of files."""
        if isinstance(node, list):
            return [self.renumbered(part) for part in node]
        if not isinstance(node, dict):
            return node
        changed = {key: self.renumbered(part) for key, part in node.items() if key != "__id__"}
        if "__id__" in node:
            changed["__id__"] = self._number(node["__id__"], leaf=node.get("__loader__") in LEAVES)
        if isinstance(file := node.get("file"), str):
            changed["file"] = self.files.setdefault(file, f"{len(self.files):06}.npy")
        return changed

    def _number(self, address: int, *, leaf: bool) -> int:
        if leaf or address not in self._of:
            self._last += 1
            if leaf:
                return self._last
            self._of[address] = self._last
        return self._of[address]


def dump_arrays(arrays: dict[str, Any], notes: dict[str, str]) -> bytes:
    """Return arrays as a safetensors file, all notes in one key of its metadata. Takes the extra `tensors`."""
    from safetensors.numpy import save

    return save(arrays, metadata={ONE_KEY: json.dumps(notes, sort_keys=True, separators=(",", ":"))})
