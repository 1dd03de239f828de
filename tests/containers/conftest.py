"""Servers set up with the composed portal's files; not shared with other tests, since users and rights belong to a
whole server."""

from pathlib import Path

import pytest

from deploy.containers import secrets
from tests.containers.composed_databases import ComposedDatabases
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def databases(own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> ComposedDatabases:
    """A cluster, and the secrets with which its init script makes databases and roles."""
    return ComposedDatabases(own_postgres, tmp_path_factory.mktemp("databases") / "secrets")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secrets.make(tmp_path / "secrets")
    return tmp_path / "secrets"
