"""How many are logged in, as operators see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from services.accounts.jobs import jobs
from services.accounts.metrics import SESSIONS
from services.accounts.models import LoginSession, db
from services.accounts.settings import AccountsSettings
from services.chassis.clock import system_now
from services.chassis.jobs.gauges import recorded
from tests.accounts.running_accounts import RunningAccounts
from tests.support.database_filling import analyse
from tests.support.query_plans import query_plan, recorded_statements

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
