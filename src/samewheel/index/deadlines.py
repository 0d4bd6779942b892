"""A time limit for an answer as a whole: name, connection, handshake, headers and body, however slowly they drip.

The time limits of sockets are for one silence each, so that a server which sends a byte every few seconds is never
given up. Here, a thread of its own ends the connections when the time is over; whoever reads from them then reads
their end.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from samewheel.errors import SamewheelError

__all__ = ["Deadline"]


class Deadline:
    """The connections of one session, and the limit of the answer that comes by one of them.

    A session asks one thing after the other; its connections may stay open from one answer to the next.
    """

    def __init__(self) -> None:
        """Know no connection yet."""
        # That the garbage collector closes a connection may come at any moment, also while we have the lock.
        self._lock = threading.RLock()
        self._lines: dict[Any, socket.socket] = {}
        self._active = False
        self._late: Callable[[], SamewheelError] | None = None

    def check(self) -> None:
        """Do nothing while there is time.

        Raises:
            SamewheelError: that of :meth:`hold`, if there is none left. The end of an answer may be
                the end that we put to it, so that this must be asked after each read, the last one too.
        """
        if self._late is not None:
            raise self._late()

    @contextmanager
    def hold(self, seconds: float, error: Callable[[], SamewheelError]) -> Iterator[None]:
        """End all connections if the block takes longer.

        Args:
            seconds: that it may take.
            error: makes what :meth:`check` then raises.
        """
        self._active, self._late = True, None
        timer = threading.Timer(seconds, self._cut, (error,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._active = False
                for connection in [one for one in self._lines if one.sock is None]:
                    self._lines.pop(connection).close()

    def _cut(self, error: Callable[[], SamewheelError]) -> None:
        with self._lock:
            if self._active:
                self._late = error
                for line in self._lines.values():
                    with suppress(OSError):
                        line.shutdown(socket.SHUT_RDWR)

    def added(self, connection: Any, line: socket.socket) -> None:  # noqa: ANN401 - urllib3 has several kinds
        """Take part in a connection that was just made.

        Raises:
            SamewheelError: as :meth:`check`; else a library would try again and again.
        """
        with self._lock:
            # An object of urllib3's may connect more than once.
            if connection in self._lines:
                self._lines.pop(connection).close()
            if self._late is not None:
                line.close()
            else:
                # A handle of our own, as TLS takes the socket's away from it.
                self._lines[connection] = line.dup()
        self.check()

    def closed(self, connection: Any) -> None:  # noqa: ANN401 - as above
        """Forget a connection; but not in the midst of an answer, of which the rest may still come by it."""
        with self._lock:
            if not self._active and connection in self._lines:
                self._lines.pop(connection).close()

    def watched(self, kind: Any) -> Any:  # noqa: ANN401 - as above
        """Return a class of urllib3's connections, such as ``HTTPSConnection``, that tells us of each one."""
        deadline = self

        class Watched(kind):  # type: ignore[misc] # there are several kinds, and a proxy may have one of its own
            def _new_conn(self) -> socket.socket:
                line: socket.socket = super()._new_conn()
                deadline.added(self, line)
                return line

            def close(self) -> None:
                super().close()
                deadline.closed(self)

        return Watched
