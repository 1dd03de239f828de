"""A sent mail says what alone it tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sent_mails", sa.Column("about", sa.String(64)))


def downgrade() -> None:
    op.drop_column("sent_mails", "about")
