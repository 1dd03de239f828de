"""The tables of accounts as they stood before tasks; a changed identity bears a new version, as a trigger holds."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import create_audit_entries
from services.chassis.database.migrations import (
    indexed, is_postgresql, keys, optional, refuse_to_erase_all, required, where,
)
from services.chassis.tasks.migrations import create_event_tables
from services.mail.migrations import create_sent_mails

revision = "0011"
down_revision = None

ID, HASH, EMAIL, SECRET = sa.String(32), sa.String(64), sa.String(254), sa.String(255)
NAME, PLACE, KIND, JSON = sa.String(100), sa.String(3), sa.String(16), sa.JSON()
NUMBER, MOMENT = sa.Integer(), sa.DateTime(timezone=True)
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
        *keys(id=ID),
        *required(email=EMAIL, email_key=EMAIL, password_hash=SECRET),
        indexed("created_at", MOMENT),
        *optional(activated_at=MOMENT, last_login_at=MOMENT, engaged_at=MOMENT),
        *required(version=NUMBER, civilite=sa.String(8), nom_famille=NAME),
        *optional(nom_usage=NAME),
        *required(prenoms=NAME),
        indexed("date_naissance", sa.Date()),
        *required(pays_naissance=PLACE),
        *optional(departement_naissance=PLACE),
        *required(commune_naissance=NAME, commune_hors_liste=sa.Boolean()),
        sa.CheckConstraint("version > 0", name="ck_accounts_version_positive"),
        sa.Index("ix_accounts_waiting", "email_key", "created_at", **where("activated_at IS NULL")),
        sa.Index("uq_accounts_email_key_activated", "email_key", unique=True, **where("activated_at IS NOT NULL")),
    )
    op.create_table("known_browsers", *keys(subject_id=ID, device_hash=HASH), indexed("last_used_at", MOMENT))
    op.create_table(
        "login_failures",
        *keys(account_trace=HASH, slot=HASH),
        *required(count=NUMBER),
        indexed("last_at", MOMENT),
    )
    op.create_table(
        "login_sessions",
        *keys(secret_hash=HASH),
        *required(kind=KIND),
        indexed("subject_id", ID),
        *optional(previous_login_at=MOMENT),
        *required(created_at=MOMENT),
        indexed("last_seen_at", MOMENT),
        *optional(ended_at=MOMENT),
    )
    op.create_table(
        "mail_links",
        *keys(token_hash=HASH),
        *required(purpose=KIND),
        sa.Column("account_id", ID, index=True),
        *optional(email_change_id=ID),
        indexed("expires_at", MOMENT),
        *optional(used_at=MOMENT, closed_at=MOMENT),
    )
    op.create_table("mail_quotas", *keys(trace=HASH), *required(count=NUMBER), indexed("since", MOMENT))
    op.create_table(
        "staff_members",
        *keys(id=ID),
        *required(email=EMAIL),
        sa.Column("email_key", EMAIL, nullable=False, unique=True),
        *required(password_hash=SECRET, nom=NAME, prenoms=NAME, role=KIND),
        *optional(academies=JSON),
        *required(totp_sealed=SECRET, totp_last_step=NUMBER, created_at=MOMENT),
        *optional(last_login_at=MOMENT, disabled_at=MOMENT, invited_at=MOMENT),
        sa.Column("saved_filters", JSON, nullable=False, server_default="{}"),
    )
    op.create_table(
        "email_changes",
        *keys(id=ID),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        *required(address=EMAIL, previous_address=EMAIL, requested_at=MOMENT),
        *optional(confirmed_at=MOMENT),
    )
    op.create_table(
        "identity_changes",
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
        *required(version=NUMBER),
        *optional(civil_status=JSON),
        *required(requested_at=MOMENT),
    )
    op.create_table(
        "mail_refusals",
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
        *keys(address=EMAIL),
        *required(code=NUMBER, refused_at=MOMENT),
    )
    op.create_table(
        "staff_recovery_codes",
        *keys(code_hash=HASH),
        sa.Column("staff_id", ID, sa.ForeignKey("staff_members.id", ondelete="CASCADE"), nullable=False, index=True),
        *optional(used_at=MOMENT),
    )
    op.create_table(
        "staff_tokens",
        *keys(id=ID),
        sa.Column("secret_hash", HASH, nullable=False, unique=True),
        sa.Column("staff_id", ID, sa.ForeignKey("staff_members.id", ondelete="CASCADE"), nullable=False, index=True),
        *required(name=NAME, scopes=JSON, created_at=MOMENT, expires_at=MOMENT),
        *optional(revoked_at=MOMENT, last_used_at=MOMENT),
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
