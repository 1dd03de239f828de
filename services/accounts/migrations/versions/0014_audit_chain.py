"""The audit trail is chained, its roots are signed."""

from services.chassis.database import audit_migrations

revision = "0014"
down_revision = "0013"
upgrade = audit_migrations.create_audit_chain
downgrade = audit_migrations.drop_audit_chain
