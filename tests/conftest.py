"""Fixtures over real services: started when first asked for and shared by the whole run.

Where one is absent, its tests are skipped with a reason; in CI they fail.

Nothing of the portal is imported here, so that a test of one service never loads another.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import failure_screenshots
from tests.support.missing_services import NotInstalled, missing_services_summary, skip_or_fail

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.support.clamav import ClamAV
    from tests.support.object_store import Bucket, ObjectStoreServer
    from tests.support.postgres import Postgres
    from tests.support.prepared_databases import SqliteTemplates
    from tests.support.rabbitmq import RabbitMQ
    from tests.support.smtp import Mailbox


@pytest.fixture(scope="session")
def rabbitmq() -> "Iterator[RabbitMQ]":
    """Give the run's RabbitMQ: `fresh_vhost()` for a URL, `stop()` and `start()` for faults."""
    from tests.support.rabbitmq import RabbitMQ

    try:
        node = RabbitMQ()
    except NotInstalled as absence:
        skip_or_fail(absence)
    yield node
    node.close()


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Postgres]":
    """Give the run's PostgreSQL: `fresh_database()` for a URL, `template()` for one already migrated."""
    from tests.support.postgres import Postgres

    try:
        cluster = Postgres()
    except NotInstalled as absence:
        skip_or_fail(absence)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> "SqliteTemplates":
    """Give the run's SQLite files that services are copied from: `template()`."""
    from tests.support.prepared_databases import SqliteTemplates

    return SqliteTemplates(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def objects() -> "Iterator[ObjectStoreServer]":
    """Give the run's S3: `fresh_bucket()`."""
    from tests.support.object_store import ObjectStoreServer

    try:
        server = ObjectStoreServer()
    except NotInstalled as absence:
        skip_or_fail(absence)
    yield server
    server.stop()


@pytest.fixture
def bucket(objects: "ObjectStoreServer") -> "Bucket":
    """Give an empty bucket of this test alone."""
    return objects.fresh_bucket()


@pytest.fixture(scope="session")
def clamav() -> "Iterator[ClamAV]":
    """Give the run's clamd, which knows the EICAR test file only."""
    from tests.support.clamav import ClamAV

    try:
        server = ClamAV()
    except NotInstalled as absence:
        skip_or_fail(absence)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _mail_server() -> "Iterator[Mailbox]":
    from tests.support.smtp import Mailbox

    server = Mailbox()
    yield server
    server.stop()


@pytest.fixture
def mailbox(_mail_server: "Mailbox") -> "Iterator[Mailbox]":
    """Give the run's mail server, emptied for this test; afterwards it takes mails in again, whatever the test did."""
    _mail_server.clear()
    yield _mail_server
    _mail_server.refuse(None)
    _mail_server.start()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Give the run's Chromium; `page` is what most tests want."""
    from tests.support.chromium import chromium

    try:
        with chromium() as running:
            yield running
    except NotInstalled as absence:
        skip_or_fail(absence)


@pytest.fixture
def visitor(browser: "Browser", request: pytest.FixtureRequest) -> "Iterator[BrowserContext]":
    """Give a clean browser profile of this test alone; if it fails, its pages are kept as pictures."""
    from tests.support.chromium import french_profile

    context = french_profile(browser)
    yield context
    failure_screenshots.save_screenshots(request.node, context)
    context.close()


@pytest.fixture
def page(visitor: "BrowserContext") -> "Page":
    """Give an empty page in a clean profile."""
    return visitor.new_page()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the SQLAlchemy URL of an empty database, in turn on both engines that the portal runs on."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    url = cluster.fresh_database()
    yield url
    cluster.drop_database(url)


@pytest.fixture(params=["embedded", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the BROKER_URL of an empty broker, in turn the one-machine queue and RabbitMQ."""
    if request.param == "embedded":
        yield f"sqlite:///{tmp_path / 'broker.db'}"
        return
    node: RabbitMQ = request.getfixturevalue("rabbitmq")
    url = node.fresh_vhost()
    yield url
    node.delete_vhost(url)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest of the last files first: at the end, one process would be at work and the others idle."""
    items.sort(key=lambda item: item.path.name != "test_documented_commands.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the fixtures of a test whether it failed."""
    report = yield
    failure_screenshots.note_outcome(item, report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which services were not there, and how to get them."""
    skipped = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    for line in missing_services_summary(skipped):
        terminalreporter.write_line(line, yellow=True)
