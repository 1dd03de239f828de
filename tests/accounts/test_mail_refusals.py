"""Staff see at which addresses the mail server refuses a candidate's mails for good; nothing is tried again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from services.accounts.jobs import LINKS_KEPT_FOR, jobs
from services.accounts.models import Account, MailRefusal, db, events
from services.chassis.events.parking import parked_events
from tests.accounts.running_accounts import RunningAccounts
from tests.accounts.test_identity_correction import search_candidates

EMAIL = "lbinet@ac-rennes.fr"
OTHER = "binet@exemple.fr"


def refused(accounts: RunningAccounts, administrator: str, email: str = EMAIL) -> list[dict[str, Any]]:
    return [{**row, "since": None} for row in search_candidates(accounts, administrator, email)[0]["refused_mails"]]


def test_a_refused_mail_is_tried_once_and_shown_to_staff(accounts: RunningAccounts, administrator: str) -> None:
    accounts.mailbox.refuse_recipient(EMAIL, "550 5.1.1 No such mailbox")
    assert accounts.create_account().status_code == 202
    accounts.send_mails()
    assert refused(accounts, administrator) == [{"address": EMAIL, "code": 550, "since": None}]
    with accounts.app.app_context(), db.reading() as session:
        assert session.scalars(select(events.Outbox.attempts).where(events.Outbox.published_at.is_not(None))).all() == [
            1
        ]
        assert parked_events(session) == []


def test_an_address_that_takes_mails_again_is_no_longer_shown(accounts: RunningAccounts, administrator: str) -> None:
    accounts.activate_new_account()
    accounts.mailbox.refuse_recipient(EMAIL, "552 5.2.2 Mailbox full")
    accounts.post("/password-resets", email=EMAIL)
    accounts.send_mails()
    assert [row["code"] for row in refused(accounts, administrator)] == [552]
    accounts.mailbox.clear()
    accounts.post("/password-resets", email=EMAIL)
    accounts.newest_mail(EMAIL)
    assert refused(accounts, administrator) == []


def test_what_was_refused_at_an_address_given_up_is_forgotten_in_the_end(accounts: RunningAccounts) -> None:
    accounts.activate_new_account()
    with accounts.app.app_context(), db.operation() as session:
        account_id = session.scalars(select(Account.id)).one()
        for address in (EMAIL, OTHER):
            row = MailRefusal(account_id=account_id, address=address, code=550)
            row.refused_at = session.get_one(Account, account_id).created_at
            session.add(row)
    accounts.advance_clock(LINKS_KEPT_FOR, seconds=1)
    with accounts.app.app_context():
        jobs["purge"].run()
        with db.reading() as session:
            assert session.scalars(select(MailRefusal.address)).all() == [EMAIL]
