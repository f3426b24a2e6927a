"""Whoever asked for a file: whether they still wait for it."""

import select
import socket
import ssl
import time

from django.http import HttpRequest

# Looking is a call to the system, and lets other threads run first: a study takes less.
SECONDS_BETWEEN_LOOKS = 0.1


class ClientGone(Exception):
    """Nobody waits for the file any more."""


class Client:
    """Who waits at the other end of a connection; None where that cannot be looked at, and somebody is taken to wait.

    A proxy counts: it hangs up when its own client does. What was sent ahead of the answer, a second request or half
    of a close, hides a hang-up or looks like one; browsers, curl and proxies send neither.
    """

    def __init__(self, connection: socket.socket | None = None):
        self._connection = connection
        self._next_look = 0.0

    @classmethod
    def of(cls, request: HttpRequest) -> "Client":
        """Return who sent the request.

        gunicorn hands its connection on; other servers do not. From a connection that gunicorn itself encrypts nothing
        can be read without taking it away.
        """
        connection = request.META.get("gunicorn.socket")
        readable = isinstance(connection, socket.socket) and not isinstance(connection, ssl.SSLSocket)
        return cls(connection if readable else None)

    def go_on(self) -> None:
        """Return at once while somebody waits. Raises ClientGone when nobody does."""
        now = time.monotonic()
        if self._connection is None or now < self._next_look:
            return
        self._next_look = now + SECONDS_BETWEEN_LOOKS
        if _is_closed(self._connection):
            raise ClientGone


def _is_closed(connection: socket.socket) -> bool:
    try:
        waiting = select.poll()
        waiting.register(connection, select.POLLIN)
        # A connection that was closed is ready to be read, and gives nothing.
        return bool(waiting.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):  # it was reset, or closed on this side
        return True
