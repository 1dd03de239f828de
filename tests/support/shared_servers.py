"""One set of servers for the whole run: the process that starts the others starts it and tells them
where it answers.

A test that stops a server, or makes it hang, takes one of its own instead: `own_rabbitmq`,
`own_postgres` …
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import fields
from typing import Any

import pytest

from tests.support.clamav import ClamAV, ClamAVServer
from tests.support.missing_services import NotInstalled
from tests.support.object_store import ObjectStore, ObjectStoreServer
from tests.support.postgres import Postgres, PostgresServer
from tests.support.processes import OwnServer
from tests.support.rabbitmq import RabbitMQ, RabbitMQServer

_STARTED = pytest.StashKey["SharedServers"]()


KINDS: dict[str, tuple[Callable[[], OwnServer], Callable[..., Any]]] = {
    "rabbitmq": (RabbitMQServer, RabbitMQ),
    "postgres": (PostgresServer, Postgres),
    "objects": (ObjectStoreServer, ObjectStore),
    "clamav": (ClamAVServer, ClamAV),
}
"""How a server is started, and what a process makes of its address that did not start it."""


class SharedServers(ExitStack):
    """The servers that this process has started, each when it was first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._running: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        if name not in self._running:
            self._running[name] = self.enter_context(started(name))
        return self._running[name]

    def addresses(self) -> dict[str, Any]:
        """Return where each server answers, started; of one that is not on this machine, what was
        not found."""
        addresses: dict[str, Any] = {}
        for name in KINDS:
            try:
                running = self.get(name)
                addresses[name] = {
                    "at": {part.name: getattr(running, part.name) for part in fields(running)}
                }
            except NotInstalled as absence:
                addresses[name] = {"absent": [absence.service, absence.what]}
        return addresses


def started(name: str) -> AbstractContextManager[Any]:
    """A server of this name for the block alone; raise NotInstalled where it is not on this
    machine."""
    start, _ = KINDS[name]
    return closing(start())


def server(config: pytest.Config, name: str) -> Any:
    """Return the run's server of this name; raise NotInstalled where it is not on this machine."""
    addresses = getattr(config, "workerinput", {}).get("servers")
    if addresses is None:
        return of_this_process(config).get(name)
    if "absent" in addresses[name]:
        raise NotInstalled(*addresses[name]["absent"])
    _, at = KINDS[name]
    return at(**addresses[name]["at"])


def of_this_process(config: pytest.Config) -> SharedServers:
    return config.stash.setdefault(_STARTED, SharedServers())
