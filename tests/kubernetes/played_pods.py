"""What `podman kube play` runs of a rendered overlay: its pods, with the settings, secrets and volumes that they name.

It knows no StatefulSet, no projected volume, and asks probes by a program that our images do not have; what it does not
read at all (Services, policies, autoscalers, budgets) is left out. docs/operations/install.md says so (« Kubernetes »).
"""

import copy
from collections.abc import Iterator
from typing import Any

from tests.kubernetes.rendered import PROBES, Object, of_kind

SECRET = "portail"


class PlayedPods:
    """Pods named after `project`. `images` are by name of the workload, `secrets` by name of the file."""

    def __init__(self, objects: list[Object], project: str, images: dict[str, str], secrets: dict[str, str]) -> None:
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
        claims = [claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])]
        volumes += [{"name": claim, "persistentVolumeClaim": {"claimName": self._named(claim)}} for claim in claims]
        projected = [self._merged(volume) for volume in volumes if "projected" in volume]
        mounted = [self._own_config_map(volume["configMap"]) for volume in volumes if "configMap" in volume]
        for volume in volumes:
            if "secret" in volume:
                volume["secret"]["secretName"] = self._named(volume["secret"]["secretName"])
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            container["image"] = self._images[name]
            for probe in PROBES:
                container.pop(probe, None)
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": self._named(name)}, "spec": spec}
        return [*of_kind(self._objects, "ConfigMap"), *mounted, *map(self._claim, claims), *projected, pod]

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
        """A copy under a name of this project: podman makes a volume of that name, which outlives the pod."""
        [given] = [each for each in of_kind(self._objects, "ConfigMap") if each["metadata"]["name"] == mount["name"]]
        mount["name"] = self._named(mount["name"])
        return {**given, "metadata": {"name": mount["name"]}}

    def _files(self, sources: list[Object]) -> Iterator[tuple[str, str]]:
        for source in sources:
            if "secret" in source:
                given, items = self._secrets, source["secret"]["items"]
            else:
                name, items = source["configMap"]["name"], source["configMap"]["items"]
                [given] = [each["data"] for each in self._objects if each["metadata"]["name"] == name]
            yield from ((item["path"], given[item["key"]]) for item in items)

    def _secret(self, name: str, files: dict[str, str]) -> Object:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": self._named(name)}, "stringData": files}

    def _claim(self, name: str) -> Object:
        spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": self._named(name)},
            "spec": spec,
        }

    def _named(self, name: str) -> str:
        return f"{self._project}-{name}"
