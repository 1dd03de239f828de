"""The options of a session are one column. Those that had a column each keep it: the version before reads and writes
it, and going back finds their values there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = [sa.column("exam_code"), sa.column("session_name"), sa.column("academie_code")]
OLDER = [sa.column("reminder_days", sa.JSON), sa.column("refusal_mails", sa.Boolean)]
WINDOWS = sa.table("windows", *KEY, *OLDER, sa.column("options", sa.JSON))


def upgrade() -> None:
    op.add_column("windows", sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
    for window in op.get_bind().execute(sa.select(*KEY, *OLDER).select_from(WINDOWS)).mappings().all():
        options = {column.name: window[column] for column in OLDER}
        op.execute(sa.update(WINDOWS).where(*(column == window[column] for column in KEY)).values(options=options))


def downgrade() -> None:
    op.drop_column("windows", "options")
