"""What a pod or container is permitted and should not be."""

from collections.abc import Iterator

from tests.kubernetes.rendered import Object, Workload, workloads

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


SECCOMP = ("RuntimeDefault", "Localhost")


HOST = ("hostNetwork", "hostPID", "hostIPC")


def permitted_too_much(objects: list[Object]) -> list[str]:
    """A line for each thing that a pod or container is permitted and should not be."""
    return [
        f"{each.name}: {complaint}"
        for each in workloads(objects)
        for complaint in _complaints(each)
    ]


def _complaints(each: Workload) -> Iterator[str]:
    pod = each.pod
    yield from (name for name in HOST if pod.get(name))
    for volume in pod.get("volumes", []):
        yield from (f"volume {kind}" for kind in volume.keys() - {"name"} - VOLUMES)
    if pod.get("automountServiceAccountToken") is not False:
        yield "the cluster's API"
    for container in [*each.containers, *pod.get("ephemeralContainers", [])]:
        yield from (f"{container['name']}: {what}" for what in _of_container(pod, container))


def _of_container(pod: Object, container: Object) -> Iterator[str]:
    own = container.get("securityContext", {})
    effective = {**pod.get("securityContext", {}), **own}
    if effective.get("runAsNonRoot") is not True or not effective.get("runAsUser"):
        yield "root"
    if effective.get("seccompProfile", {}).get("type") not in SECCOMP:
        yield "system calls"
    if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
        yield "more rights"
    if own.get("capabilities") != {"drop": ["ALL"]}:
        yield "capabilities"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "its image's files"
    yield from (
        f"port {port['hostPort']} of the host"
        for port in container.get("ports", [])
        if "hostPort" in port
    )
