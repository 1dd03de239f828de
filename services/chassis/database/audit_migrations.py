"""Steps of migrations for audit trails: a table to which rows are only added, and by what it is searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_indexes import create_audit_indexes, drop_audit_indexes
from services.chassis.database.migrations import create_index, drop_index, is_postgresql, step_by_step

REFUSAL = "the audit trail is append-only"


def create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject"])
    refuse_changes("audit_entries")


def drop_audit_entries() -> None:
    allow_changes("audit_entries")
    op.drop_table("audit_entries")


def refuse_changes(table: str) -> None:
    if is_postgresql():
        op.execute(
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def allow_changes(table: str) -> None:
    """SQLite's triggers go with their table."""
    if is_postgresql():
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute("DROP FUNCTION refuse_audit_change()")


def make_searchable() -> None:
    """`audit_entries` say from where, and are searched by who acted, how and when; nobody waits for these steps."""
    with step_by_step():
        create_audit_indexes("audit_entries")
        create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.add_column("audit_entries", sa.Column("address", sa.String(45)))


def undo_searchable() -> None:
    with step_by_step():
        drop_audit_indexes("audit_entries")
        drop_index("ix_audit_entries_at")
    op.drop_column("audit_entries", "address")  # not in a batch, which recreates the table without its triggers
