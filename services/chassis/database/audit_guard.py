"""Steps of migrations that make an audit table append-only, whoever holds the service's own role."""

from __future__ import annotations

from alembic import op

from services.chassis.database.migrations import is_postgresql

REFUSAL = "the audit trail is append-only"


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
