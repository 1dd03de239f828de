"""The tables of registrations as they stood before tasks.

The audit trail is only ever added to; a trigger keeps in a candidature what its current version says and lists are
browsed by. pg_trgm comes with PostgreSQL, and the owner of a database may create it there.
"""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_indexes import audit_indexes
from services.chassis.database.migrations import create_trigger, is_postgresql, refuse_to_erase_all, where
from services.chassis.tasks.migrations import create_event_tables
from services.mail.migrations import create_sent_mails

revision = "0017"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORDS = ("specialite", "categorie", "etablissement", "forme")
SAVED = {
    "last_saved_at": "NEW.saved_at",
    "birth_date": "(NEW.payload -> 'identity' ->> 'date_naissance')",
    **{name: f"coalesce(NEW.payload -> 'confirmation' ->> '{name}', '')" for name in WORDS},
}
KEEPS = ", ".join(f"{name} = {value}" for name, value in SAVED.items())
TRIGRAMS = {"postgresql_using": "gin", "postgresql_ops": {"folded_name": "gin_trgm_ops"}}


def upgrade() -> None:
    if is_postgresql():
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    create_event_tables()
    create_sent_mails()
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False, index=True),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("address", sa.String(45)),
        *audit_indexes("audit", "actor"),
    )
    op.create_table(
        "candidates",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("numero_candidat", sa.String(11), unique=True),
        sa.Column("identity_floor", sa.Integer(), nullable=False),
        sa.Column("engaged_at", MOMENT),
        sa.Column("last_inscription", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(320)),
        sa.Column("email_version", sa.Integer(), nullable=False),
        sa.Column("corrected_identity", sa.JSON()),
        sa.Index("ix_candidates_lower_email", sa.text("lower(email)")),
    )
    op.create_table(
        "catalogue_revisions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("exam", sa.String(64), nullable=False, index=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("loaded_at", MOMENT, nullable=False),
    )
    op.create_table(
        "etablissements",
        sa.Column("code", sa.String(32), primary_key=True),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False, index=True),
        sa.Column("departement", sa.String(3), index=True),
        sa.Column("habilite_ccf", sa.Boolean(), nullable=False),
        sa.Column("folded", sa.String(300), nullable=False),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("shown_from", MOMENT, nullable=False, index=True),
        sa.Column("shown_until", MOMENT, nullable=False),
        sa.CheckConstraint("severity IN ('info', 'warning', 'error')", name="ck_messages_severity_known"),
        sa.CheckConstraint("shown_from < shown_until", name="ck_messages_shown_in_order"),
    )
    op.create_table(
        "number_counters",
        sa.Column("school_year", sa.Integer(), primary_key=True),
        sa.Column("academie", sa.String(2), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "exams",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("catalogue_revisions.digest"), nullable=False),
        sa.Column("loaded_by_staff", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("files", sa.LargeBinary()),
    )
    op.create_table(
        "mail_refusals",
        sa.Column("candidate_id", sa.String(64), sa.ForeignKey("candidates.id"), primary_key=True),
        sa.Column("address", sa.String(320), primary_key=True),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("refused_at", MOMENT, nullable=False),
    )
    op.create_table(
        "openings",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("exam", sa.String(64), sa.ForeignKey("exams.code"), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("academie", sa.String(8), nullable=False),
        sa.Column("opens", MOMENT, nullable=False),
        sa.Column("closes", MOMENT, nullable=False),
        sa.Column("deposit_opens", MOMENT, nullable=False),
        sa.Column("deposit_closes", MOMENT, nullable=False),
        sa.Column("session_closes", MOMENT, nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("draft_reminder_days", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("refusal_mails", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("options", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("looked_through", sa.String(32)),
        sa.CheckConstraint("deposit_opens < deposit_closes", name="ck_openings_deposit_in_order"),
        sa.CheckConstraint("opens < closes", name="ck_openings_window_in_order"),
        sa.UniqueConstraint("exam", "session", "academie"),
    )
    op.create_table(
        "candidatures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidate_id", sa.String(64), sa.ForeignKey("candidates.id"), nullable=False, index=True),
        sa.Column("opening_id", sa.String(32), sa.ForeignKey("openings.id"), nullable=False),
        sa.Column("numero_inscription", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exclusivity_key", sa.String(200)),
        sa.Column("specialite_code", sa.String(32)),
        sa.Column("specialite_label", sa.String(200)),
        sa.Column("name", sa.String(210), nullable=False),
        sa.Column("folded_name", sa.String(210), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("end_reason", sa.Text()),
        sa.Column("last_saved_at", MOMENT),
        sa.Column("birth_date", sa.String(10)),
        *(sa.Column(name, sa.Text(), nullable=False, server_default="") for name in WORDS),
        sa.Column("pieces_state", sa.String(16)),
        sa.Column("pieces_number", sa.BigInteger(), nullable=False, server_default="0"),
        sa.CheckConstraint("state IN ('active', 'withdrawn', 'ecartee')", name="ck_candidatures_state_known"),
        sa.UniqueConstraint("candidate_id", "numero_inscription"),
        sa.Index("ix_candidatures_folded_name", "folded_name", **TRIGRAMS),
        sa.Index("ix_candidatures_by_birth_date", "birth_date", "id", "opening_id", "state"),
        sa.Index("ix_candidatures_by_saving", "last_saved_at", "id", "opening_id", "state"),
        *(sa.Index(f"ix_candidatures_by_{name}", name, "folded_name", "id", "opening_id", "state") for name in (*WORDS, "pieces_state")),
        sa.Index("ix_candidatures_counted", "opening_id", "state", "pieces_state", "specialite", "categorie", "etablissement", "forme", "id"),
        sa.Index("ix_candidatures_ended", "opening_id", "state", "id", **where("state <> 'active'")),
        sa.Index("ix_candidatures_listed", "id", "folded_name", "opening_id", "state"),
        sa.Index("ix_candidatures_listed_by_name", "folded_name", "id", "opening_id", "state"),
        sa.Index("ix_candidatures_opening", "opening_id", "id"),
        sa.Index("uq_candidatures_active_exclusivity", "candidate_id", "exclusivity_key", unique=True, **where("state = 'active'")),
    )
    op.create_table(
        "opening_changes",
        sa.Column("opening_id", sa.String(32), sa.ForeignKey("openings.id"), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("opens", MOMENT, nullable=False),
        sa.Column("closes", MOMENT, nullable=False),
        sa.Column("deposit_opens", MOMENT, nullable=False),
        sa.Column("deposit_closes", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    op.create_table(
        "candidature_notes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id"), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Index("ix_candidature_notes_candidature", "candidature_id", "at"),
    )
    op.create_table(
        "candidature_versions",
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("catalogue_digest", sa.String(64), sa.ForeignKey("catalogue_revisions.digest"), nullable=False, index=True),
        sa.Column("identity_version", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("overridden", sa.JSON()),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidate_id", sa.String(64), sa.ForeignKey("candidates.id"), index=True),
        sa.Column("opening_id", sa.String(32), sa.ForeignKey("openings.id"), nullable=False, index=True),
        sa.Column("modification_of", sa.String(32), sa.ForeignKey("candidatures.id")),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("current_tab", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("identity", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id")),
        sa.Column("saved_version", sa.Integer()),
        sa.Column("reminder_rung", sa.String(40)),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("modified_version", sa.Integer()),
        sa.Index("ix_drafts_closed_at", "closed_at", **where("closed_at IS NOT NULL")),
        sa.Index("ix_drafts_corrections", "modification_of", **where("candidate_id IS NULL")),
        sa.Index("ix_drafts_open", "opening_id", "id", **where("closed_at IS NULL")),
        sa.Index("uq_drafts_open", "candidate_id", "opening_id", unique=True, **where("closed_at IS NULL")),
    )
    op.create_table(
        "version_editions",
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("edition", sa.Integer(), primary_key=True),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.Column("told_by", sa.String(36)),
    )
    create_trigger(
        "candidatures_listed",
        "AFTER INSERT ON candidature_versions",
        f"UPDATE candidatures SET {KEEPS} WHERE id = NEW.candidature_id",
    )
    _protect_audit()


def _protect_audit() -> None:
    refusal = "audit rows are only ever added"
    if is_postgresql():
        op.execute(
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
            "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )


downgrade = refuse_to_erase_all
