"""What KEDA is told to follow, beside what there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from deploy.containers.secret_makers import SECRET_MAKERS
from services.chassis.events import metrics
from tests.kubernetes.rendered import Object, named, of_kind, workloads

TOPOLOGY = Path(__file__).parents[2] / "deploy/containers/rabbitmq/10-topology.json"
_SELECTION = re.compile(r'(\w+)\{service="(\w+)"\}')


def unknown_names(objects: list[Object]) -> list[str]:
    """Workers, queues, secrets and metrics that ScaledObjects name and nobody has."""
    workers = {each.name for each in workloads(objects) if each.name.endswith("-worker")}
    return [
        f"{scaled['metadata']['name']}: {name}"
        for scaled in of_kind(objects, "ScaledObject")
        for name in _unknown(objects, scaled, workers)
    ]


def _unknown(objects: list[Object], scaled: Object, workers: set[str]) -> Iterator[str]:
    target = scaled["spec"]["scaleTargetRef"]["name"]
    if target not in workers:
        yield target
    for trigger in scaled["spec"]["triggers"]:
        if trigger["type"] == "rabbitmq":
            yield from _unknown_to_broker(objects, trigger)
        else:
            yield from _unknown_to_monitor(trigger["metadata"]["query"], target.removesuffix("-worker"))


def _unknown_to_broker(objects: list[Object], trigger: Object) -> Iterator[str]:
    queue = trigger["metadata"]["queueName"]
    if queue not in {each["name"] for each in json.loads(TOPOLOGY.read_text(encoding="utf-8"))["queues"]}:
        yield queue
    authentication = named(objects, "TriggerAuthentication", trigger["authenticationRef"]["name"])
    [secret] = authentication["spec"]["secretTargetRef"]
    if secret["key"] not in SECRET_MAKERS:
        yield secret["key"]


def _unknown_to_monitor(query: str, service: str) -> Iterator[str]:
    known = {family.name for gauge in (metrics.OLDEST, metrics.WAITING) for family in gauge.collect()}
    for metric, label in _SELECTION.findall(query):
        if metric not in known:
            yield metric
        if label != service:
            yield label
    if not _SELECTION.search(query):
        yield query
