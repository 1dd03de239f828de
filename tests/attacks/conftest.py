"""One site for this folder: nginx before two gateways, and four services."""

from collections.abc import Iterator

import pytest

from services.chassis import clock
from tests.attacks.gateway_replicas import Site
from tests.support.object_store import ObjectStore


@pytest.fixture(scope="package")
def site(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("site"), objects.fresh_bucket().url)
    yield running
    running.close()
    clock.set_offset(0)
