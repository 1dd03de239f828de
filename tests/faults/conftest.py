"""An operation is prepared once for all its cells, in a service over a copy of a database that was
migrated once; and put back as it then was before each of them."""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from services.chassis.roles.command_line import migrate
from tests.accounts.fake_registrations import FakeRegistrations, run_fake_registrations
from tests.architecture import apps
from tests.faults.operation import Cell, Operation, RunningService, State
from tests.registrations.service.candidate_client import with_catalogue
from tests.support.postgres import Postgres
from tests.support.postgres_proxy import PostgresProxy
from tests.support.prepared_databases import sqlite_template


class SqliteDatabase:
    """A copy of the file `template` in an empty folder. Nobody is connected to it while it is kept
    or put back."""

    proxy = None

    def __init__(self, template: Path, folder: Path) -> None:
        self._file = folder / "service.db"
        self._kept = folder / "kept.db"
        shutil.copy(template, self._file)
        self.url = f"sqlite:///{self._file}"

    def keep(self) -> None:
        shutil.copy(self._file, self._kept)

    def put_back(self) -> None:
        for unfinished in ("-wal", "-shm"):  # of a process that was killed
            Path(f"{self._file}{unfinished}").unlink(missing_ok=True)
        shutil.copy(self._kept, self._file)

    def drop(self) -> None:
        """The folder goes with the test run."""


class PostgresDatabase:
    """A copy of a template of the cluster, reached by way of the proxy."""

    def __init__(self, cluster: Postgres, template: str, proxy: PostgresProxy) -> None:
        self._cluster = cluster
        self.proxy = proxy
        self._url = cluster.fresh_database(template)
        self._kept = ""
        self.url = proxy.in_front_of(self._url)

    def keep(self) -> None:
        self._kept = self._cluster.fresh_database(self._name_of(self._url))

    def put_back(self) -> None:
        self._cluster.drop_database(self._url)
        self._cluster.create_database(self._name_of(self._url), self._name_of(self._kept))

    def drop(self) -> None:
        for url in filter(None, (self._url, self._kept)):
            self._cluster.drop_database(url)

    @staticmethod
    def _name_of(url: str) -> str:
        return str(make_url(url).database)


RestorableDatabase = SqliteDatabase | PostgresDatabase


class PreparedOperation:
    """`before`: what people saw before it was done."""

    def __init__(
        self, operation: type[Operation[Any]], running: RunningService, database: RestorableDatabase
    ) -> None:
        self.running = running
        self.proxy = database.proxy
        self._database = database
        self._operation = operation(running)
        self._operation.prepare()
        self.before: State = self._operation.state()
        self._restore = running.restoring()
        running.disconnect()
        database.keep()

    def operation(self) -> Operation[Any]:
        """The operation, with everything as it was once it had been prepared."""
        self.running.disconnect()
        self._database.put_back()
        self._restore()
        return copy.copy(self._operation)

    def close(self) -> None:
        self.running.close()
        self._database.drop()


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
    """Prepares one, and keeps the one that was asked for last: the cells of an operation follow
    each other."""
    with ExitStack() as last:

        @lru_cache(maxsize=1)
        def prepare(engine: str, operation: type[Operation[Any]]) -> PreparedOperation:
            last.close()
            service: Any = operation.service
            folder = tmp_path_factory.mktemp(service.name)
            database = _database(request, engine, service.name, folder)
            needed = (_needed(request, name) for name in service.needs)
            prepared = PreparedOperation(
                operation, service(database.url, folder, *needed), database
            )
            last.callback(prepared.close)
            return prepared

        yield prepare


@pytest.fixture
def prepared(
    cell: Cell,
    engine: str,
    prepared_operations: Callable[[str, type[Operation[Any]]], PreparedOperation],
) -> PreparedOperation:
    """The operation of the cell, in a service at work."""
    return prepared_operations(engine, cell.operation)


def _database(
    request: pytest.FixtureRequest, engine: str, service: str, folder: Path
) -> RestorableDatabase:
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
    needed = request.getfixturevalue(
        {"mailbox": "_mail_server", "registrations": "_registrations"}[name]
    )
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
