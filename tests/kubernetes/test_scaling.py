"""Autoscalers scale what there is, and PostgreSQL has connections for as many replicas."""

import json
import os
import re
from pathlib import Path

import yaml
from sqlalchemy.engine import make_url

from deploy.service_names import CLIENTS, SERVICES
from services.chassis.database.transactions import _engine_options
from tests.kubernetes.rendered import FOLDER, Object, named, of_kind, rendered_folder, workload

TOPOLOGY = FOLDER.parent / "containers/rabbitmq/10-topology.json"


def test_every_web_process_and_the_proxy_are_scaled_on_their_processor_time(objects: list[Object]) -> None:
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind(objects, "HorizontalPodAutoscaler")}
    assert scaled == {"proxy", *CLIENTS}
    for name in scaled:
        [metric] = named(objects, "HorizontalPodAutoscaler", name)["spec"]["metrics"]
        assert metric["resource"]["name"] == "cpu"
        assert "replicas" not in named(objects, "Deployment", name)["spec"]


def test_postgresql_has_connections_for_the_most_replicas(demonstration: list[Object]) -> None:
    scalers = {name: named(demonstration, "HorizontalPodAutoscaler", name)["spec"] for name in SERVICES}
    most = sum(int(scaler["maxReplicas"]) for scaler in scalers.values())
    [limit] = [word for word in workload(demonstration, "postgres").process["args"] if "max_connections" in word]
    options = _engine_options(make_url("postgresql+psycopg://x@x/x"))
    of_one = options["pool_size"] + options["max_overflow"]
    assert int(re.findall(r"\d+", limit)[0]) >= of_one * (most + len(SERVICES))


def test_the_component_keda_scales_every_worker_on_a_queue_that_there_is(tmp_path: Path) -> None:
    folders = {"resources": FOLDER / "overlays/production", "components": FOLDER / "components/keda"}
    written = {kind: [os.path.relpath(folder, tmp_path)] for kind, folder in folders.items()}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(written | {"namespace": "portail"}), encoding="utf-8")
    queues = {each["name"] for each in json.loads(TOPOLOGY.read_text(encoding="utf-8"))["queues"]}
    specs = [each["spec"] for each in of_kind(rendered_folder(tmp_path), "ScaledObject")]
    assert {spec["scaleTargetRef"]["name"] for spec in specs} == {f"{service}-worker" for service in SERVICES}
    triggers = [trigger for spec in specs for trigger in spec["triggers"] if trigger["type"] == "rabbitmq"]
    assert {trigger["metadata"]["queueName"] for trigger in triggers} == queues & set(SERVICES)
