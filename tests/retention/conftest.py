"""A portal of three sessions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.service_names import SERVICES
from tests.retention.people import Portal
from tests.support.in_process_four_services import running_four_services
from tests.support.object_store import Bucket
from tests.support.postgres import Postgres
from tests.support.service_worker import database_of


@pytest.fixture
def portal(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket
) -> Iterator[Portal]:
    cluster: Postgres | None = (
        request.getfixturevalue("postgres") if engine == "postgresql" else None
    )
    databases = {service: cluster.fresh_database() for service in SERVICES} if cluster else {}
    with running_four_services(tmp_path, bucket.url, databases) as running:
        yield Portal(running, bucket)
        for app in running.apps.values():
            with app.app_context():
                database_of(app).engine.dispose()
    if cluster:
        for url in databases.values():
            cluster.drop_database(url)
