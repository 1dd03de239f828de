"""deploy/kubernetes as the real `kubectl kustomize` renders it, and what its pods are."""

import copy
import functools
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.missing_services import NotInstalled

Object = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = ("demonstration", "production")
WORKLOADS = ("Deployment", "StatefulSet", "Job")
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
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
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
        return next(container for container in self.pod["containers"] if container["name"] == "process")

    @property
    def service(self) -> str:
        """The service of ours that it belongs to, whatever its role; the server's name else."""
        return self.name.partition("-")[0]


def workloads(objects: list[Object]) -> list[Workload]:
    return [
        Workload(manifest["kind"], manifest["metadata"]["name"], template["spec"], _labels(template))
        for manifest in of_kind(objects, *WORKLOADS)
        for template in [manifest["spec"]["template"]]
    ]


def _labels(template: Object) -> dict[str, str]:
    labels: dict[str, str] = template.get("metadata", {}).get("labels", {})
    return labels


def workload(objects: list[Object], name: str) -> Workload:
    return next(each for each in workloads(objects) if each.name == name)


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [each for each in objects if each["kind"] in kinds]


def named(objects: list[Object], kind: str, name: str) -> Object:
    return next(each for each in of_kind(objects, kind) if each["metadata"]["name"] == name)
