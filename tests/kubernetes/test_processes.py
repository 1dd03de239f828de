"""What runs in the cluster is what docker-compose.yml runs: processes, images, commands, sizes,
ends. Services lead to ports of their pods, processes are probed where they answer, autoscalers
scale what there is."""

import json
import os
import re
from pathlib import Path

import yaml
from sqlalchemy.engine import make_url

from deploy.local.supervisor import SILENT_SECONDS
from deploy.service_names import CLIENTS, SERVICES
from services.chassis.database.engines import engine_options
from services.chassis.process.probe import HEALTH_PATHS
from tests.kubernetes.rendered import (
    FOLDER,
    Object,
    Workload,
    named,
    of_kind,
    rendered_folder,
    workload,
    workloads,
)
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
    expected = (
        set(COMPOSE_SERVICES)
        - NOT_IN_A_CLUSTER
        - (FROM_OUTSIDE if overlay == "production" else set())
    )
    assert {each.name for each in workloads(objects)} == expected


def test_each_is_the_same_image_with_the_same_command(objects: list[Object]) -> None:
    for each in workloads(objects):
        composed = COMPOSE_SERVICES[each.name]
        assert {container["image"] for container in each.containers} == {composed["image"]}, (
            each.name
        )
        assert each.process.get("command") == composed.get("entrypoint"), each.name
        assert _words(each, each.process.get("args")) == _words(each, composed.get("command")), (
            each.name
        )


def _words(each: Workload, words: list[str] | None) -> list[str] | None:
    """Those that compose writes with $$; no WAL is archived in a cluster, and connections follow
    its replicas."""
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
        before = (
            each.process.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        )
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
            keys = {
                constraint["topologyKey"] for constraint in each.pod["topologySpreadConstraints"]
            }
            assert keys == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
            means = named(objects, "PodDisruptionBudget", each.name)["spec"]["selector"][
                "matchLabels"
            ].items()
            assert [
                other.name for other in workloads(objects) if means <= other.labels.items()
            ] == [each.name]


NGINX = FOLDER.parent / "containers/proxy/nginx.conf"
PATHS = {
    "startupProbe": "/health/live",
    "livenessProbe": "/health/live",
    "readinessProbe": "/health/ready",
}


def test_every_service_leads_to_a_port_of_its_pods(objects: list[Object]) -> None:
    for service in of_kind(objects, "Service"):
        pods = workload(objects, service["metadata"]["name"])
        ports = {port["name"]: port["containerPort"] for port in pods.process["ports"]}
        # Without an address of its own a Service leads to the pods' port, whatever it says.
        assert all(
            ports[port["targetPort"]] == port["port"] for port in service["spec"]["ports"]
        ), pods.name


def test_every_process_is_probed_where_it_answers_or_as_compose_does(objects: list[Object]) -> None:
    assert set(PATHS.values()) <= set(HEALTH_PATHS)
    for each in workloads(objects):
        if each.kind == "Job":
            continue
        probes = {name: each.process[name] for name in PATHS if name in each.process}
        assert "readinessProbe" in probes, each.name
        for name, probe in probes.items():
            if each.service in CLIENTS:
                assert probe["httpGet"]["path"] == PATHS[name], each.name
                assert probe["httpGet"]["port"] in {
                    port["name"] for port in each.process["ports"]
                }, each.name
            elif test := COMPOSE_SERVICES[each.name].get("healthcheck", {}).get("test"):
                assert probe["exec"]["command"] == (
                    test[1:] if test[0] == "CMD" else ["sh", "-c", test[1]]
                ), each.name
            else:
                assert "tcpSocket" in probe, each.name


def test_a_silent_pod_is_ended_about_as_soon_as_a_silent_process_of_one_machine(
    objects: list[Object],
) -> None:
    for each in workloads(objects):
        if each.service in (*CLIENTS, "proxy") and each.kind != "Job":
            probe = each.process["livenessProbe"]
            assert probe["periodSeconds"] * probe["failureThreshold"] == SILENT_SECONDS, each.name
            # Who is silent finishes nothing: it is not given the time that a stop has.
            assert probe["terminationGracePeriodSeconds"] <= probe["periodSeconds"], each.name


def test_the_ingress_leaves_bodies_and_waiting_to_the_proxy(production: list[Object]) -> None:
    ingress = named(production, "Ingress", "portail")
    annotations = ingress["metadata"]["annotations"]
    words = {
        name.removeprefix("nginx.ingress.kubernetes.io/"): value
        for name, value in annotations.items()
    }
    assert (
        words["proxy-request-buffering"],
        words["proxy-buffering"],
        words["proxy-body-size"],
    ) == ("off", "off", "0")
    [waits] = re.findall(r"proxy_read_timeout (\d+)s;", NGINX.read_text(encoding="utf-8"))
    assert int(words["proxy-read-timeout"]) > int(waits)
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    ports = named(production, "Service", backend["name"])["spec"]["ports"]
    assert backend["port"]["name"] in {port["name"] for port in ports}


TOPOLOGY = FOLDER.parent / "containers/rabbitmq/10-topology.json"


def test_every_web_process_and_the_proxy_are_scaled_on_their_processor_time(
    objects: list[Object],
) -> None:
    scaled = {
        each["spec"]["scaleTargetRef"]["name"]
        for each in of_kind(objects, "HorizontalPodAutoscaler")
    }
    assert scaled == {"proxy", *CLIENTS}
    for name in scaled:
        [metric] = named(objects, "HorizontalPodAutoscaler", name)["spec"]["metrics"]
        assert metric["resource"]["name"] == "cpu"
        assert "replicas" not in named(objects, "Deployment", name)["spec"]


def test_postgresql_has_connections_for_the_most_replicas(demonstration: list[Object]) -> None:
    scalers = {
        name: named(demonstration, "HorizontalPodAutoscaler", name)["spec"] for name in SERVICES
    }
    most = sum(int(scaler["maxReplicas"]) for scaler in scalers.values())
    [limit] = [
        word
        for word in workload(demonstration, "postgres").process["args"]
        if "max_connections" in word
    ]
    options = engine_options(make_url("postgresql+psycopg://x@x/x"))
    of_one = options["pool_size"] + options["max_overflow"]
    assert int(re.findall(r"\d+", limit)[0]) >= of_one * (most + len(SERVICES))


def test_the_component_keda_scales_every_worker_on_a_queue_that_there_is(tmp_path: Path) -> None:
    folders = {
        "resources": FOLDER / "overlays/production",
        "components": FOLDER / "components/keda",
    }
    written = {kind: [os.path.relpath(folder, tmp_path)] for kind, folder in folders.items()}
    (tmp_path / "kustomization.yaml").write_text(
        yaml.safe_dump(written | {"namespace": "portail"}), encoding="utf-8"
    )
    queues = {each["name"] for each in json.loads(TOPOLOGY.read_text(encoding="utf-8"))["queues"]}
    specs = [each["spec"] for each in of_kind(rendered_folder(tmp_path), "ScaledObject")]
    assert {spec["scaleTargetRef"]["name"] for spec in specs} == {
        f"{service}-worker" for service in SERVICES
    }
    triggers = [
        trigger for spec in specs for trigger in spec["triggers"] if trigger["type"] == "rabbitmq"
    ]
    assert {trigger["metadata"]["queueName"] for trigger in triggers} == queues & set(SERVICES)
