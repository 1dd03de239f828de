"""The tables of accounts; audit entries are only ever added, triggers of the database refuse the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.tasks.migrations import create_event_tables, drop_event_tables

from services.chassis.database.audit_migrations import create_audit_entries, drop_audit_entries

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("engaged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("civilite", sa.String(length=8), nullable=False),
        sa.Column("nom_famille", sa.String(length=100), nullable=False),
        sa.Column("nom_usage", sa.String(length=100), nullable=True),
        sa.Column("prenoms", sa.String(length=100), nullable=False),
        sa.Column("date_naissance", sa.Date(), nullable=False),
        sa.Column("pays_naissance", sa.String(length=3), nullable=False),
        sa.Column("departement_naissance", sa.String(length=3), nullable=True),
        sa.Column("commune_naissance", sa.String(length=100), nullable=False),
        sa.Column("commune_hors_liste", sa.Boolean(), nullable=False),
        sa.CheckConstraint("version > 0", name="ck_accounts_version_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("email_key", name="uq_accounts_email_key"),
    )
    op.create_index("ix_accounts_created_at", "accounts", ["created_at"])

    create_audit_entries()

    create_event_tables()

    op.create_table(
        "known_browsers",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "device_hash", name="pk_known_browsers"),
    )
    op.create_index("ix_known_browsers_last_used_at", "known_browsers", ["last_used_at"])

    op.create_table(
        "login_failures",
        sa.Column("account_trace", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_trace", "slot", name="pk_login_failures"),
    )
    op.create_index("ix_login_failures_last_at", "login_failures", ["last_at"])

    op.create_table(
        "login_sessions",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("previous_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_login_sessions"),
    )
    op.create_index("ix_login_sessions_last_seen_at", "login_sessions", ["last_seen_at"])
    op.create_index("ix_login_sessions_subject_id", "login_sessions", ["subject_id"])

    op.create_table(
        "mail_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("email_change_id", sa.String(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_mail_links"),
    )
    op.create_index("ix_mail_links_account_id", "mail_links", ["account_id"])
    op.create_index("ix_mail_links_expires_at", "mail_links", ["expires_at"])

    op.create_table(
        "mail_quotas",
        sa.Column("trace", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("trace", name="pk_mail_quotas"),
    )
    op.create_index("ix_mail_quotas_since", "mail_quotas", ["since"])

    op.create_table(
        "staff_members",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("nom", sa.String(length=100), nullable=False),
        sa.Column("prenoms", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("academies", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("totp_sealed", sa.String(length=255), nullable=False),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_members"),
        sa.UniqueConstraint("email_key", name="uq_staff_members_email_key"),
    )
    op.create_table(
        "email_changes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("previous_address", sa.String(length=254), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_email_changes_account_id_accounts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_email_changes"),
    )
    op.create_index("ix_email_changes_account_id", "email_changes", ["account_id"])

    op.create_table(
        "identity_changes",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("civil_status", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_identity_changes_account_id_accounts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_identity_changes"),
    )
    op.create_table(
        "staff_tokens",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_members.id"], name="fk_staff_tokens_staff_id_staff_members", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_staff_tokens"),
        sa.UniqueConstraint("secret_hash", name="uq_staff_tokens_secret_hash"),
    )
    op.create_index("ix_staff_tokens_staff_id", "staff_tokens", ["staff_id"])


def downgrade() -> None:
    for table in (
        "staff_tokens",
        "identity_changes",
        "email_changes",
        "staff_members",
        "mail_quotas",
        "mail_links",
        "login_sessions",
        "login_failures",
        "known_browsers",
        "accounts",
    ):
        op.drop_table(table)
    drop_event_tables()
    drop_audit_entries()
