"""Persistent connections to one service, and the answers read from them.

A connection is used for LIFE_SECONDS at most, so that added replicas get their share; our servers keep idle ones for
longer. A connection that the server has closed is discarded before it is used.
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPMessage, HTTPResponse, IncompleteRead
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import orjson

from services.chassis.http.dns_balancing import Connection

LIFE_SECONDS = 30.0


class Answer:
    """An HTTP answer, which holds its connection until it is closed. `token`: the bearer token of the request."""

    token: str | None = None

    def __init__(self, connection: Connection, response: HTTPResponse, release: Callable[[], None]) -> None:
        self.status_code: int = response.status
        self.headers: HTTPMessage = response.headers
        self.connection = connection
        self._response = response
        self._release = release
        self._content: bytes | None = None

    def read(self) -> bytes:
        """The whole body, also available as `content`. Raises OSError or HTTPException if it is incomplete."""
        if self._content is None:
            self._content = self._response.read()
        return self._content

    content = property(read)

    def json(self) -> Any:
        return orjson.loads(self.content)

    def iter_content(self, size: int) -> Iterator[bytes]:
        """The body as it arrives. Raises OSError or HTTPException if it is incomplete."""
        while chunk := self._response.read(size):
            yield chunk
        if self._response.length:  # announced bytes that did not arrive
            raise IncompleteRead(b"", self._response.length)

    def close(self) -> None:
        """May be called twice."""
        release, self._release = self._release, _nothing
        release()

    def on_close(self, act: Callable[[], None]) -> None:
        """Also call `act` when the answer is closed."""
        release = self._release

        def both() -> None:
            try:
                release()
            finally:
                act()

        self._release = both

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Connections:
    """The connections of all threads to the service at `host` and `port`."""

    def __init__(self, host: str, port: int | None) -> None:
        self._place = (host, port)
        self._idle: deque[Connection] = deque()

    def new(self) -> Connection:
        return Connection(*self._place)

    def take(self) -> Connection:
        """The connection used last, if it is still usable; else a new one."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self.new()
            if _is_good(connection):
                return connection
            connection.close()

    def answer(self, connection: Connection, response: HTTPResponse) -> Answer:
        """The answer. Closing it makes the connection available again, if it was read to its end and the server does
        not close it."""
        return Answer(connection, response, lambda: self._put_back(connection, response))

    def _put_back(self, connection: Connection, response: HTTPResponse) -> None:
        is_whole = response.isclosed()
        response.close()
        if not is_whole or response.will_close:
            connection.close()
            return
        with suppress(IndexError):  # another thread may take the last one
            while _is_old(self._idle[0]):
                self._idle.popleft().close()
        self._idle.append(connection)


def get_once(url: str, seconds: float) -> Answer:
    """GET on a separate connection, read completely. Raises OSError or HTTPException."""
    place = urlsplit(url)
    connections = Connections(str(place.hostname), place.port)
    connection = connections.new()
    try:
        connection.reach(time.monotonic() + seconds)
        answer = connections.answer(connection, connection.exchange("GET", place.path, None, {}))
        answer.read()
    finally:
        connection.close()
    return answer


def _is_good(connection: Connection) -> bool:
    """Whether it is young and nothing is readable: the server sends something unasked only when it closes."""
    if connection.sock is None or _is_old(connection):
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)


def _is_old(connection: Connection) -> bool:
    return time.monotonic() - connection.opened_at > LIFE_SECONDS


def _nothing() -> None:
    """Release of an answer that was closed before."""
