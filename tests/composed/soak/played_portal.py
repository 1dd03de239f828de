"""The demonstration of deploy/kubernetes, its pods run by `podman kube play` on a network where
each goes by the name of its Service. The images are those of docker-compose.yml. `make
kubernetes-play` runs them until Ctrl-C.
"""

import copy
import json
import secrets
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
import yaml

from services.contracts import page_labels
from tests.kubernetes.rendered import PROBES, Object, named, of_kind, rendered
from tests.support.composed_portal import STAFF, UP_SECONDS, ComposedPortal
from tests.support.missing_services import NotInstalled
from tests.support.ports import free_ports
from tests.support.processes import ServiceFailed, wait_until
from tests.support.prometheus import Prometheus, job_names
from tests.support.running_portal import AT_WORK_WITHOUT_REST, GUIDES_DAY

SECRET = "portail"


class PlayedPods:
    """Pods named after `project`. `images` are by name of the workload, `secrets` by name of the
    file."""

    def __init__(
        self, objects: list[Object], project: str, images: dict[str, str], secrets: dict[str, str]
    ) -> None:
        self._objects = objects
        self._project = project
        self._images = images
        self._secrets = secrets

    def secret(self) -> Object:
        return self._secret(SECRET, self._secrets)

    def manifests(self, name: str) -> list[Object]:
        """All that the pod of a workload needs but the common secret, the pod last."""
        [workload] = [each for each in self._workloads() if each["metadata"]["name"] == name]
        spec = copy.deepcopy(workload["spec"]["template"]["spec"])
        volumes = spec.setdefault("volumes", [])
        claims = [
            claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])
        ]
        volumes += [
            {"name": claim, "persistentVolumeClaim": {"claimName": self._named(claim)}}
            for claim in claims
        ]
        projected = [self._merged(volume) for volume in volumes if "projected" in volume]
        mounted = [
            self._own_config_map(volume["configMap"]) for volume in volumes if "configMap" in volume
        ]
        for volume in volumes:
            if "secret" in volume:
                volume["secret"]["secretName"] = self._named(volume["secret"]["secretName"])
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            container["image"] = self._images[name]
            for probe in PROBES:
                container.pop(probe, None)
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": self._named(name)},
            "spec": spec,
        }
        return [
            *of_kind(self._objects, "ConfigMap"),
            *mounted,
            *map(self._claim, claims),
            *projected,
            pod,
        ]

    def names(self, kind: str) -> list[str]:
        return [str(each["metadata"]["name"]) for each in self._workloads() if each["kind"] == kind]

    def _workloads(self) -> list[Object]:
        return of_kind(self._objects, "Deployment", "StatefulSet", "Job")

    def _merged(self, volume: Object) -> Object:
        """A secret with the files of a projected volume, which takes its place."""
        files = dict(self._files(volume.pop("projected")["sources"]))
        volume["secret"] = {"secretName": volume["name"], "defaultMode": 0o444}
        return self._secret(volume["name"], files)

    def _own_config_map(self, mount: Object) -> Object:
        """A copy under a name of this project: podman makes a volume of that name, which outlives
        the pod."""
        given = named(self._objects, "ConfigMap", mount["name"])
        mount["name"] = self._named(mount["name"])
        return {**given, "metadata": {"name": mount["name"]}}

    def _files(self, sources: list[Object]) -> Iterator[tuple[str, str]]:
        for source in sources:
            if "secret" in source:
                given = self._secrets
                items = source["secret"]["items"]
            else:
                given = named(self._objects, "ConfigMap", source["configMap"]["name"])["data"]
                items = source["configMap"]["items"]
            yield from ((item["path"], given[item["key"]]) for item in items)

    def _secret(self, name: str, files: dict[str, str]) -> Object:
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": self._named(name)},
            "stringData": files,
        }

    def _claim(self, name: str) -> Object:
        spec: dict[str, Any] = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": self._named(name)},
            "spec": spec,
        }

    def _named(self, name: str) -> str:
        return f"{self._project}-{name}"


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
        files = {
            path.name: path.read_text(encoding="utf-8") for path in Path(self.secrets).iterdir()
        }
        self._pods = PlayedPods(self._objects(), self._network, images, files)
        watched = [name for name in self._pods.names("Deployment") if name in job_names()]
        self._metrics_ports = dict(zip(watched, free_ports(len(watched)), strict=True))
        self._is_playing: list[str] = []

    def play(self) -> None:
        """Servers, then migrations and the demonstration's data, then everything else; until the
        home page is whole."""
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
        """A Prometheus of this machine that asks each process for its metrics, as often as the
        deployed one does.

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
            scopes = (
                ("--scopes", "pieces:read,pieces:control,documents:publish")
                if role == "staff"
                else ()
            )
            words = (
                "python",
                "-m",
                "services.accounts",
                "create-token",
                "--email",
                STAFF[role],
                *scopes,
            )
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
        self._play(
            name, self._pods.manifests(name), "--network", f"{self._network}:{names}", *options
        )

    def _play(self, name: str, manifests: list[Object], *options: str) -> None:
        file = str(self._folder.write(f"{name}.yaml", yaml.safe_dump_all(manifests)))
        self._is_playing.append(file)
        self.engine("kube", "play", *options, file, seconds=UP_SECONDS)

    def _objects(self) -> list[Object]:
        objects = rendered("demonstration")
        changed = {
            "PUBLIC_URL": self.url,
            "PORTAIL_OFFSET": str(self.offset),
            **AT_WORK_WITHOUT_REST,
        }
        for settings in of_kind(objects, "ConfigMap"):
            settings["data"] |= {
                name: value for name, value in changed.items() if name in settings["data"]
            }
        [clamav] = named(objects, "StatefulSet", "clamav")["spec"]["template"]["spec"]["containers"]
        clamav["command"] = self._composed["clamav"][
            "entrypoint"
        ]  # which says what stands in for the image
        return objects

    def _is_whole(self) -> bool:
        """Whether the home page has what registrations says of its openings."""
        try:
            return page_labels.CREATE_ACCOUNT in requests.get(self.url, timeout=30).text
        except requests.RequestException:
            return False


RENEW_STAFF = "python -m services.accounts renew-staff --email gestionnaire@portail.example"


def main() -> None:
    """Ends with a sentence where containers cannot be played."""
    for ending in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # the first is ignored in what a shell starts in the background
        signal.signal(ending, signal.default_int_handler)
    try:
        portal = PlayedPortal()
    except NotInstalled as absence:
        sys.exit(str(absence))
    with ExitStack() as at_end:
        at_end.callback(portal.stop)
        try:
            portal.play()
            _say_how_to_enter(portal)
            _watch(portal, at_end)
            print("Ctrl-C takes it down.", flush=True)
            signal.pause()
        except KeyboardInterrupt:
            print("Taken down …", flush=True)


def _say_how_to_enter(portal: PlayedPortal) -> None:
    engine = shlex.join(portal.engine_command)
    print(
        f"The portal: {portal.url}; its mails: {portal.mails_url}. It is {GUIDES_DAY[:10]} there: "
        "a session is open."
    )
    print(f"For {portal.url}/gestion, a password and a second factor:")
    print(f"  {engine} exec {portal.container_of('accounts')} {RENEW_STAFF}")
    print(
        f"Of any process (accounts-worker …): {engine} exec, logs, stop, start "
        f"{portal.container_of('PROCESS')}"
    )


def _watch(portal: PlayedPortal, at_end: ExitStack) -> None:
    try:
        prometheus = portal.watch()
    except NotInstalled as absence:
        print(f"Its metrics are not watched: {absence}")
        return
    at_end.callback(prometheus.stop)
    print(
        "Prometheus, with the rules and what the dashboard asks (in deploy/monitoring/grafana): "
        f"{prometheus.url}"
    )


if __name__ == "__main__":
    main()
