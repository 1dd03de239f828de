"""Candidatures are browsed by what their current version says, and by what their pieces are at: columns of their own.

A trigger keeps those of the version, so that they hold whoever writes: the version before too, which knows nothing of
them.
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
    step_by_step,
)

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PAGE = 1000  # candidatures
WORDS = ("specialite", "categorie", "etablissement", "forme")
LISTED = ("opening_id", "state")
INDEXES = {
    "saving": ("last_saved_at", "id", *LISTED),
    "birth_date": ("birth_date", "id", *LISTED),
    **{name: (name, "folded_name", "id", *LISTED) for name in (*WORDS, "pieces_state")},
}
COUNTED = ("opening_id", "state", "pieces_state", *WORDS, "id")
SAVED = {
    "last_saved_at": "{0}.saved_at",
    "birth_date": "({0}.payload -> 'identity' ->> 'date_naissance')",
    **{name: f"coalesce({{0}}.payload -> 'confirmation' ->> '{name}', '')" for name in WORDS},
}
KEEPS = ", ".join(f"{name} = {value.format('NEW')}" for name, value in SAVED.items())
FILLS = ", ".join(f"{name} = {value.format('saved')}" for name, value in SAVED.items())
TRIGGER, MOMENT = "candidatures_listed", "AFTER INSERT ON candidature_versions"


def upgrade() -> None:
    _add_column(sa.Column("last_saved_at", sa.DateTime(timezone=True)))
    _add_column(sa.Column("birth_date", sa.String(10)))
    for name in WORDS:
        _add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    _add_column(sa.Column("pieces_state", sa.String(16)))
    _add_column(sa.Column("pieces_number", sa.BigInteger(), nullable=False, server_default="0"))
    create_trigger(TRIGGER, MOMENT, f"UPDATE candidatures SET {KEEPS} WHERE id = NEW.candidature_id")
    with step_by_step():
        _fill()
        for name, columns in INDEXES.items():
            create_index(f"ix_candidatures_by_{name}", "candidatures", columns)
        create_index("ix_candidatures_counted", "candidatures", COUNTED)
        drop_index("ix_candidature_versions_birth_date")


def downgrade() -> None:
    born = sa.text("((payload -> 'identity') ->> 'date_naissance')")
    with step_by_step():
        create_index("ix_candidature_versions_birth_date", "candidature_versions", [born, "candidature_id"])
        for name in (*(f"by_{name}" for name in INDEXES), "counted"):
            drop_index(f"ix_candidatures_{name}")
    drop_trigger(TRIGGER, "candidature_versions")
    for name in (*SAVED, "pieces_state", "pieces_number"):
        op.drop_column("candidatures", name)


def _add_column(column: sa.Column[Any]) -> None:
    """May be there already, where a later step was cut short."""
    if column.name not in {known["name"] for known in sa.inspect(op.get_bind()).get_columns("candidatures")}:
        op.add_column("candidatures", column)


def _fill() -> None:
    """The candidatures there are, a few at once; one that is saved meanwhile is filled by its trigger."""
    connection = op.get_bind()
    pages = sa.text("SELECT id FROM candidatures WHERE id > :after ORDER BY id LIMIT :page")
    change = sa.text(
        f"UPDATE candidatures SET {FILLS} FROM candidature_versions AS saved WHERE saved.candidature_id = candidatures.id "
        "AND saved.version = candidatures.version AND candidatures.id > :after AND candidatures.id <= :last"
    )
    after = ""
    while page := connection.scalars(pages, {"after": after, "page": PAGE}).all():
        connection.execute(change, {"after": after, "last": page[-1]})
        after = page[-1]
