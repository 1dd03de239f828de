"""Autoscalers scale what there is, and PostgreSQL has connections for the most that they may make."""

from __future__ import annotations

import re

from sqlalchemy.engine import make_url

from deploy.service_names import CLIENTS, SERVICES
from services.chassis.database.transactions import _engine_options
from tests.kubernetes.rendered import Object, named, of_kind, workload


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
