"""Work queues are read by an index: a piece bears its académie and whether it has a file, both kept by the database.

Triggers, so that they hold whoever writes: the version before too, which knows nothing of them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import (
    create_index,
    create_trigger,
    drop_index,
    drop_trigger,
    is_postgresql,
    step_by_step,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PAGE = 2000  # candidatures
TO_CONTROL = "status IS NULL AND (deposited OR validated_at IS NOT NULL)"
CONTROLLED = "status IS NOT NULL"
ACADEMIE = "(SELECT academie_code FROM candidatures WHERE id = {}.candidature_id)"
DEPOSITED = "EXISTS (SELECT 1 FROM deposits WHERE piece_id = {} AND removed_at IS NULL)"

PIECE_COMES = f"UPDATE pieces SET academie_code = {ACADEMIE.format('NEW')} WHERE id = NEW.id"
ACADEMIE_CHANGES = "UPDATE pieces SET academie_code = NEW.academie_code WHERE candidature_id = NEW.id"
FILE_COMES_OR_GOES = f"UPDATE pieces SET deposited = {DEPOSITED.format('NEW.piece_id')} WHERE id = NEW.piece_id"
TRIGGERS = {
    "pieces_academie": ("AFTER INSERT ON pieces", PIECE_COMES),
    "candidatures_academie": ("AFTER UPDATE OF academie_code ON candidatures", ACADEMIE_CHANGES),
    "deposits_made": ("AFTER INSERT ON deposits", FILE_COMES_OR_GOES),
    "deposits_removed": ("AFTER UPDATE OF removed_at ON deposits", FILE_COMES_OR_GOES),
}


def upgrade() -> None:
    _add_column(sa.Column("academie_code", sa.String(8)))
    _add_column(sa.Column("deposited", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, (moment, change) in TRIGGERS.items():
        create_trigger(name, moment, change)
    with step_by_step():
        _fill()
        create_index("ix_pieces_to_control", "pieces", ["candidature_id", "code"], TO_CONTROL)
        create_index("ix_pieces_to_control_there", "pieces", ["academie_code", "candidature_id", "code"], TO_CONTROL)
        controlled = ["status", "candidature_id", "code"]
        create_index("ix_pieces_controlled", "pieces", controlled, CONTROLLED)
        create_index("ix_pieces_controlled_there", "pieces", ["academie_code", *controlled], CONTROLLED)
        drop_index("ix_pieces_status")
        create_index("ix_candidatures_academie", "candidatures", ["academie_code", "id"])
        drop_index("ix_candidatures_academie_code")
        create_index("ix_candidatures_numero_candidat", "candidatures", ["numero_candidat"])


def downgrade() -> None:
    with step_by_step():
        drop_index("ix_candidatures_numero_candidat")
        create_index("ix_candidatures_academie_code", "candidatures", ["academie_code"])
        drop_index("ix_candidatures_academie")
        create_index("ix_pieces_status", "pieces", ["status"])
        drop_index("ix_pieces_controlled_there")
        drop_index("ix_pieces_controlled")
        drop_index("ix_pieces_to_control_there")
        drop_index("ix_pieces_to_control")
    for name, (moment, _) in TRIGGERS.items():
        drop_trigger(name, moment.rpartition(" ")[2])
    op.drop_column("pieces", "deposited")
    op.drop_column("pieces", "academie_code")


def _add_column(column: sa.Column[Any]) -> None:
    """May be there already, where a later step was cut short."""
    if column.name not in {known["name"] for known in sa.inspect(op.get_bind()).get_columns("pieces")}:
        op.add_column("pieces", column)


def _fill() -> None:
    """The pieces there are, those of a few candidatures at once: nobody waits long for their rows.

    Each few until nothing is to be changed: a row that somebody writes meanwhile is waited for, and then filled by what
    was so before it.
    """
    connection = op.get_bind()
    pages = sa.text("SELECT id FROM candidatures WHERE id > :after ORDER BY id LIMIT :page")
    academie, deposited = ACADEMIE.format("pieces"), DEPOSITED.format("pieces.id")
    change = sa.text(
        f"UPDATE pieces SET academie_code = {academie}, deposited = {deposited} "
        "WHERE candidature_id > :after AND candidature_id <= :last "
        f"AND (academie_code IS NULL OR academie_code <> {academie} OR deposited <> {deposited})"
    )
    after = ""
    while page := connection.scalars(pages, {"after": after, "page": PAGE}).all():
        while connection.execute(change, {"after": after, "last": page[-1]}).rowcount:
            pass
        after = page[-1]
