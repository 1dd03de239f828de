"""What the audit trail holds of a person can be erased; how far data of a session are, and which are held back.

References to candidatures get an index: each that is erased is looked for in them."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import let_values_be_erased
from services.chassis.database.migrations import create_index, drop_index, keys, optional, required, step_by_step, where

revision = "0025"
down_revision = "0024"

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
        *keys(kind=sa.String(40)),
        *required(through=sa.String(32), erased=sa.Integer()),
        *optional(ended_at=MOMENT),
    )
    op.create_table(
        "retention_holds",
        *keys(exam=sa.String(64), session=sa.String(64)),
        *required(reason=sa.Text(), held_by=sa.String(64), held_at=MOMENT),
    )


def downgrade() -> None:
    op.drop_table("retention_holds")
    op.drop_table("retention_steps")
    with step_by_step():
        for column in REFERENCES:
            drop_index(f"ix_drafts_{column}")
