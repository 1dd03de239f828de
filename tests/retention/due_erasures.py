"""What is due goes, and nothing before: played over three sessions."""

import pytest

from deploy.service_names import SERVICES
from services.chassis.process.stopping import stopping_answered_by
from services.contracts.retention import retention
from services.registrations.operations import retention as operations
from tests.retention.copies import Copies
from tests.retention.people import CLOSED, DAY, STAFF, Person, Portal

# of them; the first has files, decisions, notes and documents, the others are copies of the first
REGISTERED = 2


DATABASES = {f"{service}.db" for service in SERVICES}


PIECES, CANDIDATURES = (retention().kind(code) for code in ("pieces", "candidatures"))


def expect_what_is_due_gone(portal: Portal, each: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so many candidates of each of three sessions, of which the second is held back until the
    end."""
    first, second, third = _registered(portal, each)
    _expect_in(portal, [*first, *second, *third], DATABASES)
    assert portal.mismatches() == []
    with portal.apps["registrations"].app_context():
        operations.hold("BTS", "2023", "Recours", STAFF)

    portal.move_to(PIECES.erased_from(CLOSED["2022"]) - DAY)
    portal.erase()
    _expect_in(portal, first, {"pieces.db"})

    portal.move_to(PIECES.erased_from(CLOSED["2022"]))
    portal.erase()
    found = _expect_in(portal, first, DATABASES - {"pieces.db"}, without="pieces.db")
    files = {name for person in first for name in found[person.mark] - DATABASES}
    assert files
    assert [name for name in files if not name.startswith("documents/")] == []
    _expect_in(portal, [*second, *third], {"pieces.db"})

    portal.move_to(CANDIDATURES.erased_from(CLOSED["2022"]))
    _killed_in_the_middle(portal, 3 * each, monkeypatch)
    portal.erase()
    _expect_gone(portal, first)
    _expect_in(portal, [*second, *third], DATABASES - {"pieces.db"})
    assert (
        portal.rows_of("registrations", "candidatures")
        == portal.rows_of("documents", "candidatures")
        == 2 * each
    )

    portal.move_to(CANDIDATURES.erased_from(CLOSED["2024"]))
    portal.erase()
    _expect_gone(portal, third)
    _expect_in(portal, second, DATABASES)  # the session is held back

    with portal.apps["registrations"].app_context():
        operations.release("BTS", "2023", "Jugé", STAFF)
    portal.erase()
    _expect_gone(portal, second)
    assert portal.rows_of("registrations", "candidatures") == 0


def _killed_in_the_middle(portal: Portal, there: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a page, and in the middle of the next."""
    with stopping_answered_by(lambda: portal.rows_of("registrations", "candidatures") < there):
        portal.run("registrations", "erase-due")
    assert portal.rows_of("registrations", "candidatures") == there - operations.PAGE
    with monkeypatch.context() as patched:
        patched.setattr(operations, "_free", _die)
        with pytest.raises(SystemExit):
            portal.run("registrations", "erase-due")
    assert portal.rows_of("registrations", "candidatures") == there - operations.PAGE


def _die(*_: object) -> None:
    raise SystemExit


def _expect_in(
    portal: Portal, people: list[Person], where: set[str], without: str = ""
) -> dict[str, set[str]]:
    found = portal.found(people)
    assert [
        person.mark
        for person in people
        if not where <= found[person.mark] or without in found[person.mark]
    ] == []
    return found


def _expect_gone(portal: Portal, people: list[Person]) -> None:
    assert {value: places for value, places in portal.found(people).items() if places} == {}
    assert portal.mismatches() == []


def _registered(portal: Portal, each: int) -> list[list[Person]]:
    """By session."""
    people = [portal.people(session, REGISTERED) for session in CLOSED]
    portal.running.deliver()
    for of_session in people:
        portal.work_on(of_session[0])
    portal.running.deliver()
    return [
        of_session + Copies(portal, of_session[0]).make(REGISTERED, each - REGISTERED)
        for of_session in people
    ]
