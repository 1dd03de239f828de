"""Candidates read again what was mailed to them, and why a candidature was set aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.mail import migrations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.create_sent_mails()
    with op.batch_alter_table("candidatures") as table:
        table.add_column(sa.Column("end_reason", sa.Text(), nullable=True))
    _take_reasons_from_the_trail()


def downgrade() -> None:
    with op.batch_alter_table("candidatures", recreate="never") as table:
        table.drop_column("end_reason")
    migrations.drop_sent_mails()


def _take_reasons_from_the_trail() -> None:
    """Of those set aside before, the trail alone has the reason."""
    audit = sa.table(
        "audit", sa.column("subject", sa.String), sa.column("action", sa.String), sa.column("after", sa.JSON)
    )
    candidatures = sa.table("candidatures", sa.column("id", sa.String), sa.column("end_reason", sa.Text))
    connection = op.get_bind()
    ecarts = sa.select(audit.c.subject, audit.c.after).where(audit.c.action == "candidature.ecartee")
    for subject, after in connection.execute(ecarts).all():
        reason = (after or {}).get("reason")
        connection.execute(sa.update(candidatures).where(candidatures.c.id == subject).values(end_reason=reason))
