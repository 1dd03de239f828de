"""An operation is prepared once for all its cells, in a service over a copy of a database that was migrated once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.chassis.process.command_line import migrate
from tests.accounts.fake_registrations import FakeRegistrations, run_fake_registrations
from tests.architecture import apps
from tests.faults.failure_table import Cell
from tests.faults.operation import Operation
from tests.faults.prepared_operation import PostgresDatabase, PreparedOperation, RestorableDatabase, SqliteDatabase
from tests.registrations.service.candidate_client import with_catalogue
from tests.support.postgres import Postgres
from tests.support.postgres_proxy import PostgresProxy
from tests.support.prepared_databases import SqliteTemplates


@pytest.fixture(scope="session")
def proxy(postgres: Postgres) -> Iterator[PostgresProxy]:
    running = PostgresProxy(postgres.port)
    yield running
    running.close()


@pytest.fixture(scope="session")
def _registrations() -> Iterator[FakeRegistrations]:
    with run_fake_registrations() as answering:
        yield answering


@pytest.fixture(scope="module")
def prepared_operations(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PreparedOperations]:
    operations = PreparedOperations(request, tmp_path_factory)
    yield operations
    operations.close()


@pytest.fixture
def prepared(cell: Cell, engine: str, prepared_operations: PreparedOperations) -> PreparedOperation:
    """The operation of the cell, in a service at work."""
    return prepared_operations.get(engine, cell.operation)


class PreparedOperations:
    """The one that was asked for last: the cells of an operation follow each other."""

    def __init__(self, request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> None:
        self._request, self._folders = request, folders
        self._prepared: tuple[tuple[str, type[Operation[Any]]], PreparedOperation] | None = None

    def get(self, engine: str, operation: type[Operation[Any]]) -> PreparedOperation:
        if self._prepared is None or self._prepared[0] != (engine, operation):
            self.close()
            self._prepared = (engine, operation), self._prepare(engine, operation)
        return self._prepared[1]

    def close(self) -> None:
        if self._prepared is not None:
            self._prepared[1].close()
            self._prepared = None

    def _prepare(self, engine: str, operation: type[Operation[Any]]) -> PreparedOperation:
        folder = self._folders.mktemp(operation.service.name)
        database = self._database(engine, operation.service.name, folder)
        needed = (self._needed(name) for name in operation.service.needs)
        return PreparedOperation(operation, operation.service(database.url, folder, *needed), database)

    def _database(self, engine: str, service: str, folder: Path) -> RestorableDatabase:
        prepare = partial(_migrate, service, folder)
        if engine == "sqlite":
            templates: SqliteTemplates = self._request.getfixturevalue("sqlite_templates")
            return SqliteDatabase(templates.template(f"faults_{service}", prepare), folder)
        cluster: Postgres = self._request.getfixturevalue("postgres")
        proxy = self._request.getfixturevalue("proxy")
        return PostgresDatabase(cluster, cluster.template(f"faults_{service}", prepare), proxy)

    def _needed(self, name: str) -> Any:
        """What a service is built with, for as long as the operation is prepared."""
        if name == "bucket":
            return self._request.getfixturevalue("objects").fresh_bucket()
        needed = self._request.getfixturevalue({"mailbox": "_mail_server", "registrations": "_registrations"}[name])
        needed.clear()
        return needed


def _migrate(service: str, folder: Path, database_url: str) -> None:
    """Make the tables, and what registrations offers; the connections are closed."""
    app = apps.build(service, folder, database_url)
    migrate(app)
    if service == "registrations":
        with_catalogue(app)
    with app.app_context():
        apps.database_of(app).engine.dispose()
