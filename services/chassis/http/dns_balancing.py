"""A connection to any one of the replicas behind a name, chosen by lot.

The resolver sorts addresses by nearness (RFC 6724), so that taking the first would always meet the same replica. One
that refuses or stays silent (just stopped, still in the name server's answer, or hung) is passed over for the next.

A deadline is for the whole call: connecting, sending, and all of the answer, however it drips.
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
PASSED_OVER_SECONDS = 10.0  # others are preferred to an address that did not answer
SHORTEST = 0.001  # a timeout of 0 would not be one
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
    """Waits until one instant for all that is said together, where a timeout of Python's is for each wait anew."""

    until = float("inf")
    heard = False
    """Whether anything came since it was last set to False."""

    def recv_into(self, *args: Any, **options: Any) -> int:
        self.settimeout(max(SHORTEST, self.until - time.monotonic()))
        received = super().recv_into(*args, **options)
        self.heard = self.heard or received > 0
        return received

    def sendall(self, *args: Any, **options: Any) -> None:
        self.settimeout(max(SHORTEST, self.until - time.monotonic()))
        super().sendall(*args, **options)


class Connection(HTTPConnection):
    """`answered_at` is when the replica it leads to last answered; it has been `used` once that has happened."""

    sock: _Socket | None
    auto_open = 0

    def __init__(self, host: str, port: int | None) -> None:
        super().__init__(host, port, blocksize=BLOCK)
        self.opened_at = time.monotonic()
        self.answered_at = float("-inf")
        self.stood = False
        self.heard = False

    @property
    def used(self) -> bool:
        return self.answered_at > float("-inf")

    @property
    def is_open(self) -> bool:
        return self.sock is not None

    def reach(self, until: float) -> None:
        """Connect, unless that is done. Raises OSError when no replica takes the call."""
        self.heard = False
        if self.sock is None:
            self._connect(until)
        if self.sock:
            self.sock.until, self.sock.heard = until, False

    def exchange(self, method: str, target: str, body: Any, headers: dict[str, str]) -> HTTPResponse:
        """The head of the answer. Raises OSError or HTTPException; `heard` then says whether any of it came."""
        with suppress(BrokenPipeError, ConnectionResetError):  # who hung up may have said something before
            self.request(method, target, body, headers)
        connected = self.sock
        try:
            response = self.getresponse()
        except TimeoutError:
            _silent_at[self.reached] = time.monotonic()
            raise
        finally:
            self.heard = connected is not None and connected.heard
        if response.status < HTTPStatus.OK:  # what follows would be taken for the next one's answer
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
        seconds = max(SHORTEST, min(CONNECT_SECONDS, until - time.monotonic()))
        try:
            connected = socket.create_connection(self.reached, seconds)
        except TimeoutError:
            _silent_at[self.reached] = time.monotonic()
            raise
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = _Socket(fileno=connected.detach())
        self.stood = True

    def _replicas(self) -> list[str]:
        """All addresses of the name, shuffled, those that were silent lately last; at least one."""
        addresses = _resolved(self.host)
        since = time.monotonic() - PASSED_OVER_SECONDS
        shuffled = random.sample(addresses, len(addresses))
        return sorted(shuffled, key=lambda address: _silent_at.get((address, self.port), since) > since)
