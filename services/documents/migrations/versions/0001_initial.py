"""Copies of candidatures, their versions and documents, and the tables of events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.tasks.migrations import create_event_tables, drop_event_tables

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('candidatures',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('candidate_id', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('exam_label', sa.Text(), nullable=False),
    sa.Column('session_label', sa.Text(), nullable=False),
    sa.Column('academie_code', sa.String(length=8), nullable=False),
    sa.Column('academie_label', sa.Text(), nullable=False),
    sa.Column('specialite', sa.Text(), nullable=True),
    sa.Column('numero_candidat', sa.String(length=32), nullable=False),
    sa.Column('numero_inscription', sa.String(length=16), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('version > 0', name='ck_candidatures_version_positive'),
    sa.PrimaryKeyConstraint('id', name='pk_candidatures')
    )
    with op.batch_alter_table('candidatures', schema=None) as batch_op:
        batch_op.create_index('ix_candidatures_candidate_id', ['candidate_id'], unique=False)

    create_event_tables()
    op.create_table('publications',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('type', sa.String(length=32), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('paragraphs', sa.JSON(), nullable=False),
    sa.Column('candidatures', sa.JSON(), nullable=False),
    sa.Column('pdf_key', sa.String(length=100), nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_publications')
    )
    op.create_table('withdrawals',
    sa.Column('candidature_id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('candidature_id', name='pk_withdrawals')
    )
    op.create_table('documents',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('candidature_id', sa.String(length=32), nullable=False),
    sa.Column('type', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pdf_key', sa.String(length=100), nullable=False),
    sa.Column('pdf_size', sa.Integer(), nullable=False),
    sa.Column('pdf_sha256', sa.String(length=64), nullable=False),
    sa.Column('html_key', sa.String(length=100), nullable=False),
    sa.Column('html_size', sa.Integer(), nullable=False),
    sa.Column('html_sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['candidature_id'], ['candidatures.id'], name='fk_documents_candidature_id_candidatures', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_documents'),
    sa.UniqueConstraint('candidature_id', 'type', 'version', name='uq_documents_candidature_id_type_version'),
    sa.UniqueConstraint('html_key', name='uq_documents_html_key'),
    sa.UniqueConstraint('pdf_key', name='uq_documents_pdf_key')
    )
    op.create_table('saved_versions',
    sa.Column('candidature_id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['candidature_id'], ['candidatures.id'], name='fk_saved_versions_candidature_id_candidatures', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('candidature_id', 'version', name='pk_saved_versions')
    )


def downgrade() -> None:
    op.drop_table('saved_versions')
    op.drop_table('documents')
    op.drop_table('withdrawals')
    op.drop_table('publications')
    drop_event_tables()
    with op.batch_alter_table('candidatures', schema=None) as batch_op:
        batch_op.drop_index('ix_candidatures_candidate_id')

    op.drop_table('candidatures')
