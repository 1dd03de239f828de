"""The tables of registrations: audit rows are only ever added, triggers refuse the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.tasks.migrations import create_event_tables, drop_event_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_subject", "audit", ["subject"])

    op.create_table(
        "candidates",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("numero_candidat", sa.String(length=11), nullable=True),
        sa.Column("identity_floor", sa.Integer(), nullable=False),
        sa.Column("engaged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_inscription", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_candidates"),
        sa.UniqueConstraint("numero_candidat", name="uq_candidates_numero_candidat"),
    )
    op.create_table(
        "catalogue_revisions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_catalogue_revisions"),
    )
    op.create_index("ix_catalogue_revisions_exam", "catalogue_revisions", ["exam"])

    op.create_table(
        "etablissements",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("departement", sa.String(length=3), nullable=True),
        sa.Column("habilite_ccf", sa.Boolean(), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_etablissements"),
    )
    op.create_index("ix_etablissements_departement", "etablissements", ["departement"])
    op.create_index("ix_etablissements_kind", "etablissements", ["kind"])

    create_event_tables()

    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("severity IN ('info', 'warning', 'error')", name="ck_messages_severity_known"),
        sa.CheckConstraint("shown_from < shown_until", name="ck_messages_shown_in_order"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_shown_from", "messages", ["shown_from"])

    op.create_table(
        "number_counters",
        sa.Column("school_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("academie", sa.String(length=2), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("school_year", "academie", name="pk_number_counters"),
    )
    op.create_table(
        "exams",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["catalogue_revisions.digest"], name="fk_exams_digest_catalogue_revisions"),
        sa.PrimaryKeyConstraint("code", name="pk_exams"),
    )
    op.create_table(
        "openings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("academie", sa.String(length=8), nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposit_opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposit_closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("deposit_opens < deposit_closes", name="ck_openings_deposit_in_order"),
        sa.CheckConstraint("opens < closes", name="ck_openings_window_in_order"),
        sa.ForeignKeyConstraint(["exam"], ["exams.code"], name="fk_openings_exam_exams"),
        sa.PrimaryKeyConstraint("id", name="pk_openings"),
        sa.UniqueConstraint("exam", "session", "academie", name="uq_openings_exam_session_academie"),
    )
    op.create_table(
        "candidatures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("candidate_id", sa.String(length=64), nullable=False),
        sa.Column("opening_id", sa.String(length=32), nullable=False),
        sa.Column("numero_inscription", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exclusivity_key", sa.String(length=200), nullable=True),
        sa.Column("specialite_code", sa.String(length=32), nullable=True),
        sa.Column("specialite_label", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=210), nullable=False),
        sa.Column("folded_name", sa.String(length=210), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('active', 'withdrawn', 'ecartee')", name="ck_candidatures_state_known"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name="fk_candidatures_candidate_id_candidates"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_candidatures_opening_id_openings"),
        sa.PrimaryKeyConstraint("id", name="pk_candidatures"),
        sa.UniqueConstraint(
            "candidate_id", "numero_inscription", name="uq_candidatures_candidate_id_numero_inscription"
        ),
    )
    op.create_index("ix_candidatures_candidate_id", "candidatures", ["candidate_id"])
    op.create_index("ix_candidatures_folded_name", "candidatures", ["folded_name"])
    op.create_index("ix_candidatures_opening_id", "candidatures", ["opening_id"])
    op.create_index(
        "uq_candidatures_active_exclusivity",
        "candidatures",
        ["candidate_id", "exclusivity_key"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )

    op.create_table(
        "opening_changes",
        sa.Column("opening_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposit_opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposit_closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_opening_changes_opening_id_openings"),
        sa.PrimaryKeyConstraint("opening_id", "revision", name="pk_opening_changes"),
    )
    op.create_table(
        "candidature_versions",
        sa.Column("candidature_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("catalogue_digest", sa.String(length=64), nullable=False),
        sa.Column("identity_version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidature_id"], ["candidatures.id"], name="fk_candidature_versions_candidature_id_candidatures"
        ),
        sa.ForeignKeyConstraint(
            ["catalogue_digest"],
            ["catalogue_revisions.digest"],
            name="fk_candidature_versions_catalogue_digest_catalogue_revisions",
        ),
        sa.PrimaryKeyConstraint("candidature_id", "version", name="pk_candidature_versions"),
        sa.UniqueConstraint("event_id", name="uq_candidature_versions_event_id"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("candidate_id", sa.String(length=64), nullable=False),
        sa.Column("opening_id", sa.String(length=32), nullable=False),
        sa.Column("modification_of", sa.String(length=32), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("current_tab", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("identity", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("candidature_id", sa.String(length=32), nullable=True),
        sa.Column("saved_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name="fk_drafts_candidate_id_candidates"),
        sa.ForeignKeyConstraint(["candidature_id"], ["candidatures.id"], name="fk_drafts_candidature_id_candidatures"),
        sa.ForeignKeyConstraint(
            ["modification_of"], ["candidatures.id"], name="fk_drafts_modification_of_candidatures"
        ),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_drafts_opening_id_openings"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_candidate_id", "drafts", ["candidate_id"])
    op.create_index("ix_drafts_opening_id", "drafts", ["opening_id"])
    op.create_index(
        "uq_drafts_open",
        "drafts",
        ["candidate_id", "opening_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    _protect_audit()


def downgrade() -> None:
    _release_audit()
    op.drop_table("drafts")
    op.drop_table("candidature_versions")
    op.drop_table("opening_changes")
    op.drop_table("candidatures")
    op.drop_table("openings")
    op.drop_table("exams")
    op.drop_table("number_counters")
    op.drop_table("messages")
    drop_event_tables()
    op.drop_table("etablissements")
    op.drop_table("catalogue_revisions")
    op.drop_table("candidates")
    op.drop_table("audit")


def _protect_audit() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit rows are only ever added'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
            "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'audit rows are only ever added'); END"
        )


def _release_audit() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_append_only ON audit")
        op.execute("DROP FUNCTION audit_is_append_only()")
