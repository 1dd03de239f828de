"""The tables of services that take uploads, made by their first migration."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import indexed, is_postgresql, keys, required


def create_uploads(*own: sa.Column[Any]) -> None:
    """`own`: the service's own columns.

    Bytes on their way are not worth a place in the journal of PostgreSQL: after a crash of the
    server an upload begins anew.
    """
    op.create_table(
        "uploads",
        *keys(id=sa.String(32)),
        *required(
            filename=sa.String(300), length=sa.Integer(), begun_at=sa.DateTime(timezone=True)
        ),
        indexed("touched_at", sa.DateTime(timezone=True)),
        *required(given_up=sa.Boolean()),
        *own,
    )
    op.create_table(
        "upload_parts",
        sa.Column(
            "upload_id",
            sa.String(32),
            sa.ForeignKey("uploads.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        *keys(start=sa.Integer()),
        *required(size=sa.Integer(), content=sa.LargeBinary()),
        prefixes=["UNLOGGED"] if is_postgresql() else [],
    )
