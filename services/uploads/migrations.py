"""The tables of services that take uploads, made by their first migration."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import is_postgresql


def create_uploads(*own: sa.Column[Any]) -> None:
    """`own`: the service's own columns.

    Bytes on their way are not worth a place in the journal of PostgreSQL: after a crash of the server an upload begins
    anew.
    """
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("filename", sa.String(300), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        *own,
    )
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.String(32), sa.ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("start", sa.Integer(), primary_key=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        prefixes=["UNLOGGED"] if is_postgresql() else [],
    )
