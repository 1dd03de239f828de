"""The whole portal in containers, as docker-compose.yml describes it: a project of its own with its
own secrets, ports, volumes and day.

COMPOSE and ENGINE say by what commands containers are run (« docker compose », « docker »).
"""

import atexit
import json
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from prometheus_client.parser import text_string_to_metric_families

from deploy.service_names import SERVICES
from services.chassis.process.probe import HEALTH_PATHS
from services.chassis.settings import Settings
from services.clock import system_now
from tests.support.missing_services import NotInstalled
from tests.support.ports import free_ports
from tests.support.processes import PrivateFolder, ServiceFailed, wait_until
from tests.support.running_portal import AT_WORK_WITHOUT_REST, GUIDES_DAY, RunningPortal
from tests.support.smtp import ReceivedMail, parse_mail

ROOT = Path(__file__).parents[2]
UP_SECONDS = 900.0  # a first build included
COMMAND_SECONDS = 120.0
HEALTHY_SECONDS = 180.0
LONG_LIVED = ("proxy", "postgres", "rabbitmq", "objects", "clamav", "mailpit", "backup")
STAND_INS = ("identity-providers",)  # of the demonstration, without a health check
OURS = ("gateway", *SERVICES, *(f"{service}-worker" for service in SERVICES))
ONE_SHOTS = (*(f"{service}-migrate" for service in SERVICES), "demo-catalogue", "demo-staff")
STAFF = {"staff": "gestionnaire@portail.example", "admin": "administrateur@portail.example"}
CLEARED_LINE = "\x1b[2K"  # which some versions of compose write before each line, terminal or not
READ_METRICS = (
    "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/metrics').read().decode())"
)


@dataclass(frozen=True)
class Container:
    """One container of the project; `service` is its name in the compose file, `exit_code` that of
    its last end."""

    id: str
    service: str
    state: str
    health: str
    exit_code: int


