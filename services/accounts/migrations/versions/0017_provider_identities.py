"""Identities of FranceConnect and ProConnect, what they certify, and the log-ins made with them."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import keys, optional, required, where

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "provider_identities",
        *keys(provider=sa.String(16), sub=sa.String(255)),
        sa.Column("subject_id", sa.String(32), primary_key=True, index=True),
        *required(first_seen_at=MOMENT, last_used_at=MOMENT),
        *optional(joined_at=MOMENT),
        sa.Index("uq_provider_identities_joined", "provider", "sub", unique=True, **where("joined_at IS NOT NULL")),
    )
    op.add_column("accounts", sa.Column("certified_by", sa.String(16)))
    op.add_column("login_sessions", sa.Column("provider", sa.String(16)))
    op.add_column("login_sessions", sa.Column("id_token_sealed", sa.Text()))


def downgrade() -> None:
    op.drop_column("login_sessions", "id_token_sealed")
    op.drop_column("login_sessions", "provider")
    op.drop_column("accounts", "certified_by")
    op.drop_table("provider_identities")
