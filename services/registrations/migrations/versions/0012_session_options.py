"""The options of a session are one column. Those that had a column each keep it: the version before reads and writes
it, and going back finds their values there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.column("id")
OLDER = [
    sa.column("reminder_days", sa.JSON),
    sa.column("draft_reminder_days", sa.JSON),
    sa.column("refusal_mails", sa.Boolean),
]
OPENINGS = sa.table("openings", ID, *OLDER, sa.column("options", sa.JSON))


def upgrade() -> None:
    op.add_column("openings", sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
    for opening in op.get_bind().execute(sa.select(ID, *OLDER).select_from(OPENINGS)).mappings().all():
        options = {column.name: opening[column] for column in OLDER}
        op.execute(sa.update(OPENINGS).where(ID == opening[ID]).values(options=options))


def downgrade() -> None:
    op.drop_column("openings", "options")
