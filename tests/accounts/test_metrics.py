"""How many are logged in, as operators see it."""

from datetime import timedelta

from sqlalchemy import insert

from services.accounts.jobs import registry
from services.accounts.metrics import SESSIONS
from services.accounts.models import LoginSession, db
from services.accounts.settings import AccountsSettings
from services.chassis.clock import system_now
from services.chassis.tasks.gauges import recorded
from tests.accounts.running_accounts import RunningAccounts

IDLE = timedelta(seconds=AccountsSettings.session_idle_seconds)
LONGEST = timedelta(seconds=AccountsSettings.session_absolute_seconds)


def counted(accounts: RunningAccounts) -> dict[tuple[str, ...], float]:
    with accounts.app.app_context():
        registry.jobs["count-sessions"].run()
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
    now = system_now()
    ends = ({"ended_at": now}, {"last_seen_at": now - IDLE}, {"created_at": now - LONGEST})
    for number, over in enumerate(ends):  # logged out, idle, too long
        add_session(accounts, secret_hash=f"{number}", **over)
    assert counted(accounts) == {("candidate",): 1, ("staff",): 1}
