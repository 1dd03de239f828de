"""PDFs that exam offices send wait for their check. The version before does not read the table."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import keys, required
from services.objects.tables import MIGRATED_KEY as KEY

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "sendings",
        *keys(id=sa.String(32)),
        sa.Column("import_id", sa.String(32), sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False, index=True),
        *required(owner_id=sa.String(64), publisher=sa.JSON(), given_at=sa.DateTime(timezone=True), filename=sa.Text()),
        sa.Column("object_key", KEY, unique=True),
        *required(files=sa.Integer(), files_checked=sa.Integer(), has_turn=sa.Boolean()),
        sa.Index("ix_sendings_owner_id_given_at", "owner_id", "given_at"),
    )


def downgrade() -> None:
    op.drop_table("sendings")
