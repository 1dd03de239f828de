"""What staff and jobs look for is found by an index, among a million candidatures too; nobody waits for these steps.

pg_trgm comes with PostgreSQL, and the owner of a database may create it there.
"""

from __future__ import annotations

from alembic import op

from services.chassis.database.migrations import create_index, drop_index, is_postgresql, step_by_step

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TRIGRAMS = {"postgresql_using": "gin", "postgresql_ops": {"folded_name": "gin_trgm_ops"}}
ENDED = "state <> 'active'"
CLOSED = "closed_at IS NOT NULL"


def upgrade() -> None:
    if is_postgresql():
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with step_by_step():
        create_index("ix_candidatures_opening", "candidatures", ["opening_id", "id"])
        create_index("ix_candidatures_ended", "candidatures", ["opening_id", "state", "id"], ENDED)
        create_index("ix_candidature_versions_catalogue_digest", "candidature_versions", ["catalogue_digest"])
        create_index("ix_drafts_closed_at", "drafts", ["closed_at"], CLOSED)
        drop_index("ix_candidatures_opening_id")
        if is_postgresql():
            create_index("ix_candidatures_folded_name", "candidatures", ["folded_name"], **TRIGRAMS)


def downgrade() -> None:
    with step_by_step():
        if is_postgresql():
            create_index("ix_candidatures_folded_name", "candidatures", ["folded_name"])
        create_index("ix_candidatures_opening_id", "candidatures", ["opening_id"])
        drop_index("ix_drafts_closed_at")
        drop_index("ix_candidature_versions_catalogue_digest")
        drop_index("ix_candidatures_ended")
        drop_index("ix_candidatures_opening")
