"""A RabbitMQ node that starts as the composed one does: its configuration, queues and users from our files."""

import json
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

from deploy.containers import secrets
from deploy.containers.derived_files import password_hash
from deploy.containers.secret_makers import VHOST
from tests.support.rabbitmq import RabbitMQServer

FILES = Path(secrets.__file__).parent / "rabbitmq"
TOPOLOGY = FILES / "10-topology.json"


class ComposedRabbitMQ(RabbitMQServer):
    """`definitions` are the files' contents by name; the tests add an administrator, to inspect the node."""

    def __init__(self, definitions: Mapping[str, str]) -> None:
        self._definitions = dict(definitions)
        super().__init__()

    def url(self, user: str, password: str) -> str:
        """Return the AMQP URL of a user of the portal's virtual host."""
        return self.url_of(VHOST, user, password)

    def at_node(self, url: str) -> str:
        """Return a service's URL with this node in place of the composed one."""
        parts = urllib.parse.urlsplit(url)
        return self.url(parts.username or "", parts.password or "")

    def give(self, name: str, text: str) -> None:
        """Put a definitions file in place, for the next start."""
        self._folder.write(f"definitions/{name}", text)

    @property
    def log(self) -> str:
        return self._daemon.log.read_text(encoding="utf-8", errors="replace")

    def _configuration(self) -> str:
        folder = self._folder.folder("definitions")
        for name, text in {**self._definitions, "30-administrator.json": self._administrator()}.items():
            self.give(name, text)
        ours = (FILES / "rabbitmq.conf").read_text(encoding="utf-8")
        assert "/etc/rabbitmq/definitions" in ours
        lines = [
            f"listeners.tcp.local = 127.0.0.1:{self.port}",
            "management.tcp.ip = 127.0.0.1",
            f"management.tcp.port = {self._management_port}",
        ]
        return "\n".join([ours.replace("/etc/rabbitmq/definitions", str(folder)), *lines, ""])

    def _administrator(self) -> str:
        user = {
            "name": self.user,
            "password_hash": password_hash(self.password),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": ["administrator"],
            "limits": {},
        }
        rights = {"user": self.user, "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"}
        return json.dumps({"users": [user], "permissions": [rights]})
