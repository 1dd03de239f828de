"""A connection to a replica of a service, chosen at random among the addresses of its name.

The resolver sorts addresses by proximity (RFC 6724), so that the first one would always be the same replica. If one
refuses or stays silent (just stopped but still in the name server's answer, or hung), the next one is tried.

A deadline is for the whole call: connecting, sending, and the complete answer, however slowly it arrives.
"""

from __future__ import annotations

import random
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from http.client import BadStatusLine, HTTPConnection, HTTPResponse
from typing import Any

CONNECT_SECONDS = 1.0  # to each address
SILENT_ADDRESS_SECONDS = 10.0  # how long other addresses are preferred to one that did not answer
MIN_TIMEOUT = 0.001  # seconds; 0 would mean non-blocking
BLOCK = 64 * 1024  # bytes of a file sent at once

_addresses: dict[str, list[str]] = {}
_silent_at: dict[tuple[str, int], float] = {}


def has_others(name: str) -> bool:
    """Whether several replicas stood behind the name when it was last resolved."""
    with suppress(socket.gaierror):
        return len(_addresses.get(name) or _resolved(name)) > 1
    return False


def _resolved(name: str) -> list[str]:
    entries = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    addresses = _addresses[name] = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
    return addresses


class _Socket(socket.socket):
    """Has one deadline, `until`, for all of its operations, whereas Python's timeout applies to each one."""

    until = float("inf")
    has_received = False
    """Whether a byte arrived since it was last set to False."""

    def recv_into(self, *args: Any, **options: Any) -> int:
        self.settimeout(max(MIN_TIMEOUT, self.until - time.monotonic()))
        received = super().recv_into(*args, **options)
        self.has_received = self.has_received or received > 0
        return received

    def sendall(self, *args: Any, **options: Any) -> None:
        self.settimeout(max(MIN_TIMEOUT, self.until - time.monotonic()))
        super().sendall(*args, **options)


class Connection(HTTPConnection):
    """`answered_at`: when its replica last answered; `used`: whether it ever did; `stood`: whether it was connected."""

    sock: _Socket | None
    auto_open = 0

    def __init__(self, host: str, port: int | None) -> None:
        super().__init__(host, port, blocksize=BLOCK)
        self.opened_at = time.monotonic()
        self.answered_at = float("-inf")
        self.stood = False
        self.has_received = False

    @property
    def used(self) -> bool:
        return self.answered_at > float("-inf")

    @property
    def is_open(self) -> bool:
        return self.sock is not None

    def reach(self, until: float) -> None:
        """Connect, unless connected. Raises OSError if no replica accepts."""
        self.has_received = False
        if self.sock is None:
            self._connect(until)
        if self.sock:
            self.sock.until, self.sock.has_received = until, False

    def exchange(self, method: str, target: str, body: Any, headers: dict[str, str]) -> HTTPResponse:
        """The head of the answer. Raises OSError or HTTPException; `has_received` then tells whether a byte arrived."""
        with suppress(BrokenPipeError, ConnectionResetError):  # a server that closes may have answered before
            self.request(method, target, body, headers)
        connected = self.sock
        try:
            response = self.getresponse()
        except TimeoutError:
            _silent_at[self.reached] = time.monotonic()
            raise
        finally:
            self.has_received = connected is not None and connected.has_received
        if response.status < HTTPStatus.OK:  # the final answer would be taken for that of the next request
            raise BadStatusLine(str(response.status))
        self.answered_at = time.monotonic()
        return response

    def _connect(self, until: float) -> None:
        *others, last = self._replicas()
        for address in others:
            with suppress(OSError):
                self._connect_to(address, until)
                return
        self._connect_to(last, until)

    def _connect_to(self, address: str, until: float) -> None:
        self.reached = (address, self.port)
        seconds = max(MIN_TIMEOUT, min(CONNECT_SECONDS, until - time.monotonic()))
        try:
            connected = socket.create_connection(self.reached, seconds)
        except TimeoutError:
            _silent_at[self.reached] = time.monotonic()
            raise
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = _Socket(fileno=connected.detach())
        self.stood = True

    def _replicas(self) -> list[str]:
        """All addresses of the name (at least one), shuffled, those that were recently silent last."""
        addresses = _resolved(self.host)
        since = time.monotonic() - SILENT_ADDRESS_SECONDS
        shuffled = random.sample(addresses, len(addresses))
        return sorted(shuffled, key=lambda address: _silent_at.get((address, self.port), since) > since)
