"""The audit trail is searched by who acted, how and when, and says from where."""

from services.chassis.database.audit_migrations import make_searchable, undo_searchable

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
upgrade = make_searchable
downgrade = undo_searchable
