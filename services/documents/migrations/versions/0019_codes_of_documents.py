"""By which a document is verified, and how often unknown codes are asked for. The version before writes none."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("documents", sa.Column("code", sa.String(12), nullable=True))
    op.add_column("documents", sa.Column("signed_facts", sa.Text(), nullable=True))
    op.create_table(
        "unknown_codes",
        sa.Column("trace", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("unknown_codes")
    op.drop_column("documents", "signed_facts")
    op.drop_column("documents", "code")
