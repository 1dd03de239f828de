"""Servers set up with the composed portal's files; not shared with other tests, since users and rights belong to a
whole server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.composed_databases import ComposedDatabases
from tests.support.missing_services import NotInstalled, skip_or_fail
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposedDatabases]:
    """A cluster whose init script was run, and on which all four services have migrated."""
    try:
        cluster = PostgresServer()
    except NotInstalled as absence:
        skip_or_fail(absence)
    yield ComposedDatabases(cluster, tmp_path_factory.mktemp("databases") / "secrets")
    cluster.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a test's own secrets go."""
    return tmp_path / "secrets"
