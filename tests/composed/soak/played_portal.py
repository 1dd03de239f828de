"""The demonstration of deploy/kubernetes, its pods run by `podman kube play` on a network where each goes by the name
of its Service. The images are those of docker-compose.yml.
"""

import json
import secrets
from pathlib import Path

import requests
import yaml

from services.contracts import page_labels
from tests.kubernetes.played_pods import PlayedPods
from tests.kubernetes.rendered import Object, named, of_kind, rendered
from tests.support.composed_portal import STAFF, UP_SECONDS, ComposedPortal
from tests.support.missing_services import NotInstalled
from tests.support.ports import free_ports
from tests.support.processes import ServiceFailed, wait_until
from tests.support.prometheus import Prometheus, job_names
from tests.support.running_portal import AT_WORK_WITHOUT_REST

SERVERS = ("postgres", "rabbitmq", "objects", "clamav", "mailpit")
NAMESPACE = "portail.svc.cluster.local"
READY_SECONDS = 600.0


class PlayedPortal(ComposedPortal):
    """Started by play(), gone after stop()."""

    def __init__(self) -> None:
        super().__init__("played")
        try:
            self.engine("kube", "play", "--help")
        except ServiceFailed as failure:
            raise NotInstalled("podman", "kube play") from failure
        self.port, self._mail_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self._network = f"portail-{secrets.token_hex(3)}"
        self._composed = json.loads(self.compose("config", "--format", "json"))["services"]
        images = {name: service["image"] for name, service in self._composed.items()}
        files = {path.name: path.read_text(encoding="utf-8") for path in Path(self.secrets).iterdir()}
        self._pods = PlayedPods(self._objects(), self._network, images, files)
        watched = [name for name in self._pods.names("Deployment") if name in job_names()]
        self._metrics_ports = dict(zip(watched, free_ports(len(watched)), strict=True))
        self._is_playing: list[str] = []

    def play(self) -> None:
        """Servers, then migrations and the demonstration's data, then everything else; until the home page is
        whole."""
        self._say("images")
        self.compose("build", seconds=UP_SECONDS)
        self._say("servers")
        self.engine("network", "create", self._network)
        self._play("secret", [self._pods.secret()])
        for name in SERVERS:
            self._play_pod(name)
        self._say("migrations and data")
        for name in self._pods.names("Job"):
            self._play_pod(name)
            self.engine("wait", self.container_of(name), seconds=READY_SECONDS)
        self._say("everything else")
        for name in self._pods.names("Deployment"):
            if name not in SERVERS:
                self._play_pod(name)
        wait_until(self._is_whole, READY_SECONDS, "the home page is whole", pause=1.0)

    def stop(self) -> None:
        """Pods first: several of them share a volume."""
        for file in reversed(self._is_playing):
            self.engine("kube", "down", file)
        self._is_playing.clear()
        for kind in ("volume", "secret", "network"):
            names = self.engine(kind, "ls", "--format", "{{.Name}}").split()
            if ours := [name for name in names if name.startswith(self._network)]:
                self.engine(kind, "rm", *ours)

    def watch(self) -> Prometheus:
        """A Prometheus of this machine that asks each process for its metrics, as often as the deployed one does.

        Raises NotInstalled.
        """
        token = (self.secrets / "metrics-token").read_text(encoding="utf-8").strip()
        return Prometheus(self._metrics_ports, token, seconds=15)

    @property
    def mails_url(self) -> str:
        """Where a person reads the mails that were sent."""
        return f"http://127.0.0.1:{self._mail_port}"

    def container_of(self, name: str) -> str:
        """The engine's name for the container in which that workload's process runs."""
        return f"{self._network}-{name}-process"

    def token(self, role: str) -> str:
        if role not in self._tokens:
            scopes = ("--scopes", "pieces:read,pieces:control,documents:publish") if role == "staff" else ()
            words = ("python", "-m", "services.accounts", "create-token", "--email", STAFF[role], *scopes)
            output = self.engine("exec", self.container_of("accounts"), *words)
            self._tokens[role] = str(json.loads(output)["token"])
        return self._tokens[role]

    def complaints(self) -> str:
        names = self._pods.names("Deployment")
        return "\n".join(self.engine("logs", self.container_of(name)) for name in names)

    def _say(self, stage: str) -> None:
        print(f"Playing {stage} …", flush=True)

    def _play_pod(self, name: str) -> None:
        people = {"proxy": (self.port, 8080), "mailpit": (self._mail_port, 8025)}
        processes = {job: (port, 8000) for job, port in self._metrics_ports.items()}
        published = (people | processes).get(name)
        options = ["--publish", f"127.0.0.1:{published[0]}:{published[1]}"] if published else []
        names = f"alias={name},alias={name}.{NAMESPACE}"
        self._play(name, self._pods.manifests(name), "--network", f"{self._network}:{names}", *options)

    def _play(self, name: str, manifests: list[Object], *options: str) -> None:
        file = str(self._folder.write(f"{name}.yaml", yaml.safe_dump_all(manifests)))
        self._is_playing.append(file)
        self.engine("kube", "play", *options, file, seconds=UP_SECONDS)

    def _objects(self) -> list[Object]:
        objects = rendered("demonstration")
        changed = {"PUBLIC_URL": self.url, "PORTAIL_OFFSET": str(self.offset), **AT_WORK_WITHOUT_REST}
        for settings in of_kind(objects, "ConfigMap"):
            settings["data"] |= {name: value for name, value in changed.items() if name in settings["data"]}
        [clamav] = named(objects, "StatefulSet", "clamav")["spec"]["template"]["spec"]["containers"]
        clamav["command"] = self._composed["clamav"]["entrypoint"]  # which says what stands in for the image
        return objects

    def _is_whole(self) -> bool:
        """Whether the home page has what registrations says of its openings."""
        try:
            return page_labels.CREATE_ACCOUNT in requests.get(self.url, timeout=30).text
        except requests.RequestException:
            return False
