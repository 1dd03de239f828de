"""What an operator does with what is parked, the same in every service."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from services.chassis.events import commands, follow_up
from services.chassis.events.follow_ups import FollowUps
from tests.chassis.events.ledger import Ledger
from tests.chassis.events.test_delivery import parked_in


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Ledger:
    """A service whose two follow-ups failed for good; the cause is mended since."""
    ledger = Ledger("reader", database_url, f"sqlite:///{tmp_path}/broker.db", failures=2)
    commands.register(ledger.app, ledger.handlers)
    with ledger.writing() as session:
        for name in ("Jeanne", "Ali"):
            follow_up(session, "tell", {"text": name}, subject="somebody")
    with ledger.app.app_context():
        runner = FollowUps(ledger.db, ledger.handlers, ())
        while runner.run_once():
            pass
    return ledger


def invoke(service: Ledger, *words: str) -> Result:
    return service.app.test_cli_runner().invoke(args=list(words))


def test_the_list_says_what_and_why_and_nothing_of_anybody(service: Ledger) -> None:
    shown = invoke(service, "parked").output
    assert "2 parked" in shown
    assert "RuntimeError" in shown
    assert "Jeanne" not in shown


def test_one_is_replayed_by_its_id(service: Ledger) -> None:
    first, second = parked_in(service)
    assert invoke(service, "replay", first).exit_code == 0
    assert service.entries() == ["told Jeanne"]
    assert parked_in(service) == [second]


def test_all_are_replayed_and_a_second_time_finds_nothing(service: Ledger) -> None:
    assert "2 replayed" in invoke(service, "replay", "--all").output
    assert "0 replayed" in invoke(service, "replay", "--all").output
    assert sorted(service.entries()) == ["told Ali", "told Jeanne"]


def test_what_still_fails_stays_in_the_list(service: Ledger) -> None:
    service.failures = 1
    first, second = parked_in(service)
    assert invoke(service, "replay", first, second).exit_code == 1
    assert parked_in(service) == [first]


def test_one_is_set_aside_with_a_reason_and_never_replayed(service: Ledger) -> None:
    first, second = parked_in(service)
    assert invoke(service, "set-aside", first, "--reason", "sent by post").exit_code == 0
    assert invoke(service, "replay", first).exit_code == 1
    assert parked_in(service) == [second]


def test_setting_aside_without_a_reason_is_refused(service: Ledger) -> None:
    assert invoke(service, "set-aside", parked_in(service)[0]).exit_code != 0
    assert len(parked_in(service)) == 2
