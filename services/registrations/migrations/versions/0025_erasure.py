"""What the audit trail holds of a person can be erased; how far data of a session are, and which are held back.

References to candidatures get an index: each that is erased is looked for in them."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import let_values_be_erased
from services.chassis.database.migrations import create_index, drop_index, step_by_step, where

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


REFERENCES = ("candidature_id", "modification_of")


def upgrade() -> None:
    let_values_be_erased("audit", "actor", "audit")
    with step_by_step():
        for column in REFERENCES:
            create_index(f"ix_drafts_{column}", "drafts", [column], **where(f"{column} IS NOT NULL"))
    op.create_table(
        "retention_steps",
        sa.Column("opening_id", sa.String(32), sa.ForeignKey("openings.id"), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("through", sa.String(32), nullable=False),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_table(
        "retention_holds",
        sa.Column("exam", sa.String(64), primary_key=True),
        sa.Column("session", sa.String(64), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_by", sa.String(64), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("retention_holds")
    op.drop_table("retention_steps")
    with step_by_step():
        for column in REFERENCES:
            drop_index(f"ix_drafts_{column}")
