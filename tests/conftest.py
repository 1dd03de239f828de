"""Fixtures over real services: started when first asked for and shared by the whole run.

Where one is absent, its tests are skipped with a reason; in CI they fail.

Nothing of the portal is imported here, so that a test of one service never loads another.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# What fails in a helper says what it compared, as in a test; to be said before helpers are
# imported.
pytest.register_assert_rewrite(
    *(f"tests.{path.name}" for path in Path(__file__).parent.iterdir() if path.is_dir())
)

from tests.support import failure_screenshots  # noqa: E402
from tests.support.missing_services import (  # noqa: E402
    NotInstalled,
    missing_services_summary,
    skip_or_fail,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.support.object_store import Bucket, ObjectStore
    from tests.support.postgres import Postgres
    from tests.support.rabbitmq import RabbitMQ
    from tests.support.smtp import Mailbox

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=ENGINES,
        help=(
            "run on this engine the tests that any engine will do for; of the others, what make "
            "test leaves out"
        ),
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "engines(*names): on these engines, since what is tested depends on them"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on SQLite; on both engines where the engine is what is tested
    (`engines`)."""
    if "engine" in metafunc.fixturenames:
        named = metafunc.definition.get_closest_marker("engines")
        chosen = metafunc.config.getoption("engine") or ENGINES[0]
        assert named is None or named.args, (
            f"{metafunc.definition.nodeid}: engines of no engine runs nothing"
        )
        metafunc.parametrize("engine", named.args if named else [chosen])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each process of the run where the servers answer that all share."""
    from tests.support import shared_servers

    node.workerinput["servers"] = shared_servers.of_this_process(node.config).addresses()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, Any, Any]:
    """A test that asks for what is not on this machine is skipped, or fails in CI."""
    try:
        return (yield)
    except NotInstalled as absence:
        skip_or_fail(absence)


pytest_runtest_call = pytest_runtest_setup


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers with the run."""
    from tests.support import shared_servers

    shared_servers.of_this_process(config).close()


def _shared(name: str) -> Any:
    @pytest.fixture(scope="session", name=name)
    def shared(request: pytest.FixtureRequest) -> Any:
        from tests.support import shared_servers

        return shared_servers.server(request.config, name)

    return shared


def _own(name: str) -> Any:
    @pytest.fixture(scope="module", name=f"own_{name}")
    def own() -> Iterator[Any]:
        from tests.support.shared_servers import started

        with started(name) as server:
            yield server

    return own


# The run's RabbitMQ (`fresh_vhost()`), PostgreSQL (`fresh_database()`, `template()`), S3
# (`fresh_bucket()`) and clamd …
rabbitmq, postgres, objects, clamav = map(_shared, ("rabbitmq", "postgres", "objects", "clamav"))
# … and one for a module alone, which it may stop, start again and make to hang.
own_rabbitmq, own_postgres, own_objects, own_clamav = map(
    _own, ("rabbitmq", "postgres", "objects", "clamav")
)


@pytest.fixture
def bucket(objects: "ObjectStore") -> "Bucket":
    """Give an empty bucket of this test alone."""
    return objects.fresh_bucket()


@pytest.fixture(scope="session")
def _mail_server() -> "Iterator[Mailbox]":
    from tests.support.smtp import Mailbox

    server = Mailbox()
    yield server
    server.stop()


@pytest.fixture
def mailbox(_mail_server: "Mailbox") -> "Iterator[Mailbox]":
    """Give the run's mail server, emptied for this test; afterwards it takes mails in again,
    whatever the test did."""
    _mail_server.clear()
    yield _mail_server
    _mail_server.refuse(None)
    _mail_server.start()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Give the run's Chromium; `page` is what most tests want."""
    from tests.support.chromium import chromium

    with chromium() as running:
        yield running


@pytest.fixture
def visitor(browser: "Browser", request: pytest.FixtureRequest) -> "Iterator[BrowserContext]":
    """Give a clean browser profile of this test alone; if it fails, its pages are kept as
    pictures."""
    from tests.support.chromium import french_profile

    context = french_profile(browser)
    yield context
    failure_screenshots.save_screenshots(request.node, context)
    context.close()


@pytest.fixture
def page(visitor: "BrowserContext") -> "Page":
    """Give an empty page in a clean profile."""
    return visitor.new_page()


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the SQLAlchemy URL of an empty database of this test alone."""
    if engine == "sqlite":
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a run on a named engine, leave out what has run without it: what takes no engine, or names
    its own."""
    if config.getoption("engine"):
        apart = set(config.getini("norecursedirs"))
        to_run = [
            item
            for item in items
            if _takes_any_engine(item) or not apart.isdisjoint(item.path.parts)
        ]
        config.hook.pytest_deselected(items=list(set(items) - set(to_run)))
        items[:] = to_run


def _takes_any_engine(item: pytest.Item) -> bool:
    takes_one = isinstance(item, pytest.Function) and "engine" in item.fixturenames
    return takes_one and item.get_closest_marker("engines") is None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the fixtures of a test whether it failed; head its failure with its name as a
    sentence."""
    report = yield
    failure_screenshots.note_outcome(item, report)
    if report.failed:
        file, line, name = report.location
        report.location = file, line, name.removeprefix("test_").replace("_", " ")
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which services were not there, and how to get them."""
    skipped = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    for line in missing_services_summary(skipped):
        terminalreporter.write_line(line, yellow=True)
