"""What anybody may ask of accounts reads the rows of one address, or what waits: never the table."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.accounts.jobs import erase_accounts_not_activated
from services.accounts.models import db
from services.chassis.clock import portal_now
from tests.accounts.running_accounts import RunningAccounts
from tests.accounts.test_account_change import EMAIL
from tests.support.database_filling import ROWS, analyse
from tests.support.query_plans import query_plan, recorded_statements

FILL = """
WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < :rows)
INSERT INTO accounts (id, email, email_key, password_hash, created_at, activated_at, version, civilite, nom_famille,
                      prenoms, date_naissance, pays_naissance, commune_naissance, commune_hors_liste)
SELECT CAST(i AS VARCHAR), 'x', CAST(i AS VARCHAR) || '@x.fr', 'x', :at, :at, 1, 'MADAME', 'X', 'X', '2001-02-01',
       '100', 'CAEN', FALSE FROM numbers
"""


@pytest.fixture
def full(accounts: RunningAccounts) -> RunningAccounts:
    with accounts.app.app_context():
        with db.operation() as session:
            session.execute(text(FILL), {"rows": ROWS, "at": portal_now()})
        analyse(db, "accounts")
    return accounts


@pytest.mark.engines("sqlite", "postgresql")
def test_neither_visitors_nor_the_job_read_every_account(full: RunningAccounts) -> None:
    with full.app.app_context(), recorded_statements(db) as executed:
        full.create_account()
        token = full.newest_token(EMAIL)
        full.post("/activations/resend", email=EMAIL)
        full.post("/password-resets", email=EMAIL)
        full.try_log_in()
        full.post("/activations/check", token=token)
        full.post("/activations", token=full.newest_token(EMAIL))
        erase_accounts_not_activated()
    asked = {sql: values for sql, values in executed if "FROM accounts" in sql}
    assert len(asked) > 3
    with full.app.app_context(), db.engine.connect() as connection:
        plans = {sql: query_plan(connection, sql, values) for sql, values in asked.items()}
    assert {sql: steps for sql, steps in plans.items() if _reads_all(steps)} == {}


def _reads_all(steps: str) -> bool:
    """Through its partial index SQLite scans what waits; through none, the table."""
    return "Seq Scan on accounts" in steps or ("SCAN accounts" in steps and "ix_accounts_waiting" not in steps)
