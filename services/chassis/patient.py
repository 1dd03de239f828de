"""gunicorn's threaded worker, made patient: no thread waits for a request that comes in drop by drop.

The main loop gathers each request's head, and its body where it is small; a thread takes it up once it is whole. Large
bodies are read by threads, but never by all of them. Lingering closes do not stop the loop either. (Stock gthread
blocks a thread for each half-sent head, and its whole loop for up to 2 s for each client that does not hang up.)

Told to stop, it hears whoever has come so far and closes its door at once, so that others go to another replica.
(Stock gthread leaves the door open and nobody behind it until the last request is over: who comes then is lost.)
A worker that is told so before it has its own signal handlers hears it too. (Stock workers lose that signal.)
"""

from __future__ import annotations

import errno
import re
import selectors
import signal
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

FIRST_BYTE_SECONDS = 40.0
HEAD_SECONDS = 20.0
BODY_SECONDS = 60.0
LAST_WORD_SECONDS = 2.0  # who came just before the stop may be about to speak
STREAM_SECONDS = 1860.0  # a large body: a little more than an upload may take
LINGER_SECONDS = 2.0
HEAD_BYTES = 64 * 1024
GATHERED_BYTES = 1024 * 1024 + HEAD_BYTES  # as much as a form or a JSON body may have
GATHERED_IN_ALL = 256 * 1024 * 1024
LOOK_EVERY = 0.5
CHUNK = 64 * 1024

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r", re.IGNORECASE)
_STREAMED = re.compile(rb"\r\n(transfer-encoding:|expect:|content-type:[ \t]*multipart/)", re.IGNORECASE)
_REFUSED = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_taken = threading.local()


def seconds_since_head() -> float:
    """How long ago the head of the request that this thread handles had come in; 0 under another server."""
    return max(0.0, time.monotonic() - getattr(_taken, "head_at", time.monotonic()))


