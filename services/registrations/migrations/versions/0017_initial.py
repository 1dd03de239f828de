"""The tables of registrations as they stood before tasks.

The audit trail is only ever added to; a trigger keeps in a candidature what its current version says and lists are
browsed by. pg_trgm comes with PostgreSQL, and the owner of a database may create it there.
"""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit import audit_indexes
from services.chassis.database.migrations import (
    create_trigger, indexed, is_postgresql, keys, optional, refuse_to_erase_all, required, where,
)
from services.chassis.tasks.migrations import create_event_tables
from services.mail.migrations import create_sent_mails

revision = "0017"
down_revision = None

ID, CODE, DIGEST, LABEL = sa.String(32), sa.String(64), sa.String(64), sa.String(200)
EMAIL, STATE, JSON, FLAG = sa.String(320), sa.String(10), sa.JSON(), sa.Boolean()
TEXT, NUMBER, MOMENT = sa.Text(), sa.Integer(), sa.DateTime(timezone=True)
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
        *keys(id=NUMBER),
        indexed("at", MOMENT),
        *required(actor_kind=sa.String(16), actor=CODE, action=CODE),
        indexed("subject", CODE),
        *optional(before=JSON, after=JSON, address=sa.String(45)),
        *audit_indexes("audit", "actor"),
    )
    op.create_table(
        "candidates",
        *keys(id=CODE),
        sa.Column("numero_candidat", sa.String(11), unique=True),
        *required(identity_floor=NUMBER),
        *optional(engaged_at=MOMENT),
        *required(last_inscription=NUMBER),
        *optional(email=EMAIL),
        *required(email_version=NUMBER),
        *optional(corrected_identity=JSON),
        sa.Index("ix_candidates_lower_email", sa.text("lower(email)")),
    )
    op.create_table(
        "catalogue_revisions",
        *keys(digest=DIGEST),
        indexed("exam", CODE),
        *required(data=JSON, loaded_at=MOMENT),
    )
    op.create_table(
        "etablissements",
        *keys(code=ID),
        *required(label=LABEL),
        indexed("kind", sa.String(32)),
        sa.Column("departement", sa.String(3), index=True),
        *required(habilite_ccf=FLAG, folded=sa.String(300)),
    )
    op.create_table(
        "messages",
        *keys(id=ID),
        *required(title=LABEL, text=TEXT, severity=sa.String(10)),
        indexed("shown_from", MOMENT),
        *required(shown_until=MOMENT),
        sa.CheckConstraint("severity IN ('info', 'warning', 'error')", name="ck_messages_severity_known"),
        sa.CheckConstraint("shown_from < shown_until", name="ck_messages_shown_in_order"),
    )
    op.create_table("number_counters", *keys(school_year=NUMBER, academie=sa.String(2)), *required(last=NUMBER))
    op.create_table(
        "exams",
        *keys(code=CODE),
        sa.Column("digest", DIGEST, sa.ForeignKey("catalogue_revisions.digest"), nullable=False),
        sa.Column("loaded_by_staff", FLAG, nullable=False, server_default=sa.false()),
        *optional(files=sa.LargeBinary()),
    )
    op.create_table(
        "mail_refusals",
        sa.Column("candidate_id", CODE, sa.ForeignKey("candidates.id"), primary_key=True),
        *keys(address=EMAIL),
        *required(code=NUMBER, refused_at=MOMENT),
    )
    op.create_table(
        "openings",
        *keys(id=ID),
        sa.Column("exam", CODE, sa.ForeignKey("exams.code"), nullable=False),
        *required(session=CODE, academie=sa.String(8), opens=MOMENT, closes=MOMENT),
        *required(deposit_opens=MOMENT, deposit_closes=MOMENT, session_closes=MOMENT, listed=FLAG, revision=NUMBER),
        sa.Column("reminder_days", JSON, nullable=False, server_default="[]"),
        sa.Column("draft_reminder_days", JSON, nullable=False, server_default="[]"),
        sa.Column("refusal_mails", FLAG, nullable=False, server_default=sa.false()),
        sa.Column("options", JSON, nullable=False, server_default="{}"),
        *optional(looked_through=ID),
        sa.CheckConstraint("deposit_opens < deposit_closes", name="ck_openings_deposit_in_order"),
        sa.CheckConstraint("opens < closes", name="ck_openings_window_in_order"),
        sa.UniqueConstraint("exam", "session", "academie"),
    )
    op.create_table(
        "candidatures",
        *keys(id=ID),
        sa.Column("candidate_id", CODE, sa.ForeignKey("candidates.id"), nullable=False, index=True),
        sa.Column("opening_id", ID, sa.ForeignKey("openings.id"), nullable=False),
        *required(numero_inscription=sa.String(8), version=NUMBER),
        *optional(exclusivity_key=sa.String(200), specialite_code=ID, specialite_label=LABEL),
        *required(name=sa.String(210), folded_name=sa.String(210), state=STATE, saved_at=MOMENT),
        *optional(ended_at=MOMENT, end_reason=TEXT, last_saved_at=MOMENT, birth_date=sa.String(10)),
        *(sa.Column(name, TEXT, nullable=False, server_default="") for name in WORDS),
        *optional(pieces_state=sa.String(16)),
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
        sa.Column("opening_id", ID, sa.ForeignKey("openings.id"), primary_key=True),
        *keys(revision=NUMBER),
        *required(opens=MOMENT, closes=MOMENT, deposit_opens=MOMENT, deposit_closes=MOMENT, reason=TEXT),
        *required(changed_by=CODE, changed_at=MOMENT),
    )
    op.create_table(
        "candidature_notes",
        *keys(id=ID),
        sa.Column("candidature_id", ID, sa.ForeignKey("candidatures.id"), nullable=False),
        *required(staff_id=ID, text=TEXT, at=MOMENT),
        sa.Index("ix_candidature_notes_candidature", "candidature_id", "at"),
    )
    op.create_table(
        "candidature_versions",
        sa.Column("candidature_id", ID, sa.ForeignKey("candidatures.id"), primary_key=True),
        *keys(version=NUMBER),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        *required(payload=JSON, answers=JSON),
        sa.Column("catalogue_digest", DIGEST, sa.ForeignKey("catalogue_revisions.digest"), nullable=False, index=True),
        *required(identity_version=NUMBER, saved_at=MOMENT, saved_by=CODE),
        *optional(reason=TEXT, overridden=JSON),
    )
    op.create_table(
        "drafts",
        *keys(id=ID),
        sa.Column("candidate_id", CODE, sa.ForeignKey("candidates.id"), index=True),
        sa.Column("opening_id", ID, sa.ForeignKey("openings.id"), nullable=False, index=True),
        sa.Column("modification_of", ID, sa.ForeignKey("candidatures.id")),
        *required(revision=NUMBER, current_tab=NUMBER, answers=JSON, identity=JSON, created_at=MOMENT),
        *required(updated_at=MOMENT),
        *optional(closed_at=MOMENT),
        sa.Column("candidature_id", ID, sa.ForeignKey("candidatures.id")),
        *optional(saved_version=NUMBER, reminder_rung=sa.String(40), staff_id=ID, modified_version=NUMBER),
        sa.Index("ix_drafts_closed_at", "closed_at", **where("closed_at IS NOT NULL")),
        sa.Index("ix_drafts_corrections", "modification_of", **where("candidate_id IS NULL")),
        sa.Index("ix_drafts_open", "opening_id", "id", **where("closed_at IS NULL")),
        sa.Index("uq_drafts_open", "candidate_id", "opening_id", unique=True, **where("closed_at IS NULL")),
    )
    op.create_table(
        "version_editions",
        sa.Column("candidature_id", ID, sa.ForeignKey("candidatures.id"), primary_key=True),
        *keys(version=NUMBER, edition=NUMBER),
        *required(dates=JSON, edited_at=MOMENT),
        *optional(told_by=sa.String(36)),
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
