"""The component « keda »: each worker follows its queue and the age of its outbox, by names that exist."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from deploy.service_names import SERVICES
from tests.kubernetes.queues_and_metrics import unknown_names
from tests.kubernetes.rendered import FOLDER, Object, of_kind, rendered_folder
from tests.support.missing_services import NotInstalled, skip_or_fail


@pytest.fixture
def objects(overlay: str, tmp_path: Path) -> list[Object]:
    """An operator's own overlay: one of ours and the component."""
    written = {
        "resources": [os.path.relpath(FOLDER / "overlays" / overlay, tmp_path)],
        "components": [os.path.relpath(FOLDER / "components" / "keda", tmp_path)],
        "namespace": "portail",
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    try:
        return rendered_folder(tmp_path)
    except NotInstalled as absence:
        skip_or_fail(absence)


def test_every_worker_is_scaled_by_names_that_exist(objects: list[Object]) -> None:
    targets = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind(objects, "ScaledObject")}
    assert targets == {f"{service}-worker" for service in SERVICES}
    assert unknown_names(objects) == []


@pytest.mark.parametrize(
    ("trigger", "word", "value", "complaint"),
    [
        (0, "queueName", "documents.gone", "documents.gone"),
        (1, "query", 'max(outbox_gone{service="documents"})', "outbox_gone"),
        (1, "query", 'max(outbox_oldest_seconds{service="pieces"})', "pieces"),
    ],
)
def test_a_queue_or_metric_that_is_gone_is_noticed(
    objects: list[Object], trigger: int, word: str, value: str, complaint: str
) -> None:
    [scaled] = [each for each in of_kind(objects, "ScaledObject") if each["metadata"]["name"] == "documents-worker"]
    scaled["spec"]["triggers"][trigger]["metadata"][word] = value
    assert unknown_names(objects) == [f"documents-worker: {complaint}"]
