"""Candidatures have the birth date of their candidate, which tells people of one name apart."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("candidatures", sa.Column("birth_date", sa.Date()))


def downgrade() -> None:
    op.drop_column("candidatures", "birth_date")
