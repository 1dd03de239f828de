"""Staff see at which addresses the mail server refuses a candidate's mails for good; nothing is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from services.accounts.jobs import LINKS_KEPT, jobs
from services.accounts.models import Account, MailRefusal, db, events
from services.chassis.events.parking import parked_events
from tests.accounts.house import House
from tests.accounts.test_correction import administrator, found  # noqa: F401 - a fixture

EMAIL = "lbinet@ac-rennes.fr"
OTHER = "binet@exemple.fr"


def refused(house: House, administrator: str, email: str = EMAIL) -> list[dict[str, Any]]:  # noqa: F811
    return [{**row, "since": None} for row in found(house, administrator, email)[0]["refused_mails"]]


def test_a_refused_mail_is_tried_once_and_shown_to_staff(house: House, administrator: str) -> None:  # noqa: F811
    house.mailbox.refuse_recipient(EMAIL, "550 5.1.1 No such mailbox")
    assert house.create().status_code == 202
    house.deliver()
    assert refused(house, administrator) == [{"address": EMAIL, "code": 550, "since": None}]
    with house.app.app_context(), db.reading() as session:
        assert session.scalars(select(events.Outbox.attempts).where(events.Outbox.published_at.is_not(None))).all() == [
            1
        ]
        assert parked_events(session) == []


def test_an_address_that_takes_mails_again_is_no_longer_shown(house: House, administrator: str) -> None:  # noqa: F811
    house.activated()
    house.mailbox.refuse_recipient(EMAIL, "552 5.2.2 Mailbox full")
    house.post("/password-resets", email=EMAIL)
    house.deliver()
    assert [row["code"] for row in refused(house, administrator)] == [552]
    house.mailbox.clear()
    house.post("/password-resets", email=EMAIL)
    house.newest_mail(EMAIL)
    assert refused(house, administrator) == []


@pytest.mark.parametrize("refusals", [1, 2])
def test_what_was_refused_goes_with_the_account(house: House, refusals: int) -> None:
    house.mailbox.refuse_recipient(EMAIL)
    for _ in range(refusals):
        house.create()
    house.deliver()
    house.later(hours=49)
    with house.app.app_context():
        jobs["erase-not-activated"].run()
        with db.reading() as session:
            assert session.scalars(select(MailRefusal)).all() == []


def test_what_was_refused_at_an_address_given_up_is_forgotten_after_a_month(house: House) -> None:
    house.activated()
    with house.app.app_context(), db.operation() as session:
        account_id = session.scalars(select(Account.id)).one()
        for address in (EMAIL, OTHER):
            row = MailRefusal(account_id=account_id, address=address, code=550)
            row.refused_at = session.get_one(Account, account_id).created_at
            session.add(row)
    house.later(days=LINKS_KEPT.days + 1)
    with house.app.app_context():
        jobs["purge"].run()
        with db.reading() as session:
            assert session.scalars(select(MailRefusal.address)).all() == [EMAIL]
