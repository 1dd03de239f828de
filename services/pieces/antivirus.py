"""Client of clamd over TCP (INSTREAM): the file is sent in chunks, one line comes back."""

import socket
import struct
from collections.abc import Iterable
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
SCAN_SECONDS = 120.0  # of the verdict, once the file is sent
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
        """Whether clamd finds nothing in the file. Raises AntivirusUnavailable where it gives no
        verdict."""
        try:
            with self._connect(CONNECT_SECONDS) as connection:
                connection.settimeout(self._scan_seconds)
                connection.sendall(b"zINSTREAM\0")
                for chunk in chunks:
                    if chunk:
                        connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
                reply = _read_reply(connection)
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
                connection.sendall(b"zPING\0")
                return None if _read_reply(connection) == "PONG" else "unexpected reply"
        except OSError:
            return "unreachable"

    def _connect(self, seconds: float) -> socket.socket:
        if self._address is None:
            raise AntivirusUnavailable("none is configured")
        return socket.create_connection(self._address, timeout=seconds)


def _read_reply(connection: socket.socket) -> str:
    with connection.makefile("rb") as file:
        return file.read(MAX_REPLY_BYTES).rstrip(b"\0\n").decode("utf-8", "replace")
