"""Incidents, and which dates they moved."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("begins", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=False),
        sa.Column("periods", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.UniqueConstraint("begins", "ends"),
    )
    with op.batch_alter_table("opening_changes") as changes:
        changes.add_column(sa.Column("incident_id", sa.String(32), sa.ForeignKey("incidents.id", name="fk_opening_changes_incident_id_incidents")))
        changes.add_column(sa.Column("told_through", sa.String(32)))


def downgrade() -> None:
    with op.batch_alter_table("opening_changes") as changes:
        changes.drop_column("told_through")
        changes.drop_column("incident_id")
    op.drop_table("incidents")
