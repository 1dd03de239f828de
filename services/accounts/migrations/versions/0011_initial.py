"""The tables of accounts as they stood before tasks; a changed identity bears a new version, as a trigger holds."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import create_audit_entries
from services.chassis.database.migrations import is_postgresql, refuse_to_erase_all, where
from services.chassis.tasks.migrations import create_event_tables
from services.mail.migrations import create_sent_mails

revision = "0011"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IDENTITY = (
    "email", "civilite", "nom_famille", "nom_usage", "prenoms", "date_naissance",
    "pays_naissance", "departement_naissance", "commune_naissance", "commune_hors_liste",
)


def upgrade() -> None:
    create_audit_entries()
    create_event_tables()
    create_sent_mails()
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, index=True),
        sa.Column("activated_at", MOMENT),
        sa.Column("last_login_at", MOMENT),
        sa.Column("engaged_at", MOMENT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("civilite", sa.String(8), nullable=False),
        sa.Column("nom_famille", sa.String(100), nullable=False),
        sa.Column("nom_usage", sa.String(100)),
        sa.Column("prenoms", sa.String(100), nullable=False),
        sa.Column("date_naissance", sa.Date(), nullable=False, index=True),
        sa.Column("pays_naissance", sa.String(3), nullable=False),
        sa.Column("departement_naissance", sa.String(3)),
        sa.Column("commune_naissance", sa.String(100), nullable=False),
        sa.Column("commune_hors_liste", sa.Boolean(), nullable=False),
        sa.CheckConstraint("version > 0", name="ck_accounts_version_positive"),
        sa.Index("ix_accounts_waiting", "email_key", "created_at", **where("activated_at IS NULL")),
        sa.Index("uq_accounts_email_key_activated", "email_key", unique=True, **where("activated_at IS NOT NULL")),
    )
    op.create_table(
        "known_browsers",
        sa.Column("subject_id", sa.String(32), primary_key=True),
        sa.Column("device_hash", sa.String(64), primary_key=True),
        sa.Column("last_used_at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "login_failures",
        sa.Column("account_trace", sa.String(64), primary_key=True),
        sa.Column("slot", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "login_sessions",
        sa.Column("secret_hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False, index=True),
        sa.Column("previous_login_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False, index=True),
        sa.Column("ended_at", MOMENT),
    )
    op.create_table(
        "mail_links",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("account_id", sa.String(32), index=True),
        sa.Column("email_change_id", sa.String(32)),
        sa.Column("expires_at", MOMENT, nullable=False, index=True),
        sa.Column("used_at", MOMENT),
        sa.Column("closed_at", MOMENT),
    )
    op.create_table(
        "mail_quotas",
        sa.Column("trace", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "staff_members",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("nom", sa.String(100), nullable=False),
        sa.Column("prenoms", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("academies", sa.JSON()),
        sa.Column("totp_sealed", sa.String(255), nullable=False),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_login_at", MOMENT),
        sa.Column("disabled_at", MOMENT),
        sa.Column("invited_at", MOMENT),
        sa.Column("saved_filters", sa.JSON(), nullable=False, server_default="{}"),
    )
    op.create_table(
        "email_changes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("previous_address", sa.String(254), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
    )
    op.create_table(
        "identity_changes",
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("civil_status", sa.JSON()),
        sa.Column("requested_at", MOMENT, nullable=False),
    )
    op.create_table(
        "mail_refusals",
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("address", sa.String(254), primary_key=True),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("refused_at", MOMENT, nullable=False),
    )
    op.create_table(
        "staff_recovery_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff_members.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("used_at", MOMENT),
    )
    op.create_table(
        "staff_tokens",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff_members.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("last_used_at", MOMENT),
    )
    _refuse_identities_without_version()


def _refuse_identities_without_version() -> None:
    said, differs = "a changed identity bears a new version", "IS DISTINCT FROM" if is_postgresql() else "IS NOT"
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in IDENTITY)
    refused = f"NEW.version < OLD.version OR (NEW.version = OLD.version AND ({changed}))"
    trigger = "CREATE TRIGGER accounts_identity_versions BEFORE UPDATE ON accounts"
    if is_postgresql():
        op.execute(
            "CREATE FUNCTION refuse_identity_without_version() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        op.execute(f"{trigger} FOR EACH ROW WHEN ({refused}) EXECUTE FUNCTION refuse_identity_without_version()")
        return
    op.execute(f"{trigger} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{said}'); END")


downgrade = refuse_to_erase_all
