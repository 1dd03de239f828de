"""One set of servers for the whole run: the process that starts the others starts it and tells them where it answers.

A test that stops a server, or makes it hang, takes one of its own instead: `own_rabbitmq`, `own_postgres` …
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.clamav import ClamAV, ClamAVServer
from tests.support.missing_services import NotInstalled
from tests.support.object_store import ObjectStore, ObjectStoreServer
from tests.support.postgres import Postgres, PostgresServer
from tests.support.rabbitmq import RabbitMQ, RabbitMQServer

_STARTED = pytest.StashKey["SharedServers"]()


@dataclass(frozen=True)
class Kind:
    """How a server is started, how it is ended, and what a process makes of its address that did not start it."""

    start: Callable[[], Any]
    end: Callable[[Any], None]
    at: Callable[..., Any]


KINDS = {
    "rabbitmq": Kind(RabbitMQServer, RabbitMQServer.close, RabbitMQ),
    "postgres": Kind(PostgresServer, PostgresServer.stop, Postgres),
    "objects": Kind(ObjectStoreServer, ObjectStoreServer.stop, ObjectStore),
    "clamav": Kind(ClamAVServer, ClamAVServer.stop, ClamAV),
}


class SharedServers:
    """The servers that this process has started, each when it was first asked for."""

    def __init__(self) -> None:
        self._running: dict[str, Any] = {}
        self._ending = ExitStack()

    def get(self, name: str) -> Any:
        if name not in self._running:
            self._running[name] = self._ending.enter_context(started(name))
        return self._running[name]

    def addresses(self) -> dict[str, Any]:
        """Return where each server answers, started; of one that is not on this machine, what was not found."""
        addresses: dict[str, Any] = {}
        for name in KINDS:
            try:
                addresses[name] = {"at": self.get(name).address}
            except NotInstalled as absence:
                addresses[name] = {"absent": [absence.service, absence.what]}
        return addresses

    def end(self) -> None:
        self._ending.close()


@contextmanager
def started(name: str) -> Iterator[Any]:
    """A server of this name for the block alone; raise NotInstalled where it is not on this machine."""
    server = KINDS[name].start()
    try:
        yield server
    finally:
        KINDS[name].end(server)


def server(config: pytest.Config, name: str) -> Any:
    """Return the run's server of this name; raise NotInstalled where it is not on this machine."""
    addresses = getattr(config, "workerinput", {}).get("servers")
    if addresses is None:
        return of_this_process(config).get(name)
    if "absent" in addresses[name]:
        raise NotInstalled(*addresses[name]["absent"])
    return KINDS[name].at(**addresses[name]["at"])


def of_this_process(config: pytest.Config) -> SharedServers:
    return config.stash.setdefault(_STARTED, SharedServers())
