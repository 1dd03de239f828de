"""What anybody may ask reads the rows of one address, or what waits; how many are logged in, those who are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, text

from services.accounts.jobs import erase_accounts_not_activated, jobs
from services.accounts.metrics import SESSIONS
from services.accounts.models import LoginSession, db
from services.accounts.queries.accounts import found_candidates
from services.accounts.settings import AccountsSettings
from services.chassis.clock import portal_now, system_now
from services.chassis.tasks.gauges import recorded
from tests.accounts.running_accounts import RunningAccounts
from tests.accounts.test_account_change import EMAIL
from tests.support.database_filling import ROWS, analyse
from tests.support.query_plans import query_plan, recorded_statements

FILL = """
WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < :rows)
INSERT INTO accounts (id, email, email_key, password_hash, created_at, activated_at, version, civilite, nom_famille,
                      prenoms, date_naissance, pays_naissance, commune_naissance, commune_hors_liste)
SELECT CAST(i AS VARCHAR), 'x', CAST(i AS VARCHAR) || '@x.fr', 'x', :at, :at, 1, 'MADAME', 'X', 'X',
       CASE WHEN i % 500 = 0 THEN DATE('2001-02-01') ELSE DATE('2001-02-02') END, '100', 'CAEN', FALSE FROM numbers
"""


@pytest.fixture
def full(accounts: RunningAccounts) -> RunningAccounts:
    with accounts.app.app_context():
        with db.operation() as session:
            session.execute(text(FILL), {"rows": ROWS, "at": portal_now()})
        analyse(db, "accounts")
    return accounts


@pytest.mark.engines("sqlite", "postgresql")
def test_neither_visitors_nor_staff_nor_the_job_read_every_account(full: RunningAccounts) -> None:
    with full.app.app_context(), recorded_statements(db) as executed:
        full.create_account()
        token = full.newest_token(EMAIL)
        full.post("/activations/resend", email=EMAIL)
        full.post("/password-resets", email=EMAIL)
        full.try_log_in()
        full.post("/activations/check", token=token)
        full.post("/activations", token=full.newest_token(EMAIL))
        erase_accounts_not_activated()
        found_candidates("", date(2001, 2, 1), "x")
    asked = {sql: values for sql, values in executed if "FROM accounts" in sql}
    assert len(asked) > 3
    with full.app.app_context(), db.engine.connect() as connection:
        plans = {sql: query_plan(connection, sql, values) for sql, values in asked.items()}
    assert {sql: steps for sql, steps in plans.items() if _reads_all(steps)} == {}


def _reads_all(steps: str) -> bool:
    """Through its partial index SQLite scans what waits; through none, the table."""
    return "Seq Scan on accounts" in steps or ("SCAN accounts" in steps and "ix_accounts_waiting" not in steps)


IDLE = timedelta(seconds=AccountsSettings.session_idle_seconds)
LONGEST = timedelta(seconds=AccountsSettings.session_absolute_seconds)


def counted(accounts: RunningAccounts) -> dict[tuple[str, ...], float]:
    with accounts.app.app_context():
        jobs["count-sessions"].run()
        with db.reading() as session:
            return recorded(session, SESSIONS)[0]


def add_session(accounts: RunningAccounts, **changes: object) -> None:
    now = system_now()
    values = {"secret_hash": "x", "kind": "candidate", "subject_id": "x", "created_at": now, "last_seen_at": now}
    with accounts.app.app_context(), db.operation() as session:
        session.execute(insert(LoginSession).values(**values | changes))


def test_who_is_logged_in_is_counted_by_kind(accounts: RunningAccounts) -> None:
    assert counted(accounts) == {("candidate",): 0, ("staff",): 0}
    add_session(accounts)
    add_session(accounts, secret_hash="y", kind="staff")
    assert counted(accounts) == {("candidate",): 1, ("staff",): 1}


def test_a_session_that_is_over_is_not_counted(accounts: RunningAccounts) -> None:
    now = system_now()
    ends = ({"ended_at": now}, {"last_seen_at": now - IDLE}, {"created_at": now - LONGEST})
    for number, over in enumerate(ends):  # logged out, idle, too long
        add_session(accounts, secret_hash=f"{number}", **over)
    assert counted(accounts) == {("candidate",): 0, ("staff",): 0}


@pytest.mark.engines("sqlite", "postgresql")
def test_sessions_are_counted_without_reading_those_that_are_over(accounts: RunningAccounts) -> None:
    long_ago = system_now() - 10 * LONGEST
    rows = [
        {"secret_hash": f"{number}", "kind": "candidate", "subject_id": "x", "created_at": long_ago,
         "last_seen_at": long_ago}
        for number in range(5000)
    ]  # fmt: skip
    with accounts.app.app_context():
        with db.operation() as session:
            session.execute(insert(LoginSession), rows)
        analyse(db, "login_sessions")
        with recorded_statements(db) as executed:
            jobs["count-sessions"].run()
        asked = [(sql, values) for sql, values in executed if "FROM login_sessions" in sql]
        assert len(asked) == 2
        with db.engine.connect() as connection:
            for sql, values in asked:
                assert "ix_login_sessions_last_seen_at" in query_plan(connection, sql, values)
