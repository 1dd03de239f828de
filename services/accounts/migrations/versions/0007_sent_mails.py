"""Candidates read again what was mailed to them."""

from __future__ import annotations

from services.mail import migrations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.create_sent_mails()


def downgrade() -> None:
    migrations.drop_sent_mails()
