"""The package index: which files a project has there, and the files themselves."""

from __future__ import annotations

from samewheel.index.client import Index
from samewheel.index.values import ReleaseFile

__all__ = ["Index", "ReleaseFile"]
