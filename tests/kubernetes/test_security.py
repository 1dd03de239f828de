"""The profile « restricted », container by container, and docker-compose.yml's own restrictions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.kubernetes.rendered import Object, named, workload, workloads
from tests.kubernetes.security import permitted_too_much
from tests.support.compose_file import COMPOSE_SERVICES

BREACHES: dict[str, tuple[str, Callable[[Object], object]]] = {
    "root": ("process: root", lambda pod: _process(pod).update(runAsUser=0)),
    "root allowed": ("process: root", lambda pod: _process(pod).update(runAsNonRoot=False)),
    "first container": ("wait-for-migrations: root", lambda pod: pod["initContainers"][0]["securityContext"].clear()),
    "capability": ("process: capabilities", lambda pod: _process(pod)["capabilities"].update(add=["NET_RAW"])),
    "escalation": ("process: more rights", lambda pod: _process(pod).pop("allowPrivilegeEscalation")),
    "seccomp": ("process: system calls", lambda pod: pod["securityContext"].pop("seccompProfile")),
    "files": ("process: its image's files", lambda pod: _process(pod).pop("readOnlyRootFilesystem")),
    "folder": ("volume hostPath", lambda pod: pod["volumes"].append({"name": "host", "hostPath": {"path": "/"}})),
    "network": ("hostNetwork", lambda pod: pod.update(hostNetwork=True)),
    "token": ("the cluster's API", lambda pod: pod.pop("automountServiceAccountToken")),
}
"""What is permitted wrongly: the complaint about it, and how."""


def _process(pod: Object) -> Object:
    context: Object = pod["containers"][0]["securityContext"]
    return context


def test_no_container_may_do_more_than_it_needs(objects: list[Object]) -> None:
    assert all(composed["read_only"] and composed["cap_drop"] == ["ALL"] for composed in COMPOSE_SERVICES.values())
    assert permitted_too_much(objects) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_a_container_that_may_is_noticed(demonstration: list[Object], breach: str) -> None:
    complaint, allow = BREACHES[breach]
    allow(workload(demonstration, "pieces").pod)
    assert f"pieces: {complaint}" in permitted_too_much(demonstration)


def test_the_cluster_refuses_what_would_not_be_restricted(objects: list[Object]) -> None:
    labels = named(objects, "Namespace", "portail")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {each["metadata"].get("namespace", "portail") for each in objects} == {"portail"}


def test_ours_run_as_their_images_do(objects: list[Object]) -> None:
    for each in workloads(objects):
        if each.process["image"].startswith("portail/") and each.name != "postgres":
            assert {container["securityContext"]["runAsUser"] for container in each.containers} == {10001}, each.name
