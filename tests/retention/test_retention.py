"""Three sessions, a clock that moves by years: after each step what `catalogue/retention.yaml` says is gone,
everywhere, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.service_names import SERVICES
from services.chassis.tasks.registry import stopping_answered_by
from services.contracts.retention import retention
from services.registrations.operations import retention as operations
from tests.retention.people import CLOSED, STAFF, Person, Portal
from tests.support.in_process_four_services import running_four_services
from tests.support.object_store import Bucket
from tests.support.postgres import Postgres
from tests.support.service_worker import database_of

EACH = 6  # candidates of a session
DATABASES = {f"{service}.db" for service in SERVICES}
DAY = timedelta(days=1)
PIECES, CANDIDATURES, ACCOUNTS = (retention().kind(code) for code in ("pieces", "candidatures", "comptes"))


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
def portal(
    tmp_path: Path, bucket: Bucket, databases: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    monkeypatch.setattr(operations, "PAGE", 4)
    with running_four_services(tmp_path, bucket.url, databases) as running:
        yield Portal(running, bucket)
        for app in running.apps.values():
            with app.app_context():
                database_of(app).engine.dispose()


@pytest.fixture
def people(portal: Portal) -> dict[str, list[Person]]:
    registered = {session: portal.people(session, EACH) for session in CLOSED}
    portal.running.deliver()
    for session in registered.values():
        portal.work_on(session[0])
    portal.running.deliver()
    assert portal.mismatches() == []
    for person in (person for session in registered.values() for person in session):
        assert _files(portal, person.mark) >= DATABASES
    return registered


def _files(portal: Portal, value: str) -> set[str]:
    """Of the databases, with what their logs hold."""
    return {name.removesuffix("-wal") for name in portal.places(value)}


@pytest.mark.engines("sqlite", "postgresql")
def test_what_is_due_is_found_nowhere_and_the_rest_is_there(
    portal: Portal, people: dict[str, list[Person]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Takes 15 s: 18 candidates register, of whom 3 have files, decisions, notes and documents."""
    first, second, third = people.values()
    with portal.apps["registrations"].app_context():
        operations.hold("BTS", "2023", "Recours", STAFF)

    portal.move_to(PIECES.erased_from(CLOSED["2022"]) - DAY)
    portal.erase()
    assert all("pieces.db" in _files(portal, person.mark) for person in first)

    portal.move_to(PIECES.erased_from(CLOSED["2022"]))
    portal.erase()
    for person in first:
        assert _files(portal, person.mark) & {"pieces.db"} == set()
        assert DATABASES - {"pieces.db"} <= _files(portal, person.mark)
    files = [name for person in first for name in portal.places(person.mark) if not name.endswith((".db", "-wal"))]
    assert files
    assert [name for name in files if not name.startswith("documents/")] == []
    assert all("pieces.db" in _files(portal, person.mark) for person in (*second, *third))

    portal.move_to(CANDIDATURES.erased_from(CLOSED["2022"]))
    _killed_in_the_middle(portal, monkeypatch)
    portal.erase()
    _assert_gone(portal, first)
    for person in (*second, *third):
        assert DATABASES - {"pieces.db"} <= _files(portal, person.mark)
    assert portal.rows_of("registrations", "candidatures") == portal.rows_of("documents", "candidatures") == 2 * EACH

    portal.move_to(CANDIDATURES.erased_from(CLOSED["2024"]))
    portal.erase()
    _assert_gone(portal, third)
    for person in second:
        assert _files(portal, person.mark) >= DATABASES, "the session is held back"

    with portal.apps["registrations"].app_context():
        operations.release("BTS", "2023", "Jugé", STAFF)
    portal.erase()
    _assert_gone(portal, second)
    assert portal.rows_of("registrations", "candidatures") == 0


def _killed_in_the_middle(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a page, and in the middle of the next."""
    with stopping_answered_by(lambda: portal.rows_of("registrations", "candidatures") < 3 * EACH):
        portal.run("registrations", "erase-due")
    assert portal.rows_of("registrations", "candidatures") == 3 * EACH - operations.PAGE
    with monkeypatch.context() as patched:
        patched.setattr(operations, "_free", _die)
        with pytest.raises(SystemExit):
            portal.run("registrations", "erase-due")
    assert portal.rows_of("registrations", "candidatures") == 3 * EACH - operations.PAGE


def _die(*_: object) -> None:
    raise SystemExit


def _assert_gone(portal: Portal, people: list[Person]) -> None:
    for person in people:
        found = {value: places for value in person.values if (places := portal.places(value))}
        assert found == {}
        assert [name for name in portal.places(person.found["id"]) if ".db" not in name] == [], "no file of theirs"
    assert portal.mismatches() == []
