"""Until when a candidature that staff corrected can be validated online, after the registrations."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("candidatures", sa.Column("validate_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("candidatures", "validate_until")
