"""What an operator does with events, the same in every service."""

from datetime import timedelta

import pytest
from click.testing import Result
from sqlalchemy import select, update

from services.chassis.clock import system_now
from services.chassis.events import publish
from services.chassis.tasks import commands
from services.chassis.tasks.registry import OTHERS
from services.chassis.tasks.rows import follow_up
from services.chassis.tasks.tables import outbox
from tests.chassis.events.ledger import Ledger, Noted


@pytest.fixture
def service(reader: Ledger) -> Ledger:
    reader.failures = 2
    commands.register(reader.app, reader.handlers)
    for name in ("Jeanne", "Ali"):
        reader.ask_to_tell(name)
    with reader.app.app_context():
        while reader.runner().run_once(OTHERS):
            pass
    return reader


def invoke(service: Ledger, *words: str) -> Result:
    return service.app.test_cli_runner().invoke(args=list(words))


def test_the_list_says_what_and_why_and_nothing_of_anybody(service: Ledger) -> None:
    shown = invoke(service, "parked").output
    assert "2 parked" in shown
    assert "RuntimeError" in shown
    assert "Jeanne" not in shown


def test_all_are_replayed_and_a_second_time_finds_nothing(service: Ledger) -> None:
    assert "2 replayed" in invoke(service, "replay", "--all").output
    assert "0 replayed" in invoke(service, "replay", "--all").output
    assert sorted(service.entries()) == ["told Ali", "told Jeanne"]


def test_what_still_fails_stays_in_the_list(service: Ledger) -> None:
    service.failures = 1
    first, second = service.parked()
    assert invoke(service, "replay", str(first), str(second)).exit_code == 1
    assert service.parked() == [first]


def test_one_is_set_aside_with_a_reason_and_never_replayed(service: Ledger) -> None:
    first, second = service.parked()
    assert invoke(service, "set-aside", str(first)).exit_code != 0
    assert invoke(service, "set-aside", str(first), "--reason", "sent by post").exit_code == 0
    assert invoke(service, "replay", str(first)).exit_code == 1
    assert service.parked() == [second]


def test_events_of_the_days_asked_for_are_published_again_and_no_follow_up(service: Ledger) -> None:
    with service.writing() as session:
        published = [publish(session, Noted(text), subject="somebody") for text in ("last week", "today")]
        follow_up(session, "tell", {"text": "Jeanne"}, subject="somebody")
        now = system_now()
        session.execute(update(outbox).values(published_at=now))
        old = outbox.c.event_id == published[0]
        session.execute(update(outbox).where(old).values(created_at=now - timedelta(days=7, minutes=1)))
    assert invoke(service, "publish-again", "--days", "7").output == "1 to be published again\n"
    assert service.read(select(outbox.c.event_id).where(outbox.c.published_at.is_(None))) == [published[1]]
