"""The tables of the chain of an audit trail (audit_chain.py), for a migration of each service."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import keys, optional, required


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
