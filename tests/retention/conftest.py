"""A portal of three sessions: a few candidates of each register, the others are copies of the first of each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.service_names import SERVICES
from tests.retention.copies import Copies
from tests.retention.people import CLOSED, Person, Portal
from tests.support.in_process_four_services import running_four_services
from tests.support.object_store import Bucket
from tests.support.postgres import Postgres
from tests.support.service_worker import database_of

REGISTERED = 2  # of each session; the first has files, decisions, notes and documents
People = dict[str, list[Person]]
"""By session."""


@pytest.fixture
def databases(engine: str, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Empty ones of PostgreSQL, where the test is on it."""
    if engine == "sqlite":
        yield {}
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    urls = {service: cluster.fresh_database() for service in SERVICES}
    yield urls
    for url in urls.values():
        cluster.drop_database(url)


@pytest.fixture
def portal(tmp_path: Path, bucket: Bucket, databases: dict[str, str]) -> Iterator[Portal]:
    with running_four_services(tmp_path, bucket.url, databases) as running:
        yield Portal(running, bucket)
        for app in running.apps.values():
            with app.app_context():
                database_of(app).engine.dispose()


@pytest.fixture
def registered(portal: Portal) -> Callable[[int], People]:
    """So many candidates of each session."""

    def register(each: int) -> People:
        people = {session: portal.people(session, REGISTERED) for session in CLOSED}
        portal.running.deliver()
        for session in people.values():
            portal.work_on(session[0])
        portal.running.deliver()
        for session in people.values():
            session += Copies(portal, session[0]).make(REGISTERED, each - REGISTERED)
        return people

    return register
