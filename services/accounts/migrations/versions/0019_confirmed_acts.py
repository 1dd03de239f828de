"""What a candidate has confirmed by signing in anew."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("login_sessions", sa.Column("confirmed_act", sa.String(64)))
    op.add_column("login_sessions", sa.Column("confirmed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("login_sessions") as table:
        table.drop_column("confirmed_act")
        table.drop_column("confirmed_at")
