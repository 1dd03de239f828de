"""What the versions before left behind is taken over by the tables of today."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select

from services.chassis.clock import system_now
from services.pieces.models import Deposit, db, object_tables
from tests.pieces import sample_files
from tests.pieces.pieces_service import PiecesService

MIGRATED_DAYS = 35
"""That migration 0003 keeps removed files, whatever KEPT_DAYS is since."""


def test_files_removed_before_the_upgrade_are_retired_by_it_and_controlled_ones_stay(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    service.deposit("NATIDE06", sample_files.image(), "deux.png")
    service.control("NATIDE06", "non_compliant", comment="Illisible", resubmit_until="2021-11-20")
    service.deposit("NATIDE06", sample_files.pdf(pages=2), "trois.pdf")
    before = {row.filename: (row.object_key, row.removed_at) for row in service.deposits()}
    folder = str(Path(service.app.root_path) / "migrations")
    with service.app.app_context():
        with db.operation() as session:
            session.execute(delete(object_tables.RetiredObject))
        downgrade(directory=folder, revision="0002")
        upgrade(directory=folder)
        with db.reading() as session:
            (retired,) = session.scalars(select(object_tables.RetiredObject)).all()
            deposits = session.scalars(select(Deposit)).all()
    assert {row.filename: (row.object_key, row.removed_at) for row in deposits} == before
    assert (retired.key, retired.retired_at) == before["un.pdf"]
    assert timedelta(days=MIGRATED_DAYS - 1) < retired.kept_until - system_now() <= timedelta(days=MIGRATED_DAYS)
    assert service.run_command("reconcile").exit_code == 0
