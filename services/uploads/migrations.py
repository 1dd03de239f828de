"""Migration steps of services that take uploads. They have been run by installations: they never change."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op


def create_uploads(*own: Any, indexes: tuple[str, ...]) -> None:
    """`own`: the service's own columns and keys; `indexes`: of single columns.

    Bytes on their way are not worth a place in the journal of PostgreSQL: after a crash of the server an upload begins
    anew.
    """
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("filename", sa.String(300), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        *own,
    )
    for column in indexes:
        op.create_index(f"ix_uploads_{column}", "uploads", [column])
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.String(32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "start", name="pk_upload_parts"),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name="fk_upload_parts_upload_id_uploads", ondelete="CASCADE"
        ),
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )


def drop_uploads() -> None:
    op.drop_table("upload_parts")
    op.drop_table("uploads")
