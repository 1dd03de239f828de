"""The same thing done twice at the same moment, and what a crash repeats."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from services.accounts.domain.throttling import PER_SOURCE
from services.accounts.follow_ups import send_activation_mail
from services.accounts.models import Account, LoginFailures, events
from services.chassis.events import Envelope
from tests.accounts.running_accounts import RunningAccounts, token_in

EMAIL = "lbinet@ac-rennes.fr"


def at_once(times: int, act: Callable[[], TestResponse]) -> list[int]:
    with ThreadPoolExecutor(times) as pool:
        return sorted(answer.status_code for answer in pool.map(lambda _: act(), range(times)))


@pytest.mark.engines("sqlite", "postgresql")
def test_creations_at_once_wait_side_by_side_and_one_of_them_is_activated(accounts: RunningAccounts) -> None:
    assert at_once(4, accounts.create_account) == [202] * 4
    assert accounts.newest_mail(EMAIL)
    tokens = iter([token_in(mail) for mail in accounts.mailbox.received])
    assert at_once(4, lambda: accounts.post("/activations", token=next(tokens))) == [200, 410, 410, 410]
    assert len(accounts.stored(Account)) == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_many_passwords_tried_at_once_are_counted_before_they_are_looked_at(accounts: RunningAccounts) -> None:
    accounts.activate_new_account()
    statuses = at_once(12, lambda: accounts.try_log_in(password="Faux/2021"))
    assert statuses.count(401) == PER_SOURCE.undelayed
    assert statuses.count(429) == 12 - PER_SOURCE.undelayed


@pytest.mark.engines("sqlite", "postgresql")
def test_a_link_used_twice_at_once_is_used_once(accounts: RunningAccounts) -> None:
    accounts.create_account()
    token = accounts.newest_token(EMAIL)
    assert at_once(4, lambda: accounts.post("/activations", token=token)) == [200, 410, 410, 410]


def test_a_mail_repeated_after_a_crash_is_the_same_mail(accounts: RunningAccounts) -> None:
    accounts.create_account()
    [row] = accounts.stored(events.Outbox)
    envelope = Envelope.from_json(row.envelope)
    with accounts.app.app_context():
        for _ in range(2):
            send_activation_mail(envelope.data, envelope)
    first, second = accounts.mailbox.wait_for_count(2, EMAIL)
    for header in ("Message-ID", "Date", "Subject"):
        assert first.message[header] == second.message[header]
    assert first.text == second.text
    assert envelope.id in first.message["Message-ID"]


def test_text_that_no_database_takes_is_refused(accounts: RunningAccounts) -> None:
    for email in ("\ud800@x.fr", "a\0@x.fr"):
        for path in ("/activations/resend", "/password-resets"):
            assert accounts.post(path, email=email).status_code == 422, (path, email)
        assert accounts.try_log_in(email).status_code == 422, email
    assert accounts.stored(LoginFailures) == []
