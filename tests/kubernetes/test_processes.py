"""What runs in the cluster is what docker-compose.yml runs: processes, images, commands, sizes, ends."""

import re
from typing import Any

from deploy.service_names import CLIENTS, SERVICES
from tests.kubernetes.rendered import Object, Workload, named, workload, workloads
from tests.support.compose_file import COMPOSE_SERVICES

NOT_IN_A_CLUSTER = {"backup", "restore", "prometheus", "grafana", "identity-providers"}
FROM_OUTSIDE = {"postgres", "rabbitmq", "objects", "mailpit", "demo-catalogue", "demo-staff"}
"""What production gets from elsewhere, or has no use for."""
UNITS = {"m": 2**20, "g": 2**30, "Mi": 2**20, "Gi": 2**30}


def size(text: str) -> int:
    """Bytes of « 512m » (compose) or « 512Mi » (Kubernetes)."""
    number, unit = re.fullmatch(r"(\d+)(\w+)", text).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


def test_every_process_of_compose_runs(objects: list[Object], overlay: str) -> None:
    expected = set(COMPOSE_SERVICES) - NOT_IN_A_CLUSTER - (FROM_OUTSIDE if overlay == "production" else set())
    assert {each.name for each in workloads(objects)} == expected


def test_each_is_the_same_image_with_the_same_command(objects: list[Object]) -> None:
    for each in workloads(objects):
        composed = COMPOSE_SERVICES[each.name]
        assert {container["image"] for container in each.containers} == {composed["image"]}, each.name
        assert each.process.get("command") == composed.get("entrypoint"), each.name
        assert _words(each, each.process.get("args")) == _words(each, composed.get("command")), each.name


def _words(each: Workload, words: list[str] | None) -> list[str] | None:
    """Those that compose writes with $$; no WAL is archived in a cluster, and connections follow its replicas."""
    omitted = ("-carchive_", "-cmax_connections") if each.name == "postgres" else ()
    return words and [word.replace("$$", "$") for word in words if not word.startswith(omitted)]


def test_each_may_take_as_much_as_in_compose(objects: list[Object]) -> None:
    for each in workloads(objects):
        limits = COMPOSE_SERVICES[each.name]["deploy"]["resources"]["limits"]
        granted = each.process["resources"]["limits"]
        assert size(granted["memory"]) == size(limits["memory"]), each.name
        assert float(granted["cpu"]) == float(limits["cpus"]), each.name


def test_a_stop_waits_for_what_is_under_way(objects: list[Object]) -> None:
    for each in workloads(objects):
        composed = COMPOSE_SERVICES[each.name].get("stop_grace_period", "10s")
        before = each.process.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        granted = each.pod.get("terminationGracePeriodSeconds", 30)
        assert granted >= before + int(composed.removesuffix("s")), each.name


def test_nothing_starts_before_the_migrations(objects: list[Object]) -> None:
    for name in (*SERVICES, *(f"{service}-worker" for service in SERVICES)):
        [waiting] = workload(objects, name).pod["initContainers"]
        assert waiting["args"] == ["wait-for-migrations"]
        assert waiting["envFrom"] == workload(objects, name).process["envFrom"]


def test_replicas_stand_on_different_machines(objects: list[Object]) -> None:
    for each in workloads(objects):
        if each.service in (*CLIENTS, "proxy") and each.kind == "Deployment":
            keys = {constraint["topologyKey"] for constraint in each.pod["topologySpreadConstraints"]}
            assert keys == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
            assert selected(objects, named(objects, "PodDisruptionBudget", each.name)["spec"]["selector"]) == {
                each.name
            }


def selected(objects: list[Object], selector: dict[str, Any]) -> set[str]:
    """Names of the workloads whose pods a selector means."""
    wanted = selector["matchLabels"].items()
    return {each.name for each in workloads(objects) if wanted <= each.labels.items()}
