"""Incidents, and which dates they moved."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import keys, required

revision = "0021"
down_revision = "0020"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "incidents",
        *keys(id=sa.String(32)),
        *required(begins=MOMENT, ends=MOMENT, periods=sa.JSON(), title=sa.String(200), text=sa.Text()),
        *required(reason=sa.Text(), noted_at=MOMENT),
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
