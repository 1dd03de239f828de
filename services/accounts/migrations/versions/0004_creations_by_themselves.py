"""Any number of creations may wait for one address; activated accounts alone are unique by it.

The version before runs on it. Where it meets two that wait for one address (it knows of one at most) it fails for that
address alone; going down keeps the newest of each address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ACTIVATED = sa.text("activated_at IS NOT NULL")
WAITING = sa.text("activated_at IS NULL")


def upgrade() -> None:
    with _accounts() as accounts:
        accounts.drop_constraint("uq_accounts_email_key", type_="unique")
    op.create_index(
        "uq_accounts_email_key_activated",
        "accounts",
        ["email_key"],
        unique=True,
        sqlite_where=ACTIVATED,
        postgresql_where=ACTIVATED,
    )
    op.create_index(
        "ix_accounts_waiting",
        "accounts",
        ["email_key", "created_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    _drop_older_creations()
    op.drop_index("ix_accounts_waiting", "accounts")
    op.drop_index("uq_accounts_email_key_activated", "accounts")
    with _accounts() as accounts:
        accounts.create_unique_constraint("uq_accounts_email_key", ["email_key"])


@contextmanager
def _accounts() -> Iterator[BatchOperations]:
    """The table to alter. SQLite makes it anew, and loses its triggers and what alembic does not read of it."""
    connection = op.get_bind()
    triggers = []
    if connection.dialect.name == "sqlite":
        theirs = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'accounts'")
        triggers = list(connection.scalars(theirs))
    check = sa.CheckConstraint("version > 0", name="ck_accounts_version_positive")
    with op.batch_alter_table("accounts", table_args=(check,)) as accounts:
        yield accounts
    for trigger in triggers:
        op.execute(sa.text(trigger))


def _drop_older_creations() -> None:
    """Of each address its account stays, else the newest creation; the links of the others have expired."""
    accounts = sa.table("accounts", *map(sa.column, ("id", "email_key", "created_at", "activated_at")))
    links = sa.table("mail_links", *map(sa.column, ("account_id", "closed_at", "expires_at")))
    other = accounts.alias("other")
    newer = sa.or_(
        other.c.created_at > accounts.c.created_at,
        sa.and_(other.c.created_at == accounts.c.created_at, other.c.id > accounts.c.id),
    )
    outlived = sa.exists().where(
        other.c.email_key == accounts.c.email_key,
        other.c.id != accounts.c.id,
        sa.or_(other.c.activated_at.is_not(None), newer),
    )
    dropped = sa.select(accounts.c.id).where(accounts.c.activated_at.is_(None), outlived)
    closed = {"account_id": None, "closed_at": links.c.expires_at}
    op.execute(sa.update(links).where(links.c.account_id.in_(dropped)).values(closed))
    op.execute(sa.delete(accounts).where(accounts.c.id.in_(dropped)))
