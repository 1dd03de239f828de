"""The audit trail is chained, its roots are signed."""

from services.chassis.database import audit_chain_migrations

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
upgrade = audit_chain_migrations.create_audit_chain
downgrade = audit_chain_migrations.drop_audit_chain
