"""The component « keda »: each worker follows its queue and the age of its outbox, by names that exist."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import yaml

from deploy.containers.secret_makers import SECRET_MAKERS
from deploy.service_names import SERVICES
from services.chassis.tasks import metrics
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
    queues = {each["name"] for each in json.loads(TOPOLOGY.read_text(encoding="utf-8"))["queues"]}
    known = {family.name for gauge in (metrics.OLDEST, metrics.WAITING) for family in gauge.collect()}
    scaled = {each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in of_kind(objects, "ScaledObject")}
    assert scaled.keys() == {f"{service}-worker" for service in SERVICES}
    assert scaled.keys() <= {each.name for each in workloads(objects)}
    for name, spec in scaled.items():
        for trigger in spec["triggers"]:
            if trigger["type"] == "rabbitmq":
                assert trigger["metadata"]["queueName"] in queues, name
                authentication = named(objects, "TriggerAuthentication", trigger["authenticationRef"]["name"])
                [secret] = authentication["spec"]["secretTargetRef"]
                assert secret["key"] in SECRET_MAKERS, name
            else:
                selected = _SELECTION.findall(trigger["metadata"]["query"])
                assert {service for _, service in selected} == {name.removesuffix("-worker")}
                assert {metric for metric, _ in selected} <= known, name
