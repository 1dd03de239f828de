"""clamd over TCP (INSTREAM): the file is sent in chunks, one line comes back."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
SCAN_SECONDS = 120.0  # in all, however each side drips
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

    def __init__(self, url: str, scan_seconds: float = SCAN_SECONDS) -> None:
        self._address = address_of(url)
        self._scan_seconds = scan_seconds

    @property
    def configured(self) -> bool:
        return self._address is not None

    def is_clean(self, chunks: Iterable[bytes]) -> bool:
        """Whether clamd finds nothing in the stream. Raises AntivirusUnavailable where it gives no verdict."""
        try:
            with self._connected(CONNECT_SECONDS) as connection:
                line = _Line(connection, self._scan_seconds)
                line.send(b"zINSTREAM\0")
                for chunk in chunks:
                    if chunk:
                        line.send(struct.pack("!I", len(chunk)) + chunk)
                line.send(struct.pack("!I", 0))
                reply = line.reply()
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
            with self._connected(CHECK_SECONDS) as connection:
                line = _Line(connection, CHECK_SECONDS)
                line.send(b"zPING\0")
                return None if line.reply() == "PONG" else "unexpected reply"
        except OSError:
            return "unreachable"

    def _connected(self, seconds: float) -> socket.socket:
        if self._address is None:
            raise AntivirusUnavailable("none is configured")
        return socket.create_connection(self._address, timeout=seconds)


class _Line:
    """What is said to clamd and heard from it within `seconds` in all; raises TimeoutError, an OSError, after them."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._deadline = time.monotonic() + seconds

    def send(self, data: bytes) -> None:
        self._in_time().sendall(data)

    def reply(self) -> str:
        received = bytearray()
        while not received.endswith(b"\0") and len(received) < LONGEST_REPLY:
            part = self._in_time().recv(1024)
            if not part:
                break
            received += part
        return received.rstrip(b"\0\n").decode("utf-8", "replace")

    def _in_time(self) -> socket.socket:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection
