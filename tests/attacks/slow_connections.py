"""Thousands of slow connections: they send little or nothing, and are opened again as soon as they
are closed."""

import asyncio
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.support.processes import wait_until

HEAD = b"POST %s HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n--x\r\n"
DRIP_EVERY = 2.0  # seconds
OPENED_SECONDS = 120.0


class ConnectionKind(NamedTuple):
    """`first` is sent at once, `drip` every other second; nothing where it is empty."""

    first: bytes
    drip: bytes


IDLE = ConnectionKind(b"", b"")
UNFINISHED_HEADS = ConnectionKind(b"GET / HTTP/1.1\r\nX: ", b"a")


def multipart(path: str, host: str = "portail", length: int = 90_000) -> ConnectionKind:
    """A body that announces so many bytes."""
    return ConnectionKind(HEAD % (path.encode(), host.encode()) + FORM % length, b"a")


@dataclass
class SlowConnections:
    """`open` of them are connected now and have sent their first bytes."""

    url: str
    wanted: dict[ConnectionKind, int]
    at_least: int
    open: int = 0

    def is_there(self) -> bool:
        return self.open >= self.at_least

    async def stay_until(self, over: asyncio.Event) -> None:
        clients = [
            asyncio.create_task(self._client(kind))
            for kind, many in self.wanted.items()
            for _ in range(many)
        ]
        await over.wait()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, kind: ConnectionKind) -> None:
        parts = urlsplit(self.url)
        while True:
            try:
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            except OSError:
                await asyncio.sleep(DRIP_EVERY)
                continue
            self.open += 1
            try:
                writer.write(kind.first)
                await self._drip(kind, reader, writer)
            finally:
                self.open -= 1
                writer.transport.abort()

    async def _drip(
        self, kind: ConnectionKind, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Until the other side has ended the connection."""
        with suppress(OSError):
            while not reader.at_eof():
                with suppress(TimeoutError):
                    async with asyncio.timeout(
                        DRIP_EVERY
                    ):  # `wait_for` loses a cancellation that meets an answer
                        await reader.read(65536)
                writer.write(kind.drip)


@contextmanager
def slow_connections(
    url: str, wanted: dict[ConnectionKind, int], at_least: int = 0
) -> Iterator[SlowConnections]:
    """`at_least` so many (else nine tenths: some are always being closed) are open when the block
    begins."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(soft, min(sum(wanted.values()) + 4096, hard)), hard)
    )
    at_least = at_least or sum(wanted.values()) * 9 // 10
    connections = SlowConnections(url, wanted, at_least)
    loop = asyncio.new_event_loop()
    over = asyncio.Event()
    thread = threading.Thread(
        target=loop.run_until_complete, args=(connections.stay_until(over),), daemon=True
    )
    thread.start()
    try:
        wait_until(connections.is_there, OPENED_SECONDS, f"{at_least} connections")
        yield connections
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
