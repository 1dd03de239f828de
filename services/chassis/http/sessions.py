"""Sessions of requests with one service: one that reads share, and one of its own for each write.

Where the service's name has several addresses, calls draw one by lot: the resolver always sorts the
same one first (RFC 6724). In Kubernetes it has one, behind which each new connection is given a
replica.
"""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

LIFE_SECONDS = 30.0  # our servers keep idle connections for longer
CONNECTIONS = 64  # kept at most
CONNECT_SECONDS = 1.0
SEND_SECONDS = 5.0  # to connect, and for a body to leave


class Answer:
    """An answer, which holds its place among the calls to its service until it is closed. `token`:
    the bearer token of the request."""

    def __init__(self, response: requests.Response, token: str | None, place: ExitStack) -> None:
        self._response = response
        self._place = place
        self.token = token
        self.status_code = response.status_code
        self.headers = response.headers

    @property
    def content(self) -> bytes:
        return self._response.content

    def json(self) -> Any:
        return self._response.json()

    def iter_content(self, size: int) -> Iterator[bytes]:
        """Return the body as it arrives. Raises OSError if it is incomplete."""
        return self._response.iter_content(size)

    def close(self) -> None:
        """Give the place back. May be called twice."""
        self._response.close()
        self._place.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


class Sessions:
    """Holds the sessions with the service at `base_url`, and knows its replicas."""

    is_silent = False
    """Whether the last call was not answered in its time."""

    def __init__(self, base_url: str) -> None:
        self._base = urlsplit(base_url.rstrip("/"))
        if self._base.scheme != "http":
            raise ValueError(f"{base_url}: http:// is expected between our processes")
        self._addresses: list[str] = []
        self._renew()

    def kept(self) -> requests.Session:
        """Return the session that reads share; another after LIFE_SECONDS, so that added replicas
        get their share."""
        if time.monotonic() > self._until:
            self._renew()
        return self._session

    def new(self) -> requests.Session:
        """Return a session that shares no connection with the others."""
        session = requests.Session()
        session.trust_env = False  # no proxy, no .netrc
        session.headers.clear()
        session.headers.update({"Host": self._base.netloc, "Accept-Encoding": "identity"})
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        return session

    def urls(self) -> list[str]:
        """Return the base URLs of the replicas, one at least, in an order by lot. Raises OSError
        for an unknown name."""
        if time.monotonic() > self._until:
            self._renew()
        self._addresses = addresses = self._addresses or self._resolved()
        return random.sample(addresses, len(addresses))

    def leave_out(self, url: str) -> None:
        """Call the replica no more until the name is resolved again, for want of others or after
        LIFE_SECONDS."""
        self._addresses = [other for other in self._addresses if other != url]

    def _renew(self) -> None:
        self._until = time.monotonic() + LIFE_SECONDS
        self._addresses = []
        self._session = self.new()
        self._session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))

    def _resolved(self) -> list[str]:
        port = self._base.port or 80
        entries = socket.getaddrinfo(self._base.hostname, port, type=socket.SOCK_STREAM)
        addresses = {str(place[0]) for *_, place in entries}
        hosts = (f"[{address}]" if ":" in address else address for address in addresses)
        return [self._base._replace(netloc=f"{host}:{port}").geturl() for host in hosts]


def get_once(url: str, seconds: float) -> requests.Response:
    """Return what a GET on a separate connection is answered. Raises OSError."""
    with Sessions(url).new() as session:
        return session.get(url, timeout=seconds, allow_redirects=False)
