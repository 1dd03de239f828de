"""deploy/kubernetes as the real `kubectl kustomize` renders it, what its pods are, and what their
containers find in their environment: settings, and secrets by their names, never their content."""

import copy
import functools
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.compose_file import COMPOSE_SERVICES
from tests.support.missing_services import NotInstalled

Object = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = ("demonstration", "production")
WORKLOADS = ("Deployment", "StatefulSet", "Job")
SECRETS = "/run/secrets/"
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def rendered(overlay: str) -> list[Object]:
    """The objects of an overlay, which the caller may change. Raises NotInstalled."""
    return rendered_folder(FOLDER / "overlays" / overlay)


def rendered_folder(folder: Path) -> list[Object]:
    """The objects of any folder with a kustomization. Raises NotInstalled."""
    return copy.deepcopy(_kustomized(folder))


@functools.cache
def _kustomized(folder: Path) -> list[Object]:
    kubectl = shutil.which("kubectl")
    if not kubectl:
        raise NotInstalled("kubectl", "kubectl")
    done = subprocess.run(
        [kubectl, "kustomize", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return list(yaml.load_all(done.stdout, yaml.CSafeLoader))


@dataclass(frozen=True)
class Workload:
    """What runs under one name, the name that docker-compose.yml gives it."""

    kind: str
    name: str
    pod: Object
    labels: dict[str, str]

    @property
    def containers(self) -> list[Object]:
        """All of the pod, those that end before the others start among them."""
        return [*self.pod.get("initContainers", []), *self.pod["containers"]]

    @property
    def process(self) -> Object:
        """The container that does what the workload is for."""
        return next(
            container for container in self.pod["containers"] if container["name"] == "process"
        )

    @property
    def service(self) -> str:
        """The service of ours that it belongs to, whatever its role; the server's name else."""
        return self.name.partition("-")[0]


def workloads(objects: list[Object]) -> list[Workload]:
    found = []
    for manifest in of_kind(objects, *WORKLOADS):
        template = manifest["spec"]["template"]
        labels = template.get("metadata", {}).get("labels", {})
        found.append(
            Workload(manifest["kind"], manifest["metadata"]["name"], template["spec"], labels)
        )
    return found


def workload(objects: list[Object], name: str) -> Workload:
    return next(each for each in workloads(objects) if each.name == name)


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [each for each in objects if each["kind"] in kinds]


def named(objects: list[Object], kind: str, name: str) -> Object:
    return next(each for each in of_kind(objects, kind) if each["metadata"]["name"] == name)


def environment_of(objects: list[Object], container: Object) -> dict[str, str]:
    values: dict[str, str] = {}
    for source in container.get("envFrom", []):
        values |= named(objects, "ConfigMap", source["configMapRef"]["name"])["data"]
    for variable in container.get("env", []):
        if "value" in variable:
            values[variable["name"]] = variable["value"]
        else:
            reference = variable["valueFrom"]["configMapKeyRef"]
            values[variable["name"]] = named(objects, "ConfigMap", reference["name"])["data"][
                reference["key"]
            ]
    return values


def composed_environment(service: str) -> dict[str, str]:
    """The same of docker-compose.yml; what is empty there is null in YAML."""
    given = COMPOSE_SERVICES[service].get("environment", {})
    return {name: "" if value is None else str(value) for name, value in given.items()}


def secrets_by_path(workload: Workload) -> dict[str, str]:
    """Keys of Secrets by the paths at which the process reads them."""
    folders = {mount["name"]: mount["mountPath"] for mount in workload.process["volumeMounts"]}
    return {
        f"{folders[volume['name']]}/{item['path']}": item["key"]
        for volume in workload.pod.get("volumes", [])
        for source in (volume, *volume.get("projected", {}).get("sources", []))
        for item in source.get("secret", {}).get("items", [])
    }


def composed_secrets(service: str) -> dict[str, str]:
    """Names of secrets by the paths at which docker-compose.yml puts them."""
    given = COMPOSE_SERVICES[service].get("secrets", [])
    return {SECRETS + each: each for each in given if isinstance(each, str)} | {
        each["target"]: each["source"] for each in given if not isinstance(each, str)
    }
