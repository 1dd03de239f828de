"""accounts beside whose example many others have an account, log-ins, links and mails."""

import itertools
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from services.accounts.app import create_app
from services.accounts.jobs import registry
from services.accounts.models import (
    Account,
    AuditEntry,
    KnownBrowser,
    LoginSession,
    MailLink,
    db,
    sent_mails,
)
from services.accounts.queries.accounts import found_candidates
from services.chassis.roles.command_line import migrate
from tests.accounts.running_accounts import RunningAccounts, settings
from tests.growth.filled import FAMILY, ID, NUMBERED, Actions, FullService, answered, filling
from tests.support.smtp import Mailbox

EMAIL = "lbinet@ac-rennes.fr"
BORN = date(2000, 3, 4)
CORRECTED = (
    "INSERT INTO audit_entries (at, actor_kind, actor_id, action, subject) "
    "SELECT created_at, 'staff', id, 'identity.corrected', id FROM accounts"
)
WAITING = 300  # creations that nobody activated yet, a third of them too late
OVER_A_DAY = "example.last_seen_at - (i * 4 % 86400) * INTERVAL '1 second'"
"""Sessions of a day: few of them are not over."""


def full_accounts(database_url: str, folder: Path, mailbox: Mailbox, rows: int) -> FullService:
    mail = {"registrations_url": "http://127.0.0.1:9", "mail_url": mailbox.url}
    app = create_app(settings(database_url, folder, **mail))
    migrate(app)
    accounts = RunningAccounts(app, mailbox)
    with app.app_context():
        login = accounts.log_in_new_candidate()
        _fill(rows)
        return FullService(app, db, _reads(accounts, login), _writes(accounts), registry)


def _fill(rows: int) -> None:
    address = f"{NUMBERED} || '@exemple.fr'"
    email = {"email": address, "email_key": address}
    born = "DATE '1996-01-01' + CAST(i % 3650 AS INTEGER)"
    with filling(db) as (session, insert):
        session.execute(text(CORRECTED))
        insert(Account, rows, id=ID, nom_famille=FAMILY, date_naissance=born, **email)
        insert(Account, WAITING, rows + 1, id=ID, activated_at="CAST(NULL AS TIMESTAMP)", **email)
        insert(LoginSession, rows, secret_hash=NUMBERED, subject_id=ID, last_seen_at=OVER_A_DAY)
        insert(KnownBrowser, rows, subject_id=ID)
        insert(MailLink, rows, token_hash=NUMBERED, account_id=ID)
        insert(sent_mails.SentMail, rows, id=NUMBERED, owner_id=ID)
        insert(AuditEntry, rows, subject=ID)


def _reads(accounts: RunningAccounts, login: dict[str, Any]) -> Actions:
    def me(path: str) -> object:
        token = answered(accounts.post("/sessions/exchange", session=login["session"]))[
            "access_token"
        ]
        return answered(accounts.call("GET", path, token))

    return {
        "session exchanged": lambda: answered(
            accounts.post("/sessions/exchange", session=login["session"])
        ),
        "« Mon compte »": lambda: me("/me"),
        "identity vouched for": lambda: me("/me/identity"),
        "mails of a candidate": lambda: me("/me/mails"),
        "addresses of a candidate": lambda: me("/me/addresses"),
        "staff: an address": lambda: found_candidates(EMAIL),
        "staff: a birth date and a name": lambda: found_candidates("", BORN, "dubois"),
        "staff: an address nobody has": lambda: found_candidates("personne@exemple.fr"),
    }


def _writes(accounts: RunningAccounts) -> Actions:
    numbers = itertools.count()

    def newcomer() -> str:
        return f"nouveau{next(numbers)}@exemple.fr"

    return {
        "account created": lambda: answered(accounts.create_account(email=newcomer()), 202),
        "account created, activated and used": lambda: accounts.log_in_new_candidate(
            email=newcomer()
        ),
        "log-in": lambda: answered(accounts.try_log_in(), 201),
        "password forgotten": lambda: answered(accounts.post("/password-resets", email=EMAIL), 202),
    }