class _Connection(TConn):
    """A connection between two requests, or with one on its way in."""

    parser: Any

    def __init__(self, worker: PatientWorker, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.worker = worker
        self.begin(b"")

    def begin(self, already: bytes) -> None:
        now = time.monotonic()
        self.got, self.searched, self.head_end, self.wanted = bytearray(already), 0, -1, 0
        self.streams = False
        self.head_at, self.deadline = now, now + (HEAD_SECONDS if already else FIRST_BYTE_SECONDS)

    def add(self, data: bytes) -> None:
        if not self.got:
            self.deadline = time.monotonic() + HEAD_SECONDS
        self.got += data

    def is_ready(self) -> bool:
        """Whether a thread can take it up: whole, or a body that is to be streamed (`streams`)."""
        if self.head_end < 0 and not self._has_head():
            return False
        return self.streams or len(self.got) >= self.wanted

    def _has_head(self) -> bool:
        found = self.got.find(b"\r\n\r\n", self.searched)
        self.searched = max(0, len(self.got) - 3)
        if found < 0:
            return False
        self.head_end, self.head_at = found + 4, time.monotonic()
        self.deadline = self.head_at + BODY_SECONDS
        head = bytes(self.got[: self.head_end])
        length = _LENGTH.search(head)
        self.wanted = self.head_end + (int(length[1]) if length else 0)
        incomplete = len(self.got) < self.wanted
        self.streams = bool(_STREAMED.search(head)) or (incomplete and self.wanted > GATHERED_BYTES)
        return True

    def hand_over(self) -> None:
        """Give the parser what was gathered."""
        if self.parser is None:
            self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader.unread(bytes(self.got))
        self.got = bytearray()
        self.initialized = self.data_ready = True

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.linger(self)
        else:
            super().close()


class PatientWorker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[_Connection, None] = {}
        self._lingering: dict[_Connection, float] = {}
        self._streaming: dict[_Connection, float] = {}
        self._streams_waiting: deque[_Connection] = deque()
        self._most_streams = max(1, self.cfg.threads * 3 // 4)
        self._looked = 0.0
        self._door_open = True
        self.told_before: SimpleQueue[int] = SimpleQueue()  # signals that came while the arbiter's handlers stood

    def init_signals(self) -> None:
        super().init_signals()
        while not self.told_before.empty():
            if self.told_before.get_nowait() == signal.SIGTERM:
                self.alive = False

    def accept(self, listener: socket.socket) -> None:
        if knocking := _knocking(listener):
            self._take_in(*knocking)

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(enabled)
        if self._door_open and not (enabled or self.alive):
            self._close_door()

    def _close_door(self) -> None:
        self._door_open = False
        for listener in self.sockets:
            while knocking := _knocking(listener):
                self._take_in(*knocking)
            listener.close()
        for conn in self._arriving:
            if not conn.got:
                conn.deadline = min(conn.deadline, time.monotonic() + LAST_WORD_SECONDS)

    def _take_in(self, sock: socket.socket, address: Any) -> None:
        self.nr_conns += 1
        if len(self._arriving) >= self.worker_connections * 3 // 4:
            self._drop(next(iter(self._arriving)))  # the one that has taken longest makes room
        self._wait_for(_Connection(self, self.cfg, sock, address, sock.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.begin(b"")
        self._wait_for(conn)

    def finish_request(self, conn: _Connection, fs: Any) -> None:  # type: ignore[override]
        if self._streaming.pop(conn, None) is not None and self._streams_waiting:
            self._take_up(self._streams_waiting.popleft())
        goes_on = self.alive and not fs.cancelled() and fs.exception() is None and fs.result() is True
        if goes_on and (already := conn.parser.unreader.take_buffered()):
            conn.begin(already)  # sent behind the last request: it has to be whole too
            self._take_up(conn) if conn.is_ready() else self._wait_for(conn)
            return
        super().finish_request(conn, fs)

    def handle(self, conn: _Connection) -> Any:  # type: ignore[override]
        _taken.head_at, conn.head_at = conn.head_at, float("inf")  # counts for one request
        return super().handle(conn)

    def murder_pending(self) -> None:
        """Called at every turn of the loop: let go of what takes too long."""
        super().murder_pending()
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        for conn in [one for one in self._arriving if now > one.deadline]:
            self._drop(conn)
        for conn in [one for one, until in self._lingering.items() if now > until]:
            self._hang_up(conn)
        for conn in [one for one, until in self._streaming.items() if now > until]:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)  # its thread reads an end, and answers or gives up

    def linger(self, conn: _Connection) -> None:
        """Close so that the client can still read the answer, without waiting for it (RFC 9112, 9.6)."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_farewell, conn))
        except (OSError, ValueError, KeyError):
            TConn.close(conn)
            return
        self._lingering[conn] = time.monotonic() + LINGER_SECONDS

    def _wait_for(self, conn: _Connection) -> None:
        conn.sock.setblocking(False)
        self._arriving[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_bytes, conn))

    def _on_bytes(self, conn: _Connection, sock: socket.socket) -> None:
        data = _received(sock)
        if data is None:
            return
        if not data:
            self._drop(conn)
            return
        conn.add(data)
        if conn.is_ready():
            self._leave(conn)
            self._take_up(conn)
        elif conn.head_end < 0 and len(conn.got) > HEAD_BYTES:
            with suppress(OSError):
                sock.send(_REFUSED)
            self._leave(conn)
            self.nr_conns -= 1
            self.linger(conn)
        elif len(conn.got) > HEAD_BYTES and sum(len(one.got) for one in self._arriving) > GATHERED_IN_ALL:
            self._drop(conn)

    def _take_up(self, conn: _Connection) -> None:
        if conn.streams and len(self._streaming) >= self._most_streams:
            self._streams_waiting.append(conn)
            return
        if conn.streams:
            self._streaming[conn] = time.monotonic() + STREAM_SECONDS
        conn.hand_over()
        self.enqueue_req(conn)

    def _leave(self, conn: _Connection) -> None:
        self._arriving.pop(conn, None)
        self.poller.unregister(conn.sock)

    def _drop(self, conn: _Connection) -> None:
        self._leave(conn)
        self.nr_conns -= 1
        TConn.close(conn)

    def _on_farewell(self, conn: _Connection, sock: socket.socket) -> None:
        if _received(sock) == b"":
            self._hang_up(conn)

    def _hang_up(self, conn: _Connection) -> None:
        self._lingering.pop(conn, None)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        TConn.close(conn)


def _knocking(listener: socket.socket) -> tuple[socket.socket, Any] | None:
    """Who waits to be let in; None where nobody does, or where nobody more can be."""
    try:
        return listener.accept()
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK, errno.EMFILE, errno.ENFILE):
            return None
        raise


def _received(sock: socket.socket) -> bytes | None:
    """What has come; None where nothing has, b"" at the end."""
    try:
        return sock.recv(CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        return b""