class ComposedPortal(RunningPortal):
    """Started by up(), gone with its volumes after down()."""

    def __init__(
        self,
        name: str = "composed",
        checkout: Path = ROOT,
        page_seconds: float = Settings.page_seconds,
    ) -> None:
        self.checkout = checkout
        self._page_seconds = page_seconds
        self.offset = (datetime.fromisoformat(GUIDES_DAY) - system_now()).total_seconds()
        self.project = f"portail-{name}-{secrets.token_hex(3)}"
        self._compose = shlex.split(os.environ.get("COMPOSE", "docker compose"))
        self._files = ["docker-compose.yml"]
        self.engine_command = shlex.split(os.environ.get("ENGINE", "docker"))
        self._must_answer()
        self._folder = PrivateFolder(self.project)
        self.secrets = self._folder.path / "secrets"
        self.port, self._tls_port, self._mail_port = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        self._tokens: dict[str, str] = {}
        self.prepare()
        atexit.register(self.down)
        self._is_up = False

    # -- the project

    def up(self, *words: str) -> None:
        self._is_up = True
        self.compose("up", "-d", *words, seconds=UP_SECONDS)
        self.wait_healthy([*LONG_LIVED, *OURS])

    @contextmanager
    def beside(self, file: str, *services: str) -> Iterator[None]:
        """While the block runs, with this compose file beside the portal's own, and these services
        of it."""
        self._files.append(file)
        try:
            self.up("--build")
            self.wait_healthy(services)
            yield
        finally:
            self._files.remove(file)
            self.up("--remove-orphans")

    def prepare(self) -> None:
        """The settings and the secrets that the checkout asks for; secrets that are there stay."""
        settings = {
            "COMPOSE_PROFILES": "demo,backup",
            # Of the images that are built from the checkout; the operator's own stay.
            "PORTAIL_VERSION": "test" if self.checkout == ROOT else "test-previous",
            "PORTAIL_ENV": "demonstration",
            **AT_WORK_WITHOUT_REST,
            "PAGE_SECONDS": self._page_seconds,
            "PORTAIL_PORT": self.port,
            "PORTAIL_TLS_PORT": self._tls_port,
            "MAILPIT_PORT": self._mail_port,
            "SECRETS_DIR": self.secrets,
            "PORTAIL_OFFSET": self.offset,
            "BACKUP_OBJECTS_MINUTES": 0.5,
            # Of whoever calls from this machine nginx believes the address that it names: there are
            # many in a crowd.
            "OUTER_PROXIES": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
            "KEPT_MEGABYTES_EACH": 5,
        }
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        self._settings = self._folder.write("settings.env", lines)
        run([sys.executable, "-m", "deploy.containers.secrets", str(self.secrets)], self.checkout)

    def command(self, *words: str) -> list[str]:
        files = f"COMPOSE_FILE={':'.join(self._files)}"
        return [
            "env",
            files,
            *self._compose,
            "--project-name",
            self.project,
            "--env-file",
            str(self._settings),
            *words,
        ]

    def down(self) -> None:
        if self._is_up:
            self._is_up = False
            self.compose("down", "--volumes", "--remove-orphans", seconds=UP_SECONDS)

    def compose(self, *words: str, seconds: float = COMMAND_SECONDS) -> str:
        """Run a docker compose command on this project; its output. Raises ServiceFailed."""
        return run(self.command(*words), self.checkout, seconds)

    def warnings(self) -> str:
        done = subprocess.run(
            self.command("config", "--quiet"),
            cwd=self.checkout,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def engine(self, *words: str, seconds: float = COMMAND_SECONDS) -> str:
        """Run a docker command; its output. Raises ServiceFailed."""
        return run([*self.engine_command, *words], self.checkout, seconds)

    def containers(self, *services: str) -> list[Container]:
        """The project's containers, those that have ended included; of these services, or all."""
        lines = self.compose("ps", "--all", "--format", "json", *services).splitlines()
        described = [json.loads(line) for line in lines if line.startswith("{")]
        kept = ("ID", "Service", "State", "Health", "ExitCode")
        by_name = sorted(described, key=lambda entry: str(entry["Name"]))
        return [Container(*(entry[name] for name in kept)) for entry in by_name]

    def scale(self, **replicas: int) -> None:
        """So many containers of each service (documents_worker=2), all healthy."""
        wanted = {name.replace("_", "-"): number for name, number in replicas.items()}
        options = [
            word for name, number in wanted.items() for word in ("--scale", f"{name}={number}")
        ]
        self.compose("up", "-d", *options, seconds=UP_SECONDS)
        self.wait_healthy(wanted)
        for name, number in wanted.items():
            assert len(self.containers(name)) == number

    def wait_healthy(self, services: Iterable[str], seconds: float = HEALTHY_SECONDS) -> None:
        wanted = set(services)

        def healthy() -> bool:
            of_services = [
                container for container in self.containers() if container.service in wanted
            ]
            are_healthy = all(container.health == "healthy" for container in of_services)
            return are_healthy and {container.service for container in of_services} == wanted

        try:
            wait_until(healthy, seconds, f"{self.project}: all healthy", pause=1.0)
        except ServiceFailed as failure:
            raise ServiceFailed(
                f"{failure}\n{self.containers()}\n{self.complaints()[-4000:]}"
            ) from None

    def run_once(self, service: str, *words: str, seconds: float = UP_SECONDS) -> str:
        return self.compose("run", "--rm", "--no-deps", "-T", service, *words, seconds=seconds)

    def destroy(self, *services: str, volumes: Iterable[str]) -> None:
        """Kill the services' containers and remove these volumes, as a lost machine would."""
        for container in self.containers(*services):
            if container.state == "running":
                self.engine("kill", "--signal", "KILL", container.id)
        self.compose("rm", "--stop", "--force", *services)
        there = self.engine("volume", "ls", "--quiet").split()
        for name in (f"{self.project}_{volume}" for volume in volumes):
            if name in there:
                self.engine("volume", "rm", name)

    # -- one container

    def inspect(self, container: Container) -> dict[str, Any]:
        return dict(json.loads(self.engine("inspect", container.id))[0])

    def address(self, container: Container) -> str:
        """Where this machine reaches it, whether or not a port is published."""
        networks = self.inspect(container)["NetworkSettings"]["Networks"].values()
        return next(str(network["IPAddress"]) for network in networks if network["IPAddress"])

    def restart(self, service: str) -> None:
        self.compose("restart", service)
        self.wait_healthy([service])

    def query_database(self, service: str, query: str) -> list[list[str]]:
        words = (
            "psql",
            "-U",
            "postgres",
            "-d",
            service,
            "--no-align",
            "--tuples-only",
            "-F",
            "|",
            "-c",
            query,
        )
        lines = self.run_in(self.containers("postgres")[0], *words).splitlines()
        return [line.split("|") for line in lines if line]

    def run_in(self, container: Container, *words: str) -> str:
        return self.engine("exec", container.id, *words)

    def requests_served(self, container: Container) -> int:
        """How many requests its process has answered, probes left aside."""
        return self.counter_total(
            container, "http_requests_total", lambda labels: labels["route"] not in HEALTH_PATHS
        )

    def backup_age(self, metric: str) -> float:
        """Of the backups: seconds, as the container that makes them says."""
        words = ("python3", "-c", READ_METRICS)
        lines = self.run_in(self.containers("backup")[0], *words).splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(f"{metric} "))

    def counter_total(
        self,
        container: Container,
        metric: str,
        which: Callable[[dict[str, str]], bool] = lambda labels: True,
    ) -> int:
        """The sum of a counter over the samples with such labels, in this container's process."""
        families = text_string_to_metric_families(
            self.run_in(container, "python", "-c", READ_METRICS)
        )
        samples = [
            sample for family in families for sample in family.samples if sample.name == metric
        ]
        return round(sum(sample.value for sample in samples if which(sample.labels)))

    # -- what journeys ask

    def token(self, role: str) -> str:
        if role not in self._tokens:
            scopes = "candidatures:read,pieces:read,pieces:control,documents:publish"
            words = (
                "python",
                "-m",
                "services.accounts",
                "create-token",
                "--email",
                STAFF[role],
                "--scopes",
                scopes,
            )
            self._tokens[role] = str(
                json.loads(self.run_in(self.containers("accounts")[0], *words))["token"]
            )
        return self._tokens[role]

    def mails(self, to: str, subject: str = "") -> list[ReceivedMail]:
        api = f"http://127.0.0.1:{self._mail_port}/api/v1"
        newest_first = requests.get(f"{api}/messages", params={"limit": "5000"}, timeout=10).json()[
            "messages"
        ]
        ids = [
            mail["ID"]
            for mail in reversed(newest_first)
            if to in [person["Address"] for person in mail["To"]]
        ]
        raw = (requests.get(f"{api}/message/{id}/raw", timeout=10).content for id in ids)
        return [mail for mail in map(parse_mail, raw) if subject in mail.subject]

    def logs(self, *services: str) -> str:
        lines = self.compose("logs", "--no-color", "--no-log-prefix", *services)
        return lines.replace(CLEARED_LINE, "")

    def complaints(self) -> str:
        lines = self.logs(*OURS).splitlines()
        return "\n".join(
            line
            for line in lines
            if '"error"' in line or '"critical"' in line or line[:1] not in "{"
        )

    def kill(self, name: str) -> None:
        for container in self.containers(name):
            self.engine("kill", "--signal", "KILL", container.id)
            self.engine("start", container.id)

    def kill_and_wait(self, name: str) -> None:
        self.kill(name)
        self.wait_healthy([name])

    def _must_answer(self) -> None:
        """Raises NotInstalled where containers cannot be run."""
        for command in ([*self._compose, "version"], [*self.engine_command, "info"]):
            try:
                run(command, self.checkout)
            except (ServiceFailed, FileNotFoundError) as failure:
                raise NotInstalled("docker compose", " ".join(command)) from failure


def run(command: list[str], folder: Path, seconds: float = COMMAND_SECONDS) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ServiceFailed(
            f"{' '.join(command)}: not within {seconds:g} s\n{late.stderr!r}"
        ) from None
    if done.returncode:
        raise ServiceFailed(f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


TIMEOUT = 30
