"""The component « keda »: each worker follows its queue and the age of its outbox, by names that exist."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deploy.containers.secret_makers import SECRET_MAKERS
from deploy.service_names import SERVICES
from services.chassis.events import metrics
from tests.kubernetes.rendered import FOLDER, Object, named, of_kind, rendered_folder, workloads
from tests.support.missing_services import NotInstalled, skip_or_fail

TOPOLOGY = Path(__file__).parents[2] / "deploy/containers/rabbitmq/10-topology.json"
_SELECTION = re.compile(r'(\w+)\{service="(\w+)"\}')


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    """An operator's own overlay: ours for production and the component."""
    folder = tmp_path_factory.mktemp("overlay")
    written = {
        "resources": [os.path.relpath(FOLDER / "overlays" / "production", folder)],
        "components": [os.path.relpath(FOLDER / "components" / "keda", folder)],
        "namespace": "portail",
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    try:
        return rendered_folder(folder)
    except NotInstalled as absence:
        skip_or_fail(absence)


def test_every_worker_is_scaled_by_names_that_exist(objects: list[Object]) -> None:
    targets = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind(objects, "ScaledObject")}
    assert targets == {f"{service}-worker" for service in SERVICES}
    assert unknown_names(objects) == []


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
