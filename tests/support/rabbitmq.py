"""One private RabbitMQ node for the test run, shared by its processes; each test gets a virtual
host of its own."""

import secrets
import urllib.parse
from dataclasses import dataclass
from typing import Any

import requests

from tests.support.missing_services import installed
from tests.support.ports import free_ports, is_listening
from tests.support.processes import Daemon, OwnServer, PrivateFolder, account_for

_BOOT_SECONDS = 90


@dataclass
class RabbitMQ:
    """A node that runs, with its management API."""

    port: int
    management_port: int
    password: str
    user = "portail"

    def fresh_vhost(self) -> str:
        vhost = f"test-{secrets.token_hex(6)}"
        self.api("PUT", f"vhosts/{vhost}", {"default_queue_type": "quorum"})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self.api("PUT", f"permissions/{vhost}/{self.user}", everything)
        return self.url_of(vhost, self.user, self.password)

    def restricted_user(self, url: str, configure: str, write: str, read: str) -> str:
        """Create a user with these rights (patterns) on the virtual host of `url`; return its
        URL."""
        user = f"user-{secrets.token_hex(4)}"
        password = secrets.token_urlsafe(12)
        self.api("PUT", f"users/{user}", {"password": password, "tags": ""})
        rights = {"configure": configure, "write": write, "read": read}
        self.api("PUT", f"permissions/{vhost_of(url)}/{user}", rights)
        return self.url_of(vhost_of(url), user, password)

    def delete_vhost(self, url: str) -> None:
        self.api("DELETE", f"vhosts/{vhost_of(url)}")

    def url_of(self, vhost: str, user: str, password: str) -> str:
        return (
            f"amqp://{user}:{password}@127.0.0.1:{self.port}/{urllib.parse.quote(vhost, safe='')}"
        )

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the management API; return its decoded answer or None, or raise
        requests.HTTPError."""
        answer = requests.request(
            method,
            f"http://127.0.0.1:{self.management_port}/api/{path}",
            auth=(self.user, self.password),
            json=body,
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def close_connections(self, url: str) -> None:
        """Cut every connection to the virtual host of `url`, as an operator or a failing network
        would."""
        for connection in self.api("GET", f"vhosts/{vhost_of(url)}/connections"):
            self.api("DELETE", f"connections/{urllib.parse.quote(connection['name'], safe='')}")

    def _answers(self) -> bool:
        try:
            self.api("GET", "health/checks/local-alarms")
        except requests.RequestException:
            return False
        return is_listening(self.port)


class RabbitMQServer(OwnServer, RabbitMQ):
    """The same with its process."""

    def __init__(self) -> None:
        server = installed("RabbitMQ", "/usr/lib/rabbitmq/bin/rabbitmq-server")
        epmd = installed("RabbitMQ", "epmd", "/usr/bin/epmd", "/usr/lib/erlang/bin/epmd")
        port, management_port, self._distribution_port, self._epmd_port = free_ports(4)
        super().__init__(port, management_port, secrets.token_urlsafe(12))
        self._folder = PrivateFolder("rabbitmq", account_for("rabbitmq"))
        environment = self._environment()
        # epmd is started by us: the node would start one that outlives it.
        listening = ["-port", str(self._epmd_port), "-address", "127.0.0.1"]
        self._epmd = Daemon("epmd", [epmd, *listening], self._folder, environment)
        self._epmd.start(lambda: is_listening(self._epmd_port))
        self._daemon = Daemon("rabbitmq", [server], self._folder, environment)
        self.start()

    def start(self) -> None:
        """After stop() with the queues it had, until it serves."""
        self._daemon.start(self._answers, _BOOT_SECONDS)

    def stop(self) -> None:
        """Stop the node in good order; clients lose their connections and new ones are refused."""
        self._daemon.stop(seconds=30)

    def close(self) -> None:
        self._daemon.stop(seconds=10)
        self._epmd.stop()

    def _environment(self) -> dict[str, str]:
        home = self._folder
        home.write(".erlang.cookie", secrets.token_hex(16), mode=0o400)
        plugins = home.write("enabled_plugins", "[rabbitmq_management].\n")
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(home.path),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"portail-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONFIG_FILE": str(home.write("rabbitmq.conf", self._configuration())),
            "RABBITMQ_CONF_ENV_FILE": str(home.write("rabbitmq-env.conf", "")),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home.path / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_MNESIA_BASE": str(home.folder("data")),
            "RABBITMQ_LOG_BASE": str(home.folder("log")),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(home.path / "node.pid"),
            # Busy waiting of the Erlang machine would take a core from the tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2",
        }

    def _configuration(self) -> str:
        settings = {
            "listeners.tcp.local": f"127.0.0.1:{self.port}",
            "management.tcp.ip": "127.0.0.1",
            "management.tcp.port": self.management_port,
            "default_user": self.user,
            "default_pass": self.password,
            "disk_free_limit.absolute": "50MB",
            "log.console.level": "warning",
        }
        return "".join(f"{name} = {value}\n" for name, value in settings.items())


def vhost_of(url: str) -> str:
    return urllib.parse.unquote(urllib.parse.urlsplit(url).path.lstrip("/"))
