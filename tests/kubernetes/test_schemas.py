"""The cluster takes every object: strict schemas of the oldest and the newest Kubernetes that the portal runs on."""

from __future__ import annotations

import re
from pathlib import Path

import kubernetes_validate
import pytest

from tests.kubernetes.rendered import FOLDER, Object, rendered_folder
from tests.support.missing_services import NotInstalled, skip_or_fail

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
OLDEST = re.findall(r"Kubernetes (1\.\d+) or newer", OPERATIONS.read_text(encoding="utf-8"))
NEWEST = kubernetes_validate.latest_version()
# Objects of operators, whose schemas Kubernetes does not publish.
OF_OPERATORS = ("postgresql.cnpg.io", "rabbitmq.com")


def test_the_page_says_from_which_version_on() -> None:
    assert len(OLDEST) == 1


@pytest.mark.parametrize("version", [*OLDEST, NEWEST])
def test_every_object_is_valid(objects: list[Object], version: str) -> None:
    for each in objects:
        kubernetes_validate.validate(each, version, strict=True)


@pytest.mark.parametrize("version", [*OLDEST, NEWEST])
def test_a_word_that_kubernetes_does_not_know_is_noticed(objects: list[Object], version: str) -> None:
    deployment = next(each for each in objects if each["kind"] == "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["livenessProbes"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, version, strict=True)


@pytest.mark.parametrize("version", [*OLDEST, NEWEST])
def test_so_are_those_of_the_examples_that_are_no_operators(version: str) -> None:
    try:
        examples = rendered_folder(FOLDER / "examples")
    except NotInstalled as absence:
        skip_or_fail(absence)
    for each in examples:
        if each["apiVersion"].partition("/")[0] not in OF_OPERATORS:
            kubernetes_validate.validate(each, version, strict=True)
