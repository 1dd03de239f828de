"""The mail address and password that a form changes together with the civil status."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("identity_changes", sa.Column("email", sa.String(254)))
    op.add_column("identity_changes", sa.Column("password_hash", sa.String(255)))
    op.add_column("identity_changes", sa.Column("verified_hash", sa.String(255)))


def downgrade() -> None:
    with op.batch_alter_table("identity_changes") as table:
        table.drop_column("email")
        table.drop_column("password_hash")
        table.drop_column("verified_hash")
