"""clamd over TCP (INSTREAM): the file is sent in chunks, one line comes back."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
SCAN_SECONDS = 120.0
CHECK_SECONDS = 2.0  # to connect, and to answer a ping
LONGEST_REPLY = 4096


class AntivirusUnavailable(Exception):
    """No verdict: clamd does not answer, or answers an error. The message holds no file name."""


def address_of(url: str) -> tuple[str, int] | None:
    """(host, port) of tcp://host:port, None for « none ». Raises ValueError."""
    if url == "none":
        return None
    parts = urlsplit(url)
    if parts.scheme != "tcp" or not parts.hostname or not parts.port:
        raise ValueError("tcp://host:port or none is expected")
    return parts.hostname, parts.port


class Antivirus:
    """The antivirus of an installation, which may have none."""

    def __init__(self, url: str) -> None:
        self._address = address_of(url)

    @property
    def configured(self) -> bool:
        return self._address is not None

    def is_clean(self, chunks: Iterable[bytes]) -> bool:
        """Whether clamd finds nothing in the stream. Raises AntivirusUnavailable where it gives no verdict."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                _send(connection, chunks)
                reply = _reply(connection)
        except OSError as error:
            raise AntivirusUnavailable(type(error).__name__) from error
        if reply.endswith(" FOUND"):
            return False
        if reply.endswith(" OK"):
            return True
        raise AntivirusUnavailable(reply[:80] or "no reply")

    def check(self) -> str | None:
        """For readiness: None, or a short reason."""
        if not self.configured:
            return None
        try:
            with self._connected(CHECK_SECONDS, CHECK_SECONDS) as connection:
                connection.sendall(b"zPING\0")
                return None if _reply(connection) == "PONG" else "unexpected reply"
        except OSError:
            return "unreachable"

    def _connected(self, connect: float = CONNECT_SECONDS, answer: float = SCAN_SECONDS) -> socket.socket:
        if self._address is None:
            raise AntivirusUnavailable("none is configured")
        connection = socket.create_connection(self._address, timeout=connect)
        connection.settimeout(answer)
        return connection


def _send(connection: socket.socket, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        if chunk:
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
    connection.sendall(struct.pack("!I", 0))


def _reply(connection: socket.socket) -> str:
    received = bytearray()
    while not received.endswith(b"\0") and len(received) < LONGEST_REPLY:
        part = connection.recv(1024)
        if not part:
            break
        received += part
    return received.rstrip(b"\0\n").decode("utf-8", "replace")
