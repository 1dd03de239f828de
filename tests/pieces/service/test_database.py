"""What the database itself keeps, whoever writes: staff's queues, the trail, what older versions left."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.pieces.models import db
from tests.pieces import sample_files
from tests.pieces.example_events import academie, registration_saved
from tests.pieces.pieces_service import PiecesService

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # triggers and migrations of each are its own

TO_CONTROL = "status=none&deposited=true"


def test_what_has_a_file_and_no_opinion_is_to_control(registered: PiecesService) -> None:
    assert registered.listed_codes(TO_CONTROL) == []
    registered.deposit("NATIDE06")
    registered.deposit("CINSIG03")
    assert registered.listed_codes(TO_CONTROL) == ["CINSIG03", "NATIDE06"]
    registered.deposit("NATIDE06", sample_files.image(), "autre.png")
    registered.delete("CINSIG03")
    assert registered.listed_codes(TO_CONTROL) == ["NATIDE06"]
    assert "CINSIG03" in registered.listed_codes("deposited=false")
    registered.control("NATIDE06", "received")
    assert registered.listed_codes(TO_CONTROL) == []
    assert registered.listed_codes("status=received") == ["NATIDE06"]


def test_a_queue_follows_a_candidature_to_another_academie(deposited: PiecesService) -> None:
    deposited.handle_events(registration_saved(version=2, academie=academie("06", "ACADÉMIE DE CLERMONT-FERRAND")))
    assert deposited.listed_codes(TO_CONTROL, "03") == []
    assert deposited.listed_codes(TO_CONTROL, "06") == ["NATIDE06"]
    for code, numbers in (("03", []), ("06", [1])):
        waiting = deposited.read_as_staff("/control-queue", academies=(code,))["items"]
        assert [item["number"] for item in waiting] == numbers


def test_a_piece_that_the_version_before_writes_is_in_its_academies_queue(deposited: PiecesService) -> None:
    copy = (
        "INSERT INTO pieces (id, candidature_id, code, label, group_code, group_label, position, asked, required, "
        "formats, deposit_opens, deposit_closes, revision, validated_at) SELECT 'x', candidature_id, 'X', label, "
        "group_code, group_label, 99, asked, required, formats, deposit_opens, deposit_closes, 1, deposit_opens "
        "FROM pieces WHERE code = 'NATIDE06'"
    )
    with deposited.app.app_context(), db.operation() as session:
        session.execute(text(copy))
    assert deposited.listed_codes("status=none&validated=true") == ["X"]
    assert "X" not in deposited.listed_codes("status=none&validated=false")


def test_the_audit_trail_cannot_be_changed(deposited: PiecesService) -> None:
    for change in ("UPDATE audit_entries SET actor_id = 'x'", "DELETE FROM audit_entries"):
        with deposited.app.app_context(), pytest.raises(DBAPIError, match="append-only"), db.operation() as session:
            session.execute(text(change))
