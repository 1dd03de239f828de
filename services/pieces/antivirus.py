"""Client of clamd over TCP (INSTREAM): the file is sent in chunks, one line comes back."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
SCAN_SECONDS = 120.0  # of a whole scan, however slowly bytes come and go
CHECK_SECONDS = 2.0  # to connect, and to answer a ping
MAX_REPLY_BYTES = 4096


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
        """Whether clamd finds nothing in the file. Raises AntivirusUnavailable where it gives no verdict."""
        try:
            with self._connect(CONNECT_SECONDS) as connection:
                exchange = _TimedExchange(connection, self._scan_seconds)
                exchange.send(b"zINSTREAM\0")
                for chunk in chunks:
                    if chunk:
                        exchange.send(struct.pack("!I", len(chunk)) + chunk)
                exchange.send(struct.pack("!I", 0))
                reply = exchange.read_reply()
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
            with self._connect(CHECK_SECONDS) as connection:
                exchange = _TimedExchange(connection, CHECK_SECONDS)
                exchange.send(b"zPING\0")
                return None if exchange.read_reply() == "PONG" else "unexpected reply"
        except OSError:
            return "unreachable"

    def _connect(self, seconds: float) -> socket.socket:
        if self._address is None:
            raise AntivirusUnavailable("none is configured")
        return socket.create_connection(self._address, timeout=seconds)


class _TimedExchange:
    """Sends to clamd and reads its reply, within `seconds` in all; raises TimeoutError, an OSError, after them."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._deadline = time.monotonic() + seconds

    def send(self, data: bytes) -> None:
        self._connection_in_time().sendall(data)

    def read_reply(self) -> str:
        received = bytearray()
        while not received.endswith(b"\0") and len(received) < MAX_REPLY_BYTES:
            part = self._connection_in_time().recv(1024)
            if not part:
                break
            received += part
        return received.rstrip(b"\0\n").decode("utf-8", "replace")

    def _connection_in_time(self) -> socket.socket:
        """The connection, with the seconds that remain as its timeout."""
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._connection.settimeout(remaining)
        return self._connection
