"""An operation is prepared once for all its cells, in a service over a copy of a database that was migrated once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache, partial
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
from tests.support.prepared_databases import sqlite_template


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
) -> Iterator[Callable[[str, type[Operation[Any]]], PreparedOperation]]:
    """Prepares one, and keeps the one that was asked for last: the cells of an operation follow each other."""
    with ExitStack() as last:

        @lru_cache(maxsize=1)
        def prepare(engine: str, operation: type[Operation[Any]]) -> PreparedOperation:
            last.close()
            service = operation.service
            folder = tmp_path_factory.mktemp(service.name)
            database = _database(request, engine, service.name, folder)
            needed = (_needed(request, name) for name in service.needs)
            prepared = PreparedOperation(operation, service(database.url, folder, *needed), database)
            last.callback(prepared.close)
            return prepared

        yield prepare


@pytest.fixture
def prepared(
    cell: Cell, engine: str, prepared_operations: Callable[[str, type[Operation[Any]]], PreparedOperation]
) -> PreparedOperation:
    """The operation of the cell, in a service at work."""
    return prepared_operations(engine, cell.operation)


def _database(request: pytest.FixtureRequest, engine: str, service: str, folder: Path) -> RestorableDatabase:
    prepare = partial(_migrate, service, folder)
    if engine == "sqlite":
        return SqliteDatabase(sqlite_template(f"faults_{service}", prepare, request), folder)
    cluster: Postgres = request.getfixturevalue("postgres")
    template = cluster.template(f"faults_{service}", prepare)
    return PostgresDatabase(cluster, template, request.getfixturevalue("proxy"))


def _needed(request: pytest.FixtureRequest, name: str) -> Any:
    """What a service is built with, for as long as the operation is prepared."""
    if name == "bucket":
        return request.getfixturevalue("objects").fresh_bucket()
    needed = request.getfixturevalue({"mailbox": "_mail_server", "registrations": "_registrations"}[name])
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
