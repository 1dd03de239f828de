"""Connections to any one of the replicas behind a name: each new one to an address chosen by lot.

The resolver sorts addresses by nearness (RFC 6724), so that taking the first would always meet the same replica. One
that refuses or stays silent (just stopped, still in the name server's answer) is passed over for the next.
"""

from __future__ import annotations

import random
import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError


def new_session() -> requests.Session:
    """For calls between our processes: replicas by lot, nothing from the environment (proxies, .netrc)."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _ReplicaAdapter())
    return session


class _Connection(HTTPConnection):
    """The connect timeout holds for each address."""

    def _new_conn(self) -> socket.socket:
        name = self.host
        addresses = self._addresses()
        try:
            for address in addresses[:-1]:
                self.host = address
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError):
                    continue
            self.host = addresses[-1]
            return super()._new_conn()
        finally:
            self.host = name  # it is also the Host header and the name on the certificate

    def _addresses(self) -> list[str]:
        """All of the name's, shuffled; at least one."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        random.shuffle(addresses)
        return addresses


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _ReplicaAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
