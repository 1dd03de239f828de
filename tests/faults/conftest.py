"""Each cell of the table has a database of its own, migrated once and copied, and the service over it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.postgres_proxy import PostgresProxy
from tests.support.prepared_databases import prepared_url

if TYPE_CHECKING:
    from tests.accounts.fake_registrations import FakeRegistrations
    from tests.faults.failure_table import Cell, Results
    from tests.faults.running_service import RunningService
    from tests.support.postgres import Postgres

RESULTS = pytest.StashKey["Results"]()


@pytest.fixture(scope="session")
def proxy(postgres: Postgres) -> Iterator[PostgresProxy]:
    """What stands before the run's PostgreSQL and loses answers."""
    running = PostgresProxy(postgres.port)
    yield running
    running.close()


@pytest.fixture
def cell_proxy(cell: Cell, request: pytest.FixtureRequest) -> PostgresProxy | None:
    """The proxy of a cell on PostgreSQL."""
    return None if cell.engine == "sqlite" else request.getfixturevalue("proxy")


@pytest.fixture
def database_url(cell: Cell, request: pytest.FixtureRequest, tmp_path: Path, cell_proxy: PostgresProxy | None) -> str:
    """A migrated database, by way of the proxy on PostgreSQL."""
    service = cell.operation.service.name
    url = prepared_url(cell.engine, f"faults_{service}", lambda url: _migrate(service, url, tmp_path), request)
    return cell_proxy.in_front_of(url) if cell_proxy else url


@pytest.fixture(scope="session")
def _registrations() -> Iterator[FakeRegistrations]:
    from tests.accounts.fake_registrations import run_fake_registrations

    with run_fake_registrations() as answering:
        yield answering


@pytest.fixture
def registrations(_registrations: FakeRegistrations) -> FakeRegistrations:
    """What accounts asks of registrations, without any candidature."""
    _registrations.clear()
    return _registrations


@pytest.fixture
def running(cell: Cell, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningService]:
    """The service of the cell at work."""
    service = cell.operation.service
    running_service = service(database_url, tmp_path, *(request.getfixturevalue(name) for name in service.needs))
    yield running_service
    running_service.close()


def _migrate(service: str, database_url: str, folder: Path) -> None:
    """Make the tables, and what registrations offers; the connections are closed."""
    from services.chassis.process.command_line import migrate
    from tests.architecture import apps
    from tests.registrations.service.candidate_client import with_catalogue

    app = apps.build(service, folder, database_url)
    migrate(app)
    if service == "registrations":
        with_catalogue(app)
    with app.app_context():
        apps.database_of(app).engine.dispose()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what became of each cell."""
    report = yield
    cell = getattr(item, "callspec", None) and item.callspec.params.get("cell")  # type: ignore[attr-defined]
    if cell is not None:
        results = item.config.stash.setdefault(RESULTS, _no_results())
        results.note(cell, report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    results = config.stash.get(RESULTS, None)
    for line in results.lines() if results else ():
        terminalreporter.write_line(line)


def _no_results() -> Results:
    from tests.faults.failure_table import Results

    return Results()
