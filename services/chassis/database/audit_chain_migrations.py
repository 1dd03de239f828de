"""The tables of the chain of an audit trail (audit_chain.py), for a migration of each service."""

import sqlalchemy as sa
from alembic import op


def create_audit_chain() -> None:
    op.create_table(
        "audit_digests",
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Integer(), nullable=False, unique=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Index("ix_audit_digests_subject_position", "subject", "position"),
    )
    op.create_table(
        "audit_keys",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("key", sa.LargeBinary()),
    )
    op.create_table(
        "audit_roots",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(88)),
    )


def drop_audit_chain() -> None:
    for table in ("audit_roots", "audit_keys", "audit_digests"):
        op.drop_table(table)
