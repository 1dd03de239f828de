"""How far the documents of an opening are that are made again: counted as they are made."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import keys, optional, required

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "remade_documents",
        *keys(exam=sa.Text(), session=sa.Text(), academie=sa.String(8)),
        *required(dates=sa.JSON(), edited_at=sa.DateTime(timezone=True), expected=sa.Integer(), made=sa.Integer()),
        *optional(last_made_at=sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    op.drop_table("remade_documents")
