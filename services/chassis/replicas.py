"""Connections to any one of the replicas behind a name: each new one to an address chosen by lot.

The resolver sorts addresses by nearness (RFC 6724), so that taking the first would always meet the same replica. One
that refuses or stays silent (just stopped, still in the name server's answer, or hung) is passed over for the next.

A timeout is for the whole call: connecting, sending, and all of the answer, however it drips.
"""

from __future__ import annotations

import random
import socket
import time
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import Timeout

CONNECT_SECONDS = 1.0  # to each address
PASSED_OVER_SECONDS = 10.0  # others are preferred to an address that did not answer
SHORTEST = 0.001  # a timeout of 0 would not be one

_addresses: dict[str, list[str]] = {}
_silent_at: dict[tuple[str, int], float] = {}


def new_session() -> requests.Session:
    """For calls between our processes: replicas by lot, nothing from the environment (proxies, .netrc)."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", _ReplicaAdapter())
    return session


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
    """Its timeout is for all that follows together, where Python's is for each wait anew."""

    _until = float("inf")

    def settimeout(self, value: float | None) -> None:
        self._until = time.monotonic() + (float("inf") if value is None else value)
        super().settimeout(value)

    def recv_into(self, *args: Any, **options: Any) -> int:
        self._wait_for_what_is_left()
        return super().recv_into(*args, **options)

    def sendall(self, *args: Any, **options: Any) -> None:
        self._wait_for_what_is_left()
        super().sendall(*args, **options)

    def _wait_for_what_is_left(self) -> None:
        if self._until < float("inf"):
            super().settimeout(max(SHORTEST, self._until - time.monotonic()))


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        name, whole = self.host, self.timeout
        until = time.monotonic() + float(whole or CONNECT_SECONDS)
        try:
            *others, last = self._addresses()
            for address in others:
                try:
                    return self._connected(address, until)
                except (NewConnectionError, ConnectTimeoutError):
                    continue
            return self._connected(last, until)
        finally:
            self.host, self.timeout = name, whole  # the name is also the Host header

    def _connected(self, address: str, until: float) -> socket.socket:
        self.host, self.timeout = address, max(SHORTEST, min(CONNECT_SECONDS, until - time.monotonic()))
        self.reached = (address, self.port)
        try:
            connected = _Socket(fileno=super()._new_conn().detach())
        except ConnectTimeoutError:
            _silent_at[self.reached] = time.monotonic()
            raise
        connected.settimeout(max(SHORTEST, until - time.monotonic()))
        return connected

    def getresponse(self) -> Any:
        try:
            return super().getresponse()
        except TimeoutError:
            _silent_at[self.reached] = time.monotonic()
            raise

    def _addresses(self) -> list[str]:
        """All of the name's, shuffled, those that were silent lately last; at least one."""
        try:
            addresses = _resolved(self.host)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        since = time.monotonic() - PASSED_OVER_SECONDS
        shuffled = random.sample(addresses, len(addresses))
        return sorted(shuffled, key=lambda address: _silent_at.get((address, self.port), since) > since)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _ReplicaAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool}

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        options["timeout"] = Timeout(total=options["timeout"])
        return super().send(request, *args, **options)
