"""A Prometheus in the cluster asks every web and worker, under the names that rules and panels compare."""

from __future__ import annotations

import re

from tests.kubernetes.rendered import Object, workloads
from tests.monitoring.rule_files import MONITORING, read_yaml

[SCRAPED] = read_yaml(MONITORING / "kubernetes.yml")["scrape_configs"]
COMPOSED = {target["job_name"] for target in read_yaml(MONITORING / "prometheus.yml")["scrape_configs"]}
POD_LABEL = "__meta_kubernetes_pod_label_"


def test_pods_are_asked_under_the_names_of_compose(objects: list[Object]) -> None:
    jobs = [job for workload in workloads(objects) for job in jobs_of(workload.labels, workload.containers)]
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
