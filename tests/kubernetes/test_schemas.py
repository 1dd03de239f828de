"""The cluster takes every object: strict schemas of the oldest and the newest Kubernetes that the portal runs on."""

from __future__ import annotations

import kubernetes_validate
import pytest

from tests.kubernetes.rendered import Object

VERSIONS = ("1.32", kubernetes_validate.latest_version())  # the oldest, as docs/operations.md promises
# Objects of operators, whose schemas Kubernetes does not publish.
OF_OPERATORS = ("postgresql.cnpg.io", "rabbitmq.com")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(
    demonstration: list[Object], production: list[Object], examples: list[Object], version: str
) -> None:
    ours = [each for each in examples if each["apiVersion"].partition("/")[0] not in OF_OPERATORS]
    for each in [*demonstration, *(each for each in production if each not in demonstration), *ours]:
        kubernetes_validate.validate(each, version, strict=True)
