"""A TCP proxy before PostgreSQL that passes everything on, until it is told what becomes of the
next COMMIT.

It understands just enough of the protocol (version 3): the client's messages one by one, to see a
COMMIT in them, and the server's only while they answer that COMMIT.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

from sqlalchemy.engine import make_url

_NO_ENCRYPTION = b"N"
_ENCRYPTION_REQUESTS = (80877103, 80877104)  # SSLRequest, GSSENCRequest
_COMMITTED = b"C" + struct.pack("!I", 11) + b"COMMIT\0"


class PostgresProxy:
    """Listens on a port of its own before the server on `server_port`."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._lock = threading.Lock()
        self._next_arrives: bool | None = None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._sessions: list[_Session] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def in_front_of(self, url: str) -> str:
        port = self._listening.getsockname()[1]
        return make_url(url).set(port=port).render_as_string(hide_password=False)

    def lose_next_commit(self, *, arrives: bool) -> None:
        """The next COMMIT that any client sends never arrives, or it is done without the client
        hearing of it."""
        with self._lock:
            self._next_arrives = arrives

    def take_loss(self) -> bool | None:
        """Whether the COMMIT at hand arrives, where it is lost; the one after it is passed on."""
        with self._lock:
            arrives = self._next_arrives
            self._next_arrives = None
            return arrives

    def close(self) -> None:
        _close(self._listening)
        for session in self._sessions:
            session.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # no longer listening
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._sessions.append(_Session(self, client, server))


class _Session:
    """One connection of a client, and ours to the server in its name."""

    def __init__(self, proxy: PostgresProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._answer_lost = False
        for side in (client, server):
            side.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
            )  # else each small message waits for 40 ms
        for pump in (self._pass_questions, self._pass_answers):
            threading.Thread(target=self._until_cut, args=(pump,), daemon=True).start()

    def cut(self) -> None:
        _close(self._client)
        _close(self._server)

    def _until_cut(self, pump: Callable[[], None]) -> None:
        with contextlib.suppress(OSError, EOFError):
            pump()
        self.cut()

    def _pass_questions(self) -> None:
        self._pass_startup()
        while True:
            kind = _read(self._client, 1)
            body = _read_body(self._client)
            arrives = self._proxy.take_loss() if _is_commit(kind, body) else None
            if arrives is False:
                return
            # All earlier answers have been passed on: the client has read them before it asked for
            # the commit.
            self._answer_lost = arrives is True
            self._server.sendall(kind + struct.pack("!I", len(body) + 4) + body)

    def _pass_startup(self) -> None:
        """The first packet bears no letter; encryption is declined, so that the rest can be
        read."""
        while True:
            body = _read_body(self._client)
            if struct.unpack("!I", body[:4])[0] not in _ENCRYPTION_REQUESTS:
                break
            self._client.sendall(_NO_ENCRYPTION)
        self._server.sendall(struct.pack("!I", len(body) + 4) + body)

    def _pass_answers(self) -> None:
        while data := self._server.recv(65536):
            if self._answer_lost:
                self._swallow(data)
                return
            self._client.sendall(data)

    def _swallow(self, data: bytes) -> None:
        """Wait until the server has done what it was asked, and let nobody know."""
        while _COMMITTED not in data and (more := self._server.recv(65536)):
            data += more


def _is_commit(kind: bytes, body: bytes) -> bool:
    """Whether it is a simple query (Q) or a statement to be prepared (P) that says COMMIT."""
    statements = {b"Q": body.rstrip(b"\0"), b"P": body.split(b"\0")[1] if kind == b"P" else b""}
    return statements.get(kind, b"").strip().upper() == b"COMMIT"


def _read_body(source: socket.socket) -> bytes:
    return _read(source, struct.unpack("!I", _read(source, 4))[0] - 4)


def _read(source: socket.socket, size: int) -> bytes:
    """Exactly so many bytes. Raises EOFError at the connection's end."""
    data = b""
    while len(data) < size:
        more = source.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _close(side: socket.socket) -> None:
    with contextlib.suppress(OSError):  # closed by the other thread, or never connected
        side.shutdown(socket.SHUT_RDWR)
    side.close()
