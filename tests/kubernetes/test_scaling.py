"""Autoscalers scale what there is, PostgreSQL has connections for as many replicas, and Prometheus asks each."""

from __future__ import annotations

import re

from sqlalchemy.engine import make_url

from deploy.service_names import CLIENTS, SERVICES
from services.chassis.database.transactions import _engine_options
from tests.kubernetes.rendered import Object, named, of_kind, workload, workloads
from tests.monitoring.definitions import MONITORING, read_yaml

[SCRAPED] = read_yaml(MONITORING / "kubernetes.yml")["scrape_configs"]
COMPOSED = {target["job_name"] for target in read_yaml(MONITORING / "prometheus.yml")["scrape_configs"]}
POD_LABEL = "__meta_kubernetes_pod_label_"


def test_every_web_process_and_the_proxy_are_scaled_on_their_processor_time(objects: list[Object]) -> None:
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind(objects, "HorizontalPodAutoscaler")}
    assert scaled == {"proxy", *CLIENTS}
    for name in scaled:
        [metric] = named(objects, "HorizontalPodAutoscaler", name)["spec"]["metrics"]
        assert metric["resource"]["name"] == "cpu"
        assert "replicas" not in named(objects, "Deployment", name)["spec"]


def test_postgresql_has_connections_for_the_most_replicas(demonstration: list[Object]) -> None:
    most = {name: _most_replicas(demonstration, name) for name in SERVICES}
    [limit] = [word for word in workload(demonstration, "postgres").process["args"] if "max_connections" in word]
    options = _engine_options(make_url("postgresql+psycopg://x@x/x"))
    of_one = options["pool_size"] + options["max_overflow"]
    assert int(re.findall(r"\d+", limit)[0]) >= of_one * (sum(most.values()) + len(SERVICES))


def _most_replicas(objects: list[Object], name: str) -> int:
    return int(named(objects, "HorizontalPodAutoscaler", name)["spec"]["maxReplicas"])


def test_pods_are_asked_under_the_names_that_rules_and_panels_compare(objects: list[Object]) -> None:
    jobs = [job for each in workloads(objects) for job in jobs_of(each.labels, each.containers)]
    assert sorted(jobs) == sorted(COMPOSED - {"backup"})


def jobs_of(labels: dict[str, str], containers: list[Object]) -> list[str]:
    """The job of each port that is asked; Prometheus makes a target of a container without ports too."""
    pod = {POD_LABEL + re.sub(r"\W", "_", name): value for name, value in labels.items()}
    ports = [port.get("name", "") for container in containers for port in container.get("ports", [{}])]
    return [job for port in ports if (job := relabelled({**pod, "__meta_kubernetes_pod_container_port_name": port}))]


def relabelled(labels: dict[str, str]) -> str | None:
    """The label `job` after the relabelling of the file; None where the target is dropped."""
    for step in SCRAPED["relabel_configs"]:
        joined = ";".join(labels.get(name, "") for name in step["source_labels"])
        match = re.fullmatch(step.get("regex", "(.*)"), joined)
        if step.get("action") == "keep":
            if not match:
                return None
        elif match:
            labels[step["target_label"]] = match.expand(step.get("replacement", "$1").replace("$1", r"\1"))
    return labels["job"]
