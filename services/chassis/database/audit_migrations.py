"""The audit trail of a service, made by its first migration: a table to which rows are only added.
Since a later one what they hold of a person can be erased. And the tables of its chain
(audit_chain.py)."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit import audit_indexes
from services.chassis.database.migrations import indexed, is_postgresql, keys, optional, required

REFUSAL = "the audit trail is append-only"


def create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        *keys(id=sa.Integer()),
        indexed("at", sa.DateTime(timezone=True)),
        *required(actor_kind=sa.String(16), actor_id=sa.String(64), action=sa.String(64)),
        indexed("subject", sa.String(64)),
        *optional(before=sa.JSON(), after=sa.JSON(), address=sa.String(45)),
        *audit_indexes("audit_entries"),
    )
    if is_postgresql():
        op.execute(
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "
            "audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entries_no_{change.lower()} BEFORE {change} ON audit_entries "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def let_values_be_erased(
    table: str = "audit_entries", actor: str = "actor_id", prefix: str = "audit_entries"
) -> None:
    """Have every change refused but the erasure of all that an entry holds of people. `prefix`: how
    the names of the triggers begin; they stay where the migration is undone."""
    names = [
        f"{prefix}_{name}" for name in ("append_only", "no_truncate", "no_update", "no_delete")
    ]
    for name in names:
        op.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if is_postgresql() else ""))
    unchanged = ("id", "at", "actor_kind", actor, "action", "subject")
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in unchanged)
    gone = " AND ".join(f"NEW.{name} IS NULL" for name in ("before", "after", "address"))
    if is_postgresql():
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF TG_OP = 'UPDATE' AND {same} AND {gone} THEN RETURN NEW; END IF; "
            f"RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {prefix}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
        )
        op.execute(
            f"CREATE TRIGGER {prefix}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    is_other = f"NOT ({same} AND {gone})".replace("IS NOT DISTINCT FROM", "IS")
    op.execute(
        f"CREATE TRIGGER {prefix}_no_update BEFORE UPDATE ON {table} WHEN {is_other} {refuse}"
    )
    op.execute(f"CREATE TRIGGER {prefix}_no_delete BEFORE DELETE ON {table} {refuse}")


def create_audit_chain() -> None:
    op.create_table(
        "audit_digests",
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Integer(), nullable=False, unique=True),
        *required(subject=sa.String(64), commitment=sa.String(64), digest=sa.String(64)),
        sa.Index("ix_audit_digests_subject_position", "subject", "position"),
    )
    op.create_table("audit_keys", *keys(subject=sa.String(64)), *optional(key=sa.LargeBinary()))
    op.create_table(
        "audit_roots",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        *required(at=sa.DateTime(timezone=True), position=sa.Integer(), root=sa.String(64)),
        *optional(signature=sa.String(88)),
    )


def drop_audit_chain() -> None:
    for table in ("audit_roots", "audit_keys", "audit_digests"):
        op.drop_table(table)
