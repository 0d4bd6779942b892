"""How the coordinator of an audit reaches a Dask scheduler."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from samewheel._types import Value
from samewheel.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from distributed import Client

__all__ = ["Address", "connect", "quiet", "require_dask"]


class Address(Value, frozen=True, kw_only=True):
    """Where a scheduler is, and how to prove who one is."""

    url: str
    """Such as ``tcp://10.0.0.1:8786`` or ``tls://scheduler.example:8786``."""
    ca: Path | None = None
    """The certificates of who may be at the other end; None: what Dask's own configuration says."""
    cert: Path | None = None
    key: Path | None = None

    @property
    def files(self) -> dict[str, str]:
        """The files that are given, by Dask's names for them."""
        given = {"tls_ca_file": self.ca, "tls_client_cert": self.cert, "tls_client_key": self.key}
        return {name: str(path) for name, path in given.items() if path is not None}


def require_dask() -> None:
    """Refuse to go on where Dask is not installed.

    Raises:
        UsageError: it is not.
    """
    if find_spec("distributed") is None:
        raise UsageError(
            "--cluster needs Dask",
            cause="The extra that brings it is not installed.",
            hint="pip install 'samewheel[cluster]'",
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Dask from writing to the terminal while the block runs: what matters comes as an error of ours."""
    import distributed  # noqa: F401 - sets its loggers up when it is imported

    names = ["distributed", *(name for name in logging.root.manager.loggerDict if name.startswith("distributed."))]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _security(address: Address) -> Any:  # noqa: ANN401 - Dask's own kind of value
    """Return what proves who one is; without files, Dask takes what its configuration says."""
    from distributed import Security

    return Security(**address.files, require_encryption=True) if address.files else None


async def connect(address: Address) -> Client:
    """Return a client of the scheduler, for the event loop that runs this.

    Raises:
        UsageError: there are certificates, and it is an address without TLS: Dask would not refuse each of them.
        ClusterError: it cannot be reached.
    """
    from distributed import Client

    if address.files and not address.url.startswith("tls://"):
        raise UsageError(
            f"{address.url} is an address without TLS",
            cause="A certificate was given, and nothing would be encrypted.",
            hint=f"Try tls://{address.url.rpartition('://')[2]}",
        )
    try:
        security = _security(address)
        client: Client = await Client(
            address.url, asynchronous=True, security=security, set_as_default=False, name="samewheel"
        )
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError(
            f"cannot reach a Dask scheduler at {address.url}",
            cause=_cause(address, error),
            hint="Start one by `dask scheduler`, which prints its address; docs/do/scale.md has the rest.",
        ) from error
    return client


def _cause(address: Address, error: Exception) -> str:
    """Return why a scheduler could not be reached, in words that name what is missing."""
    first = str(error.__cause__ or error).partition("\n")[0] or type(error).__name__
    if address.url.startswith("tls://") and not address.files and isinstance(error, TypeError):
        return "TLS needs a CA, a certificate and its key: --cluster-ca, --cluster-cert and --cluster-key."
    if address.url.startswith("tls://"):
        return f"{first}\nIs it one that was started with TLS, and with certificates of the same CA?"
    return first
