"""What the database itself keeps, whoever writes: staff's queues, the trail, what older versions left."""

from __future__ import annotations

import runpy
import threading
from datetime import timedelta

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import DBAPIError

from services.chassis.clock import system_now
from services.contracts.session_options import SessionOptions
from services.pieces.models import Deposit, Window, db, object_tables
from tests.pieces import sample_files
from tests.pieces.example_events import academie, registration_saved
from tests.pieces.ladder import with_ladder
from tests.pieces.pieces_service import PiecesService
from tests.support.processes import wait_until

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # triggers and migrations of each are its own

SECONDS = 30.0
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
MIGRATIONS = "services/pieces/migrations"
TO_CONTROL = "status=none&deposited=true"


def test_what_has_a_file_and_no_opinion_is_to_control(service: PiecesService) -> None:
    service.registered()
    assert service.listed_codes(TO_CONTROL) == []
    service.deposit("NATIDE06")
    service.deposit("CINSIG03")
    assert service.listed_codes(TO_CONTROL) == ["CINSIG03", "NATIDE06"]
    service.deposit("NATIDE06", sample_files.image(), "autre.png")
    service.delete("CINSIG03")
    assert service.listed_codes(TO_CONTROL) == ["NATIDE06"]
    assert "CINSIG03" in service.listed_codes("deposited=false")
    service.control("NATIDE06", "received")
    assert service.listed_codes(TO_CONTROL) == []
    assert service.listed_codes("status=received") == ["NATIDE06"]


def test_a_queue_follows_a_candidature_to_another_academie(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    service.handle_events(registration_saved(version=2, academie=academie("06", "ACADÉMIE DE CLERMONT-FERRAND")))
    assert service.listed_codes(TO_CONTROL, "03") == []
    assert service.listed_codes(TO_CONTROL, "06") == ["NATIDE06"]
    for code, numbers in (("03", []), ("06", [1])):
        waiting = service.read_as_staff("/control-queue", academies=(code,))["items"]
        assert [item["number"] for item in waiting] == numbers


def test_a_piece_that_the_version_before_writes_is_in_its_academies_queue(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    copy = (
        "INSERT INTO pieces (id, candidature_id, code, label, group_code, group_label, position, asked, required, "
        "formats, deposit_opens, deposit_closes, revision, validated_at) SELECT 'x', candidature_id, 'X', label, "
        "group_code, group_label, 99, asked, required, formats, deposit_opens, deposit_closes, 1, deposit_opens "
        "FROM pieces WHERE code = 'NATIDE06'"
    )
    with service.app.app_context(), db.operation() as session:
        session.execute(text(copy))
    assert service.listed_codes("status=none&validated=true") == ["X"]
    assert "X" not in service.listed_codes("status=none&validated=false")


def test_pieces_of_before_the_migration_are_in_the_queues_afterwards(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    with service.app.app_context():
        downgrade(directory=MIGRATIONS, revision="0006")
        upgrade(directory=MIGRATIONS)
    assert service.listed_codes(TO_CONTROL) == ["NATIDE06"]


def test_a_decision_that_was_taken_back_does_not_count_again_for_the_version_before(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    service.control("NATIDE06", "non_compliant")
    service.take_back("NATIDE06")
    with service.app.app_context():
        downgrade(directory=MIGRATIONS, revision="0012")
        upgrade(directory=MIGRATIONS)
    assert service.listed_codes("sent_again=true") == []


@pytest.mark.parametrize(("before", "after"), [("now()", "NULL"), ("NULL", "now()")], ids=["comes", "goes"])
def test_a_file_that_comes_or_goes_while_it_fills_counts(on_postgresql: PiecesService, before: str, after: str) -> None:
    on_postgresql.registered().deposit("NATIDE06")
    fill = runpy.run_path(f"{MIGRATIONS}/versions/0007_work_queues.py")["_fill"]

    def filled(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            fill()

    with on_postgresql.app.app_context(), db.engine.connect() as writer, db.engine.connect() as migrating:
        writer.execute(text(f"UPDATE deposits SET removed_at = {before}"))
        writer.execute(text("UPDATE pieces SET deposited = false, academie_code = NULL"))
        writer.commit()
        writer.execute(text(f"UPDATE deposits SET removed_at = {after}"))
        migrating = migrating.execution_options(isolation_level="AUTOCOMMIT")
        filling = threading.Thread(target=filled, args=(migrating,), daemon=True)
        filling.start()
        with db.engine.connect() as watching:
            watching = watching.execution_options(isolation_level="AUTOCOMMIT")
            wait_until(lambda: watching.scalar(WAITING), SECONDS, "the fill waits for the row")
        writer.commit()
        filling.join(SECONDS)
    assert on_postgresql.listed_codes(TO_CONTROL) == (["NATIDE06"] if after == "NULL" else [])


def test_the_audit_trail_cannot_be_changed(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    for change in ("UPDATE audit_entries SET actor_id = 'x'", "DELETE FROM audit_entries"):
        with service.app.app_context(), pytest.raises(DBAPIError, match="append-only"), db.operation() as session:
            session.execute(text(change))


def test_files_removed_before_the_upgrade_are_retired_by_it_and_controlled_ones_stay(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    service.deposit("NATIDE06", sample_files.image(), "deux.png")
    service.control("NATIDE06", "non_compliant", comment="Illisible", resubmit_until="2021-11-20")
    service.deposit("NATIDE06", sample_files.pdf(pages=2), "trois.pdf")
    before = {row.filename: (row.object_key, row.removed_at) for row in service.deposits()}
    with service.app.app_context():
        with db.operation() as session:
            session.execute(delete(object_tables.RetiredObject))
        downgrade(directory=MIGRATIONS, revision="0002")
        upgrade(directory=MIGRATIONS)
        with db.reading() as session:
            (retired,) = session.scalars(select(object_tables.RetiredObject)).all()
            deposits = session.scalars(select(Deposit)).all()
    assert {row.filename: (row.object_key, row.removed_at) for row in deposits} == before
    assert (retired.key, retired.retired_at) == before["un.pdf"]
    kept_days = (retired.kept_until - system_now()) / timedelta(days=1)
    assert 34 < kept_days <= 35, "as that migration says, whatever KEPT_DAYS is since"
    assert service.run_command("reconcile").exit_code == 0


def test_the_options_of_sessions_go_up_and_down(service: PiecesService) -> None:
    """Down to the columns that the version before reads and writes, and up to what stands there."""
    with_ladder(service, 7, 0, refusal_mails=True)
    with service.app.app_context():
        downgrade(directory=MIGRATIONS, revision="0010")
        with db.engine.begin() as connection:
            (older,) = connection.execute(text("SELECT CAST(reminder_days AS TEXT), refusal_mails FROM windows")).all()
            connection.execute(text("UPDATE windows SET reminder_days = '[5]'"))
        upgrade(directory=MIGRATIONS)
        assert (older[0], bool(older[1])) == ("[7, 0]", True)
        with db.engine.begin() as connection:  # the version before is still at work
            connection.execute(text("UPDATE windows SET refusal_mails = :no"), {"no": False})
        with db.reading() as session:
            assert session.scalars(select(Window)).one().options == SessionOptions(reminder_days=(5,))
